"""A rich archive for tests and screenshots of the app: one recorded panel, a recap in prose, transcripts
over two editions, doubts, work in all states, and strings that try to be markup.

``python tests/ui/fixture_archive.py DIR`` writes it; tests call :func:`build`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from db import jobs
from db.connection import open_archive, transaction
from db.records import (
    Appearance,
    Entity,
    GivenSpeaker,
    Quote,
    Recognition,
    Segment,
    Session,
    Slice,
    Source,
    SpokenWord,
    SummarySentence,
    ThemeTag,
    Turn,
    Word,
)
from db.sessions import add_session, save_stage
from pipeline import originals
from pipeline.projection import show
from pipeline.stages import stages_for

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT / "tests" / "data" / "audio" / "panel_fr.json"
SOUND = ROOT / "assets" / "sample" / "panel_fr.flac"
HOSTILE = (
    "<script>alert(1)</script> $\\LaTeX$ :material/home: **gras** [x](javascript:alert(2)) "
    "<img src=x onerror=alert(3)>"
)

RECAP = """Le commerce à l'heure des agents, deuxième journée.

La matinée s'ouvre sur la souveraineté numérique. Asma Benali, directrice des données de Galerie Nord : \
« Nous avons rapatrié nos données clients en Europe en dix-huit mois. \
Cela coûte plus cher, et nous le referions demain. »

Puis vient la question des vendeurs. « Un magasin sans vendeurs, c'est un entrepôt avec de la musique », \
sourit Paul Girard, président de la Maison Girard.

L'après-midi, une voix dans la salle lance : \
« Et les petites enseignes, on les oublie ? » Personne ne répond vraiment.

Selon Asma Benali, l'entreprise a divisé par trois le délai de réponse de son service client.
"""

INTERVIEW = f"""Nadia Roux: Bienvenue à cette édition. Que reste-t-il de la promesse du cœur de métier ?
Paul Girard: Il en reste l'essentiel. Le client revient pour la parole donnée, pas pour la vitrine.
Paul Girard: Nous avons formé 240 vendeurs l'an dernier, et aucun n'est parti.
Nadia Roux: Et l'intelligence artificielle ?
Paul Girard: Elle prépare le rendez-vous, elle ne le remplace pas. {HOSTILE}
"""

ENGLISH = """Dana Whitfield: We moved forty percent of our returns from the post to the store, \
and the store won.
Tom Okafor: Honestly, I was against it. I was wrong.
Dana Whitfield: A retailer that does not know its stock cannot promise anything, least of all tomorrow.
"""

APPLAUSE = (SpokenWord("Sous-titres réalisés par la communauté d'Amara.org", 190.2, 192.8, 0.5),)

LABELS = {
    "ai": "intelligence artificielle|recommandation|agents|modèles|assistants",
    "e-commerce": "conversion|catalogue|commerce en ligne|panier",
    "sovereignty": "souveraineté|Europe",
    "stores": "magasin|boutique|vendeurs|store",
    "customer-service": "service client|client",
    "data": "données|stock",
    "advertising": "campagne|publicité",
}


def _words(text: str, start: int, begin: float, stop: float, seed: int) -> tuple[Word, ...]:
    """Words spread over a turn by their length, one in nine doubtful, one in 31 of unsure voice."""
    words: list[Word] = []
    place = 0
    pace = (stop - begin) / max(1, len(text))
    for number, written in enumerate(text.split(" ")):
        at = text.index(written, place)
        place = at + len(written)
        turn_of_doubt = (number * 7 + seed) % 9
        words.append(
            Word(
                start + at,
                start + place,
                round(begin + at * pace, 2),
                round(begin + place * pace, 2),
                0.31 if turn_of_doubt == 4 and number % 2 else 0.93,
                0.42 if (number + seed) % 31 == 30 else 0.97,
            )
        )
    return tuple(words)


def _tags(text: str) -> tuple[ThemeTag, ...]:
    found = []
    for slug, terms in LABELS.items():
        for term in terms.split("|"):
            at = text.find(term)
            while at >= 0:
                found.append(ThemeTag(slug, at, at + len(term), term))
                at = text.find(term, at + 1)
    return tuple(sorted(found, key=lambda tag: tag.start))


def _cited(text: str, kind: Any, name: str, *spellings: str) -> tuple[Entity, ...]:
    """Every place where a name stands in one of its spellings."""
    found = []
    for spelling in spellings or (name,):
        at = text.find(spelling)
        while at >= 0:
            found.append(Entity(kind, name, at, at + len(spelling)))
            at = text.find(spelling, at + 1)
    return tuple(found)


def _quote(text: str, words: str, label: str | None, kind: Any = "spoken", **more: Any) -> Quote:
    start = text.index(words)
    defaults: dict[str, Any] = {"rule": "sentence", "confidence": 0.93, "score": 0.7, "reasons": ("opinion",)}
    return Quote(start, start + len(words), words, label, kind, **{**defaults, **more})


def _timed(session: Session, quote: Quote) -> Quote:
    inside = [w for t in session.turns for w in t.words if w.start >= quote.start and w.end <= quote.end]
    return replace(quote, start_time=inside[0].start_time, end_time=inside[-1].end_time) if inside else quote


def panel(source: Source) -> Session:
    """The recorded French round table, one of its voices still unnamed."""
    told = json.loads(PANEL.read_text(encoding="utf-8"))
    text, turns = "", []
    for number, turn in enumerate(told["turns"]):
        start = len(text)
        text += turn["text"] + "\n"
        end = len(text) - 1
        words = _words(turn["text"], start, turn["start"], turn["end"], number)
        turns.append(
            Turn(
                start, end, turn["speaker"], turn["start"], turn["end"], 0.45 if number == 10 else 0.95, words
            )
        )
    session = Session(
        id=0,
        title="Table ronde : l'IA dans le commerce",
        source=source,
        form="speech",
        event="Rencontres du commerce",
        edition="Rencontres du commerce 2026",
        date="2026-09-15",
        room="Salle Ravel",
        language="fr",
        notes=("The recording stops at 3:12 of 3:15: the end is missing.",),
        text=text,
        recognition=Recognition(
            "fr", 192.864, (Segment(190.2, 192.8, APPLAUSE, dropped="phantom-phrase"),), "fixture"
        ),
        turns=tuple(turns),
        appearances=(
            Appearance(
                "S1",
                "Claire Dumont",
                "animatrice",
                None,
                "moderator",
                0.97,
                "self",
                (Slice(text.index("Je m'appelle"), text.index("Je m'appelle") + 26),),
            ),
            Appearance(
                "S2",
                "Marc Lefèvre",
                "directeur du commerce en ligne",
                "Grande Enseigne",
                "speaker",
                0.91,
                "introduction",
                (Slice(text.index("accueillir Marc"), text.index("accueillir Marc") + 23),),
            ),
            Appearance("S3", None, None, None, "speaker", 0.4, "", ()),
        ),
        themes=_tags(text),
        entities=(
            Entity("person", "Claire Dumont", text.index("Claire Dumont"), text.index("Claire Dumont") + 13),
        ),
    )
    sentences = [
        (
            "Nos clients n'écrivent plus trois mots dans une barre, ils posent une vraie question.",
            "S2",
            0.95,
            ("contrast",),
        ),
        (
            "Sur les catégories que nous avons enrichies, le taux de conversion progresse d'environ "
            "douze pour cent.",
            "S2",
            0.9,
            ("figure",),
        ),
        (
            "Si trois plateformes contrôlent les agents, elles contrôleront l'accès au client.",
            "S3",
            0.88,
            ("prediction",),
        ),
        (
            "C'est pour cela que nous gardons toujours une validation humaine avant le paiement.",
            "S2",
            0.8,
            ("advice", "first_person"),
        ),
        ("Je pense que la logistique sera la grande gagnante.", "S2", 0.6, ("opinion", "prediction")),
    ]
    quotes = tuple(
        _timed(session, _quote(text, words, label, score=score, reasons=reasons))
        for words, label, score, reasons in sentences
    )
    summary = (
        SummarySentence("S2", 0, sentences[0][0], (Slice(quotes[0].start, quotes[0].end),)),
        SummarySentence("S2", 1, sentences[1][0], (Slice(quotes[1].start, quotes[1].end),)),
        SummarySentence("S3", 0, sentences[2][0], (Slice(quotes[2].start, quotes[2].end),)),
    )
    return replace(session, quotes=quotes, summary=summary)


def _paragraphs(text: str) -> tuple[Turn, ...]:
    turns, place = [], 0
    for block in text.split("\n\n"):
        start = text.index(block, place)
        place = start + len(block)
        turns.append(Turn(start, start + len(block.rstrip())))
    return tuple(turns)


def recap(source: Source) -> Session:
    """A journalist's recap, with a quotation nobody safe can be named for, and reported speech."""
    first = RECAP[RECAP.index("Nous avons") : RECAP.index(" »\n\nPuis")]
    second = "Un magasin sans vendeurs, c'est un entrepôt avec de la musique"
    nobody = "Et les petites enseignes, on les oublie ?"
    reported = "l'entreprise a divisé par trois le délai de réponse de son service client"
    return Session(
        id=0,
        title="Le commerce à l'heure des agents",
        source=source,
        form="prose",
        event="Rencontres du commerce",
        edition="Rencontres du commerce 2026",
        date="2026-09-16",
        language="fr",
        text=RECAP,
        turns=_paragraphs(RECAP),
        appearances=(
            Appearance(
                "Asma Benali",
                "Asma Benali",
                "directrice des données",
                "Galerie Nord",
                "quoted",
                0.96,
                "name-colon",
            ),
            Appearance(
                "Paul Girard", "Paul Girard", "président", "Maison Girard", "quoted", 0.95, "inversion"
            ),
        ),
        quotes=(
            _quote(RECAP, first, "Asma Benali", "quoted", rule="name-colon", score=0.93, reasons=("advice",)),
            _quote(RECAP, second, "Paul Girard", "quoted", rule="inversion", score=0.97, reasons=("image",)),
            _quote(
                RECAP,
                nobody,
                None,
                "quoted",
                rule="none",
                confidence=0.3,
                score=0.5,
                repairs=("unclosed",),
            ),
            _quote(RECAP, reported, "Asma Benali", "indirect", rule="selon", confidence=0.8, score=0.4),
        ),
        summary=(
            SummarySentence(
                "Asma Benali",
                0,
                first.split(". ")[0] + ".",
                (Slice(RECAP.index(first), RECAP.index(first) + 66),),
            ),
        ),
        themes=_tags(RECAP),
        entities=(
            *_cited(RECAP, "person", "Asma Benali"),
            *_cited(RECAP, "organisation", "Groupe <b>Girard</b> & fils", "Maison Girard"),
            *_cited(RECAP, "place", "Union européenne", "Europe"),
        ),
    )


def dialogue(
    source: Source,
    text: str,
    title: str,
    edition: str,
    day: str,
    language: str,
    roles: dict[str, tuple[str, str]],
) -> Session:
    """A transcript with written names."""
    turns, place = [], 0
    for line in text.splitlines():
        name = line.split(":", 1)[0]
        start = text.index(line, place) + len(name) + 2
        place = start
        turns.append(Turn(start, start + len(line) - len(name) - 2, name))
    people = tuple(dict.fromkeys(turn.label or "" for turn in turns))
    appearances = tuple(
        Appearance(name, name, *roles.get(name, (None, None)), confidence=0.99, rule="written")
        for name in people
    )
    quotes = tuple(
        Quote(
            turn.start,
            turn.end,
            text[turn.start : turn.end],
            turn.label,
            "spoken",
            "sentence",
            0.9,
            score=0.5 + place / 20,
            reasons=("first_person",),
        )
        for place, turn in enumerate(turns)
        if turn.end - turn.start > 50
    )
    return Session(
        id=0,
        title=title,
        source=source,
        form="transcript",
        event=edition.rsplit(" ", 1)[0],
        edition=edition,
        date=day,
        language=language,
        text=text,
        turns=tuple(turns),
        appearances=appearances,
        quotes=quotes,
        themes=_tags(text),
        given_speakers=tuple(GivenSpeaker(name) for name in people),
    )


def keep(db: Database, session: Session) -> int:
    """Store a session as the pipeline would: its row, the outputs of its stages, its projection."""
    with transaction(db):
        made = replace(session, id=add_session(db, session))
        for stage in stages_for(made.form):
            fields = {name: getattr(made, name) for name in stage.gives if hasattr(made, name)}
            save_stage(db, made.id, stage.name, "fixture", msgspec.json.encode(fields), "fixture", 0.1)
        show(db, made)
    return made.id


def _source(archive: Path, name: str, data: bytes, kind: str, seconds: float | None = None) -> Source:
    stored = originals.store_bytes(name, data, archive)
    return Source(stored.sha256, name, kind, stored.size, stored.path, seconds)


def build(archive: Path) -> dict[str, int]:
    """Write the archive; returns the ids of its sessions by short name."""
    db = open_archive(archive)
    girard = {
        "Paul Girard": ("directeur général", "Maison Girard"),
        "Nadia Roux": ("journaliste", "L'Étalage"),
    }
    english = {
        "Dana Whitfield": ("Chief Operating Officer", "Northgate"),
        "Tom Okafor": ("Head of Stores", "Northgate"),
    }
    hostile = f"Grand entretien {HOSTILE}"
    made = {
        "panel": keep(db, panel(_source(archive, "panel_fr.flac", SOUND.read_bytes(), "audio", 192.864))),
        "recap": keep(db, recap(_source(archive, "recap.txt", RECAP.encode(), "text"))),
        "hostile": keep(
            db,
            dialogue(
                _source(archive, "<b>entretien</b>.txt", INTERVIEW.encode(), "text"),
                INTERVIEW,
                hostile,
                "Rencontres du commerce 2025",
                "2025-09-16",
                "fr",
                girard,
            ),
        ),
        "english": keep(
            db,
            dialogue(
                _source(archive, "returns.txt", ENGLISH.encode(), "text"),
                ENGLISH,
                "Returns, stores and other promises",
                "Retail Forum 2025",
                "2025-05-06",
                "en",
                english,
            ),
        ),
    }
    _work(db, archive, made)
    db.conn.close()
    return made


def _work(db: Database, archive: Path, made: dict[str, int]) -> None:
    for key in made.values():
        job = jobs.enqueue(db, key)
        jobs.start(db, job)
        jobs.finish(db, job, "done")
    waiting = Session(
        0,
        "Clôture : ce que les marques retiennent",
        _source(archive, "cloture.wav", b"RIFF    WAVE", "audio", 1850.0),
        "speech",
        "Rencontres du commerce",
        "Rencontres du commerce 2026",
        "2026-09-17",
    )
    failed = Session(
        0,
        "Atelier logistique",
        _source(archive, "atelier.mp3", b"ID3 nothing", "audio", 900.0),
        "speech",
        "Rencontres du commerce",
        "Rencontres du commerce 2026",
        "2026-09-17",
    )
    with transaction(db):
        made["failed"] = add_session(db, failed)
        job = jobs.enqueue(db, made["failed"])
        jobs.start(db, job)
        jobs.finish(
            db, job, "failed", "“atelier.mp3” is damaged after 4:31: ask for a fresh copy or convert it."
        )
        made["waiting"] = add_session(db, waiting)
        jobs.refuse(
            db,
            "<i>notes</i>.wav",
            "“notes.wav” holds text, not sound: give it its true extension and add it again.",
        )


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))

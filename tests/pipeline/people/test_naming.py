"""Who is who: written dialogues with their answers, human edits, written labels, merges."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.records import Edit, GivenSpeaker, Session, Slice, Source, Turn, Word
from pipeline.engines.language import SpacyTagger
from pipeline.people import merged_turns, name_speakers

DATA = Path(__file__).parents[2] / "data" / "people"
TAGGER = SpacyTagger()


def session_of(turns, language="fr", form="speech", given=(), **fields):
    """A session of (label, text) or (label, timed words) turns."""
    text, made = "", []
    for label, said in turns:
        start, words = len(text), []
        for piece, begin, end, probability in said if not isinstance(said, str) else ():
            text += piece if words else piece.lstrip()
            words.append(Word(len(text) - len(piece.strip()), len(text), begin, end, probability))
        text += said if isinstance(said, str) else ""
        made.append(Turn(start, len(text), label, words=tuple(words)))
        text += "\n"
    source = Source("0" * 64, "t.txt", form, 1, "x")
    people = tuple(GivenSpeaker(name) for name in given)
    return Session(
        1, "t", source, form, language=language, text=text, turns=tuple(made), given_speakers=people, **fields
    )


def named(session):
    return {a.label: a for a in name_speakers(session, TAGGER)}


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda p: p.stem)
def test_dialogue(path):
    """Every name as written beside the question; null where nobody can be told."""
    case = json.loads(path.read_text(encoding="utf-8"))
    session = session_of(case["turns"], case["language"], case["form"], case["given"])
    found = named(session)
    assert {label: a.name for label, a in found.items()} == case["gold"]
    assert [a.label for a in found.values() if a.part == "moderator"] == (
        [case["moderator"]] if case["moderator"] else []
    )
    for appearance in found.values():
        assert (appearance.confidence > 0) == (appearance.name is not None)
        for proof in appearance.evidence:
            assert session.text[proof.start : proof.end].strip()


def test_panel_as_heard():
    """What was heard badly is spelled as a common name, with less confidence; a programme's spelling wins."""
    case = json.loads((DATA / "heard" / "panel_fr.json").read_text(encoding="utf-8"))
    session = session_of(case["turns"])
    found = named(session)
    assert {label: a.name for label, a in found.items()} == case["gold"]
    assert found["S1"].part == "moderator"
    assert found["S2"].role == "directeur du commerce en ligne d'une grande enseigne"
    assert "spelled by ear" in found["S3"].rule and found["S3"].confidence < found["S2"].confidence
    told = named(
        replace(session, given_speakers=(GivenSpeaker("Julien Moreaux"), GivenSpeaker("Mark Lefebvre")))
    )
    assert {a.name for a in told.values()} == {"Claire Dumont", "Julien Moreaux", "Mark Lefebvre"}
    assert "programme" in told["S3"].rule


def test_roles_and_organisations():
    session = session_of(
        [
            ("S1", "Je suis Hélène Garnier, rédactrice en chef. Nous recevons Paul Vasseur, directeur de "
                   "l'innovation chez Nordwand. Paul, vous êtes optimiste ?"),
            ("S2", "Oui, tout à fait optimiste, et depuis longtemps."),
        ]
    )  # fmt: skip
    found = named(session)
    assert (found["S1"].role, found["S1"].organisation) == ("rédactrice en chef", None)
    assert (found["S2"].role, found["S2"].organisation) == ("directeur de l'innovation", "Nordwand")


def test_human_edits_win():
    turns = [("S1", "Je m'appelle Claire Dumont."), ("S2", "Bonjour."), ("S3", "Et moi ?")]
    session = session_of(
        turns,
        edits=(
            Edit("rename", "S1", "Clara Dumond"),
            Edit("merge", "S3", "S2"),
            Edit("role", "S2", "libraire"),
            Edit("rename", "S2", "Luc Roy"),
            Edit("organisation", "S2", "Pages"),
        ),
    )
    found = named(session)
    assert list(found) == ["S1", "S2"]
    assert (found["S1"].name, found["S1"].decided_by, found["S1"].confidence) == (
        "Clara Dumond",
        "human",
        1.0,
    )
    assert (found["S2"].name, found["S2"].role, found["S2"].organisation) == ("Luc Roy", "libraire", "Pages")


def test_a_renamed_voice_takes_the_name_from_the_others():
    turns = [("S1", "Nous recevons Paul Vasseur. Paul, vous êtes prêt ?"), ("S2", "Oui, je suis prêt.")]
    plain_names = named(session_of(turns))
    assert plain_names["S2"].name == "Paul Vasseur"
    edited = named(session_of(turns, edits=(Edit("rename", "S1", "Paul Vasseur"),)))
    assert edited["S2"].name is None


def test_front_matter_names_a_talk():
    session = session_of(
        [(None, "Prices are a promise. We broke it twice last year, and we paid for it."), ("Q", "Why?"),
         ("A", "Because.")], "en", "transcript", ["Jane Roe"],
    )  # fmt: skip
    assert [t.label for t in merged_turns(session)] == ["Jane Roe", "Q", "A"]
    found = named(session)
    assert (found["Jane Roe"].name, found["Jane Roe"].rule, found["Jane Roe"].confidence) == (
        "Jane Roe", "front matter", 0.9,
    )  # fmt: skip
    assert found["Q"].name is None and found["A"].rule == "answers"


def test_two_announced_speakers_leave_an_unlabelled_talk_alone():
    session = session_of([(None, "Words and words.")], "en", "transcript", ["Jane Roe", "John Doe"])
    assert named(session) == {}
    assert merged_turns(session)[0].label is None


def test_voice_codes_of_a_transcript_name_nobody():
    session = session_of([("S1", "Yes."), ("SPEAKER_00", "No."), ("Speaker 2", "Maybe.")], "en", "transcript")
    assert [(a.name, a.confidence) for a in named(session).values()] == [(None, 0.0)] * 3


def test_initials_of_announced_speakers():
    session = session_of([("AM", "Yes."), ("MV", "No."), ("XY", "Maybe.")], "en", "transcript",
                         ["Andrew Miller", "Madars Virza"])  # fmt: skip
    assert [a.name for a in named(session).values()] == ["Andrew Miller", "Madars Virza", None]


@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "S3", None]), st.sampled_from(["S1", "S2", "S3"])), max_size=6
    )
)
def test_merges_only_relabel(pairs):
    session = session_of([("S1", "a"), ("S2", "b"), (None, "c"), ("S3", "d")])
    edits = tuple(Edit("merge", a, b) for a, b in pairs if a)
    turns = merged_turns(replace(session, edits=edits))
    assert [(t.start, t.end) for t in turns] == [(t.start, t.end) for t in session.turns]
    assert all(t.label in ("S1", "S2", "S3", None) for t in turns)
    if edits and edits[-1].target != edits[-1].value:
        assert edits[-1].target not in {t.label for t in turns}


WORDS = ["Je", "suis", "Marc", "Lefèvre", "merci", "Claire", ",", ".", "?", "vous", "nous recevons", "I'm",
         "and", "\n", "’", "directeur", "chez", "Nordwand", "my name is", "Madame", "é", "12", "(",
         "«"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "Marc", "Q"]), st.lists(st.sampled_from(WORDS), max_size=12)),
        max_size=6,
    ),
    st.sampled_from(["fr", "en"]),
    st.sampled_from(["speech", "transcript"]),
    st.lists(st.sampled_from(["Marc Lefebvre", "Claire D"]), max_size=2),
)
def test_any_dialogue_gets_one_appearance_per_label(turns, language, form, people):
    session = session_of([(label, " ".join(said)) for label, said in turns], language, form, people)
    found = name_speakers(session, TAGGER)
    labels = {t.label for t in merged_turns(session) if t.end > t.start}
    assert {a.label for a in found} == labels and len(found) == len(labels)
    assert all(
        isinstance(e, Slice) and 0 <= e.start <= e.end <= len(session.text) for a in found for e in a.evidence
    )
    names = [a.name for a in found if a.name and form == "speech"]
    assert len(names) == len(set(names))

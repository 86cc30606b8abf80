"""Speakers as they are written: what can be a name, and which writings are one person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from db.records import Appearance, GivenSpeaker, Part, Slice
from pipeline.readers.lexicon import fold, lexicon

NUMBERED = re.compile(r"^(?P<word>.*?)[\s_#-]*\d{1,3}$")
INITIALS = re.compile(r"^[A-ZÀ-Þ]{2,4}$")
BARE = re.compile(r"^(?:[A-ZÀ-Þ]\.?){1,2}$|^[B-DF-HJ-NP-TV-Z]{3}$")
"""Initials that no given name is written like: two letters, or three without a vowel."""
ARTICLE = re.compile(r"^(?:le|la|les|un|une|the|a|an)\s+|^l'")
ROLE_SPLIT = re.compile(r"\s*(?:,|\s[-–—]|\()\s*")


def fold_name(written: str) -> str:
    """The key two writings of a name share: folded, without honorific."""
    words = fold(written).replace("'", "' ").split()
    while len(words) > 1 and words[0].strip(".") in lexicon().honorifics:
        words = words[1:]
    return " ".join(words)


def is_anonymous(written: str) -> bool:
    """True for « Intervenant 2 », "SPEAKER_00", "Audience", initials: a voice, not a person's name."""
    key = fold(written)
    numbered = NUMBERED.match(key)
    word = ARTICLE.sub("", (numbered["word"] if numbered else key).strip(" _-#"))
    return not word or word in lexicon().anonymous | lexicon().moderators or bool(BARE.match(written.strip()))


def is_name_like(written: str) -> bool:
    """True when ``written`` may stand for a speaker: at most six words, the first and last capitalised or
    numbered, and no known heading such as « Conclusion »."""
    words = split_role(written)[0].split()
    if not words or len(words) > 6 or fold_name(written) in lexicon().not_speakers:
        return False
    if fold(" ".join(words)) in lexicon().not_speakers:
        return False
    if is_anonymous(" ".join(words)):
        return True
    return words[0][0].isupper() and words[-1][0].isupper() and all(map(_name_word, words))


def is_full_name(written: str) -> bool:
    """True when at least two capitalised words make up the name."""
    words = fold_name(written).split()
    return len(words) >= 2 and is_name_like(written) and not is_anonymous(written)


def _name_word(word: str) -> bool:
    bare = word.strip(".,'’&")
    return (
        not bare
        or bare[0].isupper()
        or fold(bare) in lexicon().particles
        or word[:2].lower() in ("d'", "d’", "l'")
    )


def split_role(written: str) -> tuple[str, str | None, str | None]:
    """Split « Nom, rôle chez Maison » or "Name (Organisation)" into name, role and organisation."""
    name, *rest = ROLE_SPLIT.split(written.strip(" *_"), maxsplit=1)
    if not rest or not name:
        return written.strip(" *_"), None, None
    detail = rest[0].strip(" )")
    for word in lexicon().employers:
        role, found, house = detail.partition(f" {word} ")
        if found:
            return name, role.strip(" ,"), house.strip()
    if "(" in written and detail[:1].isupper():
        return name, None, detail
    return name, detail or None, None


def proper_case(name: str) -> str:
    """« SOPHIE DE LA TOUR » → « Sophie de la Tour »; other names are kept as written."""
    if not name.isupper() or len(name) <= 3:
        return name
    words = [w.lower() if fold(w) in lexicon().particles else w.title() for w in name.split()]
    return " ".join(words)


def unify(written: Iterable[str], given: Sequence[GivenSpeaker] = ()) -> dict[str, str]:
    """Map every writing to one label: the given or longest writing that shares its key, or whose first
    name, last name, initials or nick (« jdupont ») it is, when only one does."""
    forms = list(dict.fromkeys(written))
    labels = {fold_name(g.name): g.name for g in given}
    for form in forms:
        name = split_role(form)[0]
        labels.setdefault(fold_name(name), name)
    full = {key: label for key, label in labels.items() if len(key.split()) >= 2 and not is_anonymous(label)}
    shorts = _shorts(full)
    return {form: _widest(split_role(form)[0], labels, shorts) for form in forms}


def _shorts(full: dict[str, str]) -> dict[str, set[str]]:
    """The labels behind every first name, last name, nick and, in capitals, initials."""
    shorts: dict[str, set[str]] = {}
    for key, label in full.items():
        words = key.split()
        initials = "".join(word[0] for word in words).upper()
        for short in {words[0], words[-1], words[0][0] + words[-1], initials}:
            shorts.setdefault(short, set()).add(label)
    return shorts


def _widest(form: str, labels: dict[str, str], shorts: dict[str, set[str]]) -> str:
    key = fold_name(form)
    own = labels[key]
    if " " in key or (is_anonymous(form) and not INITIALS.match(form)):
        return own
    hits = set(shorts.get(key, ()))
    if INITIALS.match(form):
        hits |= shorts.get(fold(form).upper(), set())
    return hits.pop() if len(hits) == 1 else own


def cast(
    labels: dict[str, str], evidence: dict[str, Slice], given: Sequence[GivenSpeaker] = ()
) -> tuple[Appearance, ...]:
    """One appearance per label, in order of first writing; ``evidence`` maps a label to its first slice."""
    announced = {g.name: g for g in given}
    details = _details(labels)
    return tuple(
        _given(announced[label], evidence.get(label))
        if label in announced
        else _written(label, details[label], evidence.get(label))
        for label in dict.fromkeys(labels.values())
    )


def _details(labels: dict[str, str]) -> dict[str, tuple[str, str | None, str | None]]:
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for form, label in labels.items():
        split = split_role(form)
        if label not in found or ((split[1] or split[2]) and not any(found[label][1:])):
            found[label] = (split_role(label)[0], split[1], split[2])
    return found


def _given(speaker: GivenSpeaker, where: Slice | None) -> Appearance:
    evidence = (where,) if where else ()
    return Appearance(
        speaker.name, speaker.name, speaker.role, speaker.organisation, confidence=1.0, rule="given",
        evidence=evidence, decided_by="given",
    )  # fmt: skip


def _written(label: str, detail: tuple[str, str | None, str | None], where: Slice | None) -> Appearance:
    name, role, organisation = detail
    part: Part = "moderator" if fold(label) in lexicon().moderators else "speaker"
    joint = " & " in name or "+" in name
    known = None if is_anonymous(name) or joint else proper_case(name)
    confidence = 0.0 if known is None else 0.95 if " " in known else 0.8
    return Appearance(
        label, known, role, organisation, part, confidence, "written", (where,) if where else ()
    )

"""What the labels of a written transcript say by themselves: names, initials, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from db.records import Appearance, GivenSpeaker, Session
from pipeline.people.name_match import initials
from pipeline.readers.speakers import is_anonymous, proper_case, split_role
from pipeline.words import body_of

_ANSWERS = frozenset({"a", "r", "answer", "réponse"})
_QUESTIONS = frozenset({"q", "question", "audience", "public", "salle", *_ANSWERS})
_VOICE = re.compile(r"[A-Za-z]{1,3}[ _-]?\d+|\d+")
_TALK = 0.6


def front_matter_speaker(session: Session) -> GivenSpeaker | None:
    """The one announced speaker of a talk whose words carry no label (questions may)."""
    if session.form != "transcript" or len(session.given_speakers) != 1:
        return None
    labels = {turn.label for turn in session.turns if turn.label is not None}
    unlabelled = sum(turn.end - turn.start for turn in session.turns if turn.label is None)
    alone = session.given_speakers[0]
    other = {label for label in labels if label != alone.name and label.casefold() not in _QUESTIONS}
    body = body_of(session)
    enough = unlabelled >= _TALK * max(1, sum(turn.end - turn.start for turn in session.turns))
    return alone if unlabelled and enough and not other and body.end > body.start else None


def written(session: Session, labels: Sequence[str]) -> dict[str, Appearance]:
    """Appearances of the labels that name somebody by themselves; empty for sound."""
    if session.form != "transcript":
        return {}
    read = {a.label: a for a in session.appearances}
    alone = front_matter_speaker(session)
    found: dict[str, Appearance] = {}
    for label in labels:
        appearance = (
            _of_talk(label, alone) or _by_initials(session, label) or read.get(label) or _parsed(label)
        )
        if appearance.name and appearance.rule == "written":
            lone = " " not in appearance.name
            appearance = Appearance(
                label, appearance.name, appearance.role, appearance.organisation, appearance.part,
                0.9 if lone else 1.0, "written", appearance.evidence, appearance.decided_by,
            )  # fmt: skip
        if appearance.name or label in read:
            found[label] = appearance
    return found


def _of_talk(label: str, alone: GivenSpeaker | None) -> Appearance | None:
    """The announced speaker's own words, and the answers in the questions after the talk."""
    if alone is None:
        return None
    if label == alone.name:
        return _given(label, alone, 0.9, "front matter")
    return _given(label, alone, 0.7, "answers") if label.casefold() in _ANSWERS else None


def _by_initials(session: Session, label: str) -> Appearance | None:
    """« AM » is the only announced speaker with these initials."""
    if not 2 <= len(label) <= 4 or not label.isupper():
        return None
    fitting = [g for g in session.given_speakers if initials(g.name) == label]
    return _given(label, fitting[0], 0.9, "initials") if len(fitting) == 1 else None


def _given(label: str, speaker: GivenSpeaker, confidence: float, rule: str) -> Appearance:
    """An appearance of an announced speaker."""
    return Appearance(
        label, speaker.name, speaker.role, speaker.organisation, "speaker", confidence, rule, (), "given"
    )


def _parsed(label: str) -> Appearance:
    """A label read as name, function and organisation; an anonymous one has none."""
    name, role, organisation = split_role(label)
    if _VOICE.fullmatch(name) or is_anonymous(name) or not any(c.isupper() for c in name):
        return Appearance(label, rule="unnamed")
    return Appearance(label, proper_case(name), role, organisation, "speaker", 1.0, "written")

"""How a name that was only heard is most likely written, and how far it can be trusted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from db.records import Session
from pipeline.people.introductions import Mention
from pipeline.people.name_cues import cues
from pipeline.people.name_match import first_name, folded, last_name, sound
from pipeline.words import language_of

_HEARD_BADLY = 0.8
"""Below this word probability a commoner homophone is likelier than the spelling heard."""


def spelled(session: Session, name: str, mentions: Sequence[Mention]) -> tuple[str, float, bool]:
    """Spelling, trust (0.8–1) and whether the spelling was changed.

    Accents missing from a common name are put back; a badly heard name gives way to the commonest name
    that sounds the same (Moro, heard at 0.4, is written Moreau). A name given by a programme is never
    passed here. Languages without a list of family names change nothing.
    """
    sure = _probability(session, name, mentions)
    known = cues(language_of(session))
    if not known.family_sounds or not last_name(name):
        return name, 0.8 + 0.2 * sure, False
    first = _better(first_name(name), known.first_spellings, known.first_plain, sure)
    last = _better(last_name(name), known.family_sounds, known.family_plain, sure)
    by_ear = folded(f"{first} {last}") != folded(name)
    return f"{first} {last}", (0.8 + 0.2 * sure) * (0.85 if by_ear else 1.0), by_ear


def _better(word: str, by_sound: dict[str, str], by_letters: dict[str, str], sure: float) -> str:
    """The listed spelling of a name: with its accents, else by sound when it was heard badly."""
    if folded(word) in by_letters:
        return by_letters[folded(word)] if word.isascii() else word
    return by_sound.get(sound(word), word) if sure < _HEARD_BADLY else word


def _probability(session: Session, name: str, mentions: Sequence[Mention]) -> float:
    """Mean over the mentions spelled so of their least sure word; 1 where nothing was measured."""
    lows = []
    words = [word for turn in session.turns for word in turn.words]
    starts = [word.start for word in words]
    for mention in mentions:
        if mention.name != name:
            continue
        where = session.text.find(name.split()[-1], mention.evidence.start, mention.evidence.end)
        at = bisect_left(starts, where)
        heard = [w.probability for w in words[max(0, at - 1) : at + 1] if w.start <= where + len(name)]
        lows += [min(heard)] if where >= 0 and heard else []
    return sum(lows) / len(lows) if lows else 1.0

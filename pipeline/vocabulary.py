"""Doubt about words that no dictionary holds: a recogniser writes « taffique » as surely as « trafic »."""

from __future__ import annotations

import re
from dataclasses import replace

from db.records import Turn
from pipeline.engines import Tagger

UNKNOWN = 0.5
"""What is left of a word's probability when no dictionary holds it: on the bundled round table all eight
unknown lower-case words were misrecognised, though the recogniser gave one of them 0.87."""
_PART = re.compile(r"[^\W\d_]+")
_SHORTEST = 4


def doubt_unknown_words(
    text: str, turns: tuple[Turn, ...], tagger: Tagger, language: str
) -> tuple[Turn, ...]:
    """Lower the probability of words with a part that ``language`` does not know; names are left alone."""
    parts = {part for part in _PART.findall(text) if len(part) >= _SHORTEST and part.islower()}
    unknown = tagger.unknown(parts, language)
    return tuple(_doubted(text, turn, unknown) for turn in turns) if unknown else turns


def _doubted(text: str, turn: Turn, unknown: frozenset[str]) -> Turn:
    words = tuple(
        replace(word, probability=word.probability * UNKNOWN)
        if unknown.intersection(_PART.findall(text[word.start : word.end]))
        else word
        for word in turn.words
    )
    return replace(turn, words=words)

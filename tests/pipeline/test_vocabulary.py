from __future__ import annotations

import pytest

from db.records import Turn, Word
from pipeline.engines.language import SpacyTagger
from pipeline.vocabulary import doubt_unknown_words

TEXT = "Le taffique des fournisseurs Dupontel évolue, Taffique."


def heard(text: str) -> tuple[Turn, ...]:
    words, at = [], 0
    for part in text.split():
        start = text.index(part, at)
        at = start + len(part)
        words.append(Word(start, at, 0.0, 1.0, 0.9))
    return (Turn(0, len(text), "S1", 0.0, 9.0, 1.0, tuple(words)),)


@pytest.mark.models
def test_only_unknown_lower_case_words_are_doubted() -> None:
    [turn] = doubt_unknown_words(TEXT, heard(TEXT), SpacyTagger(), "fr")
    doubted = [TEXT[w.start : w.end] for w in turn.words if w.probability < 0.9]
    assert doubted == ["taffique"]


@pytest.mark.models
def test_a_model_without_vectors_doubts_nothing() -> None:
    text = "The taffique of things"
    assert doubt_unknown_words(text, heard(text), SpacyTagger(), "en") == heard(text)

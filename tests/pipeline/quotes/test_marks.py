"""Pairing of quotation marks: the answer stands beside the question."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes.marks import find_marked

CASES = [
    ("« Un », dit-il.", [("Un", 0, ())]),
    ('“Un” et "deux" et „trois“.', [("Un", 0, ()), ("deux", 0, ()), ("trois", 0, ())]),
    ("« A « b » c »", [("A « b » c", 0, ()), ("b", 1, ())]),
    ("“A, “b”, c”, dit-il", [("A, “b”, c", 0, ()), ("b", 1, ())]),
    ("X : « Il a dit « oui ».", [("Il a dit « oui", 0, ("shared_closer",)), ("oui", 1, ())]),
    ('« A b c."', [("A b c.", 0, ("mixed_closer",))]),
    ("« A b\nNom : « c d »", [("A b", 0, ("unclosed",)), ("c d", 0, ())]),
    ("« A\nb\nc »", [("A\nb\nc", 0, ("several_paragraphs",))]),
    ("« A\n» b\n» c »", [("A\n» b\n» c", 0, ("several_paragraphs",))]),
    ("« A\nb « c »", [("A", 0, ("unclosed",)), ("c", 0, ())]),
    ("Marie Dupont : On y va ».", [("On y va", 0, ("missing_opener",))]),
    ('Un écran de 27" et un de 32".', []),
    ("Rien » du tout", []),
    ("«  »", []),
    ("<< Oui >>", [("Oui", 0, ())]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marks(text: str, expected: list[tuple[str, int, tuple[str, ...]]]) -> None:
    assert [(text[m.start : m.end], m.depth, m.repairs) for m in find_marked(text)] == expected


@given(st.text(alphabet="ab .,:!?«»“”\"„‹›\n'’N-", max_size=80))
def test_any_marks_give_sound_spans(text: str) -> None:
    found = find_marked(text)
    for m in found:
        assert 0 <= m.outer.start <= m.start < m.end <= m.outer.end <= len(text)
        assert not text[m.start].isspace() and not text[m.end - 1].isspace()
    outer = [m for m in found if m.depth == 0]
    assert all(a.outer.end <= b.outer.start for a, b in pairwise(outer))

"""Markdown talks: front matter into fields, paragraphs into signed turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.records import GivenSpeaker, Reading
from pipeline.kinds import kind_of
from pipeline.readers import read
from pipeline.readers.front_matter import read_front_matter


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(turn.label, reading.text[turn.start : turn.end]) for turn in reading.turns]


TALK = """---
title: 'Payer: demain'
speakers:
  - Ana Díaz
tags: [paiement, IA]
date: 2019-09-11
media: https://video.example/1
transcript_by: Zoé
room: A
---
Payer: demain

Ana Díaz (Banque)

slides: <https://example.org/a.pdf>

# Introduction

Bonjour à tous. Parlons de paiement.

```
code: rien
```

La suite est simple.

Q: Et la vie privée ?

Ce point m'inquiète.

A: Elle est préservée.

Elle le restera.
"""


def test_a_talk_with_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    path.write_text(TALK, encoding="utf8")
    reading = read(path, kind_of(path))
    assert reading.text == TALK and reading.body is not None
    assert TALK[reading.body.start :].startswith("Payer: demain\n\nAna")
    assert (reading.title, reading.date, reading.form) == ("Payer: demain", "2019-09-11", "transcript")
    assert reading.tags == ("paiement", "IA") and reading.media == "https://video.example/1"
    assert reading.speakers == (GivenSpeaker("Ana Díaz"),) and reading.room == "A"
    assert said(reading) == [
        (None, "Payer: demain"),
        (None, "Ana Díaz (Banque)"),
        (None, "slides: <https://example.org/a.pdf>"),
        (None, "# Introduction"),
        ("Ana Díaz", "Bonjour à tous. Parlons de paiement."),
        (None, "```\ncode: rien\n```"),
        ("Ana Díaz", "La suite est simple."),
        (None, "Et la vie privée ?"),
        (None, "Ce point m'inquiète."),
        ("Ana Díaz", "Elle est préservée."),
        ("Ana Díaz", "Elle le restera."),
    ]
    (appearance,) = reading.appearances
    assert appearance.decided_by == "given" and TALK[appearance.evidence[0].start :].startswith("Ana Díaz\n")


def test_two_speakers_and_no_sign_is_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: X\nspeakers: Ana Díaz and Bob Stone\n---\nOui, nous le pensons.\n", encoding="utf8"
    )
    reading = read(path, kind_of(path))
    assert said(reading) == [(None, "Oui, nous le pensons.")] and len(reading.speakers) == 2
    assert reading.form == "transcript" and reading.appearances == ()


def test_an_article_in_markdown_is_prose(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Titre\n\nLe salon : une fête.\n\n- un\n- deux\n", encoding="utf8")
    reading = read(path, kind_of(path))
    assert reading.form == "prose"
    assert said(reading)[1:] == [(None, "Le salon : une fête."), (None, "- un\n- deux")]


FRONTS: list[tuple[str, dict[str, Any]]] = [
    ("title: IA: le futur\nspeakers:\n  - Ana Díaz", {
        "title": "IA: le futur", "speakers": (GivenSpeaker("Ana Díaz"),)}),
    ("titre: Été\nintervenants: Ana Díaz ; Bob Stone, PDG", {"title": "Été", "speakers": (
        GivenSpeaker("Ana Díaz"), GivenSpeaker("Bob Stone", "PDG"))}),
    ("speakers:\n- name: Ana\n  role: CTO\n  company: Acme", {
        "speakers": (GivenSpeaker("Ana", "CTO", "Acme"),)}),
    ("date: 12 mars 2024\nlangue: français", {"date": "2024-03-12", "language": "fr"}),
    ("date: March 2024\nlang: en-GB", {"date": "2024-03", "language": "en"}),
    ("date: 05/03/2024", {"date": "2024-03-05"}),
    ("date: 2024-03-05T10:00:00+02:00", {"date": "2024-03-05"}),
    ("date: 2024-13-45", {"date": None}),
    ("event: Salon\nedition: 13\ntags: a, b", {"event": "Salon", "edition": "13", "tags": ("a", "b")}),
    ("title: [\nspeakers: Ana Díaz", {"speakers": (GivenSpeaker("Ana Díaz"),)}),
    ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\ntitle: T", {"title": "T"}),
]  # fmt: skip


@pytest.mark.parametrize(("block", "expected"), FRONTS)
def test_front_matters(block: str, expected: dict[str, Any]) -> None:
    front = read_front_matter(f"---\n{block}\n---\nBonjour.\n")
    assert front is not None
    assert {key: getattr(front, key) for key in expected} == expected
    assert bool(front.notes) == (": le" in block or "13-45" in block or "[\n" in block)


@pytest.mark.parametrize(
    "text", ["Bonjour.\n---\na: b\n---\n", "---\nUne phrase.\n---\n", "---\n---\n", "---\na: b\n"]
)
def test_what_is_no_front_matter(text: str) -> None:
    assert read_front_matter(text) is None

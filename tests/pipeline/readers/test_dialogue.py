"""Dialogues: what is one, and whose words are whose; golden texts with their answers beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import GivenSpeaker, Reading, Slice
from pipeline.readers import read
from pipeline.readers.dialogue import is_dialogue, read_dialogue
from pipeline.readers.prose import read_prose
from pipeline.readers.speakers import is_anonymous, is_name_like, split_role, unify

GOLD = Path(__file__).resolve().parents[2] / "data" / "readers" / "dialogues"


def check_slices(reading: Reading) -> None:
    """The contract of every reading: turns in bounds, in order, trimmed, labelled by an appearance."""
    labels = [appearance.label for appearance in reading.appearances]
    assert len(labels) == len(set(labels))
    position = 0
    for turn in reading.turns:
        assert position <= turn.start < turn.end <= len(reading.text)
        words = reading.text[turn.start : turn.end]
        assert words == words.strip() and (turn.label is None or turn.label in labels)
        position = turn.end
        for word in turn.words:
            assert turn.start <= word.start < word.end <= turn.end and word.start_time <= word.end_time
    for appearance in reading.appearances:
        for where in appearance.evidence:
            assert reading.text[where.start : where.end].strip()


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.txt")), ids=lambda p: p.stem)
def test_golden_dialogues(path: Path) -> None:
    answer = json.loads(path.with_suffix(".json").read_text(encoding="utf8"))
    text = path.read_text(encoding="utf8")
    assert is_dialogue(text) is answer["dialogue"]
    if not answer["dialogue"]:
        return
    reading = read(path, "dialogue")
    check_slices(reading)
    turns = [
        [t.label, text[t.start : t.end], *([] if t.start_time is None else [t.start_time])]
        for t in reading.turns
    ]
    assert turns == answer["turns"]
    assert {a.label: a.name for a in reading.appearances} == answer["names"]
    assert all(a.rule == "written" and a.evidence for a in reading.appearances)


def test_times_close_at_the_next_start() -> None:
    text = "[00:01] Marie: Bonjour.\n[00:05] Paul: Bonjour.\n[00:09] Marie: On commence.\n"
    turns = read_dialogue(text, Slice(0, len(text))).turns
    assert [(t.start_time, t.end_time) for t in turns] == [(1, 5), (5, 9), (9, None)]


def test_times_that_run_backwards_are_not_believed() -> None:
    text = "[00:09] Marie: Bonjour.\n[00:05] Paul: Bonjour.\n[00:07] Marie: On commence.\n"
    assert {t.start_time for t in read_dialogue(text, Slice(0, len(text))).turns} == {None}


def test_given_speakers_win_over_what_is_written() -> None:
    given_speakers = (GivenSpeaker("Marie Curie", "physicienne"), GivenSpeaker("Paul Dupont"))
    text = "MC: Bonjour.\nPaul: Bonjour.\nPDUPONT: Oui.\nM. Curie: On commence.\n"
    reading = read_dialogue(text, Slice(0, len(text)), given_speakers)
    assert [t.label for t in reading.turns] == ["Marie Curie", "Paul Dupont", "Paul Dupont", "Marie Curie"]
    assert reading.appearances[0].role == "physicienne" and reading.appearances[0].decided_by == "given"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Marie Curie", ("Marie Curie", None, None)),
        ("Marie Curie, PDG", ("Marie Curie", "PDG", None)),
        ("Marie Curie, directrice IA chez Carrefour", ("Marie Curie", "directrice IA", "Carrefour")),
        ("Marie Curie (CNRS)", ("Marie Curie", None, "CNRS")),
        ("Marie Curie (chercheuse)", ("Marie Curie", "chercheuse", None)),
        ("Jane Doe, CTO at Acme", ("Jane Doe", "CTO", "Acme")),
        ("Jean-Pierre Dupont - Fnac", ("Jean-Pierre Dupont", "Fnac", None)),
    ],
)
def test_roles(written: str, expected: tuple[str, str | None, str | None]) -> None:
    assert split_role(written) == expected


def test_names() -> None:
    assert all(map(is_name_like, ["Marie", "Jean de La Fontaine", "Anne-Marie L.", "Intervenant 2", "JPB"]))
    assert not any(map(is_name_like, ["Conclusion", "À retenir", "une chose", "Le bilan de la journée est"]))
    assert all(map(is_anonymous, ["Speaker 1", "SPEAKER_00", "Q", "MV", "Public", "Le Président"]))
    assert not any(map(is_anonymous, ["Tom", "ANNA", "Marie Curie"]))


def test_an_ambiguous_first_name_stays_itself() -> None:
    labels = unify(["Marie Curie", "Marie Dupont", "Marie", "Dupont"])
    assert labels["Marie"] == "Marie" and labels["Dupont"] == "Marie Dupont"


NAMES = st.sampled_from(["Marie Curie", "Paul Dupont", "Zoé"])
SAID = st.sampled_from(["Bonjour à tous.", "Oui, « certes » : d'accord.", "Nous avons 30 ans de retard !"])


@given(st.lists(st.tuples(NAMES, SAID), min_size=6), st.sampled_from([": ", " : "]))
def test_every_word_of_a_dialogue_has_its_speaker(said: list[tuple[str, str]], colon: str) -> None:
    text = "\n".join(f"{name}{colon}{words}" for name, words in said)
    reading = read_dialogue(text, Slice(0, len(text)))
    check_slices(reading)
    counts = [name for name, _ in said]
    if all(counts.count(name) >= 2 for name in counts):
        assert [(t.label, text[t.start : t.end]) for t in reading.turns] == said
        assert is_dialogue(text)


@given(st.text(alphabet="Aé :.«»\n-*[]0123\t\ufeff(),"))
def test_any_text_keeps_the_contract(text: str) -> None:
    span = Slice(0, len(text))
    is_dialogue(text)
    check_slices(read_dialogue(text, span))
    reading = read_prose(text, span)
    check_slices(reading)
    kept = "".join(text[t.start : t.end] for t in reading.turns)
    assert "".join(kept.replace("\ufeff", "").split()) == "".join(text.replace("\ufeff", "").split())


def test_wrapped_prose_keeps_its_paragraphs() -> None:
    wrapped = (
        "Le salon a ouvert ses portes devant une foule de visiteurs venus de\n"
        "toute la France, et les premiers échanges ont porté sur la donnée\n"
        "des clients, que chacun veut garder chez soi pour des raisons de\n"
        "souveraineté.\n\n"
        "La table ronde du matin a réuni trois dirigeants autour de la même\n"
        "question, posée par le modérateur au début de la séance devant une\n"
        "salle comble.\n"
    )
    assert len(read_prose(wrapped, Slice(0, len(wrapped))).turns) == 2


@pytest.mark.parametrize(
    "text",
    [
        "00:00:12\nMarie : Bonjour.\n\n00:00:20\nPaul : Oui.\n\n00:01:02\nMarie : Ici.\n\n00:01:10\nLà.\n",
        "Marie: 00:00:12\n\nBonjour.\n\nPaul: 00:20\n\nOui.\n\nMarie: 01:02\n\nIci.\n\nMarie: 1:10\n\nLà.\n",
        "Marie (0:12):\nBonjour.\n\nPaul (0:20):\nOui.\n\nMarie (1:02):\nIci.\n\nMarie (1:10):\nLà.\n",
    ],
)
def test_times_on_their_own_lines(text: str) -> None:
    assert is_dialogue(text)
    reading = read_dialogue(text, Slice(0, len(text)))
    check_slices(reading)
    assert [(t.label, text[t.start : t.end], t.start_time) for t in reading.turns] == [
        ("Marie", "Bonjour.", 12), ("Paul", "Oui.", 20), ("Marie", "Ici.", 62), ("Marie", "Là.", 70),
    ]  # fmt: skip


def test_a_clock_is_not_the_time_of_a_recording() -> None:
    text = (
        "[Marie Curie] 14:02:11\nBonjour.\n\n[Paul Dupont] 14:02:20\nMerci.\n\n[Marie Curie] 14:02:25\nOui.\n"
    )
    turns = read_dialogue(text, Slice(0, len(text))).turns
    assert is_dialogue(text) and [turn.start_time for turn in turns] == [None] * 3

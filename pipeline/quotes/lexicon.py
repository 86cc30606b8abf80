"""The words of a language that the prose rules need, read from ``assets/language/<code>/*.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "language"
FILES = ("speech", "cues", "names", "roles", "mentions")
Words = frozenset[str]


@dataclass(frozen=True)
class Verbs:
    """Forms of the verbs of speech; entries may hold two words (« fait valoir »)."""

    finite: Words
    participles: Words
    infinitives: Words
    gerunds: Words


@dataclass(frozen=True)
class Lexicon:
    """Everything the rules know about one language. ``data`` holds the tables as word sets by name."""

    language: str
    verbs: Verbs
    data: dict[str, Words]
    role_groups: tuple[Words, ...]
    genders: dict[str, str]
    cue_phrases: tuple[tuple[str, ...], ...]
    subject_first_after: bool

    def __getitem__(self, name: str) -> Words:
        """The word set of that name."""
        return self.data[name]


def conjugate_fr(verb: str) -> tuple[set[str], set[str], set[str], set[str]]:
    """Third-person forms of a regular French verb: finite, participles, infinitive, gerund.

    Over-generates spelling variants (rappelle/rappele): a form that does not exist harms nobody.
    """
    verb = verb.removeprefix("s'")
    if verb.endswith("ir"):
        stem = verb[:-1]
        long = stem + "ss"
        return (
            {
                stem + "t",
                long + "ent",
                long + "ait",
                long + "aient",
                stem + "rent",
                stem + "ra",
                stem + "rait",
            },
            {stem, stem + "e", stem + "s", stem + "es"},
            {verb},
            {long + "ant"},
        )
    if verb.endswith("dre"):
        stem = verb[:-2]
        return (
            {stem, *(stem + e for e in ("ent", "ait", "aient", "it", "irent", "ra", "rait"))},
            {stem + "u", stem + "ue"},
            {verb},
            {stem + "ant"},
        )
    stem = verb[:-2]
    soft = {"c": stem[:-1] + "ç", "g": stem + "e"}.get(stem[-1], stem)
    spoken = grave(stem)
    finite = {s + e for s in {stem, spoken} for e in ("e", "ent", "era", "erait", "eront", "eraient", "es")}
    finite |= {soft + e for e in ("ait", "aient", "a")} | {stem + "èrent"}
    return finite, {stem + e for e in ("é", "ée", "és", "ées")}, {verb}, {soft + "ant"}


def grave(stem: str) -> str:
    """Stem before a mute e: rappel- → rappell-, espér- → espèr-, martel- → martèl- (both kept apart)."""
    if len(stem) > 2 and stem[-2] == "é" and stem[-1] not in "aeiouy":
        return stem[:-2] + "è" + stem[-1]
    if len(stem) > 3 and stem[-3] == "é" and stem[-2:] in ("gr", "bl", "cr", "tr"):
        return stem[:-3] + "è" + stem[-2:]
    if len(stem) > 2 and stem[-2] == "e" and stem[-1] in "lt":
        return stem + stem[-1] if stem.endswith(("appel", "jet")) else stem[:-2] + "è" + stem[-1]
    if len(stem) > 2 and stem[-2] == "e" and stem[-1] in "nmvr":
        return stem[:-2] + "è" + stem[-1]
    return stem[:-1] + "i" if stem.endswith("y") else stem


def conjugate_en(verb: str) -> tuple[set[str], set[str], set[str], set[str]]:
    """Forms of a regular English verb: finite, participle, base form, gerund."""
    base = verb[:-1] if verb.endswith("e") else verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {verb[:-1] + "ies", verb[:-1] + "ied"}, {verb[:-1] + "ied"}, {verb}, {verb + "ing"}
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")
    return {third, base + "ed"}, {base + "ed"}, {verb}, {base + "ing"}


def verb_forms(speech: dict[str, Any], language: str) -> Verbs:
    """All forms of the verbs of a ``speech.toml``."""
    rule = conjugate_en if language == "en" else conjugate_fr
    sets: list[set[str]] = [set(), set(), set(), set()]
    for verb in speech["regular"].split():
        for target, forms in zip(sets, rule(verb), strict=True):
            target |= forms
    for table in speech.get("irregular", {}).values():
        for target, key in zip(sets, ("finite", "participles", "infinitives", "gerunds"), strict=True):
            target |= set(table.get(key, ()))
    return Verbs(*map(frozenset, sets))


def word_sets(tables: dict[str, Any]) -> dict[str, Words]:
    """Every list (or block of words) of the tables, by its own name."""
    found: dict[str, Words] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            found |= word_sets(value) if name == "words" else {}
        elif isinstance(value, str):
            found[name] = frozenset(value.split())
        elif isinstance(value, list):
            found[name] = frozenset(value)
    return found


@cache
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of ``fr`` or ``en``; any other language gets the French one."""
    code = language if (FOLDER / language / "speech.toml").exists() else "fr"
    data: dict[str, Words] = {}
    speech: dict[str, Any] = {}
    for name in FILES:
        tables = tomllib.loads((FOLDER / code / f"{name}.toml").read_text(encoding="utf-8"))
        speech = tables if name == "speech" else speech
        data |= {("name_particles" if k == "particles" else k): v for k, v in word_sets(tables).items()}
    groups = tuple(frozenset(line.split()) for line in data["groups"])
    data["roles"] = frozenset().union(*groups) | data["other"]
    return Lexicon(
        language=code,
        verbs=verb_forms(speech, code),
        data=data,
        role_groups=groups,
        genders=first_name_genders(data),
        cue_phrases=phrases(data["prepositional"] | data["after_only"]),
        subject_first_after=bool(speech["words"].get("subject_first_after", False)),
    )


def first_name_genders(data: dict[str, Words]) -> dict[str, str]:
    """Gender of each first name: ``m``, ``f`` or ``?`` when it serves both."""
    genders = dict.fromkeys(data["masculine"], "m") | dict.fromkeys(data["feminine"], "f")
    return genders | dict.fromkeys(data["epicene"], "?")


def phrases(entries: Words) -> tuple[tuple[str, ...], ...]:
    """Cue phrases as word tuples, the longest first; an elided word keeps its apostrophe."""
    split = (tuple(entry.replace("'", "' ").split()) for entry in entries)
    return tuple(sorted(split, key=len, reverse=True))

"""Why a sentence is worth quoting, and how well it stands alone; rules from ``passages.toml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipeline.engines import Token
from pipeline.people.introductions import straight
from pipeline.words import language_data

WEIGHTS: Final[dict[str, float]] = {
    "opinion": 0.8,
    "figure": 0.7,
    "contrast": 0.65,
    "strong_word": 0.6,
    "prediction": 0.55,
    "advice": 0.55,
    "image": 0.5,
    "conclusion": 0.45,
    "definition": 0.4,
    "named": 0.25,
    "first_person": 0.25,
}
"""What each reason adds to a sentence's score; the order is that in which reasons are shown."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled rules of one language."""

    reasons: dict[str, re.Pattern[str]]
    dangling: re.Pattern[str]
    impersonal: re.Pattern[str]
    connectors: re.Pattern[str]
    announcing: re.Pattern[str]
    procedural: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence: reasons, their summed weight, and whether it dangles, begins with a connector,
    announces what follows, is housekeeping, asks, or has a finite verb."""

    reasons: tuple[str, ...]
    worth: float
    dangling: bool
    connector: bool
    announcing: bool
    procedural: bool
    question: bool
    verb: bool


@lru_cache(maxsize=4)
def rules(language: str) -> Rules:
    """The rules of ``language`` (``fr`` or ``en``), compiled once."""
    data = language_data(language, "passages")
    shape = data["shape"]

    def start(patterns: list[str]) -> re.Pattern[str]:
        return re.compile(rf"[«“\"'\s]*(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)

    def anywhere(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(patterns), re.IGNORECASE)

    return Rules(
        {reason: anywhere(patterns) for reason, patterns in data["reasons"].items()},
        re.compile(rf"[«“\"'\s]*(?:{'|'.join(shape['dangling'])})", re.IGNORECASE),
        re.compile(rf"[«“\"'\s]*(?:{'|'.join(shape['impersonal'])})", re.IGNORECASE),
        start(shape["connectors"]),
        anywhere(shape["announcing"]),
        anywhere(shape["procedural"]),
    )


def judge(sentence: str, tokens: Sequence[Token], named: bool, language: str) -> Judged:
    """Judge one sentence; ``tokens`` are its tagged tokens, ``named`` whether it names somebody."""
    known = rules(language)
    plain = straight(sentence)
    found = {reason for reason, pattern in known.reasons.items() if pattern.search(plain)}
    found |= _by_verbs(tokens) | ({"named"} if named else set())
    if "opinion" in found or "advice" in found:
        found.discard("first_person")
    reasons = tuple(reason for reason in WEIGHTS if reason in found)
    strong = len({match.group().casefold() for match in known.reasons["strong_word"].finditer(plain)})
    worth = sum(WEIGHTS[reason] for reason in reasons) + 0.2 * min(max(strong - 1, 0), 2)
    bare = re.sub(known.connectors.pattern + r",?\s+", "", plain, count=1, flags=re.IGNORECASE)
    return Judged(
        reasons,
        worth,
        bool(known.dangling.match(bare)) and not known.impersonal.match(bare),
        bare != plain,
        bool(known.announcing.search(plain)),
        bool(known.procedural.search(plain)),
        plain.rstrip("»”\"' ").endswith("?"),
        _has_verb(tokens),
    )


def _by_verbs(tokens: Sequence[Token]) -> set[str]:
    """Reasons read from morphology: a future tense predicts, an imperative advises."""
    found = set()
    for token in tokens:
        if token.pos in ("VERB", "AUX"):
            if "Tense=Fut" in token.morph:
                found.add("prediction")
            if "Mood=Imp" in token.morph:
                found.add("advice")
    return found


def _has_verb(tokens: Sequence[Token]) -> bool:
    """Whether a finite verb holds the sentence together; true where nothing was tagged."""
    return not tokens or any(
        t.pos in ("VERB", "AUX") and ("VerbForm=Fin" in t.morph or "Mood=" in t.morph or t.pos == "AUX")
        for t in tokens
    )

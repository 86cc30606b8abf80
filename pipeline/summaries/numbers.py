"""Numbers of a sentence, in digits or in words, as values that can be compared: French and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.words import fold, language_data

_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
    r"|n't\b|[^\W\d_]+|[^\w\s]"
)
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}
_ROMAN = re.compile(r"(?=[XVIL]{2,}$)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})$")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ORDINAL_ENDS = frozenset({"er", "ere", "e", "eme", "ieme", "nd", "nde", "st", "rd", "th", "°"})


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its unit (``%``, ``EUR``, ``month``, ``month of year``…; empty when none is said)
    and the words it was read from."""

    value: str
    unit: str
    shown: str


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    folded: str


def numbers(text: str, language: str) -> list[Number]:
    """Every number, percentage, amount, duration, fraction and month that ``text`` states.

    A lone « un », "one" or "a" is an article, and a lone "may" or "march" in small letters is no month.
    """
    data = language_data(language, "guard")
    tokens = [_Token(m.group(), fold(m.group())) for m in _TOKEN.finditer(text.replace("’", "'"))]
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        used, number = _read(tokens, at, data)
        if number is not None:
            found.append(number)
        at += max(used, 1)
    return found


def _read(tokens: list[_Token], at: int, data: Mapping[str, Any]) -> tuple[int, Number | None]:
    token = tokens[at]
    if token.raw[:1].isdigit() or token.folded in data["numbers"] or token.folded in data["ones"]:
        return _quantity(tokens, at, data)
    if token.folded in data["multipliers"] and len(token.folded) > 2:
        return _quantity(tokens, at, data)
    if token.raw in _SYMBOLS and at + 1 < len(tokens) and tokens[at + 1].raw[:1].isdigit():
        used, number = _quantity(tokens, at + 1, data)
        return used + 1, number and Number(number.value, _SYMBOLS[token.raw], token.raw + number.shown)
    return 1, _single(token, data)


def _single(token: _Token, data: Mapping[str, Any]) -> Number | None:
    """A fraction, a heap, an ordinal, a month or a Roman numeral written as one word."""
    if token.folded in data["fractions"]:
        return _fraction(str(data["fractions"][token.folded]), token.raw)
    if token.folded in data["heaps"]:
        return Number(str(data["heaps"][token.folded]), "heap", token.raw)
    if token.folded in data["ordinals"]:
        return Number(str(data["ordinals"][token.folded]), "rank", token.raw)
    if token.folded in data["months"] and (token.raw[:1].isupper() or token.folded not in ("may", "march")):
        return Number(str(data["months"][token.folded]), "month of year", token.raw)
    if _ROMAN.match(token.raw):
        return Number(str(_roman(token.raw)), "rank", token.raw)
    return None


def _fraction(code: str, shown: str) -> Number:
    if code.endswith("%"):
        return Number(code[:-1], "%", shown)
    return Number(code, "times", shown)


def _roman(raw: str) -> int:
    values = [_ROMAN_VALUES[c] for c in raw]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-v if v < after else v for v, after in pairs)


def _quantity(tokens: list[_Token], at: int, data: Mapping[str, Any]) -> tuple[int, Number | None]:
    total, group, used, spoken = 0.0, 0.0, 0, False
    last = ""
    while at + used < len(tokens):
        token = tokens[at + used]
        value, step = _piece(tokens, at + used, data, started=used > 0)
        if step == 0:
            break
        if token.folded in data["multipliers"]:
            group, total = _multiply(group or 1.0, total, float(value))
        elif token.raw[:1].isdigit() and last:
            break
        else:
            group += value
        spoken = True
        last = token.folded
        used += step
    total += group
    if not spoken:
        return 1, None
    words = [t.raw for t in tokens[at : at + used]]
    more, unit = _unit(tokens, at + used, data)
    lone = used == 1 and tokens[at].folded in data["ones"]
    if lone and unit != "%":
        return 1, None
    return used + more, Number(_written(total), unit, " ".join([*words, *_shown(tokens, at + used, more)]))


def _shown(tokens: list[_Token], at: int, more: int) -> Iterator[str]:
    yield from (t.raw for t in tokens[at : at + more])


def _multiply(group: float, total: float, by: float) -> tuple[float, float]:
    """The running group and total after a multiplier: "hundred" stays in the group, "thousand" closes it."""
    if by == 100:
        return group * by, total
    return 0.0, (total + group) * by if by > 1000 and total and not group else total + group * by


def _piece(tokens: list[_Token], at: int, data: Mapping[str, Any], *, started: bool) -> tuple[float, int]:
    """Value of the next word of a number and how many tokens it takes (0: the number is over)."""
    token = tokens[at]
    if token.raw[:1].isdigit():
        return (_digits(token.raw), 1) if not started else (0.0, 0)
    for field in ("numbers", "ones"):
        if token.folded in data[field]:
            if (
                token.folded == "quatre"
                and at + 1 < len(tokens)
                and _hyphen(tokens, at) in ("vingt", "vingts")
            ):
                return 80.0, _reach(tokens, at)
            return float(data[field][token.folded]), 1
    if token.folded in data["multipliers"] and not _is_percent(tokens, at, data):
        return float(data["multipliers"][token.folded]), 1
    joins = token.raw == "-" or token.folded == data["conjunction"]
    if started and joins and at + 1 < len(tokens) and _continues(tokens[at + 1], tokens[at - 1], data):
        value, used = _piece(tokens, at + 1, data, started=True)
        return value, used + 1 if used else 0
    return 0.0, 0


def _hyphen(tokens: list[_Token], at: int) -> str:
    after = tokens[at + 1 : at + 3]
    return next((t.folded for t in after if t.raw != "-"), "")


def _reach(tokens: list[_Token], at: int) -> int:
    return 3 if tokens[at + 1].raw == "-" else 2


def _continues(after: _Token, before: _Token, data: Mapping[str, Any]) -> bool:
    """Whether a joined word goes on with the same number ("vingt et un", "two hundred and five")."""
    if after.raw[:1].isdigit() or before.raw[:1].isdigit():
        return False
    return (
        after.folded in data["numbers"] or after.folded in data["ones"] or after.folded in data["multipliers"]
    )


def _is_percent(tokens: list[_Token], at: int, data: Mapping[str, Any]) -> bool:
    pair = " ".join(t.folded for t in tokens[max(at - 1, 0) : at + 1])
    return pair in data["percent"]


def _unit(tokens: list[_Token], at: int, data: Mapping[str, Any]) -> tuple[int, str]:
    rest = tokens[at : at + 3]
    if not rest:
        return 0, ""
    if rest[0].raw == "%" or rest[0].folded in data["percent"]:
        return 1, "%"
    if " ".join(t.folded for t in rest[:2]) in data["percent"]:
        return 2, "%"
    if rest[0].raw in _SYMBOLS:
        return 1, _SYMBOLS[rest[0].raw]
    if rest[0].folded in _ORDINAL_ENDS:
        return 1, "rank"
    linked = 1 if rest[0].folded in ("de", "d", "of") else 0
    linked += 1 if linked and len(rest) > 1 and rest[1].raw == "'" else 0
    if linked < len(rest) and rest[linked].folded in data["units"]:
        return linked + 1, str(data["units"][rest[linked].folded])
    return 0, ""


def _digits(raw: str) -> float:
    """Value of a number in digits: spaces, points or commas before three digits group thousands."""
    if re.fullmatch(r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{1,2})?", raw):
        whole = re.sub(r"[ \u00a0\u202f.,](?=\d{3}(?!\d))", "", raw)
        return float(whole.replace(",", "."))
    return float(raw.replace(",", "."))


def _written(value: float) -> str:
    return f"{round(value, 3):.3f}".rstrip("0").rstrip(".")

"""Likeness of personal names, by spelling and by sound.

A recogniser writes names as it hears them (« Julien Moro », "Mark"); a programme writes them as they
are. Both are folded to plain letters, then to a rough key of how French and English speakers would say
them, and compared. The key is our own reduction of well-known homophones, in the spirit of Soundex
(Russell 1918) and of Philips' Metaphone (1990); it decides nothing alone.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

SAME = 0.8
"""Likeness from which two names are taken as one."""

_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn)(?=[aeiou])", "n"),
        (r"eb(?=vr)", "e"),
        (r"ph", "f"),
        (r"sch|sh|tch", "ch"),
        (r"th", "t"),
        (r"(?:eau|au)(?:x|lt|ld|d|t|s)?$", "o"),
        (r"eau|au", "o"),
        (r"(?<=[aeiouy])(?:lt|ld)$", ""),
        (r"(?<=[bcdfgjklmnpqrtvz])(?:ot|os|op)$", "o"),
        (r"(?:et|ez|er|ai|ay|ey|ee|ée|es)$", "e"),
        (r"ai|ei|ay|ey", "e"),
        (r"oi|oy", "wa"),
        (r"ou|oo", "u"),
        (r"(?:ain|ein|aim|yn|ym|im)(?![aeiouynm])", "in"),
        (r"(?:em|en|am)(?=[bcdfgjklmpqrstvz])", "an"),
        (r"ch(?=[rlt])", "k"),
        (r"(?<![cs])c(?=[eiy])", "s"),
        (r"qu|ck|q|c(?!h)", "k"),
        (r"g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"w", "v"),
        (r"y", "i"),
        (r"(?<!c)h", ""),
        (r"x$", ""),
        (r"(?:z|ss)", "s"),
        (r"(.)\1+", r"\1"),
        (r"(?<=[a-z]{2})e$", ""),
        (r"(?<=[a-z]{2})[dtspx]$", ""),
        (r"(?<=[a-z]{2})e$", ""),
    )
)


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """Lower-case letters of a name without accents, its words parted by single spaces."""
    plain = name.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss").replace("ø", "o")
    decomposed = unicodedata.normalize("NFD", plain)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", letters).strip()


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """A rough key of how one word is said; homophones such as Moreau and Moro share it."""
    key = folded(word).replace(" ", "")
    for pattern, replacement in _SOUNDS:
        key = pattern.sub(replacement, key)
    return key


@lru_cache(maxsize=16384)
def word_likeness(one: str, other: str) -> float:
    """How alike two single names are, 0–1: 1 in plain letters, 0.95 by sound, else a mean of both ratios."""
    first, second = folded(one), folded(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if sound(one) == sound(other) and len(sound(one)) > 1:
        return 0.95
    spelling = SequenceMatcher(None, first, second).ratio()
    saying = SequenceMatcher(None, sound(one), sound(other)).ratio()
    return 0.9 * (spelling + saying) / 2


def likeness(one: str, other: str) -> float:
    """How alike two whole names are, 0–1; first and last names must each agree.

    A middle name may be missing on one side; a single name is compared only with a single name.
    """
    first, second = folded(one).split(), folded(other).split()
    if not first or not second or (len(first) == 1) != (len(second) == 1):
        return word_likeness(one.replace(" ", ""), other.replace(" ", "")) if first and second else 0.0
    if len(first) == len(second):
        parts = [word_likeness(a, b) for a, b in zip(first, second, strict=True)]
    else:
        joined = word_likeness("".join(first[1:]), "".join(second[1:]))
        parts = [word_likeness(first[0], second[0]), max(joined, word_likeness(first[-1], second[-1]))]
    return sum(parts) / len(parts) if min(parts) >= 0.6 else min(parts) * 0.8


def first_name(name: str) -> str:
    """The first word of a full name (a compound such as Jean-Luc is one word)."""
    return name.split()[0] if name.split() else ""


def last_name(name: str) -> str:
    """Everything after the first word of a full name."""
    return " ".join(name.split()[1:])


def initials(name: str) -> str:
    """Capital initials of a name, compound first names counted twice (Jean-Luc Petit: JLP)."""
    return "".join(part[0] for part in folded(name).split()).upper()


def titled(name: str) -> str:
    """A name with capitals where the source has none or nothing else (« claire DUMONT »)."""
    if name != name.lower() and name != name.upper():
        return name
    return re.sub(r"\w+", lambda word: word.group().capitalize(), name)

"""Words of a text, folded and stemmed without losing their slices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import Stemmer

from db.folding import language_data, stopwords
from db.records import Session, Slice

ASSETS = Path(__file__).resolve().parent.parent / "assets"
__all__ = [
    "ASSETS", "Term", "base", "body_of", "content", "fold", "language_data", "language_of", "stem",
    "stopwords", "words",
]  # fmt: skip
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>)\]]+|<[^<>\n]*>")
_SNOWBALL = {"fr": "french", "en": "english"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text: its slice, its folded form, its stem, its base (number and gender taken off,
    nothing else), and whether it is written in capitals."""

    start: int
    end: int
    folded: str
    stem: str
    base: str
    capitals: bool


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without accents or ligatures: « Œuvré » gives ``oeuvre``."""
    plain = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Any:
    return Stemmer.Stemmer(_SNOWBALL.get(language, "english"))


@lru_cache(maxsize=65536)
def stem(folded: str, language: str) -> str:
    """Snowball stem of a folded word (Porter 2001; accents are folded first so that typos still meet)."""
    return str(_stemmer(language).stemWord(folded))


@lru_cache(maxsize=65536)
def base(folded: str, language: str) -> str:
    """A folded word without its plural and feminine endings; verbs and derived words stay apart.

    Lighter than a stem, which would make « commerçant » meet « commerce » and « défi » meet DeFi.
    """
    if len(folded) <= 3:
        return folded
    if language == "fr":
        return _french_base(folded)
    if folded.endswith("ies") and len(folded) > 4:
        return folded[:-3] + "y"
    if folded.endswith(("sses", "xes", "ches", "shes", "zes")):
        return folded[:-2]
    return folded[:-1] if folded.endswith("s") and not folded.endswith(("ss", "us", "is")) else folded


def _french_base(folded: str) -> str:
    if folded.endswith("aux") and not folded.endswith("eaux"):
        return folded[:-3] + "al"
    bare = folded[:-1] if folded[-1] in "sx" else folded
    return bare[:-1] if bare.endswith("e") and len(bare) > 3 else bare


def words(text: str, language: str, start: int = 0, end: int | None = None) -> list[Term]:
    """Words of ``text[start:end]`` outside addresses and tags; apostrophes and hyphens separate words.

    The offsets are those of ``text``.
    """
    stop = len(text) if end is None else end
    hidden = [m.span() for m in _URL.finditer(text, start, stop)]
    found: list[Term] = []
    at = 0
    for match in _WORD.finditer(text, start, stop):
        while at < len(hidden) and hidden[at][1] <= match.start():
            at += 1
        if at < len(hidden) and hidden[at][0] <= match.start():
            continue
        word = match.group()
        folded = fold(word)
        capitals = len(word) > 1 and word.isupper()
        at_stem, at_base = stem(folded, language), base(folded, language)
        found.append(Term(match.start(), match.end(), folded, at_stem, at_base, capitals))
    return found


def body_of(session: Session) -> Slice:
    """The part of the session's text that holds its words (without front matter)."""
    return session.body or Slice(0, len(session.text))


def language_of(session: Session) -> str:
    """``fr`` or ``en``; French when the session does not say."""
    return session.language if session.language in _SNOWBALL else "fr"


def content(terms: Sequence[Term], language: str) -> list[Term]:
    """The words that carry a subject: no stop word, no single letter."""
    stop = stopwords(language)
    return [t for t in terms if t.folded not in stop and (len(t.folded) > 1 or t.folded.isdigit())]

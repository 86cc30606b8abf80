"""Folded forms under which words and names are matched, whatever their accents, case or apostrophes.

Stems follow the Snowball algorithms (https://snowballstem.org) through PyStemmer, on words already
folded, so that « école » and « ecole » always meet.
"""

from __future__ import annotations

import re
import threading
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import Stemmer

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
ASSETS = Path(__file__).resolve().parent.parent / "assets" / "language"
_SNOWBALL = {"fr": "french", "en": "english"}
_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ß": "ss",
        "ẞ": "ss",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
    }
)
_APOSTROPHES = str.maketrans("’‘ʼ′＇`´", "'''''''")
_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W_][^\W_{_MARKS}]*(?:[{_MARKS}]+[^\W_]*)*")
_APOSTROPHE = frozenset("'’ʼ‘")
_ELIDED = frozenset(("c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"))
# Folding blurs « utilisé » and « utilisée » for Snowball; short nouns (« donnée », « année ») stay apart.
_PARTICIPLE = re.compile(r"(?<=\w{6})ees?$")
_STEMMED_LETTERS = 64
_own = threading.local()


def fold(text: str) -> str:
    """Lower-case ``text`` without accents or ligatures, apostrophes straight; NFC and NFD meet."""
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    spread = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).translate(_LIGATURES))
    return "".join(c for c in spread if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=16)
def language_data(language: str, name: str) -> dict[str, Any]:
    """The data file ``assets/language/<language>/<name>.toml``."""
    return tomllib.loads((ASSETS / language / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def titles() -> frozenset[str]:
    """Folded forms of address (M., Mme, Dr…) of every language, without their points."""
    return frozenset(fold(t) for language in LANGUAGES for t in language_data(language, "titles")["words"])


@lru_cache(maxsize=4)
def stopwords(language: Language) -> frozenset[str]:
    """Folded words that carry no subject, from ``assets/language``."""
    listed = language_data(language, "stopwords")["words"]
    return frozenset(fold(word) for entry in listed for word in entry.split())


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Key under which spellings of one name meet: folded, single spaces, no form of address.

    A name made of nothing but forms of address keeps them; one without letters keeps its folded text.
    """
    words = _WORD.findall(fold(name))
    kept = list(words)
    while len(kept) > 1 and kept[0] in titles():
        kept.pop(0)
    return " ".join(kept) or fold(name).strip()


def words_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, folded)`` of each word of ``text``, in code points, elisions left out."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        folded = folded_word(match.group())
        if text[end : end + 1] in _APOSTROPHE and folded in _ELIDED and text[end + 1 : end + 2].isalnum():
            continue
        if folded:
            yield start, end, folded


@lru_cache(maxsize=131072)
def folded_word(word: str) -> str:
    """Fold one word and keep its letters and digits only."""
    return "".join(c for c in fold(word) if c.isalnum())


@lru_cache(maxsize=131072)
def stem(word: str, language: Language) -> str:
    """Stem one folded word by the rules of ``language``; letters beyond the 64th are cut."""
    word = word[:_STEMMED_LETTERS]
    if language == "fr":
        word = _PARTICIPLE.sub("e", word)
    return str(_stemmer(language).stemWord(word))


def _stemmer(language: Language) -> Any:
    # A Stemmer must not be shared between threads (PyStemmer's own notes).
    if not hasattr(_own, "stemmers"):
        _own.stemmers = {key: Stemmer.Stemmer(name) for key, name in _SNOWBALL.items()}
    return _own.stemmers[language]


def ruled_by(language: str | None) -> Language:
    """The language whose rules apply to a passage: English when it says so, else French."""
    return "en" if language and language.lower().startswith("en") else "fr"


def stems(text: str, language: str | None = "fr") -> str:
    """Stems of the words of ``text``, folded, in order and separated by spaces."""
    rules = ruled_by(language)
    return " ".join(stem(word, rules) for _, _, word in words_of(text))

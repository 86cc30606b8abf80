"""The words that the readers look for, from ``assets/readers/*.toml``, all languages together."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "readers"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words by use. ``months`` maps a month to 1–12, ``languages`` a name to its code and
    ``fields`` a written front matter key to its standard name."""

    not_speakers: frozenset[str]
    questions: frozenset[str]
    answers: frozenset[str]
    moderators: frozenset[str]
    anonymous: frozenset[str]
    honorifics: frozenset[str]
    particles: frozenset[str]
    joiners: frozenset[str]
    employers: frozenset[str]
    generic_folders: frozenset[str]
    months: dict[str, int]
    languages: dict[str, str]
    fields: dict[str, str]


def fold(text: str) -> str:
    """The key that words are compared by: lower case, no accents, no punctuation at the ends."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.split()).strip(" .:;,-–—*_")


@cache
def lexicon() -> Lexicon:
    """Load every language file once."""
    files = [tomllib.loads(p.read_text(encoding="utf8")) for p in sorted(FOLDER.glob("*.toml"))]
    sets = {
        key: frozenset(fold(word) for data in files for word in data[key])
        for key in Lexicon.__slots__
        if key not in ("months", "languages", "fields")
    }
    return Lexicon(
        **sets,
        months={fold(m): i for data in files for i, m in enumerate(data["months"], 1)},
        languages={fold(k): v for data in files for k, v in data["languages"].items()},
        fields=_fields(files),
    )


def _fields(files: list[dict[str, Any]]) -> dict[str, str]:
    return {
        fold(written): standard
        for data in files
        for standard, forms in data["fields"].items()
        for written in forms
    }

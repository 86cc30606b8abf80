"""Sentences that the pipeline wrote in English, in the language of the reader.

The command line and the archive keep the English sentence; the app matches it against the patterns of
``assets/locale/sentences_fr.toml`` and says it again. A sentence nobody translated is shown as it was
written: nothing is ever hidden.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from ui.words import LOCALE, language

_QUOTES = "'\"“”«»\u00a0\u202f "


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns and their French, those with most words of their own first."""
    held = tomllib.loads((LOCALE / "sentences_fr.toml").read_text(encoding="utf-8"))["sentence"]
    held.sort(key=lambda entry: -len(entry["en"].replace("{}", "")))
    return tuple((_pattern(entry["en"]), spaced(entry["fr"])) for entry in held)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, template.split("{}"))), re.DOTALL)


def spaced(french: str) -> str:
    """French with its no-break spaces, which nobody can see in a data file."""
    spaces = re.sub("« ?", "«\u202f", re.sub(" ?»", "\u202f»", french))
    return re.sub(" ([;!?])", "\u202f\\1", spaces).replace(" :", "\u00a0:")


def sentence(written: str) -> str:
    """The sentence in the language of the run, or as written."""
    if language() == "en":
        return written[:1].upper() + written[1:]
    for pattern, french in _patterns():
        found = pattern.fullmatch(written)
        if found:
            return french.format(*(part.strip(_QUOTES) for part in found.groups()))
    return written

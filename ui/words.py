"""Every visible word, in French or English, through gettext.

The language belongs to one script run: it is kept per thread, since Streamlit runs each visitor's
script in a thread of its own.
"""

from __future__ import annotations

import gettext
import threading
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
LOCALE = Path(__file__).resolve().parent.parent / "assets" / "locale"
_run = threading.local()


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation("florilege", LOCALE, [language])


def set_language(asked: str | None) -> Language:
    """Speak ``asked`` from now on in this run; anything unknown means French."""
    _run.language = "en" if asked == "en" else "fr"
    return language()


def language() -> Language:
    """The language of this run."""
    spoken: Language = getattr(_run, "language", "fr")
    return spoken


def _(message: str) -> str:
    """Translate a message."""
    return _catalogue(language()).gettext(message)


def count_of(singular: str, plural: str, number: int) -> str:
    """Translate a message that counts; ``{n}`` is replaced by the number, grouped for reading."""
    template = _catalogue(language()).ngettext(singular, plural, number)
    return template.format(n=grouped(number))


def grouped(number: int) -> str:
    """A number with thousands grouped as the language does."""
    separator = "\u202f" if language() == "fr" else ","
    return f"{number:,}".replace(",", separator)

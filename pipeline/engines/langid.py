"""Which of the two languages of the house a text is in."""

from __future__ import annotations

from functools import cache
from typing import Any

LANGUAGES = ("fr", "en")
SAMPLE = 4000


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def language_of(text: str) -> str:
    """``fr`` or ``en``, judged on the first few thousand characters (py3langid restricted to both)."""
    found = _identifier().classify(text[:SAMPLE])[0]
    return str(found)

"""Typography for export only: quotation marks, spaces and source lines, never stored.

French: « … » with no-break spaces inside, “…” within, a no-break space before : ; ! ? % and the closing
mark (Lexique des règles typographiques en usage à l'Imprimerie nationale; UN editorial manual, French
quotations). English: “…” with ‘…’ within. Words and their letters are never touched; :func:`plain` takes
all of it away again.
"""

from __future__ import annotations

import re
from typing import Final

NBSP: Final = "\u00a0"
NARROW: Final = "\u202f"
_SPACES = r"\s"
_PAIRS: Final = {"«": "»", "“": "”", "„": "“", "‹": "›"}
_HIGH = re.compile(
    rf"(?<=[^\s\u00a0\u202f(\[«“:;!?]){_SPACES}*([;!?]|:(?!//))(?=$|[\s\u00a0\u202f»”\"')\]!?…])"
)
_PERCENT = re.compile(rf"(?<=\d){_SPACES}*([%€$£])(?!\w)")
_THOUSANDS = re.compile(rf"(?<=\d){_SPACES}(?=\d{{3}}(?!\d))")


def french_quotation(text: str, width: str = NBSP) -> str:
    """``text`` between « », inner quotations between “ ”; ``width`` is the no-break space used.

    A quotation that ends the slice keeps its own final stop inside the marks.
    """
    return f"«{width}{french_spacing(_inner(text, '“', '”'), width)}{width}»"


def french_spacing(text: str, width: str = NBSP) -> str:
    """``text`` in one line with no-break spaces before high punctuation and %, and within thousands."""
    spaced = re.sub(rf"{_SPACES}+", " ", text).strip()
    spaced = _THOUSANDS.sub(NARROW, spaced)
    spaced = _PERCENT.sub(rf"{width}\1", spaced)
    return _HIGH.sub(rf"{width}\1", spaced)


def english_quotation(text: str) -> str:
    """``text`` between “ ” in one line, inner quotations between ‘ ’."""
    return f"“{re.sub(rf'{_SPACES}+', ' ', _inner(text, '‘', '’')).strip()}”"


def plain(text: str) -> str:
    """Words and stops alone: no quotation marks, straight apostrophes, single spaces, none before high
    punctuation, % or currency, nor within thousands.

    ``plain(french_quotation(t)) == plain(t)`` for every text, and the same in English: what typography
    added comes off again.
    """
    straight = re.sub(r"(?<=\w)[’ʼ](?=\w)", "'", text)
    spaced = re.sub(r"(?:\s|[«»“”„‹›‘’\"])+", " ", straight).strip()
    tight = re.sub(r"\s+(?=[;:!?%€$£])", "", spaced)
    return _THOUSANDS.sub("", tight)


def _inner(text: str, opener: str, closer: str) -> str:
    """Quotation marks inside ``text`` changed to those of the second level.

    Only marks that pair up are changed; a lone one stays as the source has it.
    """
    characters = list(text)
    for start, end in _pairs(text):
        characters[start], characters[end] = opener, closer
        if text[start] in "«‹":
            _blank(characters, start + 1, 1)
            _blank(characters, end - 1, -1)
    return "".join(characters)


def _pairs(text: str) -> list[tuple[int, int]]:
    """Positions of quotation marks that open and close each other, straight ones by turns."""
    pairs: list[tuple[int, int]] = []
    open_: list[int] = []
    for at, character in enumerate(text):
        closes = open_ and (character == _PAIRS.get(text[open_[-1]]) or character == text[open_[-1]] == '"')
        if closes and not text[at + 1 : at + 2].isalnum():
            pairs.append((open_.pop(), at))
        elif (character in _PAIRS or character == '"') and not text[max(at - 1, 0) : at].isalnum():
            open_.append(at)
    return pairs


def _blank(characters: list[str], at: int, step: int) -> None:
    """Drop the spaces that stood inside a guillemet, which “ ” do not take."""
    while 0 <= at < len(characters) and characters[at] in " \u00a0\u202f":
        characters[at] = ""
        at += step


def citation(
    text: str,
    speaker: str | None = None,
    role: str | None = None,
    organisation: str | None = None,
    title: str | None = None,
    event: str | None = None,
    time: float | None = None,
    language: str = "fr",
    width: str = NBSP,
) -> str:
    """A ready-to-paste line: quotation, then who, where and when (``time`` in seconds).

    « … » — Claire Dumont, directrice (Nordwand), « La table ronde », One to One 2025, 12:31.
    Without a speaker the line says so instead of guessing.
    """
    french = language == "fr"
    quotation = french_quotation(text, width) if french else english_quotation(text)
    who = speaker or ("Locuteur non identifié" if french else "Unidentified speaker")
    named = role.strip() if role else ""
    if organisation and organisation.casefold() not in named.casefold():
        named = f"{named} ({organisation})" if named else organisation
    place = (french_quotation(title, width) if french else english_quotation(title)) if title else ""
    moment = clock(time) if time is not None else ""
    return f"{quotation} — " + ", ".join(part for part in (who, named, place, event or "", moment) if part)


def clock(seconds: float) -> str:
    """Seconds as ``12:31`` or ``1:02:03``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"

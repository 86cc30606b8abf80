"""The YAML block at the head of a Markdown file: title, speakers, date, tags, media, event, edition…

Values are read as plain strings (no YAML dates, no Norway problem). A block that is not valid YAML is read
line by line, so that a title with an unquoted colon does not cost the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from db.records import GivenSpeaker
from pipeline.readers.lexicon import fold, lexicon
from pipeline.readers.speakers import is_full_name, split_role

BLOCK = re.compile(r"\ufeff?\s*---[ \t]*\n(?P<yaml>.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
KEY = re.compile(r"^(?P<key>[^\W\d_][\w \-]{0,40}?)\s*:(?:\s+(?P<value>.*))?$")
ISO = re.compile(r"(?<!\d)(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
DAY_FIRST = re.compile(r"^\s*(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
LIMIT = 65536
"""Characters: a longer block is not a front matter."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a front matter says, and ``end``, where the body begins in the text."""

    end: int
    title: str | None = None
    speakers: tuple[GivenSpeaker, ...] = ()
    date: str | None = None
    tags: tuple[str, ...] = ()
    media: str | None = None
    event: str | None = None
    edition: str | None = None
    language: str | None = None
    room: str | None = None
    track: str | None = None
    transcript: bool = False
    types: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_front_matter(text: str) -> FrontMatter | None:
    """The front matter at the head of ``text``, or ``None``."""
    match = BLOCK.match(text[: LIMIT + 8])
    if match is None or not KEY.search(_first_line(match["yaml"])):
        return None
    values, notes = _values(match["yaml"])
    known = {lexicon().fields.get(fold(key), fold(key)): value for key, value in reversed(values.items())}
    when, more = _date(_one(known.get("date")))
    return FrontMatter(
        match.end(),
        _one(known.get("title")),
        speakers_of(known.get("speakers")) + speakers_of(known.get("moderators")),
        when,
        _many(known.get("tags")),
        _one(known.get("media")),
        _one(known.get("event")),
        _one(known.get("edition")),
        _language(_one(known.get("language"))),
        _one(known.get("room")),
        _one(known.get("track")),
        "transcript" in known,
        _many(known.get("types", known.get("type"))),
        tuple(notes + more),
    )


def _first_line(block: str) -> str:
    return next((line for line in block.split("\n") if line.strip() and not line.startswith("#")), "")


def _values(block: str) -> tuple[dict[str, Any], list[str]]:
    try:
        loaded = yaml.load(block, Loader=yaml.BaseLoader)  # BaseLoader builds only str, list and dict
        if isinstance(loaded, dict):
            return {str(key): value for key, value in loaded.items()}, []
    except (yaml.YAMLError, RecursionError, ValueError):
        pass
    return _rescued(block), ["The front matter is not valid YAML; it was read line by line, check it."]


def _rescued(block: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    key = ""
    for line in block.split("\n"):
        match = KEY.match(line)
        if match:
            key = match["key"]
            values[key] = (match["value"] or "").strip().strip("'\"")
        elif key and line.strip().startswith("- "):
            held = values[key] if isinstance(values[key], list) else []
            values[key] = [*held, line.strip()[2:].strip().strip("'\"")]
    return values


def _one(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    cleaned = " ".join(value.split())
    return cleaned if cleaned and cleaned.lower() not in ("null", "~") else None


def _many(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[,;]", value)
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(one for item in value if (one := _one(item))))


def speakers_of(value: Any) -> tuple[GivenSpeaker, ...]:
    """Speakers from a list, mappings with name, role and organisation, or a string « A ; B »."""
    if isinstance(value, str):
        value = split_names(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    found = [_mapping(item) if isinstance(item, dict) else _written(item) for item in value]
    return tuple({speaker.name: speaker for speaker in found if speaker}.values())


def split_names(written: str) -> list[str]:
    """« A ; B », "A, B and C" into names; a comma that opens a role does not split."""
    if ";" in written:
        return written.split(";")
    joiners = "|".join(re.escape(word) for word in lexicon().joiners)
    parts = [p for p in re.split(rf",\s*(?:(?:{joiners})\s+)?|\s+(?:{joiners}|&)\s+", written) if p.strip()]
    return parts if len(parts) > 1 and all(is_full_name(part) for part in parts) else [written]


def _written(item: Any) -> GivenSpeaker | None:
    written = _one(item)
    if not written:
        return None
    name, role, organisation = split_role(re.sub(r"\s*<[^>]*>", "", written))
    return GivenSpeaker(name, role, organisation) if name else None


def _mapping(item: dict[str, Any]) -> GivenSpeaker | None:
    known = {lexicon().fields.get(fold(str(key)), fold(str(key))): value for key, value in item.items()}
    name = _one(known.get("title"))  # a field called "name" reads as a title
    return GivenSpeaker(name, _one(known.get("role")), _one(known.get("organisation"))) if name else None


def _language(written: str | None) -> str | None:
    if not written:
        return None
    code = lexicon().languages.get(fold(written), written[:2].lower())
    return code if len(code) == 2 and code.isalpha() else None


def _date(written: str | None) -> tuple[str | None, list[str]]:
    if not written:
        return None, []
    for parts in (_day_first(written), _iso(written), _worded(written)):
        if parts and (found := _valid(parts)):
            return found, []
    return None, [f"The date {written[:40]!r} is not understood; write it as YYYY-MM-DD."]


def _day_first(written: str) -> Sequence[int] | None:
    match = DAY_FIRST.match(written)
    return (int(match[3]), int(match[2]), int(match[1])) if match else None


def _iso(written: str) -> Sequence[int] | None:
    match = ISO.search(written)
    if match is None or (not match[2] and not written.strip().isdigit()):
        return None
    return [int(part) for part in match.groups() if part]


def _worded(written: str) -> Sequence[int] | None:
    """« 12 mars 2024 », "March 12, 2024", « mars 2024 »."""
    words = re.findall(r"[^\W\d_]+|\d+", fold(written))
    month = next((lexicon().months[w] for w in words if w in lexicon().months), None)
    year = next((int(w) for w in words if w.isdigit() and len(w) == 4), None)
    day = next((int(w) for w in words if w.isdigit() and len(w) <= 2), None)
    if month is None or year is None:
        return None
    return (year, month, day) if day else (year, month)


def _valid(parts: Sequence[int]) -> str | None:
    try:
        whole = date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    return whole.isoformat()[: {1: 4, 2: 7, 3: 10}[len(parts)]]

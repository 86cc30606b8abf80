"""Readers: every accepted text file becomes a :class:`~db.records.Reading`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from db.records import Reading, Slice
from pipeline.errors import BadText, WrongKind
from pipeline.readers.decode import Decoded, decode, load
from pipeline.readers.dialogue import read_dialogue
from pipeline.readers.document import read_document
from pipeline.readers.markdown import read_markdown
from pipeline.readers.prose import read_prose
from pipeline.readers.subtitles import read_subtitles
from pipeline.readers.timed_json import read_json

__all__ = ["read"]


def read(path: Path, kind: str, name: str | None = None) -> Reading:
    """Read a text file of a :class:`~pipeline.kinds.Kind`; ``name`` is what messages call the file.

    For prose, dialogue and Markdown ``text`` is the decoded file with universal newlines and ``body`` its
    part after the front matter; for subtitles, JSON and DOCX ``text`` is built from cues or paragraphs.
    Raises WrongKind for sound, BadText, BadSubtitles, Unsafe or TooLarge.
    """
    shown = name or path.name
    if kind == "docx":
        return _whole(read_document(path, shown), shown)
    decoded = decode(load(path, shown), shown)
    reading = _read_text(decoded, kind, shown)
    return _whole(replace(reading, notes=(*decoded.notes, *reading.notes)), shown)


def _read_text(decoded: Decoded, kind: str, name: str) -> Reading:
    text = decoded.text
    span = Slice(1 if text.startswith("\ufeff") else 0, len(text))
    if kind in ("vtt", "srt"):
        return read_subtitles(text, name)
    if kind in ("whisper-json", "podcast-json"):
        return read_json(text, name)
    if kind == "markdown":
        return read_markdown(text)
    if kind == "dialogue":
        return read_dialogue(text, span)
    if kind == "prose":
        return read_prose(text, span)
    raise WrongKind(f"{name!r} is {kind}, not text; recordings are transcribed, not read.")


def _whole(reading: Reading, name: str) -> Reading:
    """The reading with a body; raises BadText when there is nobody and nothing to read in it."""
    if not reading.turns:
        raise BadText(f"{name!r} holds no words to read; check that it was saved, then add it again.")
    return reading if reading.body else replace(reading, body=Slice(0, len(reading.text)))

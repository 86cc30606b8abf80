"""WebVTT (W3C TR 2019) and SubRip subtitles: blocks with times, voices, tags and word times.

One strict line parser for both, since files of either kind are found under either name. What cannot be
understood raises BadSubtitles with its line; what can be repaired is repaired with a note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.records import Reading
from pipeline.errors import BadSubtitles
from pipeline.readers.cues import Cue, assemble, in_order, unroll
from pipeline.readers.lexicon import fold, lexicon
from pipeline.readers.markup import Piece, pieces_of, plain
from pipeline.readers.prefixes import name_prefixes

STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
TIMING = re.compile(rf"^\s*{STAMP}\s*-{{1,2}}>\s*{STAMP}(?:\s+.*)?$")
INDEX = re.compile(r"^\s*\d+\s*$")
SKIPPED = ("NOTE", "STYLE", "REGION")
LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2,})", re.MULTILINE)


@dataclass(slots=True)
class Block:
    """The raw lines of one cue; ``line`` is its timing line in the file, from 1."""

    start_time: float
    end_time: float
    line: int
    rows: list[str] = field(default_factory=list)


def read_subtitles(text: str, name: str) -> Reading:
    """Cues of a VTT or SRT file as a transcript; raises BadSubtitles with the line number."""
    text = text.lstrip("\ufeff")
    rows = text.split("\n")
    header = _header_end(rows)
    blocks, notes = _blocks(rows, header, name)
    if not blocks:
        raise BadSubtitles(
            f"{name!r} has no cue up to line {len(rows)}: expected a line such as "
            "« 00:00:01.000 --> 00:00:04.000 »; export the subtitles again."
        )
    cues, more = in_order([_whole(block) for block in blocks])
    cues, rolled = unroll(cues, [[plain(row) for row in cue.text.split("\n")] for cue in cues])
    if rolled:
        more.append(f"{rolled} lines that rolling captions show twice were left out.")
    return assemble(_spoken(cues), [*notes, *more], _language("\n".join(rows[:header])))


def looks_like_subtitles(text: str) -> bool:
    """True when the text opens with WEBVTT or has a timing line among its first lines."""
    text = text.lstrip("\ufeff")
    return text.startswith("WEBVTT") or any(TIMING.match(row) for row in text.lstrip().split("\n")[:4])


def _header_end(rows: Sequence[str]) -> int:
    if not rows[0].startswith("WEBVTT"):
        return 0
    return next((i for i, row in enumerate(rows) if not row.strip() or "-->" in row), len(rows))


def _blocks(rows: Sequence[str], start: int, name: str) -> tuple[list[Block], list[str]]:
    blocks: list[Block] = []
    notes: list[str] = []
    skipping, blank = False, True
    for i in range(start, len(rows)):
        row = rows[i]
        if _is_timing(row):
            _drop_glued_index(blocks, rows[i - 1])
            blocks.append(_open(row, i + 1, name))
            skipping, blank = False, False
        elif not row.strip():
            skipping, blank = False, True
        elif skipping or (blank and _announces(rows, i)):
            skipping = skipping or _is_skipped(row)
            blank = False
        else:
            _continue(blocks, row, i + 1, blank, notes, name)
            blank = False
    return blocks, notes


def _is_timing(row: str) -> bool:
    return "-->" in row or bool(TIMING.match(row))


def _announces(rows: Sequence[str], i: int) -> bool:
    """An identifier just before a timing line, or the first line of a NOTE, STYLE or REGION block."""
    followed = i + 1 < len(rows) and _is_timing(rows[i + 1])
    return followed or _is_skipped(rows[i]) or _dangling_index(rows, i)


def _dangling_index(rows: Sequence[str], i: int) -> bool:
    if not INDEX.match(rows[i]):
        return False
    following = next((rows[j] for j in range(i + 1, len(rows)) if rows[j].strip()), "-->")
    return _is_timing(following)


def _drop_glued_index(blocks: Sequence[Block], before: str) -> None:
    """Where the blank line between two cues is missing, the index was taken for a line of text."""
    if blocks and len(blocks[-1].rows) > 1 and blocks[-1].rows[-1] is before and INDEX.match(before):
        blocks[-1].rows.pop()


def _is_skipped(row: str) -> bool:
    return row.split(" ")[0].rstrip("\t\r") in SKIPPED and not row.startswith("NOTE:")


def _continue(blocks: list[Block], row: str, line: int, blank: bool, notes: list[str], name: str) -> None:
    if not blocks:
        raise BadSubtitles(
            f"{name!r}, line {line}: expected a cue time « 00:00:01.000 --> 00:00:04.000 », found "
            f"{row.strip()[:40]!r}; export the subtitles again."
        )
    if blank and blocks[-1].rows:
        notes.append(f"Line {line}: text after a blank line was kept with the cue before it.")
    blocks[-1].rows.append(row)


def _open(row: str, line: int, name: str) -> Block:
    match = TIMING.match(row)
    if match is None or any(int(match[i] or 0) > 59 for i in (2, 3, 6, 7)):
        raise BadSubtitles(
            f"{name!r}, line {line}: {row.strip()[:60]!r} is not a cue time such as "
            "« 00:00:01.000 --> 00:00:04.000 »; correct that line."
        )
    groups = match.groups()
    return Block(_seconds(groups[:4]), _seconds(groups[4:]), line)


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _whole(block: Block) -> Cue:
    rows = [row for row in block.rows if row.strip()]
    return Cue(block.start_time, block.end_time, "\n".join(rows), line=block.line)


def _spoken(cues: Sequence[Cue]) -> list[Cue]:
    """Cues without markup, one per voice, with « Name: » prefixes read as labels."""
    parts: list[tuple[Cue, Piece]] = []
    for cue in cues:
        parts.extend((cue, piece) for piece in pieces_of(cue.text, cue.start_time, cue.end_time))
    spoken = [
        Cue(cue.start_time, cue.end_time, piece.text, piece.voice, piece.words, piece.turn, cue.line)
        for cue, piece in parts
    ]
    return name_prefixes(spoken)


def _language(header: str) -> str | None:
    match = LANGUAGE.search(header)
    if match is None:
        return None
    code = lexicon().languages.get(fold(match[1]), match[1][:2].lower())
    return code if len(code) == 2 else None

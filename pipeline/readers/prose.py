"""Articles and recaps: the decoded file is the text, each paragraph a turn without label."""

from __future__ import annotations

import re
from statistics import median

from db.records import Reading, Slice, Turn
from pipeline.readers.dialogue import lines_of, trim

BLANK_LINE = re.compile(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*)+")


def read_prose(text: str, span: Slice) -> Reading:
    """Paragraphs of ``text[span.start:span.end]``."""
    return Reading(text, "prose", paragraphs(text, span), body=span)


def paragraphs(text: str, span: Slice) -> tuple[Turn, ...]:
    """A paragraph ends at a newline, or at a blank line where lines are wrapped at a fixed width."""
    if not _wrapped(text, span):
        spans = [(line.start, line.end) for line in lines_of(text, span)]
    else:
        spans, start = [], span.start
        for gap in BLANK_LINE.finditer(text, span.start, span.end):
            spans.append((start, gap.start()))
            start = gap.end()
        spans.append((start, span.end))
    turns = (trim(text, Turn(start, end)) for start, end in spans)
    return tuple(turn for turn in turns if turn.end > turn.start)


def _wrapped(text: str, span: Slice) -> bool:
    """Lines of one width (50–100 characters) that mostly end in mid-sentence, blocks apart by blank lines."""
    body = text[span.start : span.end]
    inner = [line for block in BLANK_LINE.split(body) for line in block.split("\n")[:-1]]
    lengths = [len(line.rstrip()) for line in inner if line.strip()]
    if len(lengths) < 4 or not BLANK_LINE.search(body.strip()):
        return False
    width = median(lengths)
    even = sum(abs(n - width) <= 15 for n in lengths) >= 0.8 * len(lengths)
    cut = sum(line.rstrip()[-1:] not in '.!?…»”":' for line in inner if line.strip()) >= 0.7 * len(lengths)
    return 50 <= width <= 100 and even and cut

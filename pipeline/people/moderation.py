"""Who moderates: the voice that welcomes, introduces others, hands over, asks and closes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from pipeline.people.introductions import Block, Mention, straight
from pipeline.people.name_cues import Cues

_ENOUGH = 3.0
_QUESTION = re.compile(r"\?\s*$")


def moderators(text: str, blocks: Sequence[Block], mentions: Sequence[Mention], cues: Cues) -> frozenset[str]:
    """Labels of voices that moderate; empty for a talk by one voice.

    Each sign counts (saying so 2, welcome 1, guests introduced up to 2, hand-overs up to 3, turns
    that end in a question up to 2, closing words 1); at least two kinds of signs are needed, and a second
    moderator must reach the first one's points.
    """
    if len({block.label for block in blocks}) < 2:
        return frozenset()
    points = {label: sum(signs.values()) for label, signs in _signs(text, blocks, mentions, cues).items()
              if sum(value > 0 for value in signs.values()) >= 2}  # fmt: skip
    best = max(points.values(), default=0.0)
    return frozenset(label for label, sum_ in points.items() if sum_ >= max(_ENOUGH, best))


def _signs(
    text: str, blocks: Sequence[Block], mentions: Sequence[Mention], cues: Cues
) -> dict[str, dict[str, float]]:
    """Points by label and kind of sign."""
    signs: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    plain = straight(text)
    for block in blocks:
        of = signs[block.label]
        if block is blocks[0] and cues.welcome.search(plain, block.start, block.end):
            of["welcome"] = 1.0
        if cues.declared.search(plain, block.start, block.end):
            of["declared"] = 2.0
        if block in blocks[-2:] and cues.closing.search(plain, block.start, block.end):
            of["closing"] = 1.0
        if block.words <= 80 and _QUESTION.search(plain[block.start : block.end]):
            of["question"] = min(2.0, of["question"] + 0.5)
    for mention in mentions:
        of = signs[mention.label]
        if mention.kind == "introduced":
            of["introduced"] = min(2.0, of["introduced"] + 1.0)
        elif mention.kind == "next":
            of["handover"] = min(3.0, of["handover"] + 1.0)
    return signs

"""« Name: » at the start of subtitle lines (Podcasting 2.0 SRT, broadcasters) into labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.readers.cues import Cue
from pipeline.readers.speakers import fold_name, is_full_name, is_name_like

PREFIX = re.compile(
    r"^\s*(?:\[|\()?(?P<name>[^\W\d_][^:\n<>«»\"“”()\[\]!?;…]{0,49}?)(?:\]|\))?\s*:(?:\s+|$)(?P<rest>.*)$",
    re.DOTALL,
)
NOISE = re.compile(r"^\s*(?:\([^()]*\)|\[[^\[\]]*\]|[♪♫#][^♪♫]*[♪♫#])\s*$")
"""« (Applaudissements) », "[music]", « ♪ la la ♪ »: nobody's words."""
CARRIED = 0.8
"""Confidence of a label carried on from the cue before: the name is written on a change of speaker only."""


def name_prefixes(cues: Sequence[Cue]) -> list[Cue]:
    """Move accepted prefixes from the text to the label and carry it to the cues that follow.

    Accepted: full names, and names that open at least two lines; « Conclusion : » is not a speaker.
    """
    rows = [row for cue in cues if cue.label is None for row in cue.text.split("\n")]
    names = [match["name"] for row in rows if (match := PREFIX.match(row))]
    counts = Counter(fold_name(name) for name in names if is_name_like(name))
    accepted = {key for key, n in counts.items() if n >= 2}
    accepted |= {fold_name(name) for name in names if is_full_name(name)}
    if len(accepted) >= 2:
        accepted |= set(counts)
    if not accepted:
        return list(cues)
    return _carried([part for cue in cues for part in _split(cue, accepted)])


def _split(cue: Cue, accepted: set[str]) -> list[Cue]:
    if cue.label is not None:
        return [cue]
    parts: list[Cue] = []
    for row in [cue.text] if cue.words else cue.text.split("\n"):
        match = PREFIX.match(row)
        if match and fold_name(match["name"]) in accepted:
            parts.append(replace(cue, text=match["rest"], label=match["name"].strip(), turn=False))
        elif parts and not (match and is_name_like(match["name"])):
            parts[-1] = replace(parts[-1], text=f"{parts[-1].text}\n{row}")
        else:
            parts.append(replace(cue, text=row, turn=cue.turn or bool(parts)))
    return parts


def _carried(cues: Sequence[Cue]) -> list[Cue]:
    found: list[Cue] = []
    label: str | None = None
    for cue in cues:
        match = PREFIX.match(cue.text)
        unsure = match is not None and is_name_like(match["name"])
        if cue.label is None and NOISE.match(cue.text):
            found.append(cue)
        elif cue.label is not None or cue.turn or unsure:
            label = cue.label
            found.append(cue)
        else:
            found.append(replace(cue, label=label, confidence=CARRIED if label else 1.0))
    return found

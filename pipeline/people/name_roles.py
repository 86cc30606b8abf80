"""Functions and organisations said beside a name, or by a voice of itself."""

from __future__ import annotations

from db.records import Slice
from pipeline.people.name_cues import Cues

_REACH = 200
"""Code points after a name in which its function must end."""


def role_after(text: str, at: int, end: int, cues: Cues) -> tuple[str | None, str | None, int]:
    """Function and organisation in apposition at ``at`` (before ``end``), and where they end.

    ``text`` has straight apostrophes. « , directrice marketing chez Nordwand » gives both; « de chez
    Nordwand » only the second.
    """
    window = text[: min(end, at + _REACH)]
    word = text.rfind(" ", 0, max(at - 1, 0)) + 1
    said = cues.described.match(text, word, end)
    begin = said.end() if said and said.end() > at else at
    start = cues.role_start.match(window, begin)
    if start is None:
        near = cues.strong_organisation.match(window, begin)
        return (None, near["organisation"], near.end()) if near else (None, None, at)
    stop = cues.role_stop.search(window, start.end())
    reach = stop.start() if stop else len(window)
    strong = cues.strong_organisation.search(window, start.end(), reach)
    place = strong or cues.weak_organisation.search(window, start.end(), reach)
    if place is None:
        return window[start.end() : reach].strip() or None, None, reach
    return window[start.end() : place.start()].strip(" ,") or None, place["organisation"], place.end()


def own_role(text: str, start: int, end: int, cues: Cues) -> tuple[str | None, str | None, Slice] | None:
    """« Je suis chercheuse chez X » early in a turn: what a voice says of itself without a name."""
    match = cues.own_role.search(text, start, min(end, start + 3 * _REACH))
    if match is None:
        return None
    role, organisation, reach = role_after(text, match.end(), end, cues)
    return (role, organisation, Slice(match.start(), reach)) if role else None

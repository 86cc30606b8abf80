"""Cells that no spreadsheet will run."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def inert(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would read as a formula (OWASP CSV injection)."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS):
        return f"'{value}"
    return value

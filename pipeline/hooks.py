"""One progress hook for every long piece of work."""

from __future__ import annotations

from collections.abc import Callable

Hook = Callable[[str, float, float], None]
"""``hook(step, done, total)``: how much of a named step is done, in the step's own unit."""


def silent(step: str, done: float, total: float) -> None:
    """Ignore progress."""

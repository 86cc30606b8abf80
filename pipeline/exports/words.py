"""Small words that every export writes the same way."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def clock(seconds: float, *, hours: bool = False, mark: str = ".", decimals: int = 0) -> str:
    """Seconds as ``12:31`` or ``1:02:03``, never later than said; with ``hours`` always ``01:02:03.250`` for
    subtitles, to the nearest."""
    scale = 10**decimals
    ticks = round(seconds * scale) if decimals else int(seconds)
    whole, fraction = divmod(ticks, scale)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    tail = f"{mark}{fraction:0{decimals}d}" if decimals else ""
    if hours:
        return f"{hour:02d}:{minute:02d}:{second:02d}{tail}"
    return f"{hour}:{minute:02d}:{second:02d}{tail}" if hour else f"{minute}:{second:02d}{tail}"


def plain_markdown(text: str) -> str:
    """Escape what Markdown would interpret, so that data is shown literally."""
    return _MARKDOWN.sub(r"\\\1", text)

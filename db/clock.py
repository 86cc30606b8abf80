"""The one clock of the archive."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Current time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

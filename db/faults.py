"""Root of the tree of errors, and the ones the archive itself raises.

``pipeline.errors`` re-exports them beside all others; they stand here because ``db`` imports nothing
above itself.
"""

from __future__ import annotations


class FlorilegeError(Exception):
    """Base of every expected error; its message is one sentence fit to be shown."""


class ArchiveError(FlorilegeError):
    """The archive cannot be opened or is not one of ours."""


class ArchiveBusy(ArchiveError):
    """Another process holds the archive; nothing was half-written."""


class ArchiveNewer(ArchiveError):
    """The archive was written by a newer version of this program."""


class NotFound(FlorilegeError):
    """No such session, speaker, quote or setting."""

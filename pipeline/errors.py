"""Every error of the house, as one tree.

A message is one clear sentence that names the file or field and what to do next; the command line
and the app show it as it is.
"""

from __future__ import annotations

from db.faults import ArchiveBusy, ArchiveError, ArchiveNewer, FlorilegeError, NotFound


class Refused(FlorilegeError):
    """A source cannot be taken in; its original stays where it was."""


class WrongKind(Refused):
    """The content is not of a kind we read, whatever the name says."""


class NoSound(Refused):
    """The file holds no audible stream."""


class Damaged(Refused):
    """The recording is damaged in a way that would shift its times."""


class BadSubtitles(Refused):
    """A subtitle file cannot be understood; the message gives the line."""


class BadText(Refused):
    """A text, transcript or document cannot be decoded or holds nothing to read."""


class Unsafe(Refused):
    """The file would harm the machine (bomb, external entity, remote address)."""


class TooLarge(Refused):
    """A limit of size, length or channels is exceeded."""


class NoRoom(FlorilegeError):
    """The disk is full or the folder cannot be written."""


class EngineError(FlorilegeError):
    """A model could not do its work."""


class ModelMissing(EngineError):
    """A model is not on this machine; the message gives the command that installs it."""


class WorkerDied(EngineError):
    """The process of a job ended without an answer (crash, memory)."""


class Invented(EngineError):
    """A generated sentence says something its slices do not hold; it is refused."""


class BadSetting(FlorilegeError):
    """A setting has a value that cannot be used."""


__all__ = [
    "ArchiveBusy",
    "ArchiveError",
    "ArchiveNewer",
    "BadSetting",
    "BadSubtitles",
    "BadText",
    "Damaged",
    "EngineError",
    "FlorilegeError",
    "Invented",
    "ModelMissing",
    "NoRoom",
    "NoSound",
    "NotFound",
    "Refused",
    "TooLarge",
    "Unsafe",
    "WorkerDied",
    "WrongKind",
]

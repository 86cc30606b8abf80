"""Telling what went wrong beside the sessions themselves, where nobody waits for an answer."""

from __future__ import annotations

import logging
import sqlite3


def tell(sentence: str, error: Exception) -> None:
    """Say a sentence on standard error; an archive that cannot be read or written is raised instead."""
    if isinstance(error, sqlite3.OperationalError):
        raise error
    logging.getLogger("florilege").warning(sentence)

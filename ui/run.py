"""One run of the app: language, archive, page, and what is shown when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from sqlite_utils import Database

from db.connection import open_archive
from pipeline.errors import FlorilegeError
from pipeline.settings import default_archive
from ui import frame, shell
from ui.pages import add, home, quotes, reader, search, sessions, speaker, speakers, theme, themes
from ui.place import Place, place_of
from ui.sentences import sentence
from ui.words import _, set_language

LOG = logging.getLogger("florilege.ui")
Draw = Callable[[Database, Place], None]
PAGES: dict[str, Draw] = {
    "home": home.draw,
    "sessions": sessions.draw,
    "session": reader.draw,
    "quotes": quotes.draw,
    "quote": quotes.draw_one,
    "speakers": speakers.draw,
    "speaker": speaker.draw,
    "themes": themes.draw,
    "theme": theme.draw,
    "search": search.draw,
    "add": add.draw,
}


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """An archive for this run and thread only. Raises ArchiveError, ArchiveBusy, ArchiveNewer."""
    db = open_archive(folder)
    try:
        yield db
    finally:
        db.conn.close()


def draw() -> None:
    """Draw the page that the address asks for."""
    parameters = dict(st.query_params)
    set_language(parameters.get("lang"))
    place = place_of(parameters)
    st.set_page_config(page_title="Florilège", page_icon=shell.ICON, layout="wide")
    shell.mount(place)
    frame.header(place)
    try:
        with opened(default_archive()) as db:
            PAGES.get(place.page, _missing)(db, place)
    except FlorilegeError as error:
        frame.failure(sentence(str(error)))
    except Exception:
        LOG.exception("page %s failed", place.page)
        frame.failure(
            _(
                "Something unexpected happened on this page. The archive is untouched; the details "
                "are in the server's log."
            )
        )
    frame.footer(shell.drawing())


def _missing(db: Database, place: Place) -> None:
    frame.not_found(_("There is no such page."))

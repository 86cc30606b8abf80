"""Adding sessions: files, a folder or a pasted text; what is under way; what was refused and why."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import streamlit as st
from sqlite_utils import Database

from db import browse_jobs
from pipeline import originals
from pipeline.errors import FlorilegeError
from pipeline.intake import Item, Options, Report, add_files, items_from, parse_speakers
from pipeline.jobs import start_background
from pipeline.projection import archive_folder
from pipeline.settings import load_settings
from ui import work
from ui.frame import heading, notice, put
from ui.html import Child, Markup, div, join, link, tag
from ui.place import Place, changed, href
from ui.sentences import sentence
from ui.words import _, count_of

WAYS = ("files", "folder", "text")
Gather = Callable[[Path], Sequence[Item]]
"""Writes what was given into a folder of its own, when it must, and names the items."""


def draw(db: Database, place: Place) -> None:
    """Draw the page that adds sessions."""
    way = place.get("way") if place.get("way") in WAYS else "files"
    put(
        div(
            "fl-page",
            heading(
                _("Add sessions"),
                lead=_("Originals are kept untouched in the archive, and never leave this machine."),
            ),
            tag(
                "nav",
                [_way(place, key, name, way) for key, name in _ways()],
                class_="fl-tabs",
                aria_label=_("Ways to add"),
            ),
        )
    )
    with st.container(key="adding"):
        _tell()
        {"files": _files, "folder": _folder, "text": _text}[way](db)
    if browse_jobs.unfinished(db):
        work.live()
    else:
        work.settled(db)
    work.refusals(db)


def _ways() -> list[tuple[str, str]]:
    return [("files", _("Files")), ("folder", _("Folder")), ("text", _("Pasted text"))]


def _way(place: Place, key: str, name: str, here: str) -> Markup:
    return link(changed(place, way=key), name, aria_current="true" if key == here else None)


def _form(way: str) -> AbstractContextManager[Any]:
    return st.form(f"add-{way}", clear_on_submit=True, border=False, enter_to_submit=False)


def _files(db: Database) -> None:
    with _form("files"):
        files = st.file_uploader(
            _("Recordings, subtitles, transcripts, texts"), accept_multiple_files=True, key="uploads"
        )
        put(
            tag(
                "p",
                _(
                    "Up to 200 MB a file. Longer recordings and videos enter by the folder way: they "
                    "are read from the disk, without passing through the browser."
                ),
                class_="fl-meta",
            )
        )
        options = _options()
        if st.form_submit_button(_("Add these files"), type="primary"):
            if not files:
                _said([("warning", _("Choose at least one file first."))])
            else:
                _take(
                    db,
                    lambda folder: [_saved(folder, number, file) for number, file in enumerate(files)],
                    options,
                )


def _saved(folder: Path, number: int, file: Any) -> Item:
    """Upload names arrive raw: the bytes go into a numbered folder under a cleaned, short name."""
    place = folder / str(number)
    place.mkdir()
    path = place / tame(file.name)
    path.write_bytes(file.getbuffer())
    return Item(path, file.name)


def tame(name: str) -> str:
    """A file name that any disk takes: the shown name, without folders, at most 200 bytes."""
    cleaned = Path(originals.shown_name(name)).name
    suffix = Path(cleaned).suffix[:6]
    stem = cleaned.removesuffix(suffix).encode()[: 200 - len(suffix.encode())].decode(errors="ignore")
    return (stem or "file") + suffix


def _folder(db: Database) -> None:
    with _form("folder"):
        named = st.text_input(
            _("Folder or file on this machine"), placeholder="/home/…/conference", max_chars=1000
        )
        put(
            tag(
                "p",
                _(
                    "Sub-folders named after an event and an edition are understood. Files already "
                    "in the archive are recognised and left alone."
                ),
                class_="fl-meta",
            )
        )
        options = _options()
        if st.form_submit_button(_("Add this folder"), type="primary"):
            path = Path(named.strip()).expanduser()
            if not named.strip() or "\0" in named or not path.exists():
                _said(
                    [
                        (
                            "error",
                            _("There is nothing at “{path}” on this machine: check the path.").format(
                                path=named.strip()
                            ),
                        )
                    ]
                )
            else:
                _take(db, lambda _folder: items_from([path]), options)


def _text(db: Database) -> None:
    with _form("text"):
        text = st.text_area(
            _("Text"),
            height=260,
            max_chars=400_000,
            placeholder=_("Paste a recap, an article or a transcript (“Name: words”)."),
        )
        options = _options()
        if st.form_submit_button(_("Add this text"), type="primary"):
            if not text.strip():
                _said([("warning", _("Paste a text first."))])
            else:
                name = f"{options.title or _('Pasted text')}.txt"
                _take(db, lambda folder: [_pasted(folder, name, text)], options)


def _pasted(folder: Path, name: str, text: str) -> Item:
    path = folder / "0.txt"
    path.write_text(text, encoding="utf-8")
    return Item(path, name)


def _options() -> Options:
    left, right = st.columns(2)
    event = left.text_input(_("Event"), placeholder=_("One to One Retail E-commerce"), max_chars=200)
    edition = right.text_input(_("Edition"), placeholder=_("13, or 2026"), max_chars=100)
    left, right = st.columns(2)
    title = left.text_input(_("Title (for a single session)"), max_chars=300)
    date = right.text_input(_("Day"), placeholder=_("2026-09-15"), max_chars=10)
    speakers = st.text_area(
        _("Speakers, if you know them"),
        height=90,
        max_chars=4000,
        placeholder=_("One a line: name, role, organisation"),
    )
    put(
        tag(
            "p",
            _("Names given here are matched with the voices; brands and names are then better spelled."),
            class_="fl-meta",
        )
    )
    return Options(
        event=_or_none(event),
        edition=_or_none(edition),
        title=_or_none(title),
        date=_or_none(date),
        speakers=parse_speakers(speakers),
    )


def _or_none(value: str) -> str | None:
    return value.strip() or None


def _take(db: Database, gather: Gather, options: Options) -> None:
    """Take in what was given, start the work, and keep the report for the next drawing of the page."""
    archive = archive_folder(db)
    with st.spinner(_("Checking and storing…")):
        try:
            with tempfile.TemporaryDirectory(prefix="florilege-") as folder:
                report = add_files(db, archive, gather(Path(folder)), options, load_settings(archive))
        except FlorilegeError as error:
            _said([("error", sentence(str(error)))])
            return
    if report.added:
        start_background(archive)
    _said(_reported(report))
    st.rerun()


def _said(lines: list[tuple[str, Child]]) -> None:
    st.session_state["added"] = lines
    if lines and lines[0][0] != "info":
        for kind, words in lines:
            put(notice(kind, words))
        st.session_state.pop("added")


def _reported(report: Report) -> list[tuple[str, Child]]:
    lines: list[tuple[str, Child]] = []
    if report.added:
        lines.append(
            (
                "info",
                [
                    count_of("{n} session added:", "{n} sessions added:", len(report.added)),
                    " ",
                    _named(report.added),
                ],
            )
        )
    if report.known:
        lines.append(
            (
                "info",
                [
                    count_of(
                        "{n} file was already in the archive:",
                        "{n} files were already in the archive:",
                        len(report.known),
                    ),
                    " ",
                    _named(report.known),
                ],
            )
        )
    if not lines:
        lines.append(("info", _("Nothing was added.")))
    return lines + [("error", _refusal(name, sentence(words))) for name, words in report.refused]


def _refusal(name: str, words: str) -> Child:
    return words if name in words else [tag("strong", name), " ", words]


def _named(pairs: list[tuple[str, int]]) -> Markup:
    shown = [link(href("session", id=key), name) for name, key in pairs[:12]]
    rest = len(pairs) - len(shown)
    return join(
        [join(", " if place else "", one) for place, one in enumerate(shown)],
        f" + {rest}" if rest > 0 else "",
    )


def _tell() -> None:
    for kind, words in st.session_state.pop("added", []):
        put(notice(kind, words))

"""Renaming and merging voices: asked, shown with what will change, confirmed, and undone."""

from __future__ import annotations

import streamlit as st
from sqlite_utils import Database

from db.browse_people import EditRow, edits
from db.browse_sessions import SessionPage, Speaker
from pipeline import edits as rules
from pipeline.jobs import resume_work
from ui import shown
from ui.frame import notice, put
from ui.html import tag
from ui.words import _, count_of


def in_session(db: Database, page: SessionPage) -> None:
    """The corrections of one session, folded away until asked for."""
    if not page.speakers:
        return
    with st.expander(_("Correct the speakers"), expanded="correcting" in st.session_state, key="corrections"):
        _rename(db, page)
        if len(page.speakers) > 1:
            _merge(db, page)
        _made(db, page)


def name_of(speaker: Speaker) -> str:
    """How a speaker is called in the lists."""
    return shown.speaker_of(speaker.name, speaker.label)


def _rename(db: Database, page: SessionPage) -> None:
    speakers = {speaker.label: speaker for speaker in page.speakers}
    label = st.selectbox(
        _("Speaker to rename"),
        list(speakers),
        format_func=lambda key: name_of(speakers[key]),
        key=f"rename-who-{page.row.id}",
    )
    speaker = speakers[label]
    name = st.text_input(
        _("Right name (empty: unknown)"),
        value=speaker.name or "",
        max_chars=120,
        key=f"rename-to-{page.row.id}-{label}",
    )
    asked = " ".join(name.split())
    if asked == (speaker.name or ""):
        return
    put(notice("info", _effect(speaker, asked)))
    if st.button(_("Rename"), type="primary", key=f"rename-go-{page.row.id}"):
        _done(rules.rename(db, page.row.id, label, asked))


def _effect(speaker: Speaker, name: str) -> str:
    return _(
        "“{old}” becomes “{new}” in this session: {quotes} will bear this name. The sound and the "
        "words do not change."
    ).format(
        old=name_of(speaker), new=name or _("Speaker unknown"), quotes=shown.quotes_count(speaker.quotes)
    )


def _merge(db: Database, page: SessionPage) -> None:
    speakers = {speaker.label: speaker for speaker in page.speakers}
    labels = [None, *speakers]
    chosen = st.selectbox(
        _("Voice that is really another one"),
        labels,
        key=f"merge-who-{page.row.id}",
        format_func=lambda key: name_of(speakers[key]) if key else _("choose"),
    )
    if chosen is None:
        return
    others = [label for label in speakers if label != chosen]
    into = st.selectbox(
        _("It is the voice of"),
        others,
        key=f"merge-into-{page.row.id}-{chosen}",
        format_func=lambda key: name_of(speakers[key]),
    )
    put(
        notice(
            "info",
            _("Everything said by “{old}” will be given to “{new}”: {quotes}.").format(
                old=name_of(speakers[chosen]),
                new=name_of(speakers[into]),
                quotes=shown.quotes_count(speakers[chosen].quotes),
            ),
        )
    )
    if st.button(_("Merge"), type="primary", key=f"merge-go-{page.row.id}"):
        _done(rules.merge(db, page.row.id, chosen, into))


def _done(edit: int) -> None:
    st.session_state["correcting"] = edit
    st.rerun()


def _made(db: Database, page: SessionPage) -> None:
    found = edits(db, page.row.id)
    if not found:
        return
    put(
        tag(
            "h3",
            count_of("{n} correction in force", "{n} corrections in force", len(found)),
            class_="fl-kicker",
        )
    )
    for edit in found:
        put(tag("p", said(edit), class_="fl-meta"))
        if st.button(_("Undo"), key=f"undo-{edit.id}"):
            rules.undo(db, edit.id)
            resume_work(db)
            st.session_state["correcting"] = 0
            st.rerun()


def said(edit: EditRow) -> str:
    """A correction in words."""
    if edit.kind == "rename":
        return _("{label} was named “{name}”").format(
            label=edit.target, name=edit.value or _("Speaker unknown")
        )
    if edit.kind == "merge":
        return _("{label} was merged into {into}").format(label=edit.target, into=edit.value)
    return f"{edit.kind}: {edit.target} → {edit.value}"

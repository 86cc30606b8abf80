"""The small component that every page carries: document language, links without reload, copying, player."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from db import jobs
from db.connection import open_archive, transaction
from pipeline.jobs import start_background
from pipeline.settings import default_archive
from ui.place import Place, parsed
from ui.words import _, language

FRONT = Path(__file__).resolve().parent / "front"
ICON = str(FRONT.parent.parent / "assets" / "brand" / "icon.png")
_component = st.components.v2.component(
    "florilege.shell",
    html="<span></span>",
    js=(FRONT / "shell.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_STYLE = "<style>" + (FRONT / "style.css").read_text(encoding="utf-8") + "</style>"


def mount(place: Place) -> None:
    """Put the house style and the shell on the page; it must come first, at the same spot on every page."""
    st.session_state["drawing"] = drawing() + 1
    st.html(_STYLE)
    st.html(f"<style>{_uploader_words()}</style>")
    _component(
        key="shell",
        data={
            "lang": language(),
            "title": _title(place),
            "run": str(drawing()),
            "place": f"{place.page}:{sorted(place.parameters.items())}:{language()}",
            "words": _words(),
        },
        on_go_change=_go,
        on_retry_change=_retry,
    )


def drawing() -> int:
    """The number of this drawing of the page: the foot bears it too, so the shell knows when all is shown."""
    return int(st.session_state.get("drawing", 0))


def _uploader_words() -> str:
    """Streamlit's uploader speaks English only: its words are covered by ours."""
    zone = '[data-testid="stFileUploaderDropzone"]'
    covered = {
        f"{zone} button p": _("Choose files"),
        '[data-testid="stFileUploaderDropzoneInstructions"] span': _("or drop them here"),
    }
    rules = []
    for place, words in covered.items():
        shown = json.dumps(words, ensure_ascii=False)
        rules.append(f"{place}{{font-size:0!important}} {place}::after{{content:{shown};font-size:15px}}")
    return " ".join(rules)


def _title(place: Place) -> str:
    names = {
        "sessions": _("Sessions"),
        "session": _("Session"),
        "quotes": _("Quotes"),
        "quote": _("Quote"),
        "speakers": _("Speakers"),
        "speaker": _("Speaker"),
        "themes": _("Themes"),
        "theme": _("Theme"),
        "search": _("Search"),
        "add": _("Add"),
    }
    return f"{names[place.page]} · Florilège" if place.page in names else "Florilège"


def _words() -> dict[str, str]:
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "close": _("Close the player"),
        "speed": _("Speed"),
        "position": _("Position in the recording"),
        "player": _("Player"),
        "copied": _("Copied, with its source"),
        "expired": _("This sound can no longer be played: reload the page."),
        "decimal": "," if language() == "fr" else ".",
    }


def _sent(name: str) -> Any:
    state = st.session_state.get("shell") or {}
    return state.get(name)


def _go() -> None:
    query = _sent("go")
    if isinstance(query, str):
        st.query_params.from_dict(parsed(query))


def _retry() -> None:
    asked = str(_sent("retry") or "")
    if not asked.isdigit() or len(asked) > 17:
        return
    archive = default_archive()
    db = open_archive(archive)
    try:
        with transaction(db):
            jobs.retry(db, int(asked))
    finally:
        db.conn.close()
    start_background(archive)

"""Work under way, kept fresh on the page; refused files with their sentence."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st
from sqlite_utils import Database

from db import browse_jobs
from db.connection import open_archive
from pipeline.settings import default_archive
from ui import shown
from ui.frame import put
from ui.html import Markup, div, link, span, tag
from ui.place import href
from ui.sentences import sentence
from ui.words import _, set_language

EVERY = timedelta(seconds=2)


@st.fragment(run_every=EVERY)
def live() -> None:
    """The jobs, redrawn every two seconds; a fragment runs alone, so it opens the archive itself."""
    set_language(st.query_params.get("lang"))
    db = open_archive(default_archive())
    try:
        found = browse_jobs.jobs(db)
        finished = "work_left" in st.session_state and not browse_jobs.unfinished(db)
    finally:
        db.conn.close()
    if finished:
        del st.session_state["work_left"]
        st.rerun()
    if any(job.state in ("running", "waiting") for job in found):
        st.session_state["work_left"] = True
    put(div("fl-page", table(found)))


def settled(db: Database) -> None:
    """The jobs as they stand."""
    found = browse_jobs.jobs(db)
    if found:
        put(div("fl-page", table(found)))


def table(jobs: tuple[browse_jobs.JobRow, ...]) -> Markup:
    """Jobs with their progress and the time left."""
    return tag(
        "section",
        tag(
            "h2",
            _("Work under way") if any(j.state in ("running", "waiting") for j in jobs) else _("Latest work"),
        ),
        tag("ol", [_entry(job) for job in jobs[:12]], class_="fl-jobs"),
        class_="fl-section",
        aria_live="polite",
    )


def _entry(job: browse_jobs.JobRow) -> Markup:
    share = min(1.0, job.done / job.total) if job.total > 0 else 0.0
    again = job.state in ("failed", "parked")
    return tag(
        "li",
        div(
            "fl-job-main",
            link(href("session", id=job.session_id), job.title, class_="fl-session-title"),
            tag("p", sentence(job.message), class_="fl-job-message") if again and job.message else None,
            _progress(job, share) if job.state == "running" else None,
        ),
        div(
            "fl-session-side",
            span(f"fl-state is-{job.state}", shown.state_name(job.state)),
            tag(
                "button",
                _("Try again"),
                type="button",
                class_="fl-button is-small",
                data_retry=job.session_id,
            )
            if again
            else None,
        ),
    )


def _progress(job: browse_jobs.JobRow, share: float) -> Markup:
    left = shown.time_left(job.done, job.total, job.started_at)
    words = " · ".join(
        part
        for part in (shown.step_name(job.step), f"{round(100 * share)}\u202f%" if share else "", left)
        if part
    )
    return div(
        "fl-progress",
        tag(
            "div",
            tag("i", style=f"width:{100 * share:.1f}%"),
            class_="fl-progress-line",
            role="progressbar",
            aria_valuenow=round(100 * share),
            aria_valuemin=0,
            aria_valuemax=100,
            aria_label=shown.step_name(job.step),
        ),
        span("", words),
    )


def refusals(db: Database) -> None:
    """Files refused lately, each with the sentence that says why and what to do."""
    found = browse_jobs.refusals(db, 10)
    if not found:
        return
    put(
        div(
            "fl-page",
            tag(
                "section",
                tag("h2", _("Refused files")),
                tag(
                    "ol",
                    [
                        tag("li", tag("strong", refusal.name), span("", sentence(refusal.message)))
                        for refusal in found
                    ],
                    class_="fl-refused",
                ),
                class_="fl-section",
            ),
        ),
    )

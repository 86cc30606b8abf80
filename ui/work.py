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
from ui.words import _, count_of, grouped, set_language

EVERY = timedelta(seconds=2)
LISTED = 6
SURE_AFTER = 3
"""Sessions to finish before their pace says anything of the rest."""


@st.fragment(run_every=EVERY)
def live() -> None:
    """The jobs, redrawn every two seconds; a fragment runs alone, so it opens the archive itself."""
    set_language(st.query_params.get("lang"))
    db = open_archive(default_archive())
    try:
        found, queue = browse_jobs.jobs(db), browse_jobs.queue(db)
        finished = "work_left" in st.session_state and not browse_jobs.unfinished(db)
    finally:
        db.conn.close()
    if finished:
        del st.session_state["work_left"]
        st.rerun()
    if any(job.state in ("running", "waiting") for job in found):
        st.session_state["work_left"] = True
    put(div("fl-page", table(found, queue)))


def settled(db: Database) -> None:
    """The jobs as they stand."""
    found = browse_jobs.jobs(db)
    if found:
        put(div("fl-page", table(found)))


def table(jobs: tuple[browse_jobs.JobRow, ...], queue: browse_jobs.Queue | None = None) -> Markup:
    """Jobs with their progress and the time left; above them, when there are several, the whole batch."""
    at_work = any(job.state in ("running", "waiting") for job in jobs)
    listed = jobs[:LISTED]
    unlisted = queue.running + queue.waiting - len(listed) if queue else 0
    rest = count_of("and {n} more session waiting", "and {n} more sessions waiting", unlisted)
    return tag(
        "section",
        tag("h2", _("Work under way") if at_work else _("Latest work")),
        _batch(queue) if queue else None,
        tag("ol", [_entry(job) for job in listed], class_="fl-jobs"),
        tag("p", link(href("sessions", state="waiting"), rest, class_="fl-more")) if unlisted > 0 else None,
        class_="fl-section",
    )


def _batch(queue: browse_jobs.Queue) -> Markup | None:
    """All the sessions under way as one line of progress."""
    total = queue.running + queue.waiting + queue.ready
    if total < 2:
        return None
    words = _("Ready: {ready} of {total}").format(
        ready=grouped(queue.ready), total=count_of("{n} session", "{n} sessions", total)
    )
    left = shown.time_left(queue.ready, total, queue.began) if queue.ready >= SURE_AFTER else ""
    return _line(queue.ready / total, " · ".join(part for part in (words, left) if part), words)


def _entry(job: browse_jobs.JobRow) -> Markup:
    share = min(1.0, job.done / job.total) if job.total > 0 else 0.0
    again = job.state in ("failed", "parked")
    return tag(
        "li",
        div(
            "fl-job-main",
            link(href("session", id=job.session_id), job.title, class_="fl-session-title"),
            tag("p", sentence(job.message), class_="fl-job-message") if again and job.message else None,
            _progress(job, share) if job.state == "running" and job.step else None,
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
    return _line(share, words, shown.step_name(job.step)) if share else div("fl-progress", words)


def _line(share: float, words: str, label: str) -> Markup:
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
            aria_label=label,
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

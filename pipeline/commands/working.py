"""``add``, ``run`` and ``status``: sources in, jobs done."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from db import jobs
from db.sessions import rows
from pipeline.commands.context import Archive, echo_json, json_option, pass_archive
from pipeline.commands.progress import progress_shown
from pipeline.errors import Refused
from pipeline.intake import Item, Options, Report, add_files, items_from, parse_speakers, refuse
from pipeline.jobs import run_jobs, wait_for
from pipeline.kinds import check_local


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--event", metavar="E", help="Event the sessions belong to.")
@click.option("--edition", metavar="N", help="Edition of the event, such as 2024.")
@click.option("--title", metavar="T", help="Title of the session (one file).")
@click.option("--date", metavar="DAY", help="Day of the session, as 2024-03-21.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Language, when it must not be guessed.")
@click.option(
    "--speakers", metavar='"A; B"', default="", help="Who speaks: names, each with role, organisation."
)
@click.option("--voices", type=click.IntRange(1, 30), help="Exact number of voices in a recording.")
@click.option("--wait", is_flag=True, help="Work until the sessions are ready.")
@json_option
@pass_archive
def add(
    archive: Archive, paths: tuple[str, ...], event: str | None, edition: str | None, title: str | None,
    date: str | None, language: str | None, speakers: str, voices: int | None, wait: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take in files and folders: sound, video, transcripts, subtitles, documents, texts."""
    options = Options(event, edition, title, date, language, parse_speakers(speakers), voices)
    report = Report()
    items: list[Item] = []
    for path in paths:
        items += _items(archive, path, report)
    found = add_files(archive.new_db, archive.folder, items, options, archive.settings)
    report.added, report.known = found.added, found.known
    report.refused += found.refused
    if not as_json:
        _tell(report)
    mine = {session for _, session in report.added + report.known}
    failed = _work(archive, mine, quiet=as_json) if wait else False
    if as_json:
        echo_json(asdict(report))
    elif report.added and not wait:
        click.echo("Queued. `florilege run` does the work, or open the app with `florilege serve`.")
    if report.refused or failed:
        sys.exit(1)


def _items(archive: Archive, path: str, report: Report) -> list[Item]:
    """Items of one argument; an address or a missing path is refused without hurting the others."""
    # An existing file is meant as a file, even when its name looks like an address (« Keynote:IA.wav »).
    if os.path.exists(path):  # noqa: PTH110 (Path.exists raises when the name is too long)
        return items_from([Path(path).absolute()])
    try:
        check_local(path)
    except Refused as error:
        refuse(archive.new_db, report, path, str(error))
    return []


def _tell(report: Report) -> None:
    for name, session in report.added:
        click.echo(f"+ {name} → session {session}")
    for name, session in report.known:
        click.echo(f"= {name} is already in the archive as session {session}: nothing to do")
    for name, sentence in report.refused:
        click.echo(f"✗ {name}: {sentence}", err=True)
    click.echo(
        f"{len(report.added)} added, {len(report.known)} already there, {len(report.refused)} refused."
    )


def _work(archive: Archive, mine: set[int] | None = None, quiet: bool = False) -> bool:
    """Run the queue here, or wait for the coordinator that does; true when a job (of ``mine``, where
    given) failed or is parked."""
    with progress_shown(archive.new_db, quiet) as shown:
        if not run_jobs(archive.new_db, archive.folder, archive.settings, shown.watch, shown.hook):
            wait_for(archive.new_db, shown.watch)
    bad = [job for job in jobs.latest(archive.new_db) if job.state in ("failed", "parked")]
    if mine is not None:
        bad = [job for job in bad if job.session_id in mine]
    for job in bad:
        click.echo(f"✗ session {job.session_id} {job.state}: {job.message}", err=True)
    return bool(bad)


@click.command()
@click.option("--retry", is_flag=True, help="Queue failed and parked sessions again first.")
@click.option("--again", is_flag=True, help="Queue every session: only what has changed is computed.")
@pass_archive
def run(archive: Archive, retry: bool, again: bool) -> None:
    """Finish every queued session, going on from the last finished stage."""
    db = archive.db
    if again:
        for row in rows(db, "SELECT id FROM session ORDER BY id"):
            jobs.enqueue(db, row["id"])
    if retry:
        for job in jobs.latest(db):
            if job.state in ("failed", "parked"):
                jobs.enqueue(db, job.session_id)
    if _work(archive):
        sys.exit(1)


@click.command()
@json_option
@pass_archive
def status(archive: Archive, as_json: bool) -> None:
    """List the sessions and the state of their jobs."""
    found = rows(
        archive.db,
        """SELECT session.id, session.title, source.name AS source, event.name AS event,
           edition.name AS edition, session.form, session.language, session.notes, job.state,
           job.step, job.done, job.total, job.message,
           (SELECT count(*) FROM quote WHERE session_id = session.id
            AND kind IN ('quoted', 'spoken')) AS quotes
           FROM session JOIN source ON source.sha256 = session.source_sha256
           LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id
           LEFT JOIN job ON job.id = (SELECT max(id) FROM job WHERE session_id = session.id)
           ORDER BY session.id""",
    )
    for row in found:
        row["notes"] = json.loads(row["notes"])
    if as_json:
        echo_json(found)
        return
    for row in found:
        where = " · ".join(part for part in (row["event"], row["edition"]) if part)
        head = f"{row['id']:>5}  {row['state'] or '':8} {row['quotes']:>4} quotes"
        tail = [f"{row['title']}  [{row['source']}]", where, *row["notes"], row["message"]]
        click.echo("  ".join([head, *(part for part in tail if part)]))
    click.echo(f"{len(found)} sessions.")

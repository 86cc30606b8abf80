"""``check``, ``backup``, ``erase``, ``doctor`` and ``settings``: keeping an archive sound."""

from __future__ import annotations

import sys
from dataclasses import asdict, fields
from pathlib import Path

import click

from db.backup import backup as back_up
from db.check import check as check_archive
from db.check import repair
from db.erase import erase_session
from db.sessions import load_session
from pipeline.commands.context import Archive, echo_json, json_option, pass_archive
from pipeline.doctor import examine
from pipeline.exports.records import find_session
from pipeline.settings import PREFIX, Settings


@click.command()
@click.option(
    "--repair",
    "repairing",
    is_flag=True,
    help="Mend what is derived: the search index and unfinished erasures.",
)
@json_option
@pass_archive
def check(archive: Archive, repairing: bool, as_json: bool) -> None:
    """Prove the archive: every slice, every file's hash, the search index, the foreign keys."""
    if repairing:
        repair(archive.db, archive.folder)
    problems = check_archive(archive.db, archive.folder)
    if as_json:
        echo_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            click.echo(f"✗ {problem.where}: {problem.what} {problem.remedy}", err=True)
        click.echo("The archive is sound." if not problems else f"{len(problems)} problems found.")
    if problems:
        sys.exit(1)


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@pass_archive
def backup(archive: Archive, destination: Path) -> None:
    """Copy the whole archive to a new folder DESTINATION, safely even while it is used."""
    back_up(archive.db, archive.folder, destination)
    click.echo(f"Backed up to {destination}: that folder is a whole archive (--archive {destination}).")


@click.command()
@click.argument("session")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_archive
def erase(archive: Archive, session: str, yes: bool) -> None:
    """Erase a session for good: its rows, its original file and every trace of its words."""
    session_id = find_session(archive.db, session)
    title = load_session(archive.db, session_id).title
    if not yes:
        click.confirm(f"Erase session {session_id} ({title}) and its original for good?", abort=True)
    erase_session(archive.db, archive.folder, session_id)
    click.echo(f"Session {session_id} ({title}) is erased.")


@click.command()
@json_option
@pass_archive
def doctor(archive: Archive, as_json: bool) -> None:
    """Say what this machine has: models, SQLite, archive, and what to do about what is missing."""
    findings = examine(archive.folder)
    if as_json:
        echo_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.fine else '✗'} {finding.what}: {finding.detail}")
    if not all(finding.fine for finding in findings):
        sys.exit(1)


@click.command()
@pass_archive
def settings(archive: Archive) -> None:
    """Show every setting, its value here and what it does."""
    chosen = archive.settings
    for setting in fields(Settings):
        click.echo(f"{setting.name} = {getattr(chosen, setting.name)!r}")
        click.echo(f"    {setting.metadata['about']} ({PREFIX}{setting.name.upper()})")

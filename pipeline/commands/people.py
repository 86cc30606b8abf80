"""``people``: who is in the archive, and corrections of their names."""

from __future__ import annotations

import click

from db.people import find_person, merge_people, rename_person
from db.sessions import rows
from pipeline.commands.context import Archive, echo_json, json_option
from pipeline.edits import merge as merge_voices
from pipeline.edits import rename as rename_voice
from pipeline.exports.records import find_session


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def people(context: click.Context, as_json: bool) -> None:
    """List the people of the archive, or correct their names."""
    if context.invoked_subcommand:
        return
    archive = context.find_object(Archive)
    assert archive is not None
    found = rows(
        archive.db,
        """SELECT person.id, person.name, count(DISTINCT appearance.session_id) AS sessions,
           (SELECT count(*) FROM quote JOIN appearance AS a ON a.id = quote.appearance_id
            WHERE a.person_id = person.id AND quote.kind IN ('quoted', 'spoken')) AS quotes
           FROM person LEFT JOIN appearance ON appearance.person_id = person.id
           GROUP BY person.id ORDER BY person.name""",
    )
    if as_json:
        echo_json(found)
        return
    for row in found:
        click.echo(f"{row['id']:>5}  {row['name']}  (sessions: {row['sessions']}, quotes: {row['quotes']})")


@people.command("rename")
@click.argument("who")
@click.argument("name")
@click.pass_obj
def rename_command(archive: Archive, who: str, name: str) -> None:
    """Write a person's name differently everywhere. WHO is a name or an id."""
    rename_person(archive.db, find_person(archive.db, who), name)
    click.echo(f"{who} is now written {name}.")


@people.command("merge")
@click.argument("who")
@click.argument("into")
@click.pass_obj
def merge_command(archive: Archive, who: str, into: str) -> None:
    """Say that WHO and INTO are the same person; INTO's name stays."""
    merge_people(archive.db, find_person(archive.db, who), find_person(archive.db, into))
    click.echo(f"{who} and {into} are now one person.")


@people.command("voice")
@click.argument("session")
@click.argument("label")
@click.argument("name")
@click.option(
    "--merge", "merging", is_flag=True, help="NAME is another label of the session: both are one voice."
)
@click.pass_obj
def voice_command(archive: Archive, session: str, label: str, name: str, merging: bool) -> None:
    """Name the voice LABEL (S1, S2…) of a session, or merge it into another."""
    session_id = find_session(archive.db, session)
    (merge_voices if merging else rename_voice)(archive.db, session_id, label, name)
    click.echo(f"{label} is now {name}.")

"""``search``, ``export`` and ``review``: what the archive says."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.text import Text

from db.search import search as search_archive
from db.search_values import Filters, Hit
from db.sessions import rows
from pipeline.commands.context import Archive, echo_json, json_option, pass_archive
from pipeline.exports import quotes as quote_formats
from pipeline.exports import transcripts as transcript_formats
from pipeline.exports.records import exported_quotes, exported_transcript, find_session
from pipeline.exports.words import clock
from pipeline.meaning import query_vector


@click.command()
@click.argument("words", nargs=-1, metavar="WORDS…")
@click.option("--event", help="Only this event.")
@click.option("--edition", help="Only this edition.")
@click.option("--speaker", help="Only this speaker.")
@click.option("--organisation", help="Only speakers of this organisation.")
@click.option("--theme", help="Only this theme (its slug).")
@click.option("--session", metavar="SESSION", help="Only this session: its id or file name.")
@click.option("--from", "since", metavar="DAY", help="Not before this day.")
@click.option("--to", "until", metavar="DAY", help="Not after this day.")
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(1, 200), help="How many passages."
)
@json_option
@pass_archive
def search(
    archive: Archive, words: tuple[str, ...], event: str | None, edition: str | None, speaker: str | None,
    organisation: str | None, theme: str | None, session: str | None, since: str | None, until: str | None,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Find passages by words or by a question."""
    from db.people import find_person

    person = find_person(archive.db, speaker) if speaker else None
    within = (find_session(archive.db, session),) if session else ()
    filters = Filters(
        sessions=within, event=event, edition=edition, person=person, organisation=organisation, theme=theme,
        date_from=since, date_to=until,
    )  # fmt: skip
    query = " ".join(words)
    model, vector = query_vector(archive.db, archive.folder, archive.settings, query)
    found = search_archive(archive.db, query, filters, query_vector=vector, model=model, limit=limit)
    if as_json:
        echo_json([asdict(hit) for hit in found.hits])
        return
    console = Console(highlight=False)
    for hit in found.hits:
        console.print(_shown(hit))
    click.echo(f"{found.total} passages." if found.total else "Nothing found: try fewer or other words.")


def _shown(hit: Hit) -> Text:
    where = " · ".join(part for part in (hit.title, hit.event, hit.edition) if part)
    time = f" {clock(hit.start_time)}" if hit.start_time is not None else ""
    text = Text(hit.text)
    for mark in hit.highlights:
        text.stylize("bold", mark.start - hit.start, mark.end - hit.start)
    return Text.assemble((f"{hit.person or hit.label or '—'}", "bold"), f"  {where}{time}\n", text, "\n")


@click.group()
def export() -> None:
    """Write quotes or a transcript in a format of your choice."""


@export.command("quotes")
@click.option(
    "--format", "form", type=click.Choice(list(quote_formats.FORMATS)), default="md", show_default=True
)
@click.option("--session", "wanted", metavar="SESSION", help="Only this session: its id or file name.")
@pass_archive
def export_quotes(archive: Archive, form: str, wanted: str | None) -> None:
    """Print every quote, word for word, with its speaker and source."""
    session = find_session(archive.db, wanted) if wanted else None
    click.echo(quote_formats.FORMATS[form](exported_quotes(archive.db, session)))


@export.command("transcript")
@click.argument("wanted", metavar="SESSION")
@click.option(
    "--format", "form", type=click.Choice(list(transcript_formats.FORMATS)), default="txt", show_default=True
)
@pass_archive
def export_transcript(archive: Archive, wanted: str, form: str) -> None:
    """Print a session's transcript. SESSION is an id or the stem of the source's file name."""
    transcript = exported_transcript(archive.db, find_session(archive.db, wanted))
    click.echo(transcript_formats.FORMATS[form](transcript), nl=False)


@click.command()
@click.option(
    "--below", default=0.7, show_default=True, type=click.FloatRange(0, 1), help="Confidence to review under."
)
@json_option
@pass_archive
def review(archive: Archive, below: float, as_json: bool) -> None:
    """List what is doubtful, worst first: unnamed speakers, quotes of low confidence."""
    voices = rows(
        archive.db,
        """SELECT session.id AS session, session.title, label, confidence, rule, person.name
           FROM appearance JOIN session ON session.id = session_id LEFT JOIN person ON person.id = person_id
           WHERE decided_by <> 'human' AND (person_id IS NULL OR confidence < ?)
           ORDER BY confidence, session.id""",
        below,
    )
    quotes = rows(
        archive.db,
        """SELECT quote.id, session.id AS session, session.title, quote.confidence, quote.text,
           person.name AS speaker FROM quote JOIN session ON session.id = quote.session_id
           LEFT JOIN appearance ON appearance.id = quote.appearance_id
           LEFT JOIN person ON person.id = person_id
           WHERE quote.kind IN ('quoted', 'spoken') AND (quote.confidence < ? OR person.id IS NULL)
           ORDER BY quote.confidence""",
        below,
    )
    if as_json:
        echo_json({"speakers": voices, "quotes": quotes})
        return
    for voice in voices:
        click.echo(
            f"speaker {voice['label']} of {voice['title']}: {voice['name'] or 'not named'} ({voice['rule']})"
        )
    for quote in quotes:
        click.echo(
            f"{quote['confidence']:.2f}  {quote['speaker'] or 'uncertain speaker'}  {quote['text'][:90]}"
        )
    click.echo(f"{len(voices)} speakers and {len(quotes)} quotes to review.")

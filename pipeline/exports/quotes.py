"""Quotes as JSON, CSV or Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields

from pipeline.exports.cells import inert
from pipeline.exports.records import ExportedQuote
from pipeline.exports.words import clock, plain_markdown
from pipeline.quotes.typography import french_quotation


def as_json(quotes: Sequence[ExportedQuote]) -> str:
    """A list of objects, keys as in the script contract."""
    return json.dumps([asdict(quote) for quote in quotes], ensure_ascii=False, indent=1)


def as_csv(quotes: Sequence[ExportedQuote]) -> str:
    """One quote a line; cells that a spreadsheet would run are defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [field.name for field in fields(ExportedQuote)]
    writer.writerow(names)
    for quote in quotes:
        values = asdict(quote) | {"theme": "; ".join(quote.theme)}
        writer.writerow([inert(values[name]) for name in names])
    return out.getvalue()


def as_markdown(quotes: Sequence[ExportedQuote]) -> str:
    """Quotations with French typography and their source line, session by session."""
    lines: list[str] = []
    session = None
    for quote in quotes:
        if quote.session != session:
            session = quote.session
            lines += [f"## {plain_markdown(session)}", ""]
        who = ", ".join(part for part in (quote.speaker, quote.role, quote.organisation) if part)
        where = f" ({clock(quote.start_time)})" if quote.start_time is not None else ""
        words = plain_markdown(french_quotation(quote.text)).replace("\n", "\n> ")
        lines += [f"> {words}", f"> — {plain_markdown(who or 'locuteur incertain')}{where}", ""]
    return "\n".join(lines)


FORMATS: dict[str, Callable[[Sequence[ExportedQuote]], str]] = {
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
}

"""DOCX: paragraphs and table rows in order, as one text; then read as a dialogue or as prose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from db.records import Reading, Slice
from pipeline.errors import BadText
from pipeline.readers.dialogue import is_dialogue, read_dialogue
from pipeline.readers.prose import read_prose
from pipeline.readers.safezip import check_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BLANKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011"}
TITLES = ("title", "titre")


def read_document(path: Path, name: str) -> Reading:
    """Read a DOCX; raises Unsafe (see :func:`check_docx`) and BadText when broken or without words."""
    check_docx(path, name)
    try:
        body = docx.Document(str(path)).element.body
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError) as error:
        raise BadText(
            f"{name!r} is not a readable DOCX document; open it in a word processor and save it again."
        ) from error
    lines = list(_lines(body))
    text = "\n".join(lines)
    if not text.strip():
        raise BadText(f"{name!r} holds no text; if it is a scan, give a transcript of it.")
    span = Slice(0, len(text))
    reading = read_dialogue(text, span) if is_dialogue(text) else read_prose(text, span)
    return replace(reading, title=_title(body), notes=(*reading.notes, *_notes(body)))


def _lines(body: Any) -> Iterator[str]:
    """A line per paragraph, a line per table row with its cells apart by tabs."""
    for child in body.iter(f"{W}p", f"{W}tr"):
        if _inside(child, FALLBACK) or _inside(child, f"{W}tr"):
            continue
        if child.tag == f"{W}p":
            yield paragraph_text(child)
        else:
            yield "\t".join(_cell(cell) for cell in child.iterchildren(f"{W}tc", f"{W}sdt"))


def _cell(cell: Any) -> str:
    paragraphs = [p for p in cell.iter(f"{W}p") if not _inside(p, FALLBACK)]
    return " ".join(filter(None, (" ".join(paragraph_text(p).split()) for p in paragraphs)))


def _inside(element: Any, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def paragraph_text(paragraph: Any) -> str:
    """The words of a paragraph as shown: inserted text, links and fields, without what was deleted."""
    pieces = []
    for node in paragraph.iter(f"{W}t", *BLANKS):
        if next(node.iterancestors(f"{W}p")) is not paragraph or _inside(node, FALLBACK):
            continue
        if node.getparent().tag == f"{W}r":
            pieces.append(node.text or "" if node.tag == f"{W}t" else BLANKS[node.tag])
    return "".join(pieces)


def _title(body: Any) -> str | None:
    for paragraph in body.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is not None and (style.get(f"{W}val") or "").lower() in TITLES:
            return " ".join(paragraph_text(paragraph).split()) or None
    return None


def _notes(body: Any) -> list[str]:
    if next(body.iter(f"{W}footnoteReference", f"{W}endnoteReference"), None) is None:
        return []
    return ["The footnotes of the document are not part of the text."]

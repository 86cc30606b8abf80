"""Folders of sessions: which files to take, and which event and edition they belong to.

``_index.md`` files (Hugo, Bitcoin Transcripts) name the folders; failing them, the folder names do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.readers.front_matter import read_front_matter
from pipeline.readers.lexicon import fold, lexicon

INDEX = "_index.md"
NOT_SESSIONS = re.compile(
    r"^(?:[._~].*|(?:readme|licen[cs]e|copying|notice|changelog|contributing|authors)(?:\..*)?"
    r"|thumbs\.db|desktop\.ini|.*\.(?:part|tmp|crdownload|download|swp|bak))$",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class FolderIndex:
    """The front matter of an ``_index.md``; ``year`` is read from its title or the folder's
    name; ``parent`` when folders below it have an index too."""

    title: str
    types: tuple[str, ...] = ()
    year: str | None = None
    date: str | None = None
    parent: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to take in, with the event and edition its folders tell."""

    path: Path
    event: str | None = None
    edition: str | None = None


def plan(paths: Sequence[Path]) -> list[Planned]:
    """Expand folders (sorted, recursive, without hidden files, indexes, readmes and licences) and place
    each file; files given by name are kept, save indexes. No file appears twice."""
    found: dict[Path, Planned] = {}
    indexes: dict[Path, FolderIndex | None] = {}
    for given in paths:
        root = given if given.is_dir() else None
        for path in _files(given) if root else [given]:
            if path.name == INDEX:
                continue
            event, edition = _place(path, root, indexes)
            found.setdefault(path, Planned(path, event, edition))
    return list(found.values())


def read_folder_index(path: Path) -> FolderIndex | None:
    """The index of a folder (or an ``_index.md`` itself), ``None`` when there is none with a title."""
    file = path / INDEX if path.is_dir() else path
    if file.name != INDEX or not file.is_file():
        return None
    try:
        front = read_front_matter(file.read_text(encoding="utf8", errors="replace"))
    except OSError:
        return None
    if front is None or front.title is None:
        return None
    year = _year(front.title) or _year(file.parent.name)
    below = any(child.is_file() for child in file.parent.glob(f"*/{INDEX}"))
    return FolderIndex(front.title, front.types, year, front.date, below)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(parent, name)
            if not NOT_SESSIONS.match(name) and path.is_file():
                yield path


def _place(
    path: Path, root: Path | None, indexes: dict[Path, FolderIndex | None]
) -> tuple[str | None, str | None]:
    folder = path.resolve().parent
    nearest = _index(folder, indexes)
    if nearest is not None:
        return _by_index(folder, nearest, indexes)
    return _by_names(path.resolve(), root.resolve()) if root else (None, None)


def _index(folder: Path, indexes: dict[Path, FolderIndex | None]) -> FolderIndex | None:
    if folder not in indexes:
        indexes[folder] = read_folder_index(folder)
    return indexes[folder]


def _by_index(
    folder: Path, nearest: FolderIndex, indexes: dict[Path, FolderIndex | None]
) -> tuple[str, str | None]:
    above = _index(folder.parent, indexes)
    if nearest.parent:
        return nearest.title, None
    if above is not None and ("conference" in above.types or nearest.year):
        return above.title, nearest.title
    return nearest.title, nearest.year


def _by_names(path: Path, root: Path) -> tuple[str | None, str | None]:
    """``Event/Edition/file``: the two folders above the file, down from the given one; a lone folder is
    an event, split from its year (« salon-2024 » → « Salon », « 2024 »)."""
    chain = [root, *reversed([p for p in path.parents if root in p.parents])]
    names = [folder.name for folder in chain if fold(_words(folder.name)) not in lexicon().generic_folders]
    if len(names) >= 2:
        return _title(names[-2]), _title(names[-1])
    return _split_year(names[0]) if names else (None, None)


def _split_year(name: str) -> tuple[str | None, str | None]:
    year = _year(name)
    event = _title(name.replace(year, " ")) if year else _title(name)
    return event or None, year


def _words(name: str) -> str:
    return name if " " in name.strip() else " ".join(re.split(r"[-_\s]+", name))


def _title(name: str) -> str:
    words = " ".join(_words(name.strip()).split()).strip("-_ ,()")
    return words.title() if words.islower() else words


def _year(written: str) -> str | None:
    match = YEAR.search(written)
    return match.group() if match else None

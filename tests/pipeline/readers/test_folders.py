"""Folders: which files are sessions, of which event and edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.readers.folders import FolderIndex, plan, read_folder_index


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
    return folder


def index(title: str) -> str:
    return f"---\ntitle: {title}\ntypes:\n  - conference\n---\n"


def test_folders_with_indexes(tmp_path: Path) -> None:
    root = tree(tmp_path / "talks" / "sb", {
        "_index.md": index("Scaling"), "hk/_index.md": index("Hong Kong (2015)"),
        "hk/a.md": "x", "hk/README.md": "x",
        "tk/_index.md": index("Tokyo"), "tk/b.md": "x", "c.md": "x", ".git/d.md": "x", "tk/.e.md": "x",
    })  # fmt: skip
    planned = [(p.path.name, p.event, p.edition) for p in plan([root])]
    assert planned == [
        ("c.md", "Scaling", None), ("a.md", "Scaling", "Hong Kong (2015)"), ("b.md", "Scaling", "Tokyo"),
    ]  # fmt: skip
    assert (
        planned[1]
        == tuple(vars_of(plan([root / "hk"])[0]))
        == tuple(vars_of(plan([root / "hk" / "a.md"])[0]))
    )
    assert read_folder_index(root / "hk") == FolderIndex("Hong Kong (2015)", ("conference",), "2015")
    assert read_folder_index(root.parent) is None
    assert len(plan([root, root / "hk", root / "c.md"])) == 3


def vars_of(planned: Any) -> list[Any]:
    return [planned.path.name, planned.event, planned.edition]


@pytest.mark.parametrize(
    ("given_folder", "file", "event", "edition"),
    [
        ("One to One", "2024/a.txt", "One to One", "2024"),
        ("one-to-one", "edition-13/a.txt", "One To One", "Edition 13"),
        ("salon-2024", "a.txt", "Salon", "2024"),
        ("Salon", "a.txt", "Salon", None),
        ("data", "a.txt", None, None),
        ("data", "Salon/2023/a.txt", "Salon", "2023"),
    ],
)
def test_folders_without_indexes(
    tmp_path: Path, given_folder: str, file: str, event: str | None, edition: str | None
) -> None:
    root = tree(tmp_path / given_folder, {file: "x"})
    assert vars_of(plan([root])[0]) == ["a.txt", event, edition]
    assert vars_of(plan([root / file])[0]) == ["a.txt", None, None]

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import open_archive
from pipeline.intake import Options, add_files, items_from
from pipeline.jobs import run_jobs
from pipeline.settings import Settings

INLINE = Settings(pool="inline", meaning=False)

DIALOGUE = """Claire Dumont: Bonjour à tous. Marc, que change l'intelligence artificielle pour vous ?
Marc Lefèvre: Le taux de conversion progresse de douze pour cent sur les fiches enrichies. Nous avons \
formé huit cents vendeurs en boutique. Je pense que la logistique sera la grande gagnante.
Claire Dumont: Merci Marc. Et la souveraineté des données ?
Marc Lefèvre: Nous gardons toujours une validation humaine avant le paiement. Les marques devront \
défendre leurs données.
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def db(archive: Path) -> Database:
    return open_archive(archive)


@pytest.fixture
def taken_in(db: Database, archive: Path, tmp_path: Path) -> Callable[..., int]:
    """Take a text in and return its session, its stages not yet run."""

    def take(text: str = DIALOGUE, name: str = "dialogue.txt", options: Options | None = None) -> int:
        path = tmp_path / name
        path.write_text(text, encoding="utf8")
        report = add_files(db, archive, items_from([path]), options or Options(), INLINE)
        assert not report.refused, report.refused
        return (report.added or report.known)[0][1]

    return take


@pytest.fixture
def finished(db: Database, archive: Path, taken_in: Callable[..., int]) -> Callable[..., int]:
    """Take a text in and run all its stages."""

    def finish(*args: object) -> int:
        session = taken_in(*args)
        assert run_jobs(db, archive, INLINE)
        return session

    return finish

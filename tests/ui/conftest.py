"""The fixture archive, built once, and copied for tests that change it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlite_utils import Database

from db.connection import open_archive

HERE = Path(__file__).resolve().parent


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def catalogue() -> ModuleType:
    return _module("catalogue")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("archive")
    return folder, _module("fixture_archive").build(folder)


@pytest.fixture
def archive(built: tuple[Path, dict[str, int]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(built[0], tmp_path / "archive"))


@pytest.fixture
def ids(built: tuple[Path, dict[str, int]]) -> dict[str, int]:
    return built[1]


@pytest.fixture
def db(archive: Path) -> Iterator[Database]:
    opened = open_archive(archive)
    yield opened
    opened.conn.close()

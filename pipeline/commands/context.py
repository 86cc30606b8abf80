"""What every command shares: the archive it works on and the way it speaks."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from db.connection import open_archive
from pipeline.settings import Settings, load_settings


class Archive:
    """The chosen archive folder; opened when a command first needs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def settings(self) -> Settings:
        """The archive's settings. Raises BadSetting."""
        return load_settings(self.folder)

    @cached_property
    def db(self) -> Database:
        """The archive that must exist already. Raises ArchiveError."""
        return open_archive(self.folder, create=False)

    @cached_property
    def new_db(self) -> Database:
        """The archive, created when there is none."""
        return open_archive(self.folder)


pass_archive = click.make_pass_decorator(Archive)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def echo_json(value: Any) -> None:
    """Print a value as JSON, accents kept."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))

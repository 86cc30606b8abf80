"""The command line ``florilege``: 0 done, 1 something was refused or failed, 2 wrong usage."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import click

from pipeline import __version__
from pipeline.commands.context import Archive
from pipeline.commands.keeping import backup, check, doctor, erase, settings
from pipeline.commands.people import people
from pipeline.commands.reading import export, review, search
from pipeline.commands.serving import serve
from pipeline.commands.working import add, run, status
from pipeline.errors import FlorilegeError
from pipeline.settings import default_archive


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--archive", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder of the archive [default: $FLORILEGE_ARCHIVE, or the user's data folder].",
)  # fmt: skip
@click.version_option(__version__, prog_name="florilege")
@click.pass_context
def cli(context: click.Context, archive: Path | None) -> None:
    """Turn the recordings and notes of a conference into an archive of who said what."""
    context.obj = Archive((archive or default_archive()).absolute())


for command in (
    add,
    run,
    status,
    search,
    export,
    review,
    people,
    check,
    backup,
    erase,
    doctor,
    settings,
    serve,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an expected error is one sentence on standard error and status 1."""
    try:
        cli(prog_name="florilege", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing acknowledged is lost: `florilege run` goes on from here.", err=True)
        sys.exit(1)
    except FlorilegeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except sqlite3.OperationalError as error:
        click.echo(
            f"The archive cannot be written ({error}). Nothing acknowledged is lost: make room on its disk "
            "or correct its rights, then run the command again.",
            err=True,
        )
        sys.exit(1)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)


if __name__ == "__main__":
    main()

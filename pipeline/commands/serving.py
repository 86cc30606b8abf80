"""``serve``: the app in a browser on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pipeline.commands.context import Archive, pass_archive

APP = Path(__file__).parent.parent.parent / "app.py"


@click.command()
@click.option(
    "--port", default=8501, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--open", "open_browser", is_flag=True, help="Open the app in a browser.")
@pass_archive
def serve(archive: Archive, port: int, host: str, open_browser: bool) -> None:
    """Open the app on this archive; only this machine can reach it by default."""
    archive.new_db.close()
    environment = {**os.environ, "FLORILEGE_ARCHIVE": str(archive.folder)}
    arguments = [
        sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}",
        f"--server.address={host}", f"--server.headless={'false' if open_browser else 'true'}",
    ]  # fmt: skip
    click.echo(
        f"Florilège opens on http://{'localhost' if host == '127.0.0.1' else host}:{port} (Ctrl-C stops it)."
    )
    os.chdir(APP.parent)
    os.execve(sys.executable, arguments, environment)

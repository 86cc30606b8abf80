"""``serve``: the app in a browser on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click

from pipeline.commands.context import Archive, pass_archive
from pipeline.commands.opener import has_screen

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
    _require_free(host, port)
    archive.new_db.close()
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    click.echo(f"Florilège is on {address} (Ctrl-C stops it).")
    if open_browser and has_screen():
        subprocess.Popen([sys.executable, "-m", "pipeline.commands.opener", address], cwd=APP.parent)
    # Headless, because Streamlit otherwise asks for an e-mail address and waits for the answer.
    arguments = [
        sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}",
        f"--server.address={host}", "--server.headless=true",
    ]  # fmt: skip
    os.chdir(APP.parent)
    os.execve(sys.executable, arguments, {**os.environ, "FLORILEGE_ARCHIVE": str(archive.folder)})


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.BadParameter(
                f"{host}:{port} cannot be used ({error.strerror}): choose another port with --port."
            ) from error

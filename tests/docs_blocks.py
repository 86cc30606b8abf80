"""The generated parts of the README: `python tests/docs_blocks.py` writes them, a test compares them."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
sys.path.insert(0, str(ROOT))


def commands() -> str:
    from pipeline.cli import cli

    context = click.Context(cli)
    lines = ["| command | what it does |", "|---|---|"]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        lines.append(f"| `florilege {name}` | {command.get_short_help_str(200)} |")
    return "\n".join(lines)


def settings() -> str:
    from pipeline.settings import PREFIX, Settings

    lines = ["| setting | default | meaning | variable |", "|---|---|---|---|"]
    for setting in fields(Settings):
        default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        about = setting.metadata["about"]
        lines.append(f"| `{setting.name}` | `{default}` | {about} | `{PREFIX}{setting.name.upper()}` |")
    return "\n".join(lines).replace("| `` |", "| |")


BLOCKS = {"commands": commands, "settings": settings}


def filled(text: str) -> str:
    """The README with every generated block made anew."""
    for name, make in BLOCKS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        assert pattern.search(text), f"README.md has no block {name}"
        head, tail = pattern.search(text)[1], pattern.search(text)[2]  # type: ignore[index]
        text = pattern.sub((head + make() + tail).replace("\\", r"\\"), text)
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf8")), encoding="utf8")

"""Docs that cannot lie: generated blocks are current, commands and files that the README names exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def test_generated_blocks_are_current() -> None:
    spec = importlib.util.spec_from_file_location("docs_blocks", ROOT / "tests/docs_blocks.py")
    assert spec and spec.loader
    blocks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(blocks)
    text = README.read_text(encoding="utf8")
    assert blocks.filled(text) == text, "run `python tests/docs_blocks.py`"


def test_both_commands_come_first() -> None:
    text = README.read_text(encoding="utf8")
    assert text.index("make demo") < text.index("make test") < text.index("## ", text.index("make test"))


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf8")
    for target in set(re.findall(r"`make ([a-z]+)`", README.read_text(encoding="utf8"))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_linked_exists() -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README.read_text(encoding="utf8")):
        assert (ROOT / link).exists(), link


def test_every_option_named_exists() -> None:
    source = "".join(path.read_text(encoding="utf8") for path in (ROOT / "pipeline").rglob("*.py"))
    for option in set(re.findall(r"florilege [^`\n]*?(--[a-z]+)", README.read_text(encoding="utf8"))):
        assert f'"{option}"' in source, option

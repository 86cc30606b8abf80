"""The pipeline's English sentences in French."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from ui.sentences import sentence
from ui.words import LOCALE, set_language

ROOT = Path(__file__).resolve().parents[2]
HELD = tomllib.loads((LOCALE / "sentences_fr.toml").read_text(encoding="utf-8"))["sentence"]
REFUSALS = {
    "Refused",
    "WrongKind",
    "NoSound",
    "Damaged",
    "BadSubtitles",
    "BadText",
    "Unsafe",
    "TooLarge",
    "NoRoom",
}


def test_a_refusal_is_said_in_french() -> None:
    set_language("fr")
    assert sentence("'notes.wav' is empty; check that it was saved, then add it again.") == (
        "«\u202fnotes.wav\u202f» est vide\u202f; vérifiez qu’il a été enregistré, puis ajoutez-le de nouveau."
    )
    assert sentence("stops at 12:31 of 45:00").startswith("L’enregistrement s’arrête à 12:31 sur 45:00")
    assert sentence("Something nobody foresaw.") == "Something nobody foresaw."
    set_language("en")
    assert sentence("stops at 12:31 of 45:00") == "Stops at 12:31 of 45:00"


@pytest.mark.parametrize("entry", HELD, ids=lambda entry: entry["en"][:40])
def test_french_uses_only_parts_that_exist(entry: dict[str, str]) -> None:
    used = {int(number) for number in re.findall(r"\{(\d+)\}", entry["fr"])}
    assert used <= set(range(entry["en"].count("{}")))
    assert not re.search(r"\{\}", entry["fr"])


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _refusals() -> set[str]:
    found = set()
    for path in [*(ROOT / "pipeline").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and getattr(node.func, "id", getattr(node.func, "attr", "")) in REFUSALS
            ):
                template = _template(node.args[0])
                if template:
                    found.add(template)
    return found


def test_refusals_are_translated() -> None:
    """A few may lag behind while the readers grow; most must not."""
    set_language("fr")
    written = {template: template.replace("{}", "x1") for template in _refusals()}
    english = {template for template, example in written.items() if sentence(example) == example}
    assert len(english) <= len(written) // 10, sorted(english)

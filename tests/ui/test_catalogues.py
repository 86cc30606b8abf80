"""Every visible word exists in French and in English, and the compiled catalogues are current."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

from ui.words import _, count_of, grouped, set_language

UI = Path(__file__).resolve().parents[2] / "ui"
SAME = {
    "2026-09-15",
    "Page",
    "Pages",
    "Pause",
    "One to One Retail E-commerce",
    "Session",
    "Sessions",
    "Organisation",
}
SAME |= {"mention", "passages", "Organisations"}
SHOWING = {"tag", "div", "span", "link", "text_input", "button", "selectbox", "text_area", "heading", "empty"}
SHOWING |= {"notice", "expander", "spinner", "form_submit_button", "file_uploader"}
# Words that stand in the source without being shown: markup, settings, parameters, parts of addresses.
SILENT = re.compile(r"^[\W\d_]*$|^[a-zé0-9_:./#?=&%;,{}()\[\]<>\"'!+*«»“”\u202f\u00a0 -]*$")


def _fields(message: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(message) if name}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_catalogue_holds_exactly_what_is_asked(catalogue: ModuleType, language: str) -> None:
    assert catalogue.read(language).keys() - {""} == catalogue.asked()


def test_catalogues_keep_the_fields_of_their_messages(catalogue: ModuleType) -> None:
    for language in ("fr", "en"):
        for message, values in catalogue.read(language).items():
            if message:
                assert all(values)
                assert all(_fields(value) == _fields(message.split("\0")[0]) for value in values), message


def test_french_is_french(catalogue: ModuleType) -> None:
    same = {
        message for message, values in catalogue.read("fr").items() if values[0] == message.split("\0")[0]
    }
    alike = {
        message
        for message in same
        if "\0" in message and message.split("\0")[0] in ("{n} passage", "{n} session")
    }
    assert same - SAME - alike == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_compiled_catalogues_are_current(catalogue: ModuleType, language: str) -> None:
    assert catalogue.path_of(language, "mo").read_bytes() == catalogue.compiled(catalogue.read(language))


def test_no_visible_literal_escapes_translation(catalogue: ModuleType) -> None:
    """Capitalised or several-word literals given to markup or widgets must go through gettext."""
    found = []
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _shows(node):
                found += [
                    f"{path.name}: {word}"
                    for word in map(_literal, node.args)
                    if word and not SILENT.match(word)
                ]
    assert [entry for entry in found if entry.split(": ", 1)[1] != "Florilège"] == []


def _shows(node: ast.Call) -> bool:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in SHOWING


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_counts_and_numbers_follow_the_language() -> None:
    set_language("fr")
    assert count_of("{n} quote", "{n} quotes", 0) == "0 citation"
    assert count_of("{n} quote", "{n} quotes", 12345) == "12\u202f345 citations"
    assert _("Add") == "Ajouter"
    set_language("en")
    assert count_of("{n} quote", "{n} quotes", 0) == "0 quotes"
    assert grouped(12345) == "12,345"
    set_language("xx")
    assert _("Add") == "Ajouter"

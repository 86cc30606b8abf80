"""Reading the message catalogues and the messages that the app's source asks for.

``python tests/ui/catalogue.py`` lists what is missing and writes the compiled catalogues.
"""

from __future__ import annotations

import ast
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "assets" / "locale"
Catalogue = dict[str, tuple[str, ...]]
"""Message (a counted one: singular NUL plural) → its translations, one, or one per plural form."""


def path_of(language: str, suffix: str = "po") -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"florilege.{suffix}"


def asked() -> set[str]:
    """Every message that the app's source asks for."""
    found: set[str] = set()
    for path in sorted((ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if node.func.id == "_" and words:
                found.add(words[0])
            if node.func.id == "count_of":
                found.add("\0".join(words[:2]))
    return found


def read(language: str) -> Catalogue:
    """A catalogue as written, comments left out."""
    made: Catalogue = {}
    for block in path_of(language).read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line.startswith("msg"):
                name, line = line.split(" ", 1)
            fields[name] = fields.get(name, "") + ast.literal_eval(line.strip())
        if "msgid" not in fields:
            continue
        key = "\0".join(fields[name] for name in ("msgid", "msgid_plural") if name in fields)
        made[key] = tuple(value for name, value in fields.items() if name.startswith("msgstr"))
    return made


def compiled(catalogue: Catalogue) -> bytes:
    """The catalogue in GNU's binary form (gettext manual, « The Format of GNU MO Files »)."""
    pairs = sorted((key.encode(), "\0".join(values).encode()) for key, values in catalogue.items())
    count = len(pairs)
    keys, values = b"", b""
    key_table, value_table = [], []
    for key, value in pairs:
        key_table += [len(key), len(keys)]
        keys += key + b"\0"
        value_table += [len(value), len(values)]
        values += value + b"\0"
    start = 28 + 16 * count
    key_table = [n + start if place % 2 else n for place, n in enumerate(key_table)]
    value_table = [n + start + len(keys) if place % 2 else n for place, n in enumerate(value_table)]
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + struct.pack(f"<{4 * count}I", *key_table, *value_table) + keys + values


if __name__ == "__main__":
    wanted = asked()
    for language in ("fr", "en"):
        held = read(language)
        for message in sorted(wanted - held.keys()):
            print(language, "lacks", repr(message))
        for message in sorted(held.keys() - wanted - {""}):
            print(language, "no longer needs", repr(message))
        path_of(language, "mo").write_bytes(compiled(held))
    sys.exit(0)

"""Encodings: the same text whatever the bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import WrongKind
from pipeline.kinds import kind_of
from pipeline.readers import read


@pytest.mark.parametrize(
    "encoding",
    [
        "utf8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "mac_roman",
        "cp850",
        "latin-1",
    ],
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Où l'été dernier, à Évry, la société « Cœur » a gagné 3 points.\nNoël : bientôt là.\n"
    text = text.replace("Cœur", "Coeur") if encoding in ("cp850", "latin-1") else text
    path = tmp_path / "a.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    reading = read(path, kind_of(path))
    assert reading.text.lstrip("\ufeff") == text
    assert bool(reading.notes) == (encoding in ("cp1252", "mac_roman", "cp850", "latin-1"))
    if encoding in ("utf8", "utf-8-sig"):
        assert reading.text == path.read_text(encoding="utf8")
    assert reading.text[reading.turns[0].start] == "O"


def test_one_stray_byte_does_not_spoil_the_accents(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Été, été, où, à, là : ".encode() + b"\xe9t\xe9.")
    assert read(path, "prose").text == "Été, été, où, à, là : été."


def test_sound_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x", encoding="utf8")
    with pytest.raises(WrongKind, match="transcribed"):
        read(path, "audio")


def test_other_alphabets(tmp_path: Path) -> None:
    text = "Zażółć gęślą jaźń, powiedział Łukasz. Wszystko będzie dobrze, mówił.\n" * 5
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("cp1250"))
    assert read(path, kind_of(path)).text == text

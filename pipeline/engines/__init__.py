"""Protocols of the replaceable engines. Heavy imports live in the sibling modules, inside functions or
at their top, and nowhere else in the house; importing this package costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from db.records import Recognition, Slice, VoiceSpan
from pipeline.hooks import Hook

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Recognizer(Protocol):
    """Turns 16 kHz mono float32 samples into timed words. ``identity`` names engine, version and model."""

    identity: str

    def transcribe(
        self, audio: NDArray[np.float32], language: str | None, prompt: str | None, hook: Hook
    ) -> Recognition:
        """Recognise speech; ``language`` is ``fr``, ``en`` or ``None`` to choose between them."""


class Diarizer(Protocol):
    """Splits 16 kHz mono float32 samples into anonymous voices."""

    identity: str

    def diarize(self, audio: NDArray[np.float32], speakers: int | None, hook: Hook) -> tuple[VoiceSpan, ...]:
        """Return voice spans labelled ``S1``, ``S2``… in order of first speech."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of running text: slice, lemma, universal part of speech, dependency, head index and
    morphology (``Gender=Fem|Number=Sing``)."""

    start: int
    end: int
    text: str
    lemma: str
    pos: str
    dep: str
    head: int
    morph: str


@dataclass(frozen=True, slots=True)
class Named:
    """A named entity found by a tagger; ``kind`` is PER, ORG, LOC or MISC."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tagged text. Offsets hold in the text that was given."""

    tokens: tuple[Token, ...]
    sentences: tuple[Slice, ...]
    names: tuple[Named, ...]


class Tagger(Protocol):
    """Tags French or English text."""

    identity: str

    def tag(self, text: str, language: str) -> Tagged:
        """Tokens, sentences and names of ``text``; typographic variants are mapped one to one first."""

    def unknown(self, words: Iterable[str], language: str) -> frozenset[str]:
        """Those of some lower-case words that the language does not have; none when it cannot tell."""


class Embedder(Protocol):
    """Turns passages and questions into unit vectors of ``dimension`` float32."""

    identity: str
    dimension: int

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed stored passages, one row each."""

    def query(self, text: str) -> NDArray[np.float32]:
        """Embed one question."""


class Summarizer(Protocol):
    """Writes candidate summary sentences; each is checked by the guard before it is kept."""

    identity: str

    def summarize(self, passages: Sequence[str], language: str, sentences: int) -> list[str]:
        """At most ``sentences`` sentences over numbered passages."""

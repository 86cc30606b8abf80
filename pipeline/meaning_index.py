"""Keeping the vectors of passages up to date, a few batches at a time between jobs."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from db.connection import is_busy
from db.search_vectors import count_missing, missing_vectors, save_vectors
from pipeline.hooks import Hook
from pipeline.settings import Settings
from pipeline.toolbox import Toolbox
from pipeline.troubles import tell
from pipeline.work import embed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 32
BATCHES = 4
STEP = "meaning"


class MeaningIndex:
    """Embeds what has no vector yet; ``hook("meaning", …)`` counts passages."""

    def __init__(self, db: Database, archive: Path, settings: Settings, pool: Executor, hook: Hook) -> None:
        self.db, self.archive, self.settings, self.pool, self.hook = db, archive, settings, pool, hook
        self.model = Toolbox(archive, settings).embedder.identity if settings.meaning else ""
        self.done = 0

    def advance(self) -> bool:
        """Embed a few batches; false when nothing is left or meaning is switched off or out of order."""
        if not self.model:
            return False
        rows = missing_vectors(self.db, self.model, BATCH * BATCHES)
        if not rows:
            return False
        try:
            for batch, vectors in self._embedded(rows):
                save_vectors(self.db, self.model, zip((key for key, _ in batch), vectors, strict=True))
                self.done += len(batch)
                self.hook(STEP, self.done, self.done + count_missing(self.db, self.model))
        except Exception as error:
            if not is_busy(error):
                tell(f"Search by meaning is not up to date: {error}", error)
                self.model = ""
        return True

    def _embedded(
        self, rows: list[tuple[int, str]]
    ) -> list[tuple[list[tuple[int, str]], list[NDArray[np.float16]]]]:
        """Each batch with its vectors; batches are computed side by side."""
        batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
        futures = [
            self.pool.submit(embed, self.archive, self.settings, [text for _, text in batch])
            for batch in batches
        ]
        return [(batch, future.result()) for batch, future in zip(batches, futures, strict=True)]

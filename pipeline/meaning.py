"""The meaning of a question, for search: a vector when passages have some, nothing otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from pipeline.errors import EngineError
from pipeline.settings import Settings
from pipeline.toolbox import toolbox_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_QUESTION = 1000


def query_vector(
    db: Database, archive: Path, settings: Settings, query: str
) -> tuple[str | None, NDArray[np.float32] | None]:
    """The embedder's identity and the query's unit vector; ``(None, None)``: search by words only."""
    if not settings.meaning or not query.strip():
        return None, None
    try:
        embedder = toolbox_of(archive, settings).embedder
        known = db.conn.execute("SELECT 1 FROM passage_vector WHERE model = ? LIMIT 1", (embedder.identity,))
        if known.fetchone() is None:
            return None, None
        return embedder.identity, embedder.query(query[:LONGEST_QUESTION])
    except EngineError:
        return None, None

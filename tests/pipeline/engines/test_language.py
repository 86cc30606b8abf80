"""The spaCy tagger behind the Tagger protocol, with the real models."""

from __future__ import annotations

import pytest

from pipeline.engines import Tagger
from pipeline.engines.language import MODELS, SpacyTagger, chunks, load_model
from pipeline.errors import ModelMissing


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return SpacyTagger()


def test_offsets_hold_with_typographic_variants(tagger: Tagger) -> None:
    text = "« L’IA est là »,\u00a0explique Marie Dupont à l’AFP."
    tagged = tagger.tag(text, "fr")
    assert all(len(text[t.start : t.end]) == len(t.text) for t in tagged.tokens)
    assert "Marie Dupont" in {text[n.start : n.end] for n in tagged.names if n.kind == "PER"}


def test_english_entities_use_the_same_kinds(tagger: Tagger) -> None:
    text = "Sarah Jones works for Microsoft in London."
    kinds = {text[n.start : n.end]: n.kind for n in tagger.tag(text, "en").names}
    assert kinds["Sarah Jones"] == "PER"
    assert kinds["London"] == "LOC"


def test_chunks_join_to_the_text_and_end_at_paragraphs() -> None:
    text = "\n".join(f"Ligne {i} " * 9 for i in range(80))
    pieces = list(chunks(text, 500))
    assert "".join(piece for _, piece in pieces) == text
    assert all(piece.endswith("\n") for _, piece in pieces[:-1])
    assert "".join(piece for _, piece in chunks("x" * 1203, 500)) == "x" * 1203


def test_heads_point_into_the_whole_text(tagger: Tagger) -> None:
    text = "Le maire parle.\n" * 2000
    tagged = tagger.tag(text, "fr")
    assert all(0 <= t.head < len(tagged.tokens) for t in tagged.tokens)
    last = tagged.tokens[-2]
    assert abs(tagged.tokens[last.head].start - last.start) < 20


def test_missing_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    load_model.cache_clear()
    monkeypatch.setitem(MODELS, "fr", "no_such_model")
    with pytest.raises(ModelMissing, match="make install"):
        SpacyTagger().tag("Bonjour.", "fr")
    load_model.cache_clear()

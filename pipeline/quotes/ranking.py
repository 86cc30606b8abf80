"""How quotable the quotations of a text are, by the same reasons as passages of a transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from db.records import Quote, Slice
from pipeline.engines import Tagged
from pipeline.quotes.passage_reasons import WEIGHTS
from pipeline.quotes.passage_sentences import sentences
from pipeline.quotes.passages import judged_sentences

ATTRIBUTED: Final = 0.4
"""What a journalist's own choice of the words is worth."""
PULL_WORDS: Final = 45
"""Length from which a quotation is too long to stand alone at the head of a page."""
_PER_WORD: Final = 0.03
_MOST_LOST: Final = 2.5


def ranked(quotes: Sequence[Quote], text: str, tagged: Tagged, language: str) -> tuple[Quote, ...]:
    """Quotations with their reasons and a score; mentions are left as they are."""
    starts = [sentence.start for sentence in tagged.sentences]
    return tuple(_ranked(q, text, tagged, language, starts) if q.kind == "quoted" else q for q in quotes)


def _ranked(quote: Quote, text: str, tagged: Tagged, language: str, starts: Sequence[int]) -> Quote:
    found = sentences(text, [Slice(quote.start, quote.end)], language, starts)
    judged = judged_sentences(text, found, tagged, language)
    worths = sorted((j.worth for j in judged), reverse=True)
    length = len(quote.text.split())
    score = ATTRIBUTED + sum(worths[:1]) + 0.5 * sum(worths[1:2])
    score -= min(_MOST_LOST, _PER_WORD * max(0, length - PULL_WORDS))
    score -= 0.4 if judged and (judged[0].dangling or judged[0].question) else 0.0
    reasons = tuple(reason for reason in WEIGHTS if any(reason in j.reasons for j in judged))
    return replace(quote, score=round(score * quote.confidence, 3), reasons=reasons)

"""Summaries of a session and of each of its speakers, every sentence tied to the slices it rests on.

The default chooses whole sentences and generates nothing: capped length × diversity by maximal marginal
relevance (Carbonell and Goldstein 1998), the best of nine methods measured for this project. A generating
engine may be given; each of its sentences must pass :mod:`pipeline.guard`, refused ones give way to
chosen ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil, log

from db.records import Appearance, Session, Slice, SummarySentence
from pipeline.engines import Summarizer, Tagged, Tagger
from pipeline.errors import EngineError, Invented
from pipeline.summaries.guard import check, supporting
from pipeline.summaries.sentences import Candidate, candidates, speakers
from pipeline.words import language_of

_CAP = 22
"""Words after which a sentence earns nothing more by being longer."""
_DIVERSITY = 0.55
"""Share of the choice given to being unlike the sentences already chosen."""
_TOO_LONG = 34
_TOPICAL = 0.6
_BEST_STEMS = 5
_SAME_SPEAKER = 0.12
_SENTENCES_PER_EXTRA = 3
_PASSAGE = 3


def summarize(
    session: Session,
    tagged: Tagged | None = None,
    tagger: Tagger | None = None,
    engine: Summarizer | None = None,
    per_speaker: int = 3,
    whole: int = 4,
) -> tuple[SummarySentence, ...]:
    """Summarise the whole session (label ``None``) and then each speaker, in order of first speech.

    ``tagged`` is the tagging of ``session.text``; without it ``tagger`` makes one. Chosen sentences are
    exact slices in order of speech. A speaker of few words gets fewer than ``per_speaker`` sentences and
    a moderator at most one. Raises whatever ``engine`` raises (:class:`pipeline.errors.EngineError`).
    """
    if tagged is None:
        if tagger is None:
            raise EngineError(
                "The summary needs a tagger; give the session's tagging or an engine that tags."
            )
        tagged = tagger.tag(session.text, language_of(session))
    pool = candidates(session, tagged)
    common = _recurring(pool)
    said = speakers(session)
    hosts = {a.label for a in said if a.part == "moderator"}
    general = [c for c in pool if c.label not in hosts or c.concludes] or pool
    found = list(_summary(session, None, general, whole, common, engine))
    for person in said:
        own = [c for c in pool if c.label == person.label]
        count = _allowance(person, own, per_speaker)
        found.extend(_summary(session, person.label, own, count, common, engine))
    return tuple(found)


def _allowance(person: Appearance, own: Sequence[Candidate], most: int) -> int:
    if person.part == "moderator":
        return min(most, 1)
    return min(most, ceil(len(own) / _SENTENCES_PER_EXTRA))


def _recurring(pool: Sequence[Candidate]) -> Counter[str]:
    return Counter(stem for c in pool for stem in c.stems)


def _summary(
    session: Session,
    label: str | None,
    pool: Sequence[Candidate],
    count: int,
    common: Counter[str],
    engine: Summarizer | None,
) -> list[SummarySentence]:
    written = _written(session, label, pool, count, engine) if engine is not None and pool else []
    chosen = choose(pool, count - len(written), common)
    extracts = [
        SummarySentence(label, 0, session.text[c.start : c.end], (Slice(c.start, c.end),)) for c in chosen
    ]
    merged = sorted([*written, *extracts], key=lambda s: s.slices[0].start)
    return [SummarySentence(label, i, s.text, s.slices, s.engine) for i, s in enumerate(merged)]


def choose(pool: Sequence[Candidate], count: int, common: Counter[str]) -> list[Candidate]:
    """Pick at most ``count`` sentences greedily by maximal marginal relevance, back in order of speech.

    ``common`` counts in how many sentences of the session each stem occurs.
    """
    left = list(pool)
    chosen: list[Candidate] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda c: _gain(c, chosen, common))
        chosen.append(best)
        left = [c for c in left if c.end <= best.start or c.start >= best.end]
    return sorted(chosen, key=lambda c: c.start)


def _gain(candidate: Candidate, chosen: Sequence[Candidate], common: Counter[str]) -> float:
    long = min(1.0, _TOO_LONG / candidate.length)
    size = min(candidate.length, _CAP) / _CAP * long
    worth = candidate.weight * size * (1 - _TOPICAL + _TOPICAL * _centrality(candidate, common))
    likeness = max((_overlap(candidate.stems, c.stems) for c in chosen), default=0.0)
    repeated = sum(1 for c in chosen if c.label == candidate.label) * _SAME_SPEAKER
    return worth * (1 - repeated) - _DIVERSITY * likeness


def _centrality(candidate: Candidate, common: Counter[str]) -> float:
    """How much the sentence's best stems recur in the session, from 0 to 1 (mean of logarithms)."""
    most = log(max(common.values(), default=1) + 1)
    best = sorted((common[s] for s in candidate.stems), reverse=True)[:_BEST_STEMS]
    return sum(log(n) for n in best if n) / (len(best) * most) if best else 0.0


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return float(shared / (len(one) * len(other)) ** 0.5) if shared else 0.0


def _written(
    session: Session, label: str | None, pool: Sequence[Candidate], count: int, engine: Summarizer
) -> list[SummarySentence]:
    """Generated sentences that the guard lets through, each with the slices of its passages."""
    language = language_of(session)
    texts = [session.text[c.start : c.end] for c in pool]
    kept: list[SummarySentence] = []
    for sentence in engine.summarize(texts, language, count)[:count]:
        at = supporting(sentence, texts)
        try:
            check(sentence, [texts[i] for i in at], language)
        except Invented:
            continue
        slices = tuple(Slice(pool[i].start, pool[i].end) for i in at)
        if all(sentence != other.text for other in kept):
            kept.append(SummarySentence(label, 0, sentence, slices, engine.identity))
    return kept

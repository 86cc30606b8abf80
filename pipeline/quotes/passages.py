"""Quotable passages of spoken sessions: chosen among whole sentences, scored and explained.

A passage is one to three neighbouring sentences of one turn. Its score sums reasons (figure, opinion,
contrast…), how central its words are to the session, and penalties for what leans on its context, for
length and for doubtful words. Passages are then picked greedily, each against those already picked
(maximal marginal relevance, Carbonell and Goldstein 1998), with every substantial speaker heard once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from db.records import Appearance, Quote, Session, Slice, Turn, Word
from pipeline.engines import Tagged, Tagger, Token
from pipeline.people import merged_turns
from pipeline.quotes.passage_reasons import WEIGHTS, Judged, judge
from pipeline.quotes.passage_sentences import Sentence, presentable, sentences
from pipeline.words import content, language_of, words

WORDS_PER_QUOTE, MOST, SUBSTANTIAL = 110, 40, 60
WORDS_PER_STRONG_QUOTE: Final = 50
"""One passage per so many words, at most so many, the words that make a speaker substantial; strong
passages may stand closer."""
_SHORTEST, _LONGEST, _LONGEST_ALONE, _FEWEST_WORDS = 8, 75, 55, 25
_GOOD, _FAIR, _MODERATOR_GOOD = 0.95, 0.55, 1.7
_STRONG: Final = 1.45
_SAME: Final = 0.9
_FEWEST_IN_A_SENTENCE: Final = 4
_ALIKE, _NEAR, _AGAIN = 1.2, 0.25, 0.12
_DOUBTFUL: Final = 0.5
_LONG_WORD: Final = 6
_SPOILT: Final = 0.15


@dataclass(frozen=True, slots=True)
class Passage:
    """A candidate: neighbouring sentences, their reasons, score, stems and share of doubtful words."""

    start: int
    end: int
    turn: int
    place: int
    label: str | None
    reasons: tuple[str, ...]
    score: float
    stems: frozenset[str]
    moderating: bool


def quotable(
    session: Session, tagger: Tagger, limit: int | None = None, tagged: Tagged | None = None
) -> tuple[Quote, ...]:
    """Passages worth quoting, in order of the text; none for prose.

    ``limit`` caps their number below one per :data:`WORDS_PER_QUOTE` words; ``tagged`` spares tagging the
    text again. ``start_time`` and ``end_time`` are seconds of the first and last word, where known.
    """
    if session.form == "prose" or not session.text.strip():
        return ()
    turns = _spoken_turns(session)
    language = language_of(session)
    known = tagged or tagger.tag(session.text, language)
    appearances = {a.label: a for a in session.appearances}
    candidates = _candidates(session, turns, known, language, appearances)
    chosen = _choose(candidates, _amounts(session, turns), limit)
    return tuple(_quote(session, turns[p.turn], p, appearances) for p in chosen)


def _spoken_turns(session: Session) -> list[Turn]:
    """Turns somebody speaks: unlabelled ones count only where hardly any turn has a label."""
    turns = [turn for turn in merged_turns(session) if turn.end > turn.start]
    loose = sum(t.end - t.start for t in turns if t.label is None)
    if loose < 0.5 * sum(t.end - t.start for t in turns):
        turns = [turn for turn in turns if turn.label is not None]
    body = session.body
    return [t for t in turns if body is None or (t.start >= body.start and t.end <= body.end)]


def _amounts(session: Session, turns: Sequence[Turn]) -> dict[str | None, int]:
    """Words spoken under each label."""
    amounts: Counter[str | None] = Counter()
    for turn in turns:
        amounts[turn.label] += len(session.text[turn.start : turn.end].split())
    return dict(amounts)


def _candidates(
    session: Session,
    turns: Sequence[Turn],
    tagged: Tagged,
    language: str,
    appearances: dict[str, Appearance],
) -> list[Passage]:
    """Every passage that could be printed, best reasons first within the same sentences."""
    slices = [Slice(turn.start, turn.end) for turn in turns]
    found = sentences(session.text, slices, language, [s.start for s in tagged.sentences])
    judged = judged_sentences(session.text, found, tagged, language)
    stems = [_stems(session.text, s, language) for s in found]
    centre = _central(stems)
    candidates = []
    for first in range(len(found)):
        for length in (1, 2, 3):
            window = range(first, first + length)
            if window[-1] >= len(found) or not _joined([found[i] for i in window]):
                break
            turn = turns[found[first].turn]
            passage = _passage(
                session, turn, [(found[i], judged[i], stems[i]) for i in window], centre, appearances
            )
            if passage:
                candidates.append(passage)
    return candidates


def _stems(text: str, sentence: Sentence, language: str) -> frozenset[str]:
    """Stems of the words that carry a sentence's subject."""
    spoken = words(text, language, sentence.start, sentence.end)
    return frozenset(term.stem for term in content(spoken, language))


def judged_sentences(text: str, found: Sequence[Sentence], tagged: Tagged, language: str) -> list[Judged]:
    """Judgements of all sentences, each with its own tokens and names."""
    starts = [token.start for token in tagged.tokens]
    names = [n.start for n in tagged.names if n.kind in ("PER", "ORG")]

    def tokens(s: Sentence) -> Sequence[Token]:
        return tagged.tokens[bisect_left(starts, s.start) : bisect_left(starts, s.end)]

    def named(s: Sentence) -> bool:
        return bisect_left(names, s.start) < bisect_left(names, s.end)

    return [judge(text[s.start : s.end], tokens(s), named(s), language) for s in found]


def _central(stems: Sequence[frozenset[str]]) -> dict[str, float]:
    """How central each stem is: the share of the commonest stem's sentences that it has."""
    counts = Counter(stem for group in stems for stem in group)
    top = max(counts.values(), default=1)
    return {stem: count / top for stem, count in counts.items() if count > 1}


def _joined(window: Sequence[Sentence]) -> bool:
    """Whether sentences follow each other in one run of one turn."""
    first = window[0]
    return all(s.turn == first.turn and s.run == first.run for s in window)


def _passage(
    session: Session,
    turn: Turn,
    window: list[tuple[Sentence, Judged, frozenset[str]]],
    centre: dict[str, float],
    appearances: dict[str, Appearance],
) -> Passage | None:
    """The passage of some neighbouring sentences, or ``None`` when it must not be printed."""
    parts, judged = [w[0] for w in window], [w[1] for w in window]
    start, end = parts[0].start, parts[-1].end
    moderating = turn.label is not None and _moderates(turn.label, appearances)
    if not _printable(session.text[start:end], parts, judged, moderating):
        return None
    stems = frozenset().union(*(w[2] for w in window))
    lows = _doubtful_share(turn, start, end)
    score = _worth(parts, judged) + 0.5 * _centrality(stems, centre) - 2.0 * lows
    reasons = tuple(r for r in WEIGHTS if any(r in j.reasons for j in judged))
    repeated = len({w[2] for w in window}) < len(window)
    if not reasons or len(stems) < 3 or repeated:
        return None
    first = parts[0]
    return Passage(start, end, first.turn, first.place, turn.label, reasons, score, stems, moderating)


def _moderates(label: str, appearances: dict[str, Appearance]) -> bool:
    appearance = appearances.get(label)
    asking = label.casefold().rstrip(" .:0123456789") in ("q", "question", "audience", "public", "salle")
    return asking or (appearance is not None and appearance.part == "moderator")


def _printable(text: str, parts: Sequence[Sentence], judged: Sequence[Judged], moderating: bool) -> bool:
    """Rules without exception: whole sentences, no housekeeping, nothing left open, fair length."""
    total = sum(part.words for part in parts)
    if not _SHORTEST <= total <= (_LONGEST if len(parts) > 1 else _LONGEST_ALONE):
        return False
    if any(j.procedural for j in judged) or not all(p.closed for p in parts):
        return False
    if judged[-1].question or judged[-1].announcing or (moderating and any(j.question for j in judged)):
        return False
    if min(part.words for part in parts) < _FEWEST_IN_A_SENTENCE:
        return False
    if judged[0].dangling or not all(j.verb or p.words <= 6 for j, p in zip(judged, parts, strict=True)):
        return False
    return any(j.verb for j in judged) and presentable(text)


def _worth(parts: Sequence[Sentence], judged: Sequence[Judged]) -> float:
    """Reasons of the best sentence, half of the others' on top, less what joining and leaning cost."""
    worths = sorted((j.worth for j in judged), reverse=True)
    total = sum(part.words for part in parts)
    score = worths[0] + 0.5 * sum(worths[1:2]) + 0.25 * sum(worths[2:])
    score -= (0.45 if judged[0].connector else 0.0) + (0.6 if any(j.announcing for j in judged) else 0.0)
    score -= 0.35 * (len(parts) - 1)
    score += sum(0.3 for j in judged[1:] if j.dangling or j.connector)
    score -= 0.02 * max(0, total - 35) + 0.06 * max(0, 12 - total)
    return score


def _centrality(stems: frozenset[str], centre: dict[str, float]) -> float:
    """Mean centrality of the four most central stems."""
    best = sorted((centre.get(stem, 0.0) for stem in stems), reverse=True)[:4]
    return sum(best) / 4


def _words_in(turn: Turn, start: int, end: int) -> tuple[Word, ...]:
    return tuple(word for word in turn.words if word.start >= start and word.end <= end)


def _doubtful_share(turn: Turn, start: int, end: int) -> float:
    """Share of doubtful words; a long one spoils a quotation, whatever stands around it."""
    heard = _words_in(turn, start, end)
    doubtful = [word for word in heard if word.probability < _DOUBTFUL]
    long = sum(word.end - word.start >= _LONG_WORD for word in doubtful)
    return min(1.0, len(doubtful) / len(heard) + _SPOILT * long) if heard else 0.0


def _choose(candidates: list[Passage], amounts: dict[str | None, int], limit: int | None) -> list[Passage]:
    """Pick passages greedily: one for every substantial speaker, then the best of all."""
    total = sum(amounts.values())
    room = min(MOST, max(1, round(total / WORDS_PER_QUOTE)))
    owed = [label for label, count in amounts.items() if count >= SUBSTANTIAL]
    room = max(room, len(owed)) if limit is None else min(limit, max(room, len(owed)))
    chosen: list[Passage] = []
    for label in owed:
        _pick([c for c in candidates if c.label == label and not c.moderating], chosen, 1, room, _FAIR)
    if total >= _FEWEST_WORDS:
        _pick(candidates, chosen, room, room, _GOOD)
    if limit is None:
        dense = min(MOST, round(total / WORDS_PER_STRONG_QUOTE))
        _pick(candidates, chosen, dense, dense, _STRONG)
    return sorted(chosen, key=lambda passage: passage.start)


def _pick(pool: list[Passage], chosen: list[Passage], count: int, room: int, least: float) -> None:
    """Add up to ``count`` passages of ``pool`` while they gain at least ``least`` over the chosen."""
    gains = {i: p.score - (_MODERATOR_GOOD - _GOOD if p.moderating else 0) for i, p in enumerate(pool)}
    again = _AGAIN if len({passage.label for passage in pool}) > 1 else 0.0
    for picked in chosen:
        _lower(gains, pool, picked, again)
    while gains and count > 0 and len(chosen) < room:
        best = max(gains, key=lambda i: (gains[i], -pool[i].start))
        if gains[best] < least:
            return
        chosen.append(pool[best])
        count -= 1
        _lower(gains, pool, pool[best], again)


def _lower(gains: dict[int, float], pool: list[Passage], picked: Passage, again: float) -> None:
    """Lower what resembles, touches or shares the speaker of a picked passage; drop what overlaps it."""
    for index in list(gains):
        other = pool[index]
        if other.start < picked.end and picked.start < other.end:
            del gains[index]
            continue
        shared = len(other.stems & picked.stems) / max(1, min(len(other.stems), len(picked.stems)))
        if shared >= _SAME:
            del gains[index]
            continue
        gains[index] -= _ALIKE * max(0.0, shared - 0.3)
        gains[index] -= again if other.label == picked.label else 0.0
        if other.turn == picked.turn and abs(other.place - picked.place) <= 3:
            gains[index] -= _NEAR


def _quote(session: Session, turn: Turn, passage: Passage, appearances: dict[str, Appearance]) -> Quote:
    """The quote of a passage; its confidence falls with doubtful words and a doubtful speaker."""
    heard = _words_in(turn, passage.start, passage.end)
    sure = sum(word.probability for word in heard) / len(heard) if heard else 1.0
    sure *= sum(word.speaker_confidence for word in heard) / len(heard) if heard else 1.0
    who = appearances.get(passage.label) if passage.label is not None else None
    known = who.confidence if who is not None and who.name else 0.7
    timed = (heard[0].start_time, heard[-1].end_time) if heard else (turn.start_time, turn.end_time)
    text = session.text[passage.start : passage.end]
    return Quote(
        passage.start, passage.end, text, passage.label, "spoken", "passage",
        round(min(1.0, sure * turn.confidence * (0.5 + 0.5 * known)), 3), None, passage.reasons,
        round(passage.score, 3), timed[0], timed[1],
    )  # fmt: skip

"""Themes found in the archive itself: terms that some sessions are about and most are not.

Candidates are noun phrases by part-of-speech pattern (Justeson and Katz 1995). A term is kept when it
gathers in few sessions more than chance would have it (residual inverse document frequency, Church and
Gale 1995); the parts of a longer term give way to it (C-value, Frantzi et al. 2000); terms of one idea
that live in the same sessions become one theme. Names are never themes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, log2, sqrt

from pipeline.engines import Tagged, Token
from pipeline.entities import is_known_name
from pipeline.words import base, fold, language_data, stopwords

_HEADING = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_MOST_WORDS = 4
_LEAST_SESSIONS = 3
_MOST_SHARE = 0.4
"""Share of sessions that may come back to a term before it is the occasion's own subject."""
_MOST_PASSING = 0.75
_NAME_SHARE = 0.8
_NESTED = 0.7
_ALIKE = 0.6
_ALIKE_UNRELATED = 0.85
_ABOUT_DENSITY = 0.8
"""Mentions per 1,000 words from which a session is about a theme."""
_LEAST_MENTIONS = 3
_WIDE = 8
"""Sessions beyond which a theme is not worth more for being wider."""


@dataclass(frozen=True, slots=True)
class Document:
    """The counted terms of one session (see :func:`terms`) and its number of words."""

    id: int
    terms: Mapping[str, int]
    words: int
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FoundTheme:
    """A theme of the archive: its label, the spellings gathered under it, a score (higher is more
    distinctive) and the sessions that are about it, strongest first."""

    label: str
    terms: tuple[str, ...]
    score: float
    documents: tuple[int, ...]


@dataclass(slots=True)
class _Candidate:
    key: tuple[str, ...]
    counts: dict[int, int]
    spellings: Counter[str]
    own: int = 0
    score: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def terms(tagged: Tagged, text: str, language: str = "en") -> Counter[str]:
    """Noun phrases of one to four words with how often each spelling occurs; capitals inside are kept.

    People's names, numbers, stop words, nouns of the occasion ("slide", « table ronde ») and headings
    are left out. Small enough to be stored with the session.
    """
    barred = _barred(tagged, text)
    found: Counter[str] = Counter()
    for run in _runs(tagged.tokens, text, barred, language):
        for first in range(len(run)):
            for last in range(first, min(first + _MOST_WORDS, len(run))):
                piece = run[first : last + 1]
                if _phrase(piece, language) and not is_known_name(text[piece[0].start : piece[-1].end]):
                    found[_shown(piece, text)] += 1
    return found


def discover(documents: Iterable[Document], most: int = 60) -> list[FoundTheme]:
    """The most distinctive themes of an archive, best first.

    A theme is what at least 3 sessions are about and less than 40 % come back to. Fewer than 5 sessions
    give none.
    """
    held = list(documents)
    if len(held) < 5:
        return []
    by_key = _gather(held)
    kept = {k: c for k, c in by_key.items() if _spread(c, len(held)) and not _name(c)}
    _nest(kept)
    for candidate in kept.values():
        candidate.score = _score(candidate, len(held))
    ranked = sorted((c for c in kept.values() if c.score > 0), key=lambda c: (-c.score, c.key))
    groups = _cluster(ranked[: most * 4])
    sizes = {d.id: d.words for d in held}
    themes = (_theme(group, sizes) for group in groups)
    found = [t for t in themes if len(t.documents) >= _LEAST_SESSIONS]
    return sorted(found, key=lambda t: -t.score)[:most]


def _barred(tagged: Tagged, text: str) -> set[int]:
    """Indexes of the tokens inside people's and places' names and inside headings."""
    spans = [(n.start, n.end) for n in tagged.names if n.kind in ("PER", "LOC")]
    spans += [m.span() for m in _HEADING.finditer(text)]
    starts = [t.start for t in tagged.tokens]
    return {i for start, end in spans for i in range(bisect_left(starts, start), bisect_left(starts, end))}


@lru_cache(maxsize=4)
def _generic(language: str) -> frozenset[str]:
    listed = language_data(language, "stopwords")["generic"]
    return frozenset(base(fold(word), language) for line in listed for word in line.split())


def _runs(tokens: Sequence[Token], text: str, barred: set[int], language: str) -> Iterator[list[Token]]:
    """Unbroken stretches of words that a noun phrase may hold, on one line outside headings."""
    run: list[Token] = []
    for number, token in enumerate(tokens):
        joined = not run or text[run[-1].end : token.start] in ("", " ", "\u00a0")
        if number in barred or not _may_hold(token, language) or not joined:
            if run:
                yield run
            run = []
        if number not in barred and _may_hold(token, language):
            run.append(token)
    if run:
        yield run


def _may_hold(token: Token, language: str) -> bool:
    linking = language == "fr" and fold(token.text).strip("'’") in ("de", "d", "a")
    good = token.pos in ("NOUN", "PROPN", "ADJ") or (linking and token.pos == "ADP")
    clean = all(c.isalpha() or c in "-'’" for c in token.text) and token.text[0].isalpha()
    return good and clean


def _phrase(piece: Sequence[Token], language: str) -> bool:
    """Whether the words make a phrase: a noun at the head, nothing linking or generic at its ends."""
    first, last = piece[0], piece[-1]
    if first.pos == "ADP" or last.pos == "ADP":
        return False
    nouns = ("NOUN", "PROPN")
    head = first if language == "fr" else last
    if head.pos not in nouns or (language == "fr" and len(piece) == 1 and last.pos not in nouns):
        return False
    folded = [fold(t.text) for t in piece if t.pos != "ADP"]
    if any(len(f) < 3 or f in stopwords(language) for f in folded):
        return False
    bases = [base(f, language) for f in folded]
    generic = _generic(language)
    return bases[0] not in generic and bases[-1] not in generic


def _shown(piece: Sequence[Token], text: str) -> str:
    """The phrase as written, but small letters where a capital only opens a sentence."""
    at, shown = piece[0].start, ""
    for token in piece:
        kept = token.pos == "PROPN" or any(c.isupper() for c in token.text[1:])
        shown += text[at : token.start] + (token.text if kept else token.text.lower())
        at = token.end
    return shown.replace("’", "'").replace("\u00a0", " ")


def _gather(documents: Sequence[Document]) -> dict[tuple[str, ...], _Candidate]:
    by_key: dict[tuple[str, ...], _Candidate] = {}
    for document in documents:
        for written, count in document.terms.items():
            key = _key(written, document.language)
            found = by_key.setdefault(key, _Candidate(key, {}, Counter()))
            found.counts[document.id] = found.counts.get(document.id, 0) + count
            found.spellings[written] += count
    return by_key


@lru_cache(maxsize=200_000)
def _key(written: str, language: str) -> tuple[str, ...]:
    parts = written.replace("-", " ").replace("'", " ").split()
    return tuple(base(fold(p), language) for p in parts if p.lower() not in ("de", "d", "à", "a"))


def _spread(candidate: _Candidate, documents: int) -> bool:
    sessions = len(candidate.counts)
    again = sum(1 for n in candidate.counts.values() if n >= _LEAST_MENTIONS)
    rare_enough = again < _MOST_SHARE * documents and sessions < _MOST_PASSING * documents
    return sessions >= _LEAST_SESSIONS and rare_enough and candidate.total >= 2 * sessions**0.5 + 3


def _name(candidate: _Candidate) -> bool:
    """Whether the term is nearly always written with a capital on its last word, an acronym apart."""
    capital = sum(n for s, n in candidate.spellings.items() if _capital_last(s))
    return capital >= _NAME_SHARE * candidate.total


def _capital_last(written: str) -> bool:
    last = written.split()[-1]
    return last[:1].isupper() and not last.rstrip("s").isupper()


def _nest(kept: dict[tuple[str, ...], _Candidate]) -> None:
    """Count each term outside the longer ones; drop a part that hardly lives on its own."""
    for candidate in kept.values():
        candidate.own = candidate.total
    for key in sorted(kept, key=len, reverse=True):
        for part in _parts(key):
            if part in kept:
                kept[part].own -= kept[key].own if len(key) == len(part) + 1 else 0
    for key in [k for k, c in kept.items() if c.own < (1 - _NESTED) * c.total and len(k) < _MOST_WORDS]:
        longer = [k for k in kept if len(k) > len(key) and key in _parts(k)]
        if any(kept[k].total >= _NESTED * kept[key].total for k in longer):
            del kept[key]


def _parts(key: tuple[str, ...]) -> list[tuple[str, ...]]:
    size = len(key)
    return [key[i:j] for i in range(size) for j in range(i + 1, size + 1) if 0 < j - i < size]


def _score(candidate: _Candidate, documents: int) -> float:
    """Residual inverse document frequency × log frequency, longer terms first."""
    sessions, total = len(candidate.counts), candidate.total
    expected = 1 - exp(-total / documents)
    residual = log2(documents / sessions) + log2(max(expected, 1e-9))
    return max(residual, 0.0) * log(1 + max(candidate.own, 1)) * (1 + 0.35 * (len(candidate.key) - 1))


def _cluster(ranked: Sequence[_Candidate]) -> list[list[_Candidate]]:
    """Put each term with the first stronger one that it shares sessions (and, more easily, a word) with."""
    groups: list[list[_Candidate]] = []
    for candidate in ranked:
        home = next((g for g in groups if _belongs(candidate, g[0])), None)
        if home is None:
            groups.append([candidate])
        else:
            home.append(candidate)
    return groups


def _belongs(candidate: _Candidate, leader: _Candidate) -> bool:
    related = bool(set(candidate.key) & set(leader.key))
    return _cosine(candidate.counts, leader.counts) >= (_ALIKE if related else _ALIKE_UNRELATED)


def _cosine(one: Mapping[int, int], other: Mapping[int, int]) -> float:
    dot = sum(log(1 + n) * log(1 + other[d]) for d, n in one.items() if d in other)
    if not dot:
        return 0.0
    return dot / (_norm(one) * _norm(other))


def _norm(counts: Mapping[int, int]) -> float:
    return sqrt(sum(log(1 + n) ** 2 for n in counts.values()))


def _theme(group: Sequence[_Candidate], sizes: Mapping[int, int]) -> FoundTheme:
    counts: dict[int, int] = defaultdict(int)
    for candidate in group:
        for document, count in candidate.counts.items():
            counts[document] = max(counts[document], count)
    about = [d for d, n in counts.items() if n >= _LEAST_MENTIONS and _density(n, sizes[d]) >= _ABOUT_DENSITY]
    ordered = sorted(about, key=lambda d: (-_density(counts[d], sizes[d]), d))
    labels = tuple(c.spellings.most_common(1)[0][0] for c in group)
    score = group[0].score * log2(1 + min(len(ordered), _WIDE))
    return FoundTheme(labels[0], labels[:8], round(score, 3), tuple(ordered))


def _density(count: int, words: int) -> float:
    return count * 1000 / max(words, 300)

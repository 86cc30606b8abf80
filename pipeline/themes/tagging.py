"""Themes of a session from a lexicon: every tag names the exact words it was seen in.

Unsure terms need company (a sure term of the same theme or a context word within 25 words), longer terms
win over shorter ones of the same theme, and a theme of the session needs more than a passing mention.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from db.records import Session, ThemeTag
from pipeline.engines import Tagged, Tagger
from pipeline.themes.lexicon import Lexicon, Pattern, fits
from pipeline.words import Term, body_of, fold, language_of, words

_NEAR = 25
"""Words within which an unsure term must find company."""
_JOINING = re.compile(r"[\s'’\-‐‑]{1,3}\Z")
_SHORT = 300
"""Words under which a text counts as this long, so that one mention does not weigh too much."""
_DENSITY = 1.0
"""Mentions per 1,000 words that a theme of the session needs."""
_TINY = 150
"""Words under which a single mention is enough."""
_SHARE = 0.12
"""A theme weaker than this share of the strongest one is dropped."""


@dataclass(frozen=True, slots=True)
class _Hit:
    pattern: Pattern
    first: int
    last: int


def tag_themes(
    session: Session, lexicon: Lexicon, tagged: Tagged | None = None, tagger: Tagger | None = None
) -> tuple[ThemeTag, ...]:
    """Themes seen in the session's body, by position, and those its own front matter declares.

    ``why`` is exactly ``session.text[start:end]``. Words are stemmed here, so ``tagged`` and ``tagger`` are
    not needed; they are accepted so that every reading stage is called alike.
    """
    del tagged, tagger
    body, language = body_of(session), language_of(session)
    terms = words(session.text, language, body.start, body.end)
    hits = list(_hits(session.text, terms, lexicon, language))
    kept = _longest([h for h in hits if h.pattern.role != "context" and _sure(h, hits)])
    tags = [_tag(session.text, terms, hit) for hit in kept]
    return tuple(sorted([*_declared(session, lexicon), *tags], key=lambda t: (t.start, t.end, t.theme)))


def session_themes(tags: Sequence[ThemeTag], words: int, most: int = 8) -> list[tuple[str, float]]:
    """The themes of a session of ``words`` words with their scores, best first.

    Declared and human tags always count. Others need two mentions and one per 1,000 words (a text under
    150 words needs one); the score is mentions per 1,000 words, times 1 + log of different terms.
    """
    seen: dict[str, list[ThemeTag]] = defaultdict(list)
    for tag in tags:
        seen[tag.theme].append(tag)
    scores = {theme: _score(found, words) for theme, found in seen.items()}
    top = max(scores.values(), default=0.0)
    given = {t.theme for t in tags if t.by in ("source", "human")}
    needed = 1 if words < _TINY else 2
    chosen = [
        (theme, score)
        for theme, score in scores.items()
        if theme in given
        or (len(seen[theme]) >= needed and score >= _SHARE * top and _dense(len(seen[theme]), words))
    ]
    ranked = sorted(chosen, key=lambda pair: (pair[0] not in given, -pair[1], pair[0]))
    return ranked[: max(most, len(given))]


def _dense(mentions: int, words: int) -> bool:
    return mentions * 1000 / max(words, _SHORT) >= _DENSITY


def _score(found: Sequence[ThemeTag], words: int) -> float:
    different = len({fold(t.why) for t in found})
    return len(found) * 1000 / max(words, _SHORT) * (1 + log(different))


def _hits(text: str, terms: Sequence[Term], lexicon: Lexicon, language: str) -> Iterator[_Hit]:
    matcher = lexicon.matchers[language]
    for at, term in enumerate(terms):
        for pattern in matcher.at(term):
            last = at + len(pattern.pieces) - 1
            if last < len(terms) and _follows(text, terms, at, pattern):
                yield _Hit(pattern, at, last)


def _follows(text: str, terms: Sequence[Term], at: int, pattern: Pattern) -> bool:
    for number, piece in enumerate(pattern.pieces):
        if not fits(piece, terms[at + number]):
            return False
        if number and not _JOINING.match(text, terms[at + number - 1].end, terms[at + number].start):
            return False
    return True


def _sure(hit: _Hit, hits: Sequence[_Hit]) -> bool:
    if hit.pattern.role == "sure":
        return True
    return any(
        other.pattern.theme == hit.pattern.theme
        and other.pattern.role != "unsure"
        and abs(other.first - hit.first) <= _NEAR
        for other in hits
        if other is not hit
    )


def _longest(hits: Sequence[_Hit]) -> list[_Hit]:
    """Per theme, hits that do not overlap; the longer one wins."""
    taken: dict[str, set[int]] = defaultdict(set)
    kept = []
    for hit in sorted(hits, key=lambda h: (h.first - h.last, h.first)):
        span = set(range(hit.first, hit.last + 1))
        if not span & taken[hit.pattern.theme]:
            taken[hit.pattern.theme] |= span
            kept.append(hit)
    return kept


def _tag(text: str, terms: Sequence[Term], hit: _Hit) -> ThemeTag:
    start, end = terms[hit.first].start, terms[hit.last].end
    return ThemeTag(hit.pattern.theme, start, end, text[start:end])


def _declared(session: Session, lexicon: Lexicon) -> Iterator[ThemeTag]:
    """Tags of the source's own front matter, where they stand in the text."""
    head = session.text[: body_of(session).start]
    for tag in session.source_tags:
        found = re.search(rf"(?<![\w-]){re.escape(tag)}(?![\w-])", head)
        if found:
            theme = lexicon.find(tag) or tag
            yield ThemeTag(theme, found.start(), found.end(), found.group(), "source")

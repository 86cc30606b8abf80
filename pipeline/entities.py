"""People, organisations, products and places named in a session: facets of an archive, never themes.

Three sources, surest first: the session's own speakers, a gazetteer of names with their spellings, and
the tagger, whose proposals are kept only when they look like names everywhere in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from db.records import Entity, EntityKind, Session, Slice
from pipeline.engines import Named, Tagged
from pipeline.words import ASSETS, Term, body_of, fold, language_of, stopwords, words

_KINDS: Mapping[str, EntityKind] = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_EDGE = " \t\n\u00a0\u202f.,;:!?'’\"«»“”()[]*_-–—/\\"
_HEAD = re.compile(r"(?:^|[.!?…:;»”\"*)\]>#-]|\n|[«“])\s*$")
_POSSESSIVE = re.compile(r"['’]s?$")
_NOT_A_NAME = re.compile(r"[\d@#<>|=*_/\\\n]|https?|\.\w{2,3}\b$")
_MOST_WORDS = 5
_TITLES = frozenset({"m", "mr", "mrs", "ms", "mme", "mlle", "dr", "prof", "pr"})


@dataclass(frozen=True, slots=True)
class _Known:
    kind: EntityKind
    name: str
    pieces: tuple[str, ...]
    capital: bool


@dataclass(frozen=True, slots=True)
class _Found:
    kind: EntityKind
    name: str
    first: int
    last: int


def find_entities(session: Session, tagged: Tagged) -> tuple[Entity, ...]:
    """Every mention of a name in the session's body, by position, under its normal form.

    ``tagged`` is the tagging of ``session.text``. A surname or first name alone counts as the person
    only when exactly one full name of the session bears it. Mentions do not overlap.
    """
    body, language = body_of(session), language_of(session)
    terms = words(session.text, language, body.start, body.end)
    known = [*_speakers(session), *_gazetteer(language)]
    found = list(_match(session.text, terms, known))
    taken = {i for f in found for i in range(f.first, f.last + 1)}
    found += _proposed(session.text, body, terms, tagged.names, taken, language)
    people = {f.name for f in found if f.kind == "person"} | {k.name for k in known if k.kind == "person"}
    taken = {i for f in found for i in range(f.first, f.last + 1)}
    found += _short_names(session.text, terms, people, taken)
    ordered = sorted(found, key=lambda f: f.first)
    return tuple(Entity(f.kind, f.name, terms[f.first].start, terms[f.last].end) for f in ordered)


def _speakers(session: Session) -> Iterator[_Known]:
    names = [a.name for a in session.appearances] + [g.name for g in session.given_speakers]
    for name in dict.fromkeys(n for n in names if n):
        pieces = _pieces(name)
        if len(pieces) > 1:
            yield _Known("person", name, pieces, True)
    places = [a.organisation for a in session.appearances] + [g.organisation for g in session.given_speakers]
    for name in dict.fromkeys(n for n in places if n):
        pieces = _pieces(name)
        if pieces and not set(pieces) <= stopwords("fr"):
            yield _Known("organisation", name, pieces, True)


@lru_cache(maxsize=4)
def _gazetteer(language: str) -> tuple[_Known, ...]:
    data = tomllib.loads((ASSETS / "themes" / "gazetteer.toml").read_text(encoding="utf-8"))
    capital = {fold(c) for c in data["capitals"]}
    english: dict[str, str] = data["english"] if language == "en" else {}
    kinds: tuple[EntityKind, ...] = ("organisation", "product", "place")
    listed = [(kind, name, spelt) for kind in kinds for name, spelt in data[kind].items()]
    return tuple(
        _Known(kind, english.get(name, name), _pieces(written), _strict(written, capital))
        for kind, name, spelt in listed
        for written in (name, *spelt)
    )


@lru_cache(maxsize=1)
def _known_names() -> frozenset[tuple[str, ...]]:
    return frozenset(k.pieces for k in _gazetteer("fr"))


def is_known_name(written: str) -> bool:
    """Whether capitalised words are a name of the gazetteer, in any of its spellings."""
    return any(c.isupper() for c in written) and _pieces(written) in _known_names()


def _pieces(written: str) -> tuple[str, ...]:
    return tuple(t.folded for t in words(written, "fr"))


def _strict(written: str, capital: Iterable[str]) -> bool:
    """Whether a spelling needs its capital: listed as a common word, or short, or a single place name."""
    return fold(written) in capital or len(written) <= 4 or written.istitle()


@lru_cache(maxsize=4)
def _junk() -> frozenset[str]:
    data = tomllib.loads((ASSETS / "themes" / "gazetteer.toml").read_text(encoding="utf-8"))
    return frozenset(fold(w) for line in data["junk"]["words"] for w in line.split())


def _match(text: str, terms: Sequence[Term], known: Iterable[_Known]) -> Iterator[_Found]:
    """Known names in the text, the longest first at each place."""
    by_first: dict[str, list[_Known]] = {}
    small = {t.folded for t in terms if text[t.start].islower()}
    for entry in known:
        if entry.pieces:
            by_first.setdefault(entry.pieces[0], []).append(entry)
    at = 0
    while at < len(terms):
        fitting = [k for k in by_first.get(terms[at].folded, ()) if _is_at(text, terms, at, k)]
        fitting = [k for k in fitting if not _common_at_head(text, terms, at, k, small)]
        if fitting:
            best = max(fitting, key=lambda k: len(k.pieces))
            yield _Found(best.kind, best.name, at, at + len(best.pieces) - 1)
            at += len(best.pieces)
        else:
            at += 1


def _common_at_head(text: str, terms: Sequence[Term], at: int, entry: _Known, small: set[str]) -> bool:
    """A lone capital that opens a sentence, of a word that the text also uses as a common one."""
    lone = len(entry.pieces) == 1 and entry.capital and not terms[at].capitals
    return lone and entry.pieces[0] in small and _heads(text, terms, at)


def _is_at(text: str, terms: Sequence[Term], at: int, entry: _Known) -> bool:
    last = at + len(entry.pieces) - 1
    if last >= len(terms) or any(terms[at + i].folded != p for i, p in enumerate(entry.pieces)):
        return False
    gaps = (text[terms[i].end : terms[i + 1].start] for i in range(at, last))
    if any(len(gap) > 2 or "\n" in gap for gap in gaps):
        return False
    return not entry.capital or any(text[terms[i].start].isupper() for i in range(at, last + 1))


def _proposed(
    text: str, body: Slice, terms: Sequence[Term], names: Sequence[Named], taken: set[int], language: str
) -> list[_Found]:
    """The tagger's names that no one has taken, that hold capitals and never occur as common words."""
    starts = {t.start: i for i, t in enumerate(terms)}
    ends = {t.end: i for i, t in enumerate(terms)}
    small = {t.folded for t in terms if text[t.start].islower()}
    spelt: list[tuple[Named, int, int]] = []
    for name in names:
        at = _tidy(text, name)
        first, last = starts.get(at.start), ends.get(at.end)
        if first is None or last is None or last < first or not body.start <= at.start < body.end:
            continue
        if not taken & set(range(first, last + 1)) and _plausible(
            text, terms, first, last, name.kind, small, language
        ):
            spelt.append((name, first, last))
    seen = Counter(_key(terms, first, last) for _, first, last in spelt)
    inside = {
        key
        for n, first, last in spelt
        if (key := _key(terms, first, last)) and not _heads(text, terms, first)
    }
    kept = []
    for name, first, last in spelt:
        key = _key(terms, first, last)
        lone = first == last
        doubtful = lone and (terms[first].folded in small or key not in inside or seen[key] < 2)
        if name.kind in _KINDS and not doubtful:
            shown = _POSSESSIVE.sub("", text[terms[first].start : terms[last].end])
            kept.append(_Found(_KINDS[name.kind], " ".join(shown.split()), first, last))
    return _one_kind(_apart(kept))


def _tidy(text: str, name: Named) -> Slice:
    start, end = name.start, name.end
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    bare = _POSSESSIVE.search(text[start:end])
    return Slice(start, start + bare.start() if bare else end)


def _plausible(
    text: str, terms: Sequence[Term], first: int, last: int, kind: str, small: set[str], language: str
) -> bool:
    """Whether a proposal reads as a name; a lone acronym proposed as an organisation is too often a term."""
    shown = text[terms[first].start : terms[last].end]
    own = terms[first : last + 1]
    if _NOT_A_NAME.search(shown) or len(own) > _MOST_WORDS or len(shown) < 3:
        return False
    if any(t.folded in _junk() for t in own) or own[0].folded in stopwords(language):
        return False
    capitals = [t for t in own if text[t.start].isupper()]
    if kind == "PER":
        whole = len(own) >= 2 and len(capitals) == len(own) and own[0].folded not in _TITLES
        return whole and "&" not in shown and len(own[0].folded) > 1 and own[0].folded not in small
    if kind == "ORG" and len(own) == 1 and own[0].capitals:
        return False
    return bool(capitals) and text[own[0].start].isupper() and text[own[-1].start].isupper()


def _heads(text: str, terms: Sequence[Term], first: int) -> bool:
    return _HEAD.search(text[max(0, terms[first].start - 4) : terms[first].start]) is not None


def _key(terms: Sequence[Term], first: int, last: int) -> str:
    return " ".join(t.folded for t in terms[first : last + 1])


def _apart(found: Sequence[_Found]) -> list[_Found]:
    kept: list[_Found] = []
    for item in sorted(found, key=lambda f: f.first):
        if not kept or item.first > kept[-1].last:
            kept.append(item)
    return kept


def _one_kind(found: Sequence[_Found]) -> list[_Found]:
    """Give every mention of one name the kind that most of them have, and its most frequent spelling."""
    kinds: dict[str, Counter[EntityKind]] = {}
    spellings: dict[str, Counter[str]] = {}
    for item in found:
        kinds.setdefault(fold(item.name), Counter())[item.kind] += 1
        spellings.setdefault(fold(item.name), Counter())[item.name] += 1
    return [
        _Found(
            kinds[fold(f.name)].most_common(1)[0][0],
            spellings[fold(f.name)].most_common(1)[0][0],
            f.first,
            f.last,
        )
        for f in found
    ]


def _short_names(
    text: str, terms: Sequence[Term], people: Iterable[str], taken: set[int]
) -> Iterator[_Found]:
    """First names or surnames alone, when a single person of the session bears them."""
    bearers: dict[str, set[str]] = {}
    for person in people:
        for part in words(person, "fr"):
            if len(part.folded) > 2 and part.folded not in ("van", "von", "des", "del"):
                bearers.setdefault(part.folded, set()).add(person)
    for at, term in enumerate(terms):
        named = bearers.get(term.folded, set())
        if (
            at not in taken
            and len(named) == 1
            and text[term.start].isupper()
            and not _beside(text, terms, at)
        ):
            yield _Found("person", next(iter(named)), at, at)


def _beside(text: str, terms: Sequence[Term], at: int) -> bool:
    """Whether a capitalised word stands right beside: then it is another full name."""
    after = terms[at + 1] if at + 1 < len(terms) else None
    return after is not None and text[terms[at].end : after.start] == " " and text[after.start].isupper()

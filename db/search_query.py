"""Reading what a person typed, whatever it is, into terms that FTS5 can match.

Nothing typed ever reaches FTS5 as syntax: a MATCH string is built word by word from folded letters and
digits between double quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.folding import LANGUAGES, Language, ruled_by, stem, stopwords, words_of

_MOST_LETTERS = 20_000
_MOST_TERMS = 24
_LONGEST_NAME = 5
_PHRASE = re.compile(r"\"([^\"]+)\"|«([^»]+)»|“([^”]+)”")
_JOINED = re.compile(r"[-‐‑]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to match: a word, or the words of a compound or of a phrase between quotation marks."""

    words: tuple[str, ...]
    exact: bool = False

    def match(self, languages: tuple[Language, ...]) -> str:
        """The FTS5 expression of this term: its stems by each language's rules."""
        choices = [" ".join(stem(word, language) for word in self.words) for language in languages]
        if not self.exact and len(self.words) > 1:
            choices += [stem("".join(self.words), language) for language in languages]
        elif not self.exact and self.words[0].startswith("e") and len(self.words[0]) > 5:
            # « ecommerce » also finds « e-commerce ».
            choices += [f"e {stem(self.words[0][1:], language)}" for language in languages]
        return "(" + " OR ".join(f'"{choice}"' for choice in dict.fromkeys(choices)) + ")"


@dataclass(frozen=True, slots=True)
class Query:
    """A query once read. ``words`` are all its folded words in order, stop words included."""

    terms: tuple[Term, ...]
    words: tuple[str, ...]
    languages: tuple[Language, ...] = LANGUAGES

    @property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The folded words of each exact phrase."""
        return tuple(term.words for term in self.terms if term.exact)

    @property
    def stems(self) -> frozenset[str]:
        """All stems to highlight."""
        words = {word for term in self.terms for word in term.words}
        return frozenset(stem(word, language) for word in words for language in self.languages)

    def all_of(self) -> str:
        """MATCH string of the passages that hold every term."""
        return " AND ".join(term.match(self.languages) for term in self.terms)

    def any_of(self) -> str:
        """MATCH string of the passages that hold at least one term."""
        return " OR ".join(term.match(self.languages) for term in self.terms)

    def loosened(self) -> Query:
        """The same query, its phrases taken apart into words."""
        parts: list[Term] = []
        for term in self.terms:
            strong = [word for word in term.words if not _is_stop(word)] or term.words[:1]
            parts += [Term((word,)) for word in strong] if term.exact else [term]
        return Query(tuple(dict.fromkeys(parts)), self.words, self.languages)

    def without(self, words: frozenset[str]) -> Query:
        """The same query less some words, as when they named a person."""
        kept = tuple(term for term in self.terms if not words.issuperset(term.words))
        return Query(kept, tuple(word for word in self.words if word not in words), self.languages)

    def name_keys(self) -> list[str]:
        """Every run of up to five words, longest first: candidates for a person's name."""
        words = self.words[:_MOST_TERMS]
        return [
            " ".join(words[start : start + length])
            for length in range(min(_LONGEST_NAME, len(words)), 0, -1)
            for start in range(len(words) - length + 1)
        ]


def read_query(text: str, language: str | None = None) -> Query:
    """Read any string; at most 24 distinct terms of its first 20,000 characters are kept.

    Stop words count only inside phrases and compounds, or when there is nothing else.
    """
    text = text[:_MOST_LETTERS]
    phrases = [_phrase(next(group for group in match.groups() if group)) for match in _PHRASE.finditer(text)]
    loose = _loose(_PHRASE.sub(" ", text))
    strong = [term for term in loose if len(term.words) > 1 or not _is_stop(term.words[0])]
    terms = [phrase for phrase in phrases if phrase.words] + strong
    kept = tuple(dict.fromkeys(terms or loose))[:_MOST_TERMS]
    languages = (ruled_by(language),) if language else LANGUAGES
    return Query(kept, tuple(word for _, _, word in words_of(text[:2000])), languages)


def _phrase(text: str) -> Term:
    words = tuple(word for _, _, word in words_of(text))[:_MOST_TERMS]
    # One word between marks is somebody pasting « cœur »: plurals are still welcome.
    return Term(words, exact=len(words) > 1)


def _loose(text: str) -> list[Term]:
    """Words, those joined by hyphens as one term."""
    terms: list[Term] = []
    last = -2
    for start, end, word in words_of(text):
        if terms and start == last + 1 and _JOINED.match(text, last):
            terms[-1] = Term((*terms[-1].words, word)[:_MOST_TERMS])
        else:
            terms.append(Term((word,)))
        last = end
    return terms


def _is_stop(word: str) -> bool:
    return any(word in stopwords(language) for language in LANGUAGES)

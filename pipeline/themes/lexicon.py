"""The lexicon of themes: read from data, extended by the archive's own file, compiled for matching."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import BadSetting
from pipeline.words import ASSETS, Term, fold, words

BUILT_IN = ASSETS / "themes" / "retail.toml"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*$")
_FIELDS = frozenset({"slug", "fr", "en", "terms", "unsure", "context"})
_GROUPS = frozenset({"fr", "en", "both"})
_EXACT, _PREFIX, _CAPITALS, _BASE = "exact", "prefix", "capitals", "base"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: slug, labels by language, and its written terms by language (``both`` for either)."""

    slug: str
    labels: Mapping[str, str]
    terms: Mapping[str, tuple[str, ...]]
    unsure: Mapping[str, tuple[str, ...]]
    context: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a term and how it is compared (exact, prefix, capitals or base)."""

    how: str
    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term ready to be matched. ``role``: ``sure``, ``unsure`` (needs company) or ``context``."""

    theme: str
    pieces: tuple[Piece, ...]
    role: Literal["sure", "unsure", "context"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Patterns of one language by their first word: whole-word keys, and prefixes to be tried one by one."""

    keyed: Mapping[str, tuple[Pattern, ...]]
    prefixed: tuple[Pattern, ...]

    def at(self, term: Term) -> Sequence[Pattern]:
        """Patterns that may begin at ``term``."""
        first = [*self.keyed.get(f"{_BASE} {term.base}", ()), *self.keyed.get(f"{_EXACT} {term.folded}", ())]
        if term.capitals:
            first.extend(self.keyed.get(f"{_CAPITALS} {term.folded}", ()))
        first.extend(p for p in self.prefixed if term.folded.startswith(p.pieces[0].value))
        return first


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every theme, in order, and a matcher for each language."""

    themes: tuple[Theme, ...]
    matchers: Mapping[str, Matcher] = field(default_factory=dict)

    def label(self, slug: str, language: str) -> str:
        """The theme's label in ``language``; the slug itself for a theme the lexicon does not hold."""
        found = next((t for t in self.themes if t.slug == slug), None)
        return found.labels[language] if found else slug

    def find(self, written: str) -> str | None:
        """Slug of the theme that bears this name, label or sure term, or ``None``."""
        plain = " ".join(t.folded for t in words(written, "en"))
        for theme in self.themes:
            known = [
                theme.slug,
                *theme.labels.values(),
                *(t for group in theme.terms.values() for t in group),
            ]
            if any(" ".join(w.folded for w in words(k.strip("=*"), "en")) == plain for k in known):
                return theme.slug
        return None


@lru_cache(maxsize=8)
def _cached(path: Path | None, stamp: float) -> Lexicon:
    themes = {t.slug: t for t in _read(BUILT_IN)}
    if path is not None:
        themes.update({t.slug: t for t in _read(path)})
    listed = tuple(themes.values())
    return Lexicon(listed, {language: _compile(listed, language) for language in ("fr", "en")})


def load_lexicon(path: Path | None = None) -> Lexicon:
    """The built-in lexicon, with the themes of the file at ``path`` added or put in place of same slugs.

    A missing file at ``path`` means no additions. Raises :class:`BadSetting` naming the file and the line
    or field when the file cannot be understood.
    """
    if path is None or not path.exists():
        return _cached(None, 0.0)
    return _cached(path, path.stat().st_mtime_ns)


def _read(path: Path) -> list[Theme]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadSetting(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path.name} is not valid TOML: {error}; correct that line.") from error
    listed = data.get("theme")
    if not isinstance(listed, list) or not set(data) <= {"theme"}:
        raise BadSetting(f"{path.name} must hold only [[theme]] tables; see assets/themes/retail.toml.")
    themes = [_theme(path, number, entry) for number, entry in enumerate(listed, 1)]
    slugs = [t.slug for t in themes]
    twice = next((s for s in slugs if slugs.count(s) > 1), None)
    if twice:
        raise BadSetting(f"{path.name} names the theme “{twice}” twice; merge the two.")
    return themes


def _theme(path: Path, number: int, entry: Any) -> Theme:
    if not isinstance(entry, dict):
        raise BadSetting(f"{path.name}, theme {number}: must be a [[theme]] table.")
    slug = entry.get("slug")
    if not isinstance(slug, str) or not _SLUG.match(slug):
        raise BadSetting(
            f"{path.name}, theme {number}, field slug: give small letters, digits and hyphens, "
            'such as slug = "retail-media".'
        )
    where = f"{path.name}, theme “{slug}”"
    unknown = sorted(set(entry) - _FIELDS)
    if unknown:
        raise BadSetting(f"{where}: unknown field {unknown[0]}; use {', '.join(sorted(_FIELDS))}.")
    labels = {}
    for language in ("fr", "en"):
        label = entry.get(language, entry.get("fr", entry.get("en")))
        if not isinstance(label, str) or not label.strip():
            raise BadSetting(f"{where}, field {language}: give the theme's name as text.")
        labels[language] = label
    terms, unsure, context = (_groups(where, name, entry) for name in ("terms", "unsure", "context"))
    if not any(terms.values()):
        raise BadSetting(
            f"{where}, field terms: give at least one term under terms.fr, terms.en or terms.both."
        )
    return Theme(slug, labels, terms, unsure, context)


def _groups(where: str, name: str, entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    groups = entry.get(name, {})
    if not isinstance(groups, dict) or not set(groups) <= _GROUPS:
        raise BadSetting(f'{where}, field {name}: write {name}.fr, {name}.en or {name}.both = ["…"].')
    for language, listed in groups.items():
        good = isinstance(listed, list) and all(isinstance(t, str) and words(t, "en") for t in listed)
        if not good:
            raise BadSetting(f"{where}, field {name}.{language}: must be a list of words between quotes.")
    return {language: tuple(listed) for language, listed in groups.items()}


def pieces(term: str, language: str) -> tuple[Piece, ...]:
    """How each word of a written term is compared: ``=word`` exactly, ``pre*`` as a beginning, ``CAPS`` as
    capitals, else without plural and feminine endings."""
    exact, prefix = term.startswith("="), term.endswith("*")
    listed = words(term, language)
    found = []
    for number, word in enumerate(listed):
        last = number == len(listed) - 1
        if prefix and last:
            found.append(Piece(_PREFIX, word.folded))
        elif exact:
            found.append(Piece(_EXACT, word.folded))
        elif word.capitals:
            found.append(Piece(_CAPITALS, word.folded))
        else:
            found.append(Piece(_BASE, word.base))
    return tuple(found)


def _compile(themes: Sequence[Theme], language: str) -> Matcher:
    keyed: dict[str, list[Pattern]] = {}
    prefixed: list[Pattern] = []
    roles: tuple[Literal["sure", "unsure", "context"], ...] = ("sure", "unsure", "context")
    for theme in themes:
        for role, groups in zip(roles, (theme.terms, theme.unsure, theme.context), strict=True):
            for written in (*groups.get(language, ()), *groups.get("both", ())):
                pattern = Pattern(theme.slug, pieces(written, language), role)
                first = pattern.pieces[0]
                if first.how == _PREFIX:
                    prefixed.append(pattern)
                else:
                    keyed.setdefault(f"{first.how} {fold(first.value)}", []).append(pattern)
    return Matcher({k: tuple(v) for k, v in keyed.items()}, tuple(prefixed))


def fits(piece: Piece, term: Term) -> bool:
    """Whether one word of a text answers one word of a term."""
    if piece.how == _BASE:
        return term.base == piece.value
    if piece.how == _PREFIX:
        return term.folded.startswith(piece.value)
    return term.folded == piece.value and (piece.how == _EXACT or term.capitals)

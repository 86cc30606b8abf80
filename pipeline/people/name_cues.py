"""Cues by which speakers are named, read from ``assets/language/<language>/introductions.toml``.

A cue is a regular expression in which ``{name}`` stands for capitalised words; :func:`cues` compiles the
file of a language once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pipeline.people.name_match import folded, sound
from pipeline.words import language_data

_UPPER = "A-ZÀ-ÖØ-ÞŒŠŽĆČŁŚŻĐ"
_WORD = rf"(?-i:[{_UPPER}](?:\.(?=\s[{_UPPER}])|'[{_UPPER}]\w+|\w*)(?:-\w+)*)"


@dataclass(frozen=True, slots=True)
class Cues:
    """The compiled cues of one language; every pattern with a person captures it as group ``name``."""

    name: re.Pattern[str]
    strong_self: re.Pattern[str]
    lower_self: re.Pattern[str]
    weak_self: re.Pattern[str]
    opening_self: re.Pattern[str]
    reported: re.Pattern[str]
    openers: re.Pattern[str]
    continuers: re.Pattern[str]
    links: re.Pattern[str]
    calls: re.Pattern[str]
    vocative: re.Pattern[str]
    address: re.Pattern[str]
    second_person: re.Pattern[str]
    greeting: re.Pattern[str]
    about: re.Pattern[str]
    thanks: re.Pattern[str]
    described: re.Pattern[str]
    own_role: re.Pattern[str]
    declared: re.Pattern[str]
    welcome: re.Pattern[str]
    closing: re.Pattern[str]
    role_start: re.Pattern[str]
    role_stop: re.Pattern[str]
    strong_organisation: re.Pattern[str]
    weak_organisation: re.Pattern[str]
    first_names: frozenset[str]
    first_spellings: dict[str, str]
    first_plain: dict[str, str]
    family_sounds: dict[str, str]
    family_plain: dict[str, str]
    never: frozenset[str]
    titles: frozenset[str]
    role_heads: frozenset[str]
    generic: frozenset[str]
    moderators: frozenset[str]


def _any(words: list[str]) -> str:
    """An alternation of patterns, longest first so that no short one hides a long one."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _literal(words: list[str]) -> str:
    """An alternation of plain words, a final apostrophe needing no space after it."""
    return _any([re.escape(word) + ("" if word.endswith("'") else r"(?!\w)") for word in words])


def _named(patterns: list[str], name: str, prefix: str = r"(?<!\w)") -> re.Pattern[str]:
    """Compile patterns with ``{name}`` filled in; the last filled group of names is the person."""
    filled = [
        pattern.replace("{name}", f"(?P<name{index}>{name})", 1) for index, pattern in enumerate(patterns)
    ]
    return re.compile(prefix + "(?:" + "|".join(filled) + ")", re.IGNORECASE)


def person(match: re.Match[str]) -> tuple[str, int, int]:
    """The name that a match captured, with its start and end."""
    for group, value in match.groupdict().items():
        if group.startswith("name") and value:
            return value, match.start(group), match.end(group)
    return "", match.end(), match.end()


def _name_pattern(names: dict[str, list[str]], titles: list[str]) -> str:
    """One to four capitalised words; a particle such as « de » only right after the first one."""
    particles = _literal(names["particles"]) + r"\s?"
    title = rf"(?:(?:{_literal(titles)})\s+)?"
    return rf"{title}{_WORD}(?:\s(?:{particles})?{_WORD})?(?:\s{_WORD}){{0,2}}(?!\w)"


def _self_cues(data: dict[str, list[str]], name: str) -> dict[str, re.Pattern[str]]:
    """Patterns by which a voice names itself."""
    lower = r"[^\W\d_]+(?:-\w+)*\s[^\W\d_]+(?:-\w+)*(?=\s*(?:[,.;!?]|$|\s(?:et|and|je|i)\b))"
    return {
        "strong_self": _named(data["strong"], name),
        "lower_self": _named(data["strong"], lower),
        "weak_self": _named(data["weak"], name),
        "reported": re.compile(rf"(?<!\w){_any(data['reported'])}[\s,:«“\"']*$", re.IGNORECASE),
        "opening_self": _named(data["opening"], name, r"\s*"),
    }


def _turn_cues(data: dict[str, dict[str, list[str]]], name: str) -> dict[str, re.Pattern[str]]:
    """Patterns by which one voice names another."""
    handover = data["handover"]
    lead = rf"(?:(?:{_any(handover['lead_ins'])})[ ,]+){{0,3}}"
    vocative = rf"\s*{lead}(?P<name0>{name})\s*(?P<after>[,?!.:…]|$|\s)"
    return {
        "openers": re.compile(
            rf"(?<!\w){_any(data['introduced']['openers'])}(?:\s*,?\s*{_any(data['introduced']['fillers'])})*",
            re.IGNORECASE,
        ),
        "continuers": re.compile(r"^\s*" + _any(data["introduced"]["continuers"]), re.IGNORECASE),
        "links": re.compile(
            r"(?:^|[,;:\s])" + _literal(data["introduced"]["links"]) + r"\s*$|^\s*$|[,;:]\s*$", re.IGNORECASE
        ),
        "calls": _named(handover["calls"], name),
        "vocative": re.compile(vocative, re.IGNORECASE),
        "address": re.compile(r"^\s*" + _literal(handover["address"]), re.IGNORECASE),
        "second_person": re.compile(r"(?<!\w)" + _literal(handover["second_person"]), re.IGNORECASE),
        "greeting": re.compile(r"\s*" + _any(data["thanks"]["greetings"]), re.IGNORECASE),
        "about": re.compile(rf"(?<!\w){_literal(data['about']['prepositions'])}\s*$", re.IGNORECASE),
        "thanks": _named(data["thanks"]["opening"], name, r"\s*"),
        "described": _named(data["about"]["described"], name),
    }


def _role_cues(data: dict[str, dict[str, list[str]]]) -> dict[str, re.Pattern[str]]:
    """Patterns that cut a function and an organisation out of what follows a name."""
    roles = data["roles"]
    lead = rf"(?:{_literal(roles['lead'])}\s*){{0,4}}"
    head = _literal(roles["heads"])
    body = rf"(?:{_WORD}|\d+\w*)(?:\s(?:{_literal(roles['inner'])}\s?){{0,2}}{_WORD}){{0,4}}"
    follows = rf"\s*(?P<organisation>(?!{_literal(roles['fields'])}(?-i:\s[a-zà-ÿ]|[.,;]|$))(?-i:{body}))"
    return {
        "own_role": re.compile(
            rf"(?<!\w){_any(data['about']['own_role'])}\s+(?={lead}{head})", re.IGNORECASE
        ),
        "role_start": re.compile(rf"\s*,?\s*{lead}(?={_any(roles['before'])}{head})", re.IGNORECASE),
        "role_stop": re.compile(
            rf"[,.;:!?()…]|\s(?={_literal(roles['stop'])})|\s(?:et|and)\s(?={_WORD}(?:\s{_WORD}[\s,.]|,))",
            re.IGNORECASE,
        ),
        "strong_organisation": re.compile(
            rf"(?:^|\s|,\s?){_literal(roles['workplace'])}{follows}", re.IGNORECASE
        ),
        "weak_organisation": re.compile(
            rf"(?:^|\s|,\s?){_literal(roles['organisation'])}{follows}", re.IGNORECASE
        ),
    }


@lru_cache(maxsize=8)
def cues(language: str) -> Cues:
    """The compiled cues of ``language`` (``fr`` or ``en``)."""
    data = language_data(language, "introductions")
    name = _name_pattern(data["names"], data["about"]["titles"])
    moderation = data["moderation"]
    return Cues(
        name=re.compile(rf"(?<!\w)(?P<name0>{name})", re.IGNORECASE),
        **_self_cues(data["self"], name),
        **_turn_cues(data, name),
        **_role_cues(data),
        declared=re.compile(r"(?<!\w)" + _any(moderation["declared"]), re.IGNORECASE),
        welcome=re.compile(r"(?<!\w)" + _any(moderation["welcome"]), re.IGNORECASE),
        closing=re.compile(r"(?<!\w)" + _any(moderation["closing"]), re.IGNORECASE),
        first_names=frozenset(sound(word) for word in data["names"]["first"]),
        first_spellings=_by(sound, data["names"]["first"]),
        first_plain=_by(folded, data["names"]["first"]),
        family_sounds=_by(sound, data["names"]["family"]),
        family_plain=_by(folded, data["names"]["family"]),
        never=frozenset(data["names"]["never"] + data["about"]["titles"]),
        titles=frozenset(data["about"]["titles"]),
        role_heads=frozenset(folded(word) for word in data["roles"]["heads"]),
        generic=frozenset(folded(word) for word in data["generic"]["labels"]),
        moderators=frozenset(folded(word) for word in moderation["labels"]),
    )


def _by(key: Callable[[str], str], names: list[str]) -> dict[str, str]:
    """The first name listed under each key; the file lists the commonest first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(key(name), name)
    return found

"""Reads what a person does and for whom from the words beside the name.

« Amandine de Souza, Directrice Générale Leboncoin » → role and organisation; « COO du groupe » leaves the
organisation to be resolved by the document (``Role.group``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.layout import W, words
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.names import CAP, fold

APPOSITION = re.compile(r"[ \u00a0\u202f]*(?:,|\(|–|—|:)[ \u00a0\u202f]*(?:\d+ ans?,? ?)?")
COPULA = re.compile(r" (?:est|était|is|was|devient|devenue?|nommée?) ", re.I)
SPAN = re.compile(r"[^,;:()«»“”\"\n.!?—–]*(?:\.(?=\w)[^,;:()«»“”\"\n.!?—–]*)*")
NAME = re.compile(rf"(?:(?:l['’]|the )?{CAP})(?:(?: (?:de|du|of|&|et|des|la|le|pour|and)){{0,2}} {CAP})*")
CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ]")


@dataclass(frozen=True, slots=True)
class Role:
    """A role as worded, its head word, the organisation if named, and where it stands. ``group`` is true
    when the organisation is only « le groupe », « l'entreprise »."""

    text: str
    head: str
    organisation: str | None
    slice: Slice
    group: bool = False
    gender: str = "?"


def role_after(text: str, end: int, lexicon: Lexicon, limit: int | None = None) -> Role | None:
    """The apposition that follows a name ending at ``end``, read up to ``limit`` (the next person)."""
    m = APPOSITION.match(text, end) or COPULA.match(text, end)
    if not m:
        return None
    span = SPAN.match(text, m.end())
    if not span or not span.group().strip():
        return None
    stop = span.end() if limit is None else min(span.end(), limit)
    tokens = cut(words(text, span.start(), max(stop, span.start())), lexicon)
    while tokens and tokens[-1].low in ("et", "and", "&", ","):
        tokens = tokens[:-1]
    if not tokens:
        return None
    role = read(text, tokens, lexicon)
    bracketed = "(" in m.group() or tokens[0].low in ("de", "chez", "d'", "du", "from", "of")
    return role or (bare_organisation(text, tokens) if bracketed else None)


def cut(tokens: list[W], lexicon: Lexicon) -> list[W]:
    """Tokens up to the first verb or relative pronoun."""
    stops = lexicon["subject_stops"] | lexicon["auxiliaries"]
    for i, w in enumerate(tokens):
        verb = w.low in lexicon.verbs.finite and w.low not in lexicon["roles"] and i > 1
        if (w.low in stops or verb) and w.text.islower():
            return tokens[:i]
    return tokens[:24]


def head_index(tokens: list[W], lexicon: Lexicon, reach: int = 5) -> int | None:
    """Index of the first role word near the start of a phrase."""
    skip = lexicon["determiners_definite"] | lexicon["determiners_indefinite"] | lexicon["modifiers"]
    for i, w in enumerate(tokens[:reach]):
        parts = w.low.split("-")
        if w.low in lexicon["roles"] or (len(parts) > 1 and parts[-1] in lexicon["roles"]):
            return i
        if i == 0 and w.text.islower() and w.low.endswith(trade_endings(lexicon)):
            return i
        if w.low not in skip and not CAPITALISED.match(w.text) and w.text not in "'’-.":
            return None
    return None


def trade_endings(lexicon: Lexicon) -> tuple[str, ...]:
    """Endings of trades that no list holds (« pédopsychiatre »); participles are left out."""
    return tuple(lexicon["human_endings"] - {"é", "ée", "ant", "ante", "er", "or", "ee"})


def read(text: str, tokens: list[W], lexicon: Lexicon) -> Role | None:
    """Split a role phrase into role and organisation, ``None`` when it names no role."""
    head = head_index(tokens, lexicon)
    if head is None:
        return None
    start, end = tokens[0].start, tokens[-1].end
    if tokens[0].low in lexicon["determiners_definite"] | lexicon["determiners_indefinite"]:
        start = tokens[1].start if len(tokens) > 1 else start
    head_word = tokens[head].low
    organisation, at = organisation_in(text, tokens, head, lexicon)
    group = organisation is None and any(w.low in lexicon["group_words"] for w in tokens[head + 1 :])
    place = organisation is not None and head_word in lexicon["places_ok"] and at is not None
    if organisation and place and not any(w.low in lexicon["institutions"] for w in tokens[head + 1 :]):
        organisation, at = None, None
    role_end = at if at is not None else end
    worded = text[start:role_end].strip(" ,&\u00a0")
    return Role(worded, head_word, organisation, Slice(start, end), group, gender_of(head_word, lexicon))


def organisation_in(text: str, tokens: list[W], head: int, lexicon: Lexicon) -> tuple[str | None, int | None]:
    """The organisation inside a role phrase and where the role's own words end."""
    for i in range(head + 1, len(tokens)):
        w = tokens[i]
        link = tokens[i - 1].low in lexicon["links"] - {"en", "pour"} or tokens[i - 1].low in (
            "l'",
            "la",
            "le",
            "les",
            "the",
        )
        if w.low in lexicon["institutions"] and link and i + 1 < len(tokens):
            tail = tokens[i + 1 :]
            if any(CAPITALISED.match(t.text) for t in tail[:4]):
                return text[w.start : tokens[-1].end].strip(), link_start(tokens, i, lexicon)
        if (
            CAPITALISED.match(w.text)
            and w.low not in lexicon["roles"] | lexicon["modifiers"]
            and (link or last_run(tokens, i, lexicon))
        ):
            m = NAME.match(text, w.start, tokens[-1].end)
            name = m.group() if m else w.text
            return name, link_start(tokens, i, lexicon)
    return None, None


def last_run(tokens: list[W], i: int, lexicon: Lexicon) -> bool:
    """True when only capitalised words are left: « Directrice Générale Leboncoin »."""
    rest = tokens[i:]
    title = tokens[i].low in ("générale", "général", "marketing", "digital", "executive", "officer")
    return not title and all(CAPITALISED.match(t.text) or not t.text.isalpha() for t in rest)


def link_start(tokens: list[W], i: int, lexicon: Lexicon) -> int:
    """Start of the link words (« de », « du », « chez », « de la ») before token ``i``."""
    while i > 0 and tokens[i - 1].low in lexicon["links"] | {
        "la",
        "le",
        "l'",
        "les",
        "the",
        "of",
        "at",
        "for",
    }:
        i -= 1
    return tokens[i].start


def bare_organisation(text: str, tokens: list[W]) -> Role | None:
    """« Marie Dupont (Carrefour) », « Marie Dupont, de chez Carrefour »: an organisation without role."""
    for i, w in enumerate(tokens[:4]):
        if CAPITALISED.match(w.text):
            m = NAME.match(text, w.start, tokens[-1].end)
            return Role("", "", m.group() if m else w.text, Slice(tokens[i].start, tokens[-1].end))
    return None


def role_before(text: str, start: int, lexicon: Lexicon) -> Role | None:
    """The role that precedes a name: « le maire de Sète, Karim Benali », « la toxicologue Inès Roda »."""
    begin = max(text.rfind("\n", 0, start) + 1, start - 160)
    tokens = words(text, begin, start)
    if tokens and tokens[-1].text == ",":
        tokens = tokens[:-1]
    if tokens and tokens[-1].low in lexicon["prepositions"]:
        return None
    civilities = lexicon["civilities"] | lexicon["civilities_m"] | lexicon["civilities_f"]
    while tokens and (tokens[-1].low in civilities or tokens[-1].text == "."):
        tokens = tokens[:-1]
        if tokens and tokens[-1].low in lexicon["determiners_definite"]:
            tokens = tokens[:-2] if len(tokens) > 1 and tokens[-2].text == "," else tokens[:-1]
    for i in range(len(tokens) - 1, max(len(tokens) - 13, -1), -1):
        w = tokens[i]
        if blocks(w, lexicon):
            return None
        if w.low in lexicon["roles"] or w.low.split("-")[-1] in lexicon["roles"]:
            i = earlier_head(tokens, i, lexicon)
            return read(text, tokens[i:], lexicon)
    return None


def earlier_head(tokens: list[W], i: int, lexicon: Lexicon) -> int:
    """Move left over a role's own words: « directrice de | la fondatrice » no, « vice-|président » yes."""
    while i > 0 and (tokens[i - 1].low in lexicon["modifiers"] or tokens[i - 1].low in lexicon["roles"]):
        i -= 1
    return i


def blocks(w: W, lexicon: Lexicon) -> bool:
    """A word that no role phrase contains."""
    if w.low in lexicon["roles"]:
        return False
    return (
        w.text in '.;:!?«»“”"()[]—,'
        or w.low in lexicon["subject_stops"]
        or w.low in lexicon["auxiliaries"]
        or (w.low in lexicon.verbs.finite and w.text.islower())
        or w.low in lexicon["pronouns_m"] | lexicon["pronouns_f"]
        or w.low in ("et", "and", "avec", "with", "par", "by")
    )


def gender_of(head: str, lexicon: Lexicon) -> str:
    """Gender told by a role word itself: f for « directrice », m for « directeur », ? for « maire »."""
    if lexicon.language == "en" or head in lexicon["epicene_roles"]:
        return "?"
    if head + "e" in lexicon["roles"]:
        return "m"
    if head.endswith(("trice", "euse", "ère", "ienne", "ente", "ante", "iste e", "cheffe", "ée", "ive")):
        return "f"
    if head.endswith(("teur", "eur", "ier", "ien", "ant", "ent", "é", "if", "ond")):
        return "m"
    feminine = {"avocate", "présidente", "élue", "experte", "patronne", "adjointe", "championne", "autrice"}
    return "f" if head in feminine or head.endswith(("logue e", "ateure", "eure", "esse")) else "?"


def same_role(one: str, other: str, lexicon: Lexicon) -> bool:
    """True when two role words can name the same person: equal, or in one synonym group."""
    a, b = fold(one), fold(other)
    if a == b or a.split("-")[-1] == b.split("-")[-1]:
        return True
    return any(one in group and other in group for group in lexicon.role_groups)

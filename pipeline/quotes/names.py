"""Finds proper names in a text: people by first name, civility or tagger, the others as organisations."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.engines import Tagged
from pipeline.quotes.lexicon import Lexicon

CAP = r"[A-ZÀ-ÖØ-Þ][\w&]*(?:[-‑][\w]+)*(?:['’][A-ZÀ-ÖØ-Þ][\w-]*)?"
SEQUENCE = re.compile(rf"(?<![\w@#]){CAP}(?:[ \u00a0\u202f]{CAP})*")
TOKEN = re.compile(r"\S+")
PARTICLE_TAIL = re.compile(
    r"[ \u00a0](?:(?:de la|de|du|des|van der|van den|van|von|der|da|dos|di|el|al|ben|bin|ibn|le|la)"
    r"[ \u00a0]|d['’])"
    rf"({CAP}(?:[ \u00a0]{CAP})?)"
)
ELISION = re.compile(r"(?:[DLJCSNMTdljcsnmt]|[Qq]u)['’](?=[A-ZÀ-ÖØ-Þ])")
NameKind = Literal["person", "other"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A proper name at ``start:end``. ``sure``: 1 first name known, .8 civility, .6 tagger, .3 shape only.
    ``gender``: m, f or ?. ``entity``: the tagger's kind (PER, ORG, LOC, MISC) or empty."""

    start: int
    end: int
    text: str
    kind: NameKind
    sure: float
    gender: str
    entity: str = ""


def fold(text: str) -> str:
    """Lower case without accents, typographic variants removed: the key under which names meet."""
    plain = unicodedata.normalize("NFD", text.lower().replace("’", "'").replace("‑", "-"))
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()


class Entities:
    """The tagger's named entities, looked up by position."""

    def __init__(self, tagged: Tagged, text: str) -> None:
        self.names = sorted(tagged.names, key=lambda n: n.start)
        self.nouns = {t.start for t in tagged.tokens if t.pos == "PROPN"}
        self.lower = set(re.findall(r"\b[a-zà-ÿ][\w’'-]*", text))
        self.starts = [n.start for n in self.names]

    def proper(self, start: int, word: str) -> bool:
        """True for a word tagged as a proper noun that the text never writes in lower case."""
        return start in self.nouns and word.lower() not in self.lower

    def over(self, start: int, end: int) -> str:
        """Kind of the entity that overlaps ``start:end`` most, or empty."""
        best, kind = 0, ""
        for named in self.names[max(bisect_left(self.starts, start) - 2, 0) :]:
            if named.start >= end:
                break
            overlap = min(end, named.end) - max(start, named.start)
            if overlap > best:
                best, kind = overlap, named.kind
        return kind


def find_names(text: str, tagged: Tagged, lexicon: Lexicon) -> list[Mention]:
    """Every proper name of ``text`` in order, people and others."""
    entities = Entities(tagged, text)
    found: list[Mention] = []
    for m in SEQUENCE.finditer(text):
        if found and m.start() < found[-1].end:
            continue
        found += split_sequence(text, m.start(), m.end(), entities, lexicon)
    return found


def first_name(token: str, lexicon: Lexicon) -> str:
    """Gender of a known first name (``Jean-Philippe`` by its first part), empty when unknown."""
    return lexicon.genders.get(token) or lexicon.genders.get(re.split("[-‑]", token)[0], "")


def opens_sentence(text: str, at: int) -> bool:
    """True when nothing but marks stands between ``at`` and the end of the sentence before."""
    before = text[:at].rstrip(" \u00a0\u202f«“\"'’—–-•*(\t")
    return not before or before[-1] in ".!?…:\n»”"


def split_sequence(
    text: str, start: int, end: int, entities: Entities, lexicon: Lexicon
) -> Iterator[Mention]:
    """Cut a run of capitalised words into a leading other name and a person (« Carrefour Marie Dupont »)."""
    tokens = [(m.start() + start, m.end() + start, m.group()) for m in TOKEN.finditer(text[start:end])]
    tokens = [without_elision(t, lexicon) for t in tokens]
    tokens = [t for t in tokens if len(t[2]) > 1]
    civil = ""
    while tokens and droppable(tokens, text, entities, lexicon):
        civil = civility(tokens[0][2], lexicon) or civil
        tokens = tokens[1:]
    if not tokens:
        return
    if not civil and text[tokens[0][0] : tokens[-1][1]] in lexicon["brands"]:
        yield other(text, tokens, entities, lexicon)
        return
    if len(tokens) == 1 and tokens[0][2] in lexicon["common_acronyms"]:
        return
    civil = civil or civility_before(text, tokens[0][0], lexicon)
    at = next((i for i, t in enumerate(tokens) if first_name(t[2], lexicon)), None)
    if at is not None:
        person = person_from(text, tokens[at:], lexicon)
        if person:
            if at:
                yield other(text, tokens[:at], entities, lexicon)
            yield person
            return
    yield by_tagger(text, tokens, civil, entities, lexicon)


def without_elision(token: tuple[int, int, str], lexicon: Lexicon) -> tuple[int, int, str]:
    """« D'Amandine » → « Amandine »; « L'Oréal » keeps its article, which belongs to the name."""
    start, end, word = token
    m = ELISION.match(word)
    if m and (m.group()[0].upper() != "L" or first_name(word[m.end() :], lexicon)):
        return start + m.end(), end, word[m.end() :]
    return token


def droppable(tokens: list[tuple[int, int, str]], text: str, entities: Entities, lexicon: Lexicon) -> bool:
    """True for a civility, or an ordinary word that is capitalised because it opens a sentence."""
    start, end, word = tokens[0]
    low = word.lower().replace("’", "'")
    if civility(word, lexicon) or (low in lexicon["roles"] and len(tokens) > 1):
        return True
    if low in lexicon["sentence_openers"] and (len(tokens) == 1 or not first_name(word, lexicon)):
        return opens_sentence(text, start) or not entities.over(start, end) or low in ("mme", "m")
    single = len(tokens) == 1
    unsure = single and opens_sentence(text, start) and not entities.over(start, end) and not word.isupper()
    return unsure and not (entities.proper(start, word) and speaks(text, end, lexicon))


def speaks(text: str, end: int, lexicon: Lexicon) -> bool:
    """True when a verb of speech or an auxiliary follows ``end`` (« Decathlon assure »)."""
    following = re.match(r"[ \u00a0]([\w’']+)", text[end : end + 40])
    verbs = lexicon.verbs.finite | lexicon["auxiliaries"]
    return following is not None and following.group(1).lower() in verbs


def civility(word: str, lexicon: Lexicon) -> str:
    """``m``, ``f`` or ``?`` for a civility, empty otherwise."""
    low = word.lower()
    if low in lexicon["civilities_m"]:
        return "m"
    if low in lexicon["civilities_f"]:
        return "f"
    return "?" if low in lexicon["civilities"] else ""


def civility_before(text: str, at: int, lexicon: Lexicon) -> str:
    """Gender of the civility right before ``at``, empty when there is none."""
    m = re.search(r"(\w+\.?)[ \u00a0\u202f]$", text[max(at - 14, 0) : at])
    return civility(m.group(1), lexicon) if m else ""


def person_from(text: str, tokens: list[tuple[int, int, str]], lexicon: Lexicon) -> Mention | None:
    """A person whose first token is a known first name, with the surname that follows."""
    gender = first_name(tokens[0][2], lexicon)
    kept = tokens[:1]
    for token in tokens[1:4]:
        if token[2].lower() in lexicon["roles"]:
            break
        kept.append(token)
    end = kept[-1][1]
    if len(kept) == len(tokens) and all(first_name(t[2], lexicon) for t in kept):
        tail = PARTICLE_TAIL.match(text, end)
        end = tail.end(1) if tail else end
    if end == tokens[0][1] or corporate_tail(kept, lexicon):
        return None
    return Mention(tokens[0][0], end, text[tokens[0][0] : end], "person", 1.0, gender)


def corporate_tail(tokens: list[tuple[int, int, str]], lexicon: Lexicon) -> bool:
    """True when the last word says that this is a firm or product (« Claude AI », « Martin Conseil »)."""
    last = tokens[-1][2]
    acronym = last.isupper() and 2 <= len(last) <= 3 and not tokens[0][2].isupper()
    return len(tokens) > 1 and (
        last in lexicon["not_surnames"] or (acronym and last in ("AI", "IA", "TV", "SA"))
    )


def other(text: str, tokens: list[tuple[int, int, str]], entities: Entities, lexicon: Lexicon) -> Mention:
    """A name that is not a person."""
    start, end = tokens[0][0], tokens[-1][1]
    kind = entities.over(start, end)
    word = text[start:end]
    if kind == "LOC" and len(word) >= 3 and word.isupper() and word not in lexicon["place_acronyms"]:
        kind = "ORG"
    if word in lexicon["acronyms"]:
        kind = "ORG"
    sure = 0.6 if kind in ("ORG", "MISC") or (word.isupper() and len(word) > 1) else 0.3
    return Mention(start, end, word, "other", sure, "?", kind)


def by_tagger(
    text: str, tokens: list[tuple[int, int, str]], civil: str, entities: Entities, lexicon: Lexicon
) -> Mention:
    """A name without known first name: a person if a civility or the tagger says so."""
    start, end = tokens[0][0], tokens[-1][1]
    kind = entities.over(start, end)
    if civil:
        return Mention(start, end, text[start:end], "person", 0.8, civil, kind)
    gender = first_name(tokens[0][2], lexicon)
    if gender and len(tokens) == 1 and kind in ("", "PER"):
        return Mention(start, end, text[start:end], "person", 0.5, gender, kind)
    if kind == "PER" and not corporate_tail(tokens, lexicon):
        sure = 0.6 if len(tokens) > 1 else 0.4
        tail = PARTICLE_TAIL.match(text, end) if len(tokens) == 1 else None
        if tail and entities.over(tail.start(1), tail.end(1)) == "PER":
            end, sure = tail.end(1), 0.6
        return Mention(start, end, text[start:end], "person", sure, gender or "?", kind)
    return other(text, tokens, entities, lexicon)

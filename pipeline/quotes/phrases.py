"""Words around a quotation read as grammar: verb phrases of speech, and who could be their subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.quotes.cast import Cast, Figure
from pipeline.quotes.layout import W
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.roles import gender_of

CandidateKind = Literal["name", "role", "pronoun", "anonymous", "unknown", "institution"]


@dataclass(frozen=True, slots=True)
class VerbPhrase:
    """A verb phrase of speech over words ``first:end``. ``clitic``: the inverted pronoun, or empty.
    ``form``: finite, infinitive or gerund."""

    first: int
    end: int
    clitic: str
    form: Literal["finite", "infinitive", "gerund"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be speaking: words ``first:end``. ``governed`` by a preposition; ``definite``
    article; ``gender`` as the words show it; ``head`` the noun of a role, ``complement`` what it is of (« élu
    d'opposition »)."""

    kind: CandidateKind
    first: int
    end: int
    governed: bool
    figure: Figure | None = None
    head: str = ""
    text: str = ""
    gender: str = "?"
    definite: bool = True
    complement: str = ""


def verb_phrase(ws: list[W], i: int, lexicon: Lexicon) -> VerbPhrase | None:
    """The verb phrase of speech that starts at word ``i``: simple or compound tense, modal, inversion."""
    j = i
    while j < len(ws) - 1 and ws[j].low in lexicon["clitics"] and j - i < 3:
        j += 1
    if j >= len(ws):
        return None
    base, clitic = split_clitic(ws[j].low, lexicon)
    if base in lexicon["auxiliaries"]:
        compound = compound_tense(ws, j, clitic, lexicon)
        if compound:
            return VerbPhrase(i, compound, clitic, "finite")
    if base in lexicon["modals"]:
        end = infinitive_after(ws, j + 1, lexicon)
        if end:
            return VerbPhrase(i, end, clitic, "finite")
    following = ws[j + 1].low if j + 1 < len(ws) else ""
    if f"{base} {following}" in lexicon.verbs.finite:
        return VerbPhrase(i, j + 2, clitic, "finite")
    # « Elle en fait « … » », but not the adverb « En fait, … ».
    if j > i > 0 and following != "," and f"{ws[j - 1].low} {base}" in lexicon.verbs.finite:
        return VerbPhrase(i, j + 1, clitic, "finite")
    if base in lexicon.verbs.finite:
        return VerbPhrase(i, j + 1, clitic, "finite")
    if base in lexicon.verbs.infinitives and not clitic:
        return VerbPhrase(i, j + 1, "", "infinitive")
    if base in lexicon.verbs.gerunds and not clitic:
        return VerbPhrase(i, j + 1, "", "gerund")
    return None


def split_clitic(low: str, lexicon: Lexicon) -> tuple[str, str]:
    """« a-t-il » → a, il; « explique » → explique, nothing."""
    parts = low.split("-")
    known = lexicon["subjects_m"] | lexicon["subjects_f"] | lexicon["subjects_plural"] | lexicon["impersonal"]
    return (parts[0], parts[-1]) if len(parts) > 1 and parts[-1] in known else (low, "")


def two_words(ws: list[W], j: int) -> str:
    """Words ``j`` and ``j + 1`` as one entry of the lexicon."""
    return f"{ws[j].low} {ws[j + 1].low}" if j + 1 < len(ws) else ""


def compound_tense(ws: list[W], j: int, clitic: str, lexicon: Lexicon) -> int | None:
    """End of auxiliary + participle, adverbs and a modal allowed in between (« a tenu à préciser »)."""
    k = j + 1
    while k < len(ws) and k - j < 7 and (ws[k].low in lexicon["adverbs"] or (ws[k].text == "," and clitic)):
        k += 1
    if k >= len(ws):
        return None
    if two_words(ws, k) in lexicon.verbs.participles:
        return k + 2
    if ws[k].low in lexicon.verbs.participles:
        return k + 1
    return infinitive_after(ws, k + 1, lexicon) if ws[k].low in lexicon["modals"] else None


def infinitive_after(ws: list[W], k: int, lexicon: Lexicon) -> int | None:
    """End of the infinitive of speech that follows a modal (« tient à souligner »)."""
    for _ in range(5):
        if k >= len(ws):
            return None
        if two_words(ws, k) in lexicon.verbs.infinitives:
            return k + 2
        if ws[k].low in lexicon.verbs.infinitives:
            return k + 1
        allowed = ("modal_links", "adverbs", "clitics")
        if not any(ws[k].low in lexicon[name] for name in allowed):
            return None
        k += 1
    return None


def candidates(ws: list[W], cast: Cast, lexicon: Lexicon) -> list[Candidate]:
    """Everybody who could be meant in these words, in order."""
    if not ws:
        return []
    refs = {r.start: r for r in cast.within(ws[0].start, ws[-1].end)}
    found: list[Candidate] = []
    i = 0
    while i < len(ws):
        w = ws[i]
        titled = cast.titled(w.start)
        ref = refs.get(w.start) or (titled[1] if titled and titled[0].start == w.start else None)
        if ref:
            end = next((k for k in range(i, len(ws)) if ws[k].start >= ref.end), len(ws))
            if not ref.figure.place and not cast.in_apposition(ref.start):
                found.append(
                    Candidate("name", i, end, governed(ws, i, lexicon), ref.figure, gender=ref.figure.gender)
                )
            i = max(end, i + 1)
            continue
        phrase = (
            None if cast.in_apposition(w.start) else noun_phrase(ws, i, lexicon) or pronoun(ws, i, lexicon)
        )
        if phrase and phrase.kind != "pronoun" and (titled := cast.titled(ws[phrase.end - 1].start)):
            i = next((k for k in range(i + 1, len(ws)) if ws[k].start >= titled[0].start), len(ws))
            continue
        if phrase:
            found.append(phrase)
        i = phrase.end if phrase else i + 1
    return found


def governed(ws: list[W], i: int, lexicon: Lexicon) -> bool:
    """True when a preposition stands before word ``i``, determiners and civilities aside."""
    j = i - 1
    passed = (
        lexicon["determiners_definite"]
        | lexicon["determiners_indefinite"]
        | lexicon["modifiers"]
        | lexicon["civilities_m"]
        | lexicon["civilities_f"]
        | lexicon["civilities"]
    ) - lexicon["prepositions"]
    while j >= 0 and (ws[j].low in passed or (ws[j].text == "." and j > 0 and ws[j - 1].low in passed)):
        j -= 1
    return j >= 0 and ws[j].low in lexicon["prepositions"]


def noun_phrase(ws: list[W], i: int, lexicon: Lexicon) -> Candidate | None:
    """Determiner + noun for a person, institution or anonymous source starting at word ``i``."""
    low = ws[i].low
    definite = low in lexicon["determiners_definite"]
    if not definite and low not in lexicon["determiners_indefinite"]:
        return None
    if low in lexicon["prepositions"] and low not in ("des",):
        return None
    gender = (
        "f"
        if low in lexicon["determiners_feminine"]
        else "m"
        if low in lexicon["determiners_masculine"]
        else "?"
    )
    under = governed(ws, i, lexicon) or (
        low == "des"
        and i > 0
        and not definite
        and ws[i - 1].low.isalpha()
        and ws[i - 1].low not in lexicon["lead_ins"]
    )
    for k in range(i + 1, min(i + 4, len(ws))):
        noun = ws[k].low
        if ws[k].text[0].isupper():
            definite = definite and noun in lexicon["roles"]
        kind = noun_kind(ws, k, definite, gender, lexicon)
        if kind:
            told = gender if gender != "?" else gender_of(noun, lexicon)
            of = complement(ws, k, lexicon)
            if kind == "role" and of in lexicon["determiners_indefinite"]:
                kind = "anonymous"
            return Candidate(
                kind, i, k + 1, under, head=noun, text=noun, gender=told, definite=definite, complement=of
            )
        if noun in lexicon["time_nouns"] or (not ws[k].text.isalpha() and "-" not in ws[k].text):
            return None
        if k == i + 1 and not is_modifier(noun, lexicon):
            break
    if i + 1 < len(ws) and ws[i + 1].text.islower():
        noun = ws[i + 1].low
        return Candidate("unknown", i, i + 2, under, head=noun, text=noun, gender=gender, definite=definite)
    return None


def complement(ws: list[W], k: int, lexicon: Lexicon) -> str:
    """The word that a role noun at word ``k`` is followed by after « de », an article aside."""
    if k + 2 >= len(ws) or ws[k + 1].low not in ("de", "d'", "du", "des"):
        return ""
    at = k + 2
    if ws[at].low in lexicon["determiners_definite"] and at + 1 < len(ws):
        at += 1
    low = ws[at].low
    infinitive = at == k + 2 and (low in lexicon.verbs.infinitives or low.endswith(("er", "ir", "dre")))
    return low if low[0].isalpha() and not (infinitive and low not in lexicon["roles"]) else ""


def is_modifier(word: str, lexicon: Lexicon) -> bool:
    """True for an adjective that may stand before a role noun."""
    return word in lexicon["modifiers"] or word.endswith(("ier", "ière", "al", "ale", "eux", "euse"))


def noun_kind(ws: list[W], k: int, definite: bool, gender: str, lexicon: Lexicon) -> CandidateKind | None:
    """What the noun at word ``k`` stands for, ``None`` when it is not a speaker's noun."""
    noun = ws[k].low
    if noun in lexicon["institutions"] and ws[k].text[0].isupper():
        return "institution" if noun not in lexicon["roles"] else "role"
    pair = f"{ws[k - 1].low} {noun}"
    if (
        not definite
        and noun in lexicon["anonymous"] | lexicon["roles"] | lexicon["generic_m"] | lexicon["generic_f"]
    ):
        return "anonymous"
    if noun in lexicon["roles"]:
        return "role"
    if noun in lexicon["anonymous"]:
        return "anonymous"
    generic = lexicon["generic_f"] if gender == "f" else lexicon["generic_m"]
    if definite and (noun in generic or pair in generic):
        return "pronoun"
    return "institution" if noun in lexicon["institutions"] else None


def pronoun(ws: list[W], i: int, lexicon: Lexicon) -> Candidate | None:
    """A personal pronoun that stands for a speaker."""
    low = ws[i].low
    under = governed(ws, i, lexicon)
    for name, gender in (("pronouns_m", "m"), ("pronouns_f", "f")):
        if low in lexicon[name]:
            return Candidate("pronoun", i, i + 1, under, head=low, gender=gender)
    if low in lexicon["anonymous_pronouns"] and low not in lexicon["impersonal"]:
        return Candidate("anonymous", i, i + 1, under, head=low)
    return None

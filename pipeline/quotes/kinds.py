"""Tells quotations from mentions: titles, terms, scare quotes, mottoes and laws are nobody's words."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.engines import Token
from pipeline.quotes.attribution import Surroundings, is_topic
from pipeline.quotes.layout import W
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.resolution import Attribution

SENTENCE_START = re.compile(r"[A-ZÀ-ÖØ-Þ0-9«“\"(\[]|[…—–-]")
FINAL = ".!?…"


def is_quotation(
    inner: str, around: Surroundings, found: Attribution, tokens: list[Token], lexicon: Lexicon
) -> bool:
    """True for direct speech: attributed words, or whole sentences that stand as sentences."""
    size = len(re.findall(r"[^\W\d_]+", inner))
    before = [w for w in around.before if w.text not in '«»“”"(']
    told = found.explicit and inner[0].islower() and clause_like(before, tokens, lexicon)
    if titled(before, lexicon) and found.rule != "heading" and not told:
        return False
    if size == 0:
        return False
    direct = found.rule.startswith(("heading", "after", "signature", "incise", "split"))
    introduced = not before or before[-1].text == ":" or found.rule == "heading"
    if found.explicit and direct and (introduced or size >= 3):
        return size >= 2 or introduced
    if found.explicit and introduced:
        return True
    if found.explicit and before[-1].low in lexicon["complementizers"]:
        return size >= (2 if found.figure else 6)
    if is_topic(before) and not found.explicit:
        return size >= 12
    if found.explicit and (found.figure or (found.anonymous and size >= 3)):
        return fragment(before, size, inner, tokens, lexicon) or short(before, size, inner, found, lexicon)
    going_on = found.rule == "continued" and found.confidence >= 0.69 and inner[0].isupper()
    if introduced and going_on and inner[-1] in FINAL:
        return size >= 2
    return introduced and standing(inner, size, tokens, around)


def clause_like(before: list[W], tokens: list[Token], lexicon: Lexicon) -> bool:
    """True when a lower-case passage is a clause of the sentence, whatever noun it follows: « juge que la
    chaîne « fragilise le tissu » », « se dit « très inquiète » »."""
    if not before:
        return False
    reflexive = len(before) > 1 and before[-2].low in lexicon["clitics"]
    verbal = bool(tokens) and tokens[0].pos in ("VERB", "AUX") and "Part" not in tokens[0].morph
    predicate = any(w.low in lexicon["complementizers"] for w in before[-4:])
    return (
        before[-1].text == ","
        or verbal
        or predicate
        or (reflexive and before[-1].low in lexicon.verbs.finite)
    )


def fragment(before: list[W], size: int, inner: str, tokens: list[Token], lexicon: Lexicon) -> bool:
    """Words taken into the journalist's own sentence: long enough, or holding a verb."""
    leaning = bool(before) and before[-1].low in lexicon["determiners"]
    verbal = any(t.pos in ("VERB", "AUX") for t in tokens)
    if leaning and (title_case(inner) or (inner[0].isupper() and not verbal)):
        return False
    forms = (
        lexicon.verbs.finite | lexicon.verbs.participles | lexicon.verbs.infinitives | lexicon.verbs.gerunds
    )
    near = any(w.low in forms for w in before[-4:])
    return size >= 5 or ((verbal or near) and size >= 3) or (not leaning and size >= 3) or size >= 4


def short(before: list[W], size: int, inner: str, found: Attribution, lexicon: Lexicon) -> bool:
    """Two words that somebody named says, set where a predicate stands: « se dit « très inquiet » »."""
    person = found.figure is not None and found.figure.kind == "person" and found.confidence >= 0.6
    leaning = before[-1].low in lexicon["determiners"] - lexicon["comparators"]
    return person and size == 2 and inner[0].islower() and not leaning


def standing(inner: str, size: int, tokens: list[Token], around: Surroundings) -> bool:
    """Whole sentences set as a quotation without any cue."""
    verbal = any(t.pos in ("VERB", "AUX") for t in tokens)
    ended = inner.rstrip(' »”"')[-1:] in FINAL or (not around.after or around.after[0].text in FINAL)
    return size >= 4 and verbal and (ended or size >= 12) and bool(SENTENCE_START.match(inner) or size >= 8)


def titled(before: list[W], lexicon: Lexicon) -> bool:
    """True when the words before the mark announce a title, a term, a motto or a law."""
    if not before:
        return False
    tail = before[-3:] if before[-1].text != ":" else before[-4:-1]
    lows = [w.low for w in tail]
    last = lows[-1] if lows else ""
    if before[-1].text == ":":
        if any(p in " ".join(w.low for w in before).replace("' ", "'") for p in lexicon["mottoes"]):
            return True
        return any(w.low in lexicon["subjects"] | lexicon["words"] for w in before[:9]) and not any(
            b.text[0].isupper() and a.low in lexicon["determiners"] - {"le", "la"}
            for a, b in pairwise(before[1:])
        )
    if last in lexicon["titles"] | lexicon["naming"] | lexicon["words"]:
        return True
    named = len(lows) > 1 and lows[-2] in lexicon["titles"] | lexicon["words"]
    linked = last in ("de", "d'", "du", "sur", "of", "on", "est", "is", "le", "la", "the", ",")
    adjective = len(last) > 3 and tail[-1].text.islower() and last not in lexicon["complementizers"]
    if named and (linked or adjective) and last not in lexicon.verbs.finite | lexicon.verbs.participles:
        return True
    subject = any(w.low in lexicon["subjects"] for w in before[:4])
    return subject and last in lexicon["complementizers"]


def title_case(inner: str) -> bool:
    """« Territoires d'Avenir »: most long words capitalised."""
    long = [w for w in re.findall(r"\w+", inner) if len(w) > 3]
    return bool(long) and sum(w[0].isupper() for w in long) * 2 > len(long)

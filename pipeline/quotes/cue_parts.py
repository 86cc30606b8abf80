"""The parts cues are made of: verbs of speech with their subject, and « selon X »."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cast import Cast
from pipeline.quotes.layout import W
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.phrases import Candidate, VerbPhrase, candidates, verb_phrase


@dataclass(frozen=True, slots=True)
class Cue:
    """Evidence for a speaker. ``rule``: short code; ``who``: the candidate, ``None`` for « same speaker as
    before »; ``confidence`` before the candidate is resolved."""

    rule: str
    span: Slice
    who: Candidate | None
    confidence: float


class CueParts:
    """Verb phrases and cue phrases of one document, with who stands beside them."""

    def __init__(self, cast: Cast, lexicon: Lexicon) -> None:
        self.cast, self.lexicon = cast, lexicon

    def inverted(self, ws: list[W], i: int, rule: str) -> Cue | None:
        """Verb of speech at word ``i`` with its subject after it (before it, in English)."""
        if self.lexicon.subject_first_after:
            cue = self.subject_then_verb(ws, i, rule)
            if cue:
                return cue
        phrase = verb_phrase(ws, i, self.lexicon)
        if not phrase or phrase.form == "gerund":
            return None
        span = Slice(ws[i].start, ws[phrase.end - 1].end)
        if phrase.form == "infinitive":
            return Cue(f"{rule}_resumed", span, None, 0.85) if i and ws[i - 1].low in ("de", "d'") else None
        who = self.subject_after(ws, phrase)
        if who is None:
            return Cue(f"{rule}_verb", span, Candidate("unknown", i, i, False), 0.0)
        end = ws[max(who.end - 1, phrase.end - 1)].end if who.end else span.end
        return Cue(f"{rule}_{'pronoun' if phrase.clitic else 'verb'}", Slice(span.start, end), who, 0.96)

    def subject_then_verb(self, ws: list[W], i: int, rule: str) -> Cue | None:
        """English order: subject at word ``i``, then its verb of speech."""
        found = [c for c in candidates(ws[i:], self.cast, self.lexicon) if not c.governed]
        if not found or found[0].first > 0:
            return None
        for k in range(i + found[0].end, min(i + found[0].end + 25, len(ws))):
            phrase = verb_phrase(ws, k, self.lexicon)
            if (
                phrase
                and phrase.form == "finite"
                and (k == i + found[0].end or ws[k - 1].text == "," or k - i < 4)
            ):
                return Cue(f"{rule}_verb", Slice(ws[i].start, ws[phrase.end - 1].end), found[0], 0.95)
        return None

    def subject_after(self, ws: list[W], phrase: VerbPhrase) -> Candidate | None:
        """Subject of an inverted verb phrase: its clitic, else the first free candidate after it."""
        lexicon = self.lexicon
        if phrase.clitic:
            return self.clitic_subject(ws, phrase)
        rest = ws[phrase.end : phrase.end + 45]
        stop = next(
            (k for k, w in enumerate(rest) if w.low in lexicon["subject_stops"] or w.text in ";:«“"),
            len(rest),
        )
        found = [shift(c, phrase.end) for c in candidates(rest[:stop], self.cast, lexicon)]
        free = [c for c in found if not c.governed]
        sure = [c for c in free if c.kind != "unknown"]
        if free and free[0].kind == "unknown" and free[0].first <= phrase.end + 1:
            return free[0]
        return sure[0] if sure else free[0] if free else None

    def clitic_subject(self, ws: list[W], phrase: VerbPhrase) -> Candidate | None:
        """Whom « -t-il », « -t-elle » or « -t-on » stands for."""
        lexicon = self.lexicon
        if phrase.clitic in lexicon["impersonal"]:
            found = [
                shift(c, phrase.end) for c in candidates(ws[phrase.end : phrase.end + 12], self.cast, lexicon)
            ]
            named = [c for c in found if c.kind in ("name", "institution") and c.governed]
            return named[0] if named else Candidate("anonymous", phrase.first, phrase.end, False)
        if phrase.clitic in lexicon["subjects_plural"]:
            return Candidate("anonymous", phrase.first, phrase.end, False)
        gender = "m" if phrase.clitic in lexicon["subjects_m"] else "f"
        return Candidate("pronoun", phrase.first, phrase.end, False, head=phrase.clitic, gender=gender)

    def subject_before(self, ws: list[W]) -> Candidate | None:
        """The subject among the words before a verb: head of the last main clause, else the first free
        candidate of the sentence."""
        found = [c for c in candidates(ws, self.cast, self.lexicon) if not c.governed and c.kind != "unknown"]
        if not found:
            return None
        last = found[-1]
        if last.kind == "name" and all(self.passable(w) for w in ws[last.end :]):
            return last
        starts = [
            0,
            *(k + 1 for k, w in enumerate(ws) if w.text in ",;:—–" or w.low in ("et", "mais", "and", "but")),
        ]
        for start in reversed(starts):
            if start < len(ws) and ws[start].low in self.lexicon["subject_stops"]:
                continue
            heads = [c for c in found if start <= c.first <= start + 1]
            if heads:
                return heads[0]
        return found[0]

    def passable(self, w: W) -> bool:
        """True for what may stand between a subject and its verb: an apposition, a comma, an adverb."""
        light = self.lexicon["adverbs"] | self.lexicon["clitics"]
        return w.text == "," or w.low in light or self.cast.in_apposition(w.start)

    def phrase(self, ws: list[W], rule: str) -> Cue | None:
        """« selon X », « aux yeux de X »: a cue phrase followed by somebody."""
        lexicon = self.lexicon
        for i in range(len(ws)):
            clause = i == 0 or ws[i - 1].text in ",;—–(:" or ws[i - 1].low in ("et", "mais", "and", "but")
            for words in lexicon.cue_phrases:
                if tuple(w.low for w in ws[i : i + len(words)]) != words:
                    continue
                text = " ".join(words).replace("' ", "'")
                if text in lexicon["strict_person"] and (not clause or rule != "before"):
                    continue
                cue = self.after_phrase(ws, i, i + len(words), text, rule)
                if cue:
                    return cue
        return None

    def after_phrase(self, ws: list[W], i: int, j: int, text: str, rule: str) -> Cue | None:
        """The candidate right after a cue phrase that ends at word ``j``."""
        found = [shift(c, j) for c in candidates(ws[j : j + 16], self.cast, self.lexicon)]
        if not found:
            return None
        first = found[0]
        if first.kind == "unknown":
            document = first.head in self.lexicon["documents"] | self.lexicon["speech_nouns"]
            named = [c for c in found if c.kind == "name" and c.first - first.end <= 4]
            first = named[0] if document and named else first
            if not document:
                return None
        elif first.first - j > 2:
            return None
        strict = text in self.lexicon["strict_person"] and not (
            text in self.lexicon["opinion"] and rule == "before" and i == 0 and is_body(first, self.lexicon)
        )
        if strict and (
            first.kind not in ("name", "role", "pronoun") or (first.kind == "name" and not is_person(first))
        ):
            return None
        return Cue(f"{rule}_phrase", Slice(ws[i].start, ws[first.end - 1].end), first, 0.9)


def is_person(candidate: Candidate) -> bool:
    """True for the name of a person."""
    return candidate.figure is not None and candidate.figure.kind == "person"


def is_body(candidate: Candidate, lexicon: Lexicon) -> bool:
    """True for an acronym (« la CGT ») or a named kind of body (« l'association »)."""
    name = candidate.figure.name if candidate.figure else ""
    return (
        candidate.kind == "institution" or (len(name) > 2 and name.isupper()) or name in lexicon["acronyms"]
    )


def shift(c: Candidate, by: int) -> Candidate:
    """The same candidate counted from an earlier word."""
    return Candidate(
        c.kind,
        c.first + by,
        c.end + by,
        c.governed,
        c.figure,
        c.head,
        c.text,
        c.gender,
        c.definite,
        c.complement,
    )

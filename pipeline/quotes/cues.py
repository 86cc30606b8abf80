"""Finds the words that give a quotation to somebody: before it, after it, or inside it."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cast import Cast, Figure
from pipeline.quotes.layout import W
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.phrases import Candidate, VerbPhrase, candidates, governed, verb_phrase

DASHES = "—–-("


@dataclass(frozen=True, slots=True)
class Cue:
    """Evidence for a speaker. ``rule``: short code; ``who``: the candidate, ``None`` for « same speaker as
    before »; ``confidence`` before the candidate is resolved."""

    rule: str
    span: Slice
    who: Candidate | None
    confidence: float


class CueFinder:
    """Cues of one document, in one language."""

    def __init__(self, cast: Cast, lexicon: Lexicon) -> None:
        self.cast, self.lexicon = cast, lexicon

    # after the quotation

    def after(self, ws: list[W], exclaimed: bool = False) -> Cue | None:
        """The cue that follows a closing mark directly: « …», explique X ».
        ``exclaimed``: the quotation itself ends with ! ? or …, which stands for the comma."""
        i = 0
        while i < len(ws) and ws[i].text in ",.;:!?…":
            i += 1
        if i < len(ws) and ws[i].text in DASHES:
            return self.signature(ws, i)
        if i >= len(ws) or (not ws[i].text[0].islower() and not self.lexicon.subject_first_after):
            return None
        known = self.inverted(ws, i, "after") or self.phrase(ws[i:], "after") or self.led_in(ws, i)
        return known or (self.any_verb(ws, i) if exclaimed or (i and ws[i - 1].text in ",?!") else None)

    def any_verb(self, ws: list[W], i: int) -> Cue | None:
        """« …», savourait Fabien Teulade »: after the comma, any verb-like word right before a subject."""
        clitic = i + 1 < len(ws) and ws[i].low in ("s'", "se")
        verb = i + clitic
        if verb + 1 >= len(ws) or not ws[verb].low.endswith(("e", "ait", "t", "a")) or len(ws[verb].low) < 4:
            return None
        known = ("prepositions", "adverbs", "determiners_definite", "determiners_indefinite", "roles")
        if any(ws[verb].low in self.lexicon[name] for name in known):
            return None
        found = candidates(ws[verb + 1 :], self.cast, self.lexicon)
        near = int(ws[verb + 1].low in self.lexicon["determiners_definite"])
        if not found or found[0].first > near or found[0].kind not in ("name", "role", "pronoun"):
            return None
        who = shift(found[0], verb + 1)
        return Cue("after_verb", Slice(ws[i].start, ws[who.end - 1].end), who, 0.85)

    def signature(self, ws: list[W], i: int) -> Cue | None:
        """« … » — Marie Dupont, or « … » (Marie Dupont)."""
        found = candidates(ws[i + 1 :], self.cast, self.lexicon)
        if found and found[0].first <= 2 and is_person(found[0]):
            return Cue("signature", Slice(ws[i].start, ws[i + found[0].end].end), found[0], 0.9)
        inner = [w for w in ws[i + 1 :] if w.text != ","]
        if inner and inner[0].text[0].islower():
            return self.inverted(inner, 0, "after")
        return None

    def led_in(self, ws: list[W], i: int) -> Cue | None:
        """« …», comme l'explique X », « … », et d'ajouter »: up to four words before the verb."""
        for k in range(i, min(i + 5, len(ws))):
            if k > i and (cue := self.inverted(ws, k, "after")):
                return cue
            if ws[k].low not in self.lexicon["lead_ins"]:
                return None
        return None

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

    def tail(self, ws: list[W]) -> Cue | None:
        """A cue later in the sentence that holds the quotation: « A » d'ici 2030, a annoncé X."""
        for i, w in enumerate(ws[:-1]):
            if w.text != ",":
                continue
            cue = self.inverted(ws, i + 1, "tail") or self.led_in(ws, i + 1)
            if cue and cue.who and cue.who.kind in ("name", "role", "pronoun", "anonymous", "institution"):
                return Cue("tail", cue.span, cue.who, 0.85)
        cue = self.phrase(ws, "tail")
        return Cue("tail", cue.span, cue.who, 0.82) if cue else None

    # noun cues

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
        strict = text in self.lexicon["strict_person"]
        if strict and (
            first.kind not in ("name", "role", "pronoun") or (first.kind == "name" and not is_person(first))
        ):
            return None
        return Cue(f"{rule}_phrase", Slice(ws[i].start, ws[first.end - 1].end), first, 0.9)

    # before the quotation

    def heading(self, ws: list[W]) -> Cue | None:
        """« Nom : », « Nom, », « Nom » alone, at the start of a paragraph."""
        found = candidates(ws, self.cast, self.lexicon)
        if not found or found[0].kind != "name" or any(w.text.isalnum() for w in ws[: found[0].first]):
            return None
        first = found[0]
        rest = [w for w in ws[first.end :] if not self.cast.in_apposition(w.start)]
        body = [w for w in rest if w.text not in ",:;—–-()."]
        if body or first.figure is None:
            return None
        colon = any(w.text == ":" for w in rest[-2:])
        if not colon and (first.figure.kind != "person" or " " not in first.figure.name):
            return None
        return Cue("heading", Slice(ws[first.first].start, ws[-1].end), first, 0.97 if colon else 0.9)

    def before(self, ws: list[W]) -> Cue | None:
        """The cue in the words of the sentence before an opening mark."""
        if not ws:
            return None
        verb = self.verb_before(ws)
        if verb and (verb.who is None or verb.who.kind != "unknown"):
            return verb
        phrase = self.phrase(ws, "before")
        if phrase:
            return phrase
        return (self.colon(ws) if ws[-1].text == ":" else None) or verb

    def verb_before(self, ws: list[W]) -> Cue | None:
        """The last verb of speech before the mark, with its subject."""
        lexicon = self.lexicon
        for j in range(len(ws) - 1, -1, -1):
            phrase = verb_phrase(ws, j, lexicon)
            if phrase is None or (j and self.noun_reading(ws, j)):
                continue
            if (
                j
                and ws[j - 1].low in lexicon["clitics"] | lexicon["auxiliaries"]
                and verb_phrase(ws, j - 1, lexicon)
            ):
                continue
            direct = ws[-1].text == ":" or ws[-1].low in lexicon["complementizers"]
            if not direct and len(ws) - phrase.end > 25:
                return None
            return self.with_subject(ws, phrase, 0.94 if direct else 0.84)
        return None

    def noun_reading(self, ws: list[W], j: int) -> bool:
        """« le juge », « la note »: a determiner or preposition before the word makes it a noun."""
        low = ws[j - 1].low
        nominal = self.lexicon["determiners_definite"] | self.lexicon["determiners_indefinite"]
        if ws[j].low in self.lexicon.verbs.infinitives or ws[j].low in self.lexicon.verbs.gerunds:
            return False
        return (low in nominal and low not in ("l'",)) or low in ("de", "du", "d'", "en", "par", "sans", "au")

    def with_subject(self, ws: list[W], phrase: VerbPhrase, confidence: float) -> Cue | None:
        """The cue of a verb phrase that stands before the mark."""
        lexicon = self.lexicon
        span = Slice(ws[phrase.first].start, ws[-1].end)
        if phrase.clitic:
            return Cue("before_pronoun", span, self.clitic_subject(ws, phrase), confidence)
        before = self.subject_before(ws[: phrase.first])
        led = phrase.first == 0 or ws[phrase.first - 1].low in lexicon["lead_ins"] - {
            "et",
            "puis",
            "mais",
            "and",
        }
        if phrase.form == "finite" and (before is None or led):
            after = self.subject_after(ws, phrase)
            before = after if after and after.kind != "unknown" else before
        if before:
            return Cue(
                "before_verb", Slice(min(span.start, ws[before.first].start), span.end), before, confidence
            )
        lead = ws[phrase.first - 1].low if phrase.first else ""
        resumed = {
            "infinitive": lead in lexicon["infinitive_markers"],
            "gerund": lead in ("", ",", "en", "et", "by", "and"),
            "finite": phrase.first <= 2,
        }[phrase.form]
        return Cue("before_resumed", span, None, 0.85) if resumed else None

    def subject_before(self, ws: list[W]) -> Candidate | None:
        """The subject among the words before a verb: head of the last main clause, else the first free
        candidate of the sentence."""
        found = [c for c in candidates(ws, self.cast, self.lexicon) if not c.governed and c.kind != "unknown"]
        if not found:
            return None
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

    def colon(self, ws: list[W]) -> Cue | None:
        """No verb of speech, but the sentence ends with a colon: « Même constat chez X : »."""
        lexicon = self.lexicon
        span = Slice(ws[0].start, ws[-1].end)
        found = [c for c in candidates(ws, self.cast, lexicon) if c.kind != "unknown"]
        free = [c for c in found if not c.governed and (c.kind != "name" or is_person(c))]
        if free:
            return Cue("colon", span, free[0], 0.8 if free[0].first <= 6 else 0.7)
        noun = any(w.low in lexicon["speech_nouns"] for w in ws)
        people = [c for c in found if c.kind != "name" or is_person(c)]
        if noun and people:
            return Cue("colon_noun", span, people[-1], 0.82)
        if len(people) == 1:
            return Cue("colon_noun", span, people[0], 0.62)
        return Cue("colon_same", span, None, 0.62) if not people else None

    def only_person(self, ws: list[W]) -> Figure | None:
        """The one person named in a narrative sentence, even after a preposition."""
        found = {id(c.figure): c.figure for c in candidates(ws, self.cast, self.lexicon) if is_person(c)}
        only = list(found.values())
        return only[0] if len(only) == 1 else None

    def subject_of(self, ws: list[W]) -> Candidate | None:
        """Subject of a narrative sentence: the first free candidate near its start."""
        found = [c for c in candidates(ws, self.cast, self.lexicon) if not c.governed and c.kind != "unknown"]
        return found[0] if found and found[0].first <= 8 else None


def is_person(candidate: Candidate) -> bool:
    """True for the name of a person."""
    return candidate.figure is not None and candidate.figure.kind == "person"


def shift(c: Candidate, by: int) -> Candidate:
    """The same candidate counted from an earlier word."""
    return Candidate(
        c.kind, c.first + by, c.end + by, c.governed, c.figure, c.head, c.text, c.gender, c.definite
    )


__all__ = ["Cue", "CueFinder", "governed", "is_person"]

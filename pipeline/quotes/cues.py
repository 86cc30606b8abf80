"""Finds the words that give a quotation to somebody: before it, after it, or inside it."""

from __future__ import annotations

from db.records import Slice
from pipeline.quotes.cast import Figure
from pipeline.quotes.cue_parts import Cue, CueParts, is_person, shift
from pipeline.quotes.layout import W
from pipeline.quotes.phrases import Candidate, VerbPhrase, candidates, split_clitic, verb_phrase

DASHES = "—–-("


class CueFinder(CueParts):
    """Cues of one document, in one language."""

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
        if inverted := self.any_inversion(ws, i, verb):
            return inverted
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

    def any_inversion(self, ws: list[W], first: int, verb: int) -> Cue | None:
        """« …», a-t-elle compté », « …», s'est-il borné à dire »: an inverted pronoun, whatever the verb."""
        base, clitic = split_clitic(ws[verb].low, self.lexicon) if verb < len(ws) else ("", "")
        known = self.lexicon["subjects_m"] | self.lexicon["subjects_f"] | self.lexicon["impersonal"]
        if not clitic or clitic not in known:
            return None
        who = self.clitic_subject(ws, VerbPhrase(first, verb + 1, clitic, "finite"))
        return Cue("after_pronoun", Slice(ws[first].start, ws[verb].end), who, 0.9) if base else None

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
            if k > i and not self.leads_on(ws, k) and (cue := self.inverted(ws, k, "after")):
                return cue
            if ws[k].low not in self.lexicon["lead_ins"]:
                return None
        return None

    def leads_on(self, ws: list[W], k: int) -> bool:
        """True when the verb at word ``k`` introduces what follows: « A » et affirme que « B »."""
        phrase = verb_phrase(ws, k, self.lexicon)
        if phrase is None or phrase.clitic:
            return False
        following = ws[phrase.end].low if phrase.end < len(ws) else ":"
        return following == ":" or following in self.lexicon["complementizers"]

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

    # before the quotation

    def heading(self, ws: list[W]) -> Cue | None:
        """« Nom : », « Nom, », « Nom » alone, at the start of a paragraph."""
        found = candidates(ws, self.cast, self.lexicon)
        if not found or found[0].kind != "name" or any(w.text.isalnum() for w in ws[: found[0].first]):
            return None
        first = found[0]
        rest = [w for w in ws[first.end :] if not self.cast.in_apposition(w.start)]
        body = [w for w in rest if w.text not in ",:;—–-()."]
        if first.figure is None or (body and not self.is_label(rest, first.figure)):
            return None
        colon = any(w.text == ":" for w in rest[-2:])
        if not colon and (first.figure.kind != "person" or " " not in first.figure.name):
            return None
        return Cue("heading", Slice(ws[first.first].start, ws[-1].end), first, 0.97 if colon else 0.9)

    def is_label(self, rest: list[W], figure: Figure) -> bool:
        """« , VP Sales chez Acme, » after a full name: a title in words nobody listed, without any verb."""
        lexicon = self.lexicon
        verbs = lexicon.verbs.finite | lexicon.verbs.participles | lexicon["auxiliaries"] | lexicon["modals"]
        verbs |= lexicon["subject_stops"] | lexicon["pronouns_m"] | lexicon["pronouns_f"]
        framed = rest[0].text in ",(" and rest[-1].text in ",:" and len(rest) <= 14
        titled = framed and figure.kind == "person" and " " in figure.name
        return titled and not any(w.low in verbs for w in rest) and any(w.text[0].isupper() for w in rest)

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
        if phrase.first and ws[phrase.first - 1].low in lexicon["impersonal"]:
            return Cue(
                "before_verb", span, Candidate("anonymous", phrase.first - 1, phrase.end, False), confidence
            )
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

    def rivals(self, ws: list[W]) -> bool:
        """True when a narrative sentence has several free people, set against each other by « mais »."""
        found = {
            id(c.figure) for c in candidates(ws, self.cast, self.lexicon) if is_person(c) and not c.governed
        }
        return len(found) > 1 and any(w.low in self.lexicon["contrasts"] for w in ws)

    def subject_of(self, ws: list[W]) -> Candidate | None:
        """Subject of a narrative sentence: the first free candidate near its start."""
        found = [c for c in candidates(ws, self.cast, self.lexicon) if not c.governed and c.kind != "unknown"]
        return found[0] if found and found[0].first <= 8 else None

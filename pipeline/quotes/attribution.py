"""Decides who speaks each quotation of a document, in reading order, with a confidence and a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cue_parts import Cue, is_person
from pipeline.quotes.layout import W, containing, sentences, words
from pipeline.quotes.marks import Marked
from pipeline.quotes.phrases import Candidate
from pipeline.quotes.resolution import NOBODY, Attribution, Resolver

FAR = 4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Words around a quotation: ``before`` in its sentence, ``previous`` sentence, ``after`` up to the
    next mark or sentence end, ``rest`` up to the sentence end; ``opens`` at the start of a paragraph."""

    before: list[W]
    previous: list[W]
    after: list[W]
    rest: list[W]
    opens: bool
    paragraph: int


class Attributor(Resolver):
    """Walks the quotations of one document; remembers who spoke last."""

    def run(self) -> list[Attribution]:
        """One attribution for each quotation, in order."""
        found = self.given
        for number, quote in enumerate(self.quotes):
            around = self.surroundings(number)
            decided = self.decide(number, quote, around)
            found.append(decided)
            if decided.explicit or decided.figure:
                self.last, self.last_at = decided, quote.outer.end
        return self.share(found)

    def share(self, found: list[Attribution]) -> list[Attribution]:
        """Fragments joined by a few words of one sentence (« A » et « B », selon X) share their speaker."""
        for i in range(len(found) - 2, -1, -1):
            gap = self.masked[self.quotes[i].outer.end : self.quotes[i + 1].outer.start]
            short = len(gap) < 30 and not re.search(r"[.!?:\n]", gap)
            if short and not found[i].explicit and found[i + 1].explicit:
                other = found[i + 1]
                found[i] = Attribution(
                    other.figure, "shared", other.confidence * 0.95, other.cue, True, other.anonymous
                )
        return found

    # surroundings

    def surroundings(self, number: int) -> Surroundings:
        """The words around quotation ``number``."""
        quote = self.quotes[number]
        at = containing(self.lines, quote.outer.start)
        line = self.lines[at]
        spans = sentences(self.masked, line)
        here = containing(spans, quote.outer.start)
        start = spans[here].start if spans else line.start
        floor = self.quotes[number - 1].outer.end if number else 0
        before = words(self.masked, start, quote.outer.start)
        opens = not self.masked[line.start : quote.outer.start].strip(" \t•*-–—\u00a0")
        if opens and at and self.masked[: self.lines[at - 1].end].rstrip().endswith(":"):
            above = sentences(self.masked, self.lines[at - 1])
            if self.lines[at - 1].end > floor:
                before = words(self.masked, max(above[-1].start, floor), above[-1].end)
        previous = words(self.masked, max(spans[here - 1].start, floor), start) if spans and here else []
        last = self.lines[containing(self.lines, quote.outer.end - 1)]
        ends = sentences(self.masked, Slice(quote.outer.start, last.end))
        stop = next((s.end for s in ends if s.end > quote.outer.end), quote.outer.end)
        stop = self.lower_case_tail(quote.outer.end, last.end, stop, ends)
        following = self.quotes[number + 1].outer.start if number + 1 < len(self.quotes) else len(self.text)
        rest = words(self.masked, quote.outer.end, stop)
        after = [w for w in rest if w.end <= following]
        return Surroundings(before, previous, after, rest, opens, at)

    def lower_case_tail(self, end: int, line_end: int, stop: int, ends: list[Slice]) -> int:
        """No tail at all when the quotation itself ends its sentence."""
        own = next((s for s in ends if s.end >= end), None)
        follow = self.masked[end:line_end].lstrip(' \u00a0\u202f.,»”"')
        bracket = follow[:1] in "(—–-"
        if own and own.end <= end + 1 and follow and not follow[0].islower() and not bracket:
            return end if not self.lexicon.subject_first_after else stop
        return stop

    # decision

    def decide(self, number: int, quote: Marked, around: Surroundings) -> Attribution:
        """The first rule that gives an answer, the surest first."""
        heading = self.heading(around, quote)
        after = self.resolve(
            self.cues.after(around.after, self.text[quote.end - 1] in "!?…"), quote.outer.end, True
        )
        if self.veiled(around) and not self.named_here(around):
            return Attribution(None, "veiled", 0.0, None, True, True)
        if after and after.figure:
            return after
        if heading:
            return heading
        before = self.resolve(self.cues.before(around.before), quote.outer.start, True)
        if before and before.figure and not before.rule.startswith("colon_same"):
            return before
        for option in (after, before):
            if option and option.explicit and option.anonymous:
                return option
        incise = self.resolve(self.incise(quote), quote.outer.start, True)
        if incise and incise.figure:
            return incise
        tail = self.resolve(self.cues.tail(around.rest), quote.outer.end, True)
        if tail and (tail.figure or tail.anonymous):
            return tail
        for option in (after, before):
            if option and option.explicit and option.rule not in ("colon_same", "colon"):
                return option
        return self.implicit(number, quote, around, before)

    def named_here(self, around: Surroundings) -> bool:
        """True when the words around a quotation name a person."""
        spans = [(ws[0].start, ws[-1].end) for ws in (around.before, around.after) if ws]
        return any(r.figure.kind == "person" for span in spans for r in self.cast.within(*span))

    def veiled(self, around: Surroundings) -> bool:
        """True when the sentence says that its speaker wants no name (« sous couvert d'anonymat »)."""
        said = {w.low for w in (*around.before, *around.after)}
        return bool(said & self.lexicon["veiled"])

    def heading(self, around: Surroundings, quote: Marked) -> Attribution | None:
        """The speaker whom the start of the paragraph announces."""
        line = self.lines[around.paragraph]
        ws = words(self.masked, line.start, quote.outer.start)
        if not ws or len(ws) > 40:
            return None
        return self.resolve(self.cues.heading(ws), quote.outer.start, True)

    def incise(self, quote: Marked) -> Cue | None:
        """« …, affirme-t-elle, … »: a verb and its subject between commas inside the marks."""
        ws = words(self.text, quote.start, quote.end)
        for i, w in enumerate(ws[:-2]):
            if w.text not in ",?!—–" or not ws[i + 1].text[0].islower():
                continue
            end = next((k for k in range(i + 1, min(i + 25, len(ws))) if ws[k].text in ",.—–;"), len(ws))
            cue = self.cues.inverted(ws[: end + 1] if end < len(ws) else ws[:end], i + 1, "incise")
            if cue and cue.who and cue.who.kind in ("name", "pronoun", "role") and end - i < 16:
                return Cue("incise", cue.span, cue.who, 0.88)
        return None

    def implicit(
        self, number: int, quote: Marked, around: Surroundings, before: Attribution | None
    ) -> Attribution:
        """No words of speech: the sentence before, the speaker who goes on, the interviewee."""
        if around.before and not (around.before[-1].text == ":" or around.opens or is_topic(around.before)):
            gap = self.gap_continues(number, around)
            return gap or NOBODY
        subject = self.cues.subject_of(around.previous) if around.previous else self.line_above(around)
        if subject and subject.kind == "name" and self.cues.rivals(around.previous):
            return NOBODY
        section = self.section_since(quote.outer.start)
        near = 0.0 if section else self.near_last(quote)
        if section and not (subject and subject.kind == "name" and is_person(subject)):
            return Attribution(section, "section", 0.7)
        if subject and subject.kind == "name" and is_person(subject):
            return Attribution(subject.figure, "subject", 0.72 if around.previous else 0.6)
        if subject and subject.kind in ("role", "pronoun"):
            told = self.resolve(
                Cue("subject", Slice(quote.outer.start, quote.outer.start), subject, 0.7),
                quote.outer.start,
                False,
            )
            if told and told.figure:
                return told
            if subject.kind == "role" and subject.definite and subject.complement:
                return NOBODY
        if subject and subject.kind == "anonymous" and not subject.definite:
            return NOBODY
        if not (near > 0.7 and self.last.figure) and (only := self.cues.only_person(around.previous)):
            return Attribution(only, "named", 0.6)
        if near and self.last.figure:
            return Attribution(self.last.figure, "continued", min(near, self.last.confidence))
        if near and self.last.anonymous:
            return NOBODY
        if self.default and not self.last.anonymous:
            return Attribution(self.default, "interviewee", 0.6)
        if before and before.figure:
            return before
        return self.next_subject(quote, around)

    def next_subject(self, quote: Marked, around: Surroundings) -> Attribution:
        """« … » Anne Petit ne cache pas sa joie: the sentence after a quotation that opens a paragraph."""
        line = self.lines[around.paragraph]
        if not around.opens or not quote.outer.end < line.end:
            return NOBODY
        span = sentences(self.masked, Slice(quote.outer.end, line.end))[:1]
        subject = self.cues.subject_of(words(self.masked, span[0].start, span[0].end)) if span else None
        if subject and is_person(subject) and subject.first <= 1:
            return Attribution(subject.figure, "next_subject", 0.6)
        return NOBODY

    def gap_continues(self, number: int, around: Surroundings) -> Attribution | None:
        """« A », explique X, « B »: the second half of a split quotation."""
        if not number or not self.last.figure or self.last_at != self.quotes[number - 1].outer.end:
            return None
        gap = self.masked[self.last_at : self.quotes[number].outer.start]
        if not re.search(r"[.!?\n]", gap.strip()) and self.last.explicit and gap.rstrip().endswith(","):
            return Attribution(self.last.figure, "split", self.last.confidence * 0.95, self.last.cue, True)
        return None

    def line_above(self, around: Surroundings) -> Candidate | None:
        """Subject of the last sentence of the paragraph above, when no quotation stands in it."""
        if not around.opens or not around.paragraph:
            return None
        line = self.lines[around.paragraph - 1]
        if line.end < self.last_at or any(line.start <= q.outer.start < line.end for q in self.quotes):
            return None
        spans = sentences(self.masked, line)
        return self.cues.subject_of(words(self.masked, spans[-1].start, spans[-1].end)) if spans else None

    def near_last(self, quote: Marked) -> float:
        """How sure it is that the last speaker goes on: by paragraphs in between (0 when too far)."""
        if self.last is NOBODY:
            return 0.0
        apart = containing(self.lines, quote.outer.start) - containing(self.lines, max(self.last_at - 1, 0))
        return {0: 0.78, 1: 0.68, 2: 0.6}.get(apart, 0.52 if apart <= FAR else 0.0)


def is_topic(before: list[W]) -> bool:
    """« Mistral « … »: a bare capitalised label in front of the mark, which names a topic."""
    shown = [w for w in before if w.text.isalnum()]
    return 0 < len(shown) <= 3 and all(w.text[0].isupper() for w in shown)

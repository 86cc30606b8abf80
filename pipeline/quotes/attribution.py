"""Decides who speaks each quotation of a document, in reading order, with a confidence and a rule."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cast import Cast, Figure, Ref, compatible
from pipeline.quotes.cues import Cue, CueFinder, is_person
from pipeline.quotes.layout import W, containing, paragraphs, sentences, words
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.marks import Marked
from pipeline.quotes.phrases import Candidate, candidates
from pipeline.quotes.roles import same_role

THRESHOLD = 0.5
FAR = 4
HUMAN_ENDINGS = {
    "fr": ("eur", "euse", "ier", "ière", "iste", "ien", "ienne", "ant", "ante", "ais", "aise", "ois", "oise")
    + ("é", "ée", "logue", "trice", "enaire", "tre")
}


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says a quotation. ``figure`` is ``None`` when nobody is safe to name; ``explicit`` when the words
    around it say that it is speech; ``anonymous`` when they give it to an unnamed source."""

    figure: Figure | None
    rule: str
    confidence: float
    cue: Slice | None = None
    explicit: bool = False
    anonymous: bool = False


NOBODY = Attribution(None, "none", 0.0)


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


class Attributor:
    """Walks the quotations of one document; remembers who spoke last."""

    def __init__(self, text: str, masked: str, cast: Cast, lexicon: Lexicon, quotes: list[Marked]) -> None:
        self.text, self.masked, self.cast, self.lexicon = text, masked, cast, lexicon
        self.quotes = quotes
        self.cues = CueFinder(cast, lexicon)
        self.lines = paragraphs(text)
        self.narration = [r for r in cast.refs if not inside(r, quotes)]
        self.last: Attribution = NOBODY
        self.last_at = 0
        self.given: list[Attribution] = []
        self.default = self.default_speaker()

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

    def heading(self, around: Surroundings, quote: Marked) -> Attribution | None:
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
        """No words of speech: the sentence before, the speaker who goes on, the section's, the interviewee."""
        if around.before and not (around.before[-1].text == ":" or around.opens or is_topic(around.before)):
            gap = self.gap_continues(number, around)
            return gap or NOBODY
        subject = self.cues.subject_of(around.previous) if around.previous else self.line_above(around)
        near = self.near_last(quote)
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
        if subject and subject.kind == "anonymous":
            return NOBODY
        if near and self.last.figure:
            return Attribution(self.last.figure, "continued", min(near, self.last.confidence))
        if near and self.last.anonymous:
            return NOBODY
        if self.default and not self.last.anonymous:
            return Attribution(self.default, "interviewee", 0.6)
        return before if before and before.figure else NOBODY

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

    def default_speaker(self) -> Figure | None:
        """The interviewee, or the only person whom the document introduces with a full name."""
        head = self.masked.replace("’", "'")
        low = head.lower()
        for phrase in self.lexicon["interview"]:
            at = low.find(phrase)
            if at >= 0:
                near = [r for r in self.cast.within(at, at + len(phrase) + 90) if r.figure.kind == "person"]
                if near:
                    return near[0].figure
        people = {
            id(r.figure): r.figure
            for r in self.cast.refs
            if r.figure.kind == "person" and " " in r.figure.name
        }
        only = list(people.values())
        return only[0] if len(only) == 1 and only[0].sure >= 0.6 else None

    # resolution

    def resolve(self, cue: Cue | None, at: int, explicit: bool) -> Attribution | None:
        """The attribution a cue gives; without figure when its words name nobody we know."""
        if cue is None:
            return None
        who = cue.who
        if who is None:
            figure, weight = self.last.figure, 0.95 if self.last_at else 0.0
            if self.last is NOBODY and self.default:
                figure, weight = self.default, 0.75
        elif who.kind == "name":
            figure, weight = who.figure, self.name_weight(who)
        elif who.kind == "role":
            figure, weight = self.by_role(who, at)
        elif who.kind == "pronoun":
            figure, weight = self.by_pronoun(who.gender, at)
        elif who.kind == "institution":
            figure, weight = self.by_institution(who, at)
        elif who.kind == "unknown" and who.end > who.first and who.definite:
            figure, weight = self.by_noun(who, at)
        else:
            figure, weight = None, 0.0
        anonymous = (
            figure is None and who is not None and (who.kind == "anonymous" or not who.end == who.first)
        )
        confidence = round(cue.confidence * weight, 3)
        if confidence < THRESHOLD:
            figure = None
        said = explicit and not cue.rule.startswith("colon_same")
        return Attribution(figure, cue.rule, confidence if figure else 0.0, cue.span, said, anonymous)

    @staticmethod
    def name_weight(who: Candidate) -> float:
        figure = who.figure
        if figure is None:
            return 0.0
        return 1.0 if figure.kind == "person" else 0.92

    def by_role(self, who: Candidate, at: int) -> tuple[Figure | None, float]:
        """The person introduced with this role; the nearest earlier one when there are several."""
        generic = who.head in self.lexicon["generic_m"] | self.lexicon["generic_f"]
        if generic:
            figure, weight = self.by_pronoun(who.gender, at)
            if figure and (
                not figure.heads or any(same_role(who.head, h, self.lexicon) for h in figure.heads)
            ):
                return figure, weight * 0.88
        found = self.cast.with_role(who.head, who.text, who.gender)
        if len(found) == 1:
            return found[0], 0.93
        if found:
            recent = self.most_recent(found, at)
            return recent, 0.75 if recent else 0.0
        if generic:
            return (figure, weight * 0.8) if figure else (None, 0.0)
        return self.only_person(who.gender, at)

    def only_person(self, gender: str, at: int) -> tuple[Figure | None, float]:
        """The single person without known role met so far, gender permitting."""
        seen = {id(r.figure): r.figure for r in self.narration if r.start < at and r.figure.kind == "person"}
        fit = [f for f in seen.values() if compatible(f.gender, gender) and f.sure >= 0.6]
        return (fit[0], 0.65) if len(fit) == 1 and not fit[0].heads else (None, 0.0)

    def by_noun(self, who: Candidate, at: int) -> tuple[Figure | None, float]:
        """An unlisted noun that stands in somebody's role (« le sommelier »)."""
        found = [
            f
            for f in self.cast.figures
            if f.kind == "person" and any(who.head in t.split() for t in f.role_texts)
        ]
        found = [f for f in found if compatible(f.gender, who.gender)]
        if len(found) == 1:
            return found[0], 0.85
        if found or not who.head.endswith(HUMAN_ENDINGS.get(self.lexicon.language, ())):
            return None, 0.0
        figure, weight = self.by_pronoun(who.gender, at)
        return figure, weight * 0.75

    def by_institution(self, who: Candidate, at: int) -> tuple[Figure | None, float]:
        """« la préfecture de l'Hérault », or « le groupe » for the organisation named before."""
        if who.head in self.lexicon["corporate"] and who.definite:
            seen = [r.figure for r in self.narration if r.start < at and Cast.is_organisation(r.figure)]
            strong = [f for f in seen[-12:] if f.sure >= 0.6 or " " in f.name]
            return (strong[-1], 0.65) if strong else (None, 0.0)
        return None, 0.0

    def by_pronoun(self, gender: str, at: int) -> tuple[Figure | None, float]:
        """The most salient figure of that gender: the subject of the narration since the last quotation,
        else the last speaker, else the last person named."""
        told = self.told_since(gender, at)
        if told:
            return told
        last = self.last.figure
        apart = containing(self.lines, at) - containing(self.lines, max(self.last_at - 1, 0))
        if last and self.fits(last, gender) and apart <= FAR:
            hero = self.protagonist(last) if apart else None
            if hero and self.fits(hero, gender):
                return hero, 0.75
            return last, 0.93 if last.gender == gender else 0.85
        since = [r for r in self.narration if self.last_at <= r.start < at and self.fits(r.figure, gender)]
        if since:
            return since[-1].figure, 0.75
        if self.last.anonymous and apart <= 1:
            return None, 0.0
        earlier = [r for r in self.narration if r.start < at and self.fits(r.figure, gender)]
        return (earlier[-1].figure, 0.72) if earlier else (None, 0.0)

    def told_since(self, gender: str, at: int) -> tuple[Figure, float] | None:
        """The last free person or role of the narration since the last quotation."""
        begin = max(self.last_at, self.lines[max(containing(self.lines, at) - 2, 0)].start)
        ws = words(self.masked, begin, at)
        found = [c for c in candidates(ws, self.cast, self.lexicon) if not c.governed]
        for c in reversed(found):
            if c.kind == "name" and c.figure and self.fits(c.figure, gender):
                return c.figure, 0.9
            if c.kind == "role" and c.definite and compatible(c.gender, gender):
                people = self.cast.with_role(c.head, c.text, c.gender)
                if len(people) == 1 and self.fits(people[0], gender):
                    return people[0], 0.85
        return None

    def protagonist(self, last: Figure) -> Figure | None:
        """The figure of a profile: quoted at least three times, and twice as often as the last speaker."""
        counts = Counter(id(a.figure) for a in self.given if a.figure)
        best = max((a.figure for a in self.given if a.figure), key=lambda f: counts[id(f)], default=None)
        if best is None or best is last:
            return None
        return best if counts[id(best)] >= max(3, 2 * counts[id(last)]) else None

    @staticmethod
    def fits(figure: Figure, gender: str) -> bool:
        named = " " in figure.name or figure.sure >= 0.5
        return figure.kind == "person" and named and compatible(figure.gender, gender)

    def most_recent(self, found: list[Figure], at: int) -> Figure | None:
        earlier = [r.figure for r in self.narration if r.start < at and r.figure in found]
        return earlier[-1] if earlier else None


def is_topic(before: list[W]) -> bool:
    """« Mistral « … »: a bare capitalised label in front of the mark, which names a topic."""
    shown = [w for w in before if w.text.isalnum()]
    return 0 < len(shown) <= 3 and all(w.text[0].isupper() for w in shown)


def inside(ref: Ref, quotes: list[Marked]) -> bool:
    """True when a name stands inside a quotation."""
    i = containing([q.outer for q in quotes], ref.start) if quotes else 0
    return bool(quotes) and quotes[i].outer.start <= ref.start < quotes[i].outer.end

"""Turns the words of a cue (a name, a role, a pronoun) into a figure of the document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cast import Cast, Figure, Ref, compatible
from pipeline.quotes.cue_parts import Cue
from pipeline.quotes.cues import CueFinder
from pipeline.quotes.layout import containing, paragraphs, words
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.marks import Marked
from pipeline.quotes.names import fold
from pipeline.quotes.phrases import Candidate, candidates
from pipeline.quotes.roles import same_role

THRESHOLD = 0.5
FAR = 4


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


class Resolver:
    """Knows the document and who spoke last; answers who a candidate is, with a weight (0–1)."""

    def __init__(self, text: str, masked: str, cast: Cast, lexicon: Lexicon, quotes: list[Marked]) -> None:
        self.text, self.masked, self.cast, self.lexicon = text, masked, cast, lexicon
        self.quotes = quotes
        self.cues = CueFinder(cast, lexicon)
        self.lines = paragraphs(text)
        self.narration = [r for r in cast.refs if not inside(r, quotes)]
        self.last: Attribution = NOBODY
        self.last_at = 0
        self.given: list[Attribution] = []
        self.announced = self.interviewee()
        self.default = self.announced or self.only_name()

    def interviewee(self) -> Figure | None:
        """The person whom « entretien avec », « propos de »… announces."""
        head = self.masked.replace("’", "'")
        low = head.lower()
        for phrase in self.lexicon["interview"]:
            at = low.find(phrase)
            owner = (low[:at].split() or [""])[-1]
            if at >= 0 and owner not in self.lexicon["possessives"]:
                near = [r for r in self.cast.within(at, at + len(phrase) + 90) if r.figure.kind == "person"]
                if near:
                    return near[0].figure
        return None

    def only_name(self) -> Figure | None:
        """The only person whom the document introduces with a full name."""
        people = {
            id(r.figure): r.figure
            for r in self.cast.refs
            if r.figure.kind == "person" and " " in r.figure.name
        }
        only = list(people.values())
        return only[0] if len(only) == 1 and only[0].sure >= 0.6 else None

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
        anonymous = figure is None and who is not None and (who.kind == "anonymous" or who.end != who.first)
        confidence = round(cue.confidence * weight, 3)
        if confidence < THRESHOLD:
            figure = None
        said = explicit and not cue.rule.startswith("colon_same")
        return Attribution(figure, cue.rule, confidence if figure else 0.0, cue.span, said, anonymous)

    @staticmethod
    def name_weight(who: Candidate) -> float:
        """Names of organisations count a little less than names of people."""
        figure = who.figure
        if figure is None:
            return 0.0
        return 1.0 if figure.kind == "person" else 0.92

    def by_role(self, who: Candidate, at: int) -> tuple[Figure | None, float]:
        """The person introduced with this role; the nearest earlier one when there are several."""
        section = self.section_since(at)
        if section and compatible(section.gender, who.gender) and self.plays(section, who.head):
            return section, 0.88
        generic = who.head in self.lexicon["generic_m"] | self.lexicon["generic_f"]
        if generic and not who.complement:
            figure, weight = self.by_pronoun(who.gender, at)
            if figure and (
                not figure.heads or any(same_role(who.head, h, self.lexicon) for h in figure.heads)
            ):
                return figure, weight * 0.88
        found = self.cast.with_role(who.head, who.text, who.gender)
        found = [f for f in found if f.first < at] or [f for f in found if who.head in f.heads]
        if who.complement and (generic or len(found) > 1):
            people = [f for f in self.cast.figures if self.fits(f, who.gender) and f.first < at]
            fit = [f for f in (found or people) if self.cast.described(f, who.complement)]
            fit = fit or [f for f in people if self.cast.described(f, who.complement)]
            return (fit[0], 0.85) if len(fit) == 1 else (None, 0.0)
        if len(found) == 1:
            return found[0], 0.93
        if found:
            recent = self.most_recent(found, at)
            return recent, 0.75 if recent else 0.0
        if generic:
            return (figure, weight * 0.8) if figure else (None, 0.0)
        told = self.told_since(who.gender, at)
        if told and not told[0].heads:
            return told[0], 0.72
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
            if f.kind == "person" and any(fold(who.head) in t.split() for t in f.role_texts)
        ]
        found = [f for f in found if compatible(f.gender, who.gender)]
        if len(found) == 1:
            return found[0], 0.85
        if found or not who.head.endswith(tuple(self.lexicon["human_endings"])):
            return None, 0.0
        figure, weight = self.by_pronoun(who.gender, at)
        return figure, weight * 0.75

    def by_institution(self, who: Candidate, at: int) -> tuple[Figure | None, float]:
        """« la préfecture de l'Hérault », or « le groupe » for the organisation named before."""
        if who.head in self.lexicon["corporate"] and who.definite:
            near = self.lines[max(containing(self.lines, at) - 2, 0)].start
            seen = [
                r.figure for r in self.narration if near <= r.start < at and Cast.is_organisation(r.figure)
            ]
            strong = [f for f in seen if f.sure >= 0.6 or " " in f.name]
            strong = [f for f in strong if f.name not in self.lexicon["media"]]
            only = len({id(f) for f in strong}) == 1
            return (strong[-1], 0.65) if only else (None, 0.0)
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
            near = self.only_near(gender, at) if apart else None
            if near:
                return near, 0.8
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

    def plays(self, figure: Figure, head: str) -> bool:
        """True when this figure is introduced with such a role, or with none at all."""
        return not figure.heads or any(same_role(head, h, self.lexicon) for h in figure.heads)

    def section_since(self, at: int) -> Figure | None:
        """The only person whom the last heading between the last quotation and ``at`` names."""
        i = containing(self.lines, at)
        for line in reversed(self.lines[max(i - FAR, 0) : i]):
            if line.start < self.last_at:
                return None
            if is_heading(self.masked[line.start : line.end]):
                people = {id(r.figure): r.figure for r in self.cast.within(line.start, line.end)}
                named = [f for f in people.values() if f.kind == "person" and " " in f.name]
                return named[0] if len(named) == 1 else None
        return None

    def only_near(self, gender: str, at: int) -> Figure | None:
        """The one person of that gender named earlier in the paragraph since the last quotation."""
        begin = max(self.last_at, self.lines[containing(self.lines, at)].start)
        found = {
            id(r.figure): r.figure
            for r in self.narration
            if begin <= r.start < at and self.fits(r.figure, gender) and r.figure.sure >= 0.6
        }
        only = list(found.values())
        return only[0] if len(only) == 1 else None

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
                people = [f for f in people if self.fits(f, gender)]
                if len(people) == 1:
                    return people[0], 0.85
                recent = self.most_recent(people, at)
                if recent:
                    return recent, 0.7
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
        """True for a person whom a pronoun of that gender can mean."""
        named = " " in figure.name or figure.sure >= 0.5
        return figure.kind == "person" and named and compatible(figure.gender, gender)

    def most_recent(self, found: list[Figure], at: int) -> Figure | None:
        """The one of these figures named last before ``at``."""
        earlier = [r.figure for r in self.narration if r.start < at and r.figure in found]
        return earlier[-1] if earlier else None


def is_heading(line: str) -> bool:
    """A short line that ends no sentence and holds no quotation."""
    bare = line.strip(" *#_\t\u00a0")
    return 0 < len(bare) <= 140 and bare[-1] not in '.!?…:;,»”"' and not any(m in bare for m in "«»“”")


def inside(ref: Ref, quotes: list[Marked]) -> bool:
    """True when a name stands inside a quotation."""
    i = containing([q.outer for q in quotes], ref.start) if quotes else 0
    return bool(quotes) and quotes[i].outer.start <= ref.start < quotes[i].outer.end

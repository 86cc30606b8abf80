"""Attributed direct speech in French and English prose: the public door of the prose extractor."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from db.records import Appearance, GivenSpeaker, Quote, Slice
from pipeline.engines import Tagged, Tagger, Token
from pipeline.quotes.attribution import Attributor
from pipeline.quotes.cast import Cast, Figure
from pipeline.quotes.interviews import FEWEST, first_person, read_interview
from pipeline.quotes.kinds import is_quotation
from pipeline.quotes.layout import mask
from pipeline.quotes.lexicon import Lexicon, load_lexicon
from pipeline.quotes.marks import Marked, find_marked
from pipeline.quotes.names import find_names
from pipeline.quotes.resolution import Attribution


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a text says and who says it. Every ``quote.label`` is the label of one of ``appearances``."""

    quotes: tuple[Quote, ...]
    appearances: tuple[Appearance, ...]


def extract(
    text: str,
    language: str,
    tagger: Tagger,
    given_speakers: tuple[GivenSpeaker, ...] = (),
    body: Slice | None = None,
) -> Extraction:
    """Quotations of ``text`` with their speakers.

    ``language``: ``fr`` or ``en``. ``given_speakers``: people announced by a programme. ``body``: the part
    of the text to read (front matter left out). Offsets are code points of ``text``, and each quote is
    exactly ``text[start:end]``. Raises ModelMissing when the tagger's model is not installed.
    """
    if body is not None:
        read = extract(text[body.start : body.end], language, tagger, given_speakers)
        return shifted(read, body.start)
    marked = find_marked(text)
    if not marked and text.count("?") < FEWEST:
        return Extraction((), ())
    lexicon = load_lexicon(language)
    tagged = tagger.tag(text, language)
    outer = [m for m in marked if m.depth == 0]
    masked = mask(text, [Slice(m.start, m.end) for m in outer])
    cast = Cast(text, find_names(text, tagged, lexicon), given_speakers, lexicon)
    attributor = Attributor(text, masked, cast, lexicon, outer)
    interview = read_interview(text, cast, marked, attributor.announced, lexicon)
    if interview:
        attributor.default = interview.interviewee
    found = attributor.run()
    lookup = Lookup(tagged)
    told = [
        m.start
        for m, a in zip(outer, found, strict=True)
        if a.explicit and a.figure is not attributor.default
    ]
    answers = [a for a in interview.answers if not narrated(masked, a, told, lexicon)] if interview else []
    quotes = [answer(text, a, attributor.default) for a in answers]
    quotes += [record(text, m, None, "mention") for m in marked if m.depth]
    for number, (m, attribution) in enumerate(zip(outer, found, strict=True)):
        around = attributor.surroundings(number)
        nested = any(a.start <= m.start < a.end for a in answers)
        speech = not nested and is_quotation(
            text[m.start : m.end], around, attribution, lookup.within(m), lexicon
        )
        quotes.append(record(text, m, attribution, "quoted" if speech else "mention"))
    quotes.sort(key=lambda q: (q.start, -q.end))
    return Extraction(tuple(quotes), appearances(quotes, cast))


class Lookup:
    """Tokens by position."""

    def __init__(self, tagged: Tagged) -> None:
        self.tokens = tagged.tokens
        self.starts = [t.start for t in tagged.tokens]

    def within(self, m: Marked) -> list[Token]:
        """Tokens that start inside a marked passage."""
        return list(self.tokens[bisect_left(self.starts, m.start) : bisect_left(self.starts, m.end)])


def narrated(masked: str, where: Slice, told: list[int], lexicon: Lexicon) -> bool:
    """True for a paragraph that quotes somebody else and says neither I nor we itself."""
    return any(where.start <= at < where.end for at in told) and not first_person(masked, where, lexicon)


def answer(text: str, where: Slice, who: Figure | None) -> Quote:
    """The quote record of an interview's answer, which has no marks."""
    return Quote(
        start=where.start,
        end=where.end,
        text=text[where.start : where.end],
        label=who.name if who else None,
        kind="quoted",
        rule="answer",
        confidence=0.8,
    )


def without_incise(text: str, m: Marked, found: Attribution) -> int:
    """End of an unclosed quotation: before « , a-t-il martelé devant la presse. » when that ends it."""
    if "unclosed" not in m.repairs or found.rule != "incise" or not found.cue:
        return m.end
    rest = text[found.cue.end : m.end]
    head = text[m.start : found.cue.start]
    return m.end if re.search(r"[.!?…;]\s+\w", rest) else m.start + len(head.rstrip(" \u00a0,—–"))


def record(text: str, m: Marked, found: Attribution | None, kind: str) -> Quote:
    """The quote record of a marked passage."""
    speech = kind == "quoted" and found is not None
    end = without_incise(text, m, found) if speech and found else m.end
    return Quote(
        start=m.start,
        end=end,
        text=text[m.start : end],
        label=found.figure.name if speech and found and found.figure else None,
        kind="quoted" if speech else "mention",
        rule=found.rule if speech and found else "nested" if m.depth else "mention",
        confidence=found.confidence if speech and found else 0.0,
        cue=found.cue if speech and found else None,
        repairs=m.repairs,
    )


def appearances(quotes: list[Quote], cast: Cast) -> tuple[Appearance, ...]:
    """One appearance for each person or organisation who is quoted, in order of first quotation."""
    by_name: dict[str, Figure] = {f.name: f for f in reversed(cast.figures)}
    best: dict[str, Quote] = {}
    for q in quotes:
        if q.label and (q.label not in best or q.confidence > best[q.label].confidence):
            best[q.label] = q
    return tuple(appearance(by_name[label], quote) for label, quote in best.items())


def appearance(figure: Figure, best: Quote) -> Appearance:
    """The appearance of a figure, resting on its first mentions and its role."""
    return Appearance(
        label=figure.name,
        name=figure.name,
        role=figure.role,
        organisation=figure.organisation or (figure.name if figure.kind == "organisation" else None),
        part="quoted",
        confidence=best.confidence,
        rule=best.rule,
        evidence=tuple(sorted(set(figure.evidence[:4]), key=lambda s: s.start)),
    )


def shifted(read: Extraction, by: int) -> Extraction:
    """The extraction of a part of a text, with offsets in the whole text."""

    def move(s: Slice) -> Slice:
        return Slice(s.start + by, s.end + by)

    quotes = tuple(
        replace(q, start=q.start + by, end=q.end + by, cue=move(q.cue) if q.cue else None)
        for q in read.quotes
    )
    people = tuple(replace(a, evidence=tuple(move(s) for s in a.evidence)) for a in read.appearances)
    return Extraction(quotes, people)

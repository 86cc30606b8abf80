"""Who is in a document: people and organisations, every place they are named, what they are and do."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from db.records import GivenSpeaker, Slice
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.names import Mention, fold
from pipeline.quotes.roles import Role, role_after, role_before, same_role


@dataclass(slots=True, eq=False)
class Figure:
    """A person or organisation of the document. ``sure`` is how sure we are that it is one (0–1)."""

    name: str
    kind: Literal["person", "organisation"]
    gender: str
    sure: float
    first: int
    place: bool = False
    role: str | None = None
    organisation: str | None = None
    heads: list[str] = field(default_factory=list)
    role_texts: list[str] = field(default_factory=list)
    evidence: list[Slice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ref:
    """A place where a figure is named."""

    start: int
    end: int
    figure: Figure


class Cast:
    """The figures of a document and where they stand.

    ``before`` and ``after`` map the start of a role phrase to the reference it belongs to: roles that
    precede a name and appositions that follow one.
    """

    def __init__(
        self, text: str, mentions: Iterable[Mention], given: Iterable[GivenSpeaker], lexicon: Lexicon
    ) -> None:
        self.text, self.lexicon = text, lexicon
        self.figures: list[Figure] = []
        self.by_key: dict[str, Figure] = {}
        self.refs: list[Ref] = []
        self.before: list[tuple[Slice, Ref]] = []
        self.after: list[Slice] = []
        for speaker in given:
            self.add_given(speaker)
        mentions_list = list(mentions)
        self.collect(mentions_list)
        self.starts = [r.start for r in self.refs]
        self.settle_places(mentions_list)
        people = [ref for ref in self.refs if ref.figure.kind == "person"]
        full = [ref for ref in people if " " in ref.figure.name]
        for ref in people:
            following = next((r for r in full[bisect_right(full, ref.start, key=lambda r: r.start) :]), None)
            self.read_roles(ref, following.start if following else None)
        self.after.sort(key=lambda s: s.start)
        self.clear_employers()
        self.after_starts = [s.start for s in self.after]

    def add_given(self, speaker: GivenSpeaker) -> None:
        """Enter a person announced by the programme."""
        figure = Figure(
            speaker.name, "person", "?", 1.0, 0, role=speaker.role, organisation=speaker.organisation
        )
        gender = self.lexicon.genders.get(
            speaker.name.split()[0].split("-")[0] if speaker.name.split() else ""
        )
        figure.gender = gender or "?"
        figure.heads = [w for w in (speaker.role or "").lower().split() if w in self.lexicon["roles"]]
        self.figures.append(figure)
        self.by_key[fold(speaker.name)] = figure

    def collect(self, mentions: list[Mention]) -> None:
        """Full names first, so that a surname met earlier still finds its person."""
        known: dict[int, Figure] = {}
        full = [m for m in mentions if m.kind == "person" and len(m.text.split()) > 1]
        for m in sorted(full, key=lambda m: -m.sure):
            known[m.start] = self.figure_for(m)
        for m in mentions:
            figure = known.get(m.start) or self.short(m) or self.figure_for(m)
            if figure.gender == "?" and m.gender in "mf":
                figure.gender = m.gender
            figure.first = min(figure.first, m.start)
            figure.evidence.append(Slice(m.start, m.end))
            self.refs.append(Ref(m.start, m.end, figure))

    def settle_places(self, mentions: list[Mention]) -> None:
        """A name is a place when the tagger says so more often than it says something else."""
        entity = {m.start: m.entity for m in mentions}
        for figure in self.figures:
            kinds = [entity.get(s.start, "") for s in figure.evidence]
            figure.place = figure.place and 2 * kinds.count("LOC") > len([k for k in kinds if k])

    def clear_employers(self) -> None:
        """What somebody is head of (« PDG d'Optilis ») is no place."""
        for person in self.figures:
            employer = self.by_key.get(fold(person.organisation or ""))
            if employer:
                employer.place = False

    def figure_for(self, m: Mention) -> Figure:
        """The figure of this name, made if it is new."""
        key = fold(m.text)
        figure = self.by_key.get(key) or (self.matching(m) if m.kind == "person" else None)
        if figure is None:
            kind: Literal["person", "organisation"] = "person" if m.kind == "person" else "organisation"
            figure = Figure(m.text, kind, m.gender, m.sure, m.start, m.entity == "LOC")
            self.figures.append(figure)
            self.by_key[key] = figure
        return figure

    def matching(self, m: Mention) -> Figure | None:
        """A person whose full name ends with this civil name (« Mme de Souza »), genders permitting."""
        key = fold(m.text)
        found = [
            f
            for f in self.figures
            if f.kind == "person" and fold(f.name).endswith(" " + key) and compatible(f.gender, m.gender)
        ]
        return found[0] if len(found) == 1 else None

    def short(self, m: Mention) -> Figure | None:
        """The one person whose surname or first name this is."""
        if " " in m.text and m.kind != "person":
            return None
        key = fold(m.text)
        people = [f for f in self.figures if f.kind == "person" and " " in f.name]
        people = [f for f in people if compatible(f.gender, m.gender if m.sure == 0.8 else "?")]
        last = [f for f in people if fold(f.name).endswith(" " + key)]
        if len(last) == 1:
            return last[0]
        first = [f for f in people if fold(f.name).startswith(key + " ")]
        return first[0] if len(first) == 1 and not last else None

    def read_roles(self, ref: Ref, limit: int | None) -> None:
        """Roles beside this mention; the first good one becomes the figure's own."""
        figure = ref.figure
        figure.heads += self.civil_roles(ref.start)
        after = role_after(self.text, ref.end, self.lexicon, limit)
        before = role_before(self.text, ref.start, self.lexicon)
        if after and compatible(figure.gender, after.gender):
            self.after.append(after.slice)
            self.adopt(figure, after)
        if before and compatible(figure.gender, before.gender):
            self.before.append((Slice(before.slice.start, ref.end), ref))
            self.adopt(figure, before)

    def civil_roles(self, at: int) -> list[str]:
        """What a civility says of a person: « Dr » a doctor, « Me » a lawyer."""
        word = (self.text[max(at - 14, 0) : at].lower().split() or [""])[-1].rstrip(".")
        pairs = (entry.partition("=") for entry in self.lexicon["civility_roles"])
        return [role for civil, _, role in pairs if civil == word]

    def adopt(self, figure: Figure, role: Role) -> None:
        """Give a role to a figure; its first worded role stays."""
        if role.head:
            figure.heads.append(role.head)
            figure.role_texts.append(fold(role.text))
            figure.gender = role.gender if figure.gender == "?" else figure.gender
        known = self.by_key.get(fold(role.organisation or ""))
        if known and known.kind == "person":
            role = replace(role, organisation=None)
        if not figure.role and role.text:
            figure.role = role.text
            figure.organisation = role.organisation or figure.organisation
            if role.group and not figure.organisation:
                near = self.organisation_near(role.slice.start)
                figure.organisation = near.name if near else None
            figure.evidence.append(role.slice)
        elif role.organisation and not figure.organisation:
            figure.organisation = role.organisation

    def organisation_near(self, at: int) -> Figure | None:
        """The organisation that « le groupe » means at ``at``: first named in the nearest earlier sentence
        that names one outside of quotations' typical reach (the paragraph's), else the last named."""
        paragraph = self.text.rfind("\n", 0, at) + 1
        opener = max(self.text.rfind(mark, paragraph, at) for mark in '«“"')
        for low, high in ((paragraph, opener), (paragraph, at), (0, paragraph)):
            found = [r for r in self.within(low, high) if self.is_organisation(r.figure)]
            if found:
                return self.sentence_subject(found)
        return None

    def sentence_subject(self, found: list[Ref]) -> Figure:
        """The last organisation that no preposition governs, else the last."""
        links = self.lexicon["prepositions"]
        free = [r for r in found if self.text[: r.start].split()[-1:] and self.word_before(r) not in links]
        return (free or found)[-1].figure

    def word_before(self, ref: Ref) -> str:
        """The word before a name, an elided one with its apostrophe."""
        before = self.text[max(ref.start - 20, 0) : ref.start].lower().replace("’", "' ").replace("'", "' ")
        return (before.split() or [""])[-1]

    @staticmethod
    def is_organisation(figure: Figure) -> bool:
        """True for a named body that is not a place."""
        return figure.kind == "organisation" and figure.sure >= 0.3 and not figure.place

    def within(self, start: int, end: int) -> list[Ref]:
        """References that start inside ``start:end``."""
        return self.refs[bisect_left(self.starts, start) : bisect_left(self.starts, max(end, start))]

    def titled(self, at: int) -> tuple[Slice, Ref] | None:
        """The « role + name » phrase that holds position ``at``."""
        for span, ref in self.before:
            if span.start <= at < span.end:
                return span, ref
        return None

    def in_apposition(self, at: int) -> bool:
        """True inside a role phrase that follows a name."""
        i = bisect_right(self.after_starts, at) - 1
        return i >= 0 and self.after[i].start <= at < self.after[i].end

    def described(self, figure: Figure, word: str) -> bool:
        """True when this word stands in the figure's role, organisation or the bracket after it."""
        key = fold(word)
        beside = [self.text[r.end : r.end + 30] for r in self.refs if r.figure is figure]
        brackets = [t.partition(")")[0] for t in beside if t.lstrip().startswith("(")]
        told = (*figure.role_texts, fold(figure.organisation or ""), *map(fold, brackets))
        return any(key in re.findall(r"\w+", text) for text in told)

    def with_role(self, head: str, text: str, gender: str) -> list[Figure]:
        """People introduced with a role like this one; exact words win over synonyms."""
        people = [f for f in self.figures if f.kind == "person" and compatible(f.gender, gender)]
        exact = [f for f in people if head in f.heads or any(fold(text) in t for t in f.role_texts)]
        return exact or [f for f in people if any(same_role(head, h, self.lexicon) for h in f.heads)]


def compatible(one: str, other: str) -> bool:
    """Genders agree unless both are known and differ."""
    return "?" in (one, other) or one == other

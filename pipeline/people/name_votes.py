"""From mentions to people, and from people to voices.

Mentions of one person are gathered under one spelling; each mention then votes for or against a voice
being that person. Voices and people form an assignment problem (Kuhn 1955, solved by
``scipy.optimize.linear_sum_assignment``); a pair is kept only with enough votes and a clear margin.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from db.records import GivenSpeaker, Slice
from pipeline.people.introductions import Block, Mention
from pipeline.people.name_match import SAME, first_name, folded, last_name, likeness, word_likeness

ENOUGH, MARGIN = 1.8, 0.8
"""Votes and lead over the next best that a naming needs; a lone thanks (1.0) is not enough."""
_GIVEN_SAME = 0.68
_TAIL = 40


@dataclass(slots=True)
class Person:
    """A person spoken of. ``guest``: announced as present, by a programme or an opener."""

    name: str
    given: bool = False
    guest: bool = False
    role: str | None = None
    organisation: str | None = None
    mentions: list[Mention] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether more than a first name is known."""
        return len(self.name.split()) > 1

    def fits(self, name: str) -> bool:
        """Whether a name as written is this person's, whatever accents; a lone word may be either part."""
        if len(name.split()) == 1 and self.whole:
            return folded(name) in (folded(first_name(self.name)), folded(last_name(self.name)))
        return folded(name) == folded(self.name) or likeness(name, self.name) >= SAME


@dataclass(slots=True)
class Votes:
    """For each voice label and person (by position): the sum for, against, and the mentions behind it."""

    people: list[Person]
    weights: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    against: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    proofs: dict[tuple[str, int], list[Mention]] = field(default_factory=lambda: defaultdict(list))

    def score(self, label: str, person: int) -> float:
        """Sum of the votes; those against count at most 4."""
        pair = (label, person)
        return self.weights.get(pair, 0.0) - min(self.against.get(pair, 0.0), 4.0)

    def add(self, label: str, person: int, weight: float, mention: Mention) -> None:
        """Vote for a pair, with what was read."""
        self.weights[label, person] += weight
        self.proofs[label, person].append(mention)


def gather(mentions: Sequence[Mention], given: Iterable[GivenSpeaker]) -> list[Person]:
    """People with their mentions: those given, those named in full, then bare first names that fit none."""
    people = [Person(g.name, True, True, g.role, g.organisation) for g in given]
    for mention in (m for m in mentions if len(m.name.split()) > 1):
        person = _same(mention.name, people)
        if person is None and mention.kind != "mention":
            person = Person(mention.name)
            people.append(person)
        if person is not None:
            _note(person, mention)
    for mention in (m for m in mentions if len(m.name.split()) == 1):
        fitting = _fitting(mention.name, people)
        if not fitting and mention.kind in ("self", "next", "introduced"):
            fitting = [Person(mention.name)]
            people.append(fitting[0])
        if len(fitting) == 1:
            _note(fitting[0], mention)
    for person in people:
        if not person.given:
            person.name = _spelling(person)
    return people


def _note(person: Person, mention: Mention) -> None:
    """Add a mention to a person; the first function said of them stays."""
    person.mentions.append(mention)
    person.guest = person.guest or mention.kind in ("introduced", "self")
    if not person.role:
        person.role = mention.role
    if not person.organisation:
        person.organisation = mention.organisation


def _same(name: str, people: Sequence[Person]) -> Person | None:
    """The person most like a full name, if any is like enough; a given one needs less."""
    best: tuple[float, Person] | None = None
    for person in people:
        if not person.whole:
            continue
        degree = likeness(name, person.name)
        if degree >= (_GIVEN_SAME if person.given else SAME) and (best is None or degree > best[0]):
            best = (degree, person)
    return best[1] if best else None


def _fitting(name: str, people: Sequence[Person]) -> list[Person]:
    """People whose first name, else last name, a single word may be; several when it cannot be told."""
    for part in (first_name, last_name):
        degrees = [(word_likeness(name, part(person.name)), person) for person in people if part(person.name)]
        degrees = [(d, p) for d, p in degrees if d >= (_GIVEN_SAME if p.given else SAME)]
        best = max((degree for degree, _ in degrees), default=0.0)
        if best:
            return [person for degree, person in degrees if degree >= best - 0.04]
    return []


def _spelling(person: Person) -> str:
    """The most frequent full spelling heard, the earliest among equals."""
    spellings = Counter(m.name for m in person.mentions if len(m.name.split()) > 1)
    return max(spellings, key=lambda name: spellings[name]) if spellings else person.name


def vote(people: list[Person], blocks: Sequence[Block]) -> Votes:
    """Let every mention vote. Who names another person is not that person; who is called speaks next."""
    votes = Votes(people)
    last_call = {m.block: m.evidence.end for p in people for m in p.mentions if m.kind == "next"}
    for person in people:
        for m in person.mentions:
            if m.kind == "next":
                last_call[m.block] = max(last_call[m.block], m.evidence.end)
    announced = _announced(people, blocks)
    for index, person in enumerate(people):
        for mention in person.mentions:
            _cast(votes, index, mention, blocks, last_call, announced)
    return votes


def _announced(people: Sequence[Person], blocks: Sequence[Block]) -> dict[int, int]:
    """Blocks that end by introducing exactly one person: block to person."""
    ends: dict[int, set[int]] = defaultdict(set)
    for index, person in enumerate(people):
        for mention in person.mentions:
            if mention.kind == "introduced":
                ends[mention.block].add(index)
    return {block: next(iter(found)) for block, found in ends.items() if len(found) == 1}


def _cast(
    votes: Votes,
    person: int,
    mention: Mention,
    blocks: Sequence[Block],
    last_call: dict[int, int],
    announced: dict[int, int],
) -> None:
    """Votes of one mention; those against the speaker of the mention weigh less when only named."""
    if mention.kind == "self":
        whole = 1.0 if len(mention.name.split()) > 1 else 0.6
        votes.add(mention.label, person, mention.weight * whole, mention)
        return
    votes.against[mention.label, person] += 2.0 if mention.kind != "mention" else 1.0
    following = blocks[mention.block + 1] if mention.block + 1 < len(blocks) else None
    if mention.kind == "next" and following and mention.evidence.end == last_call[mention.block]:
        votes.add(following.label, person, mention.weight, mention)
    elif mention.kind == "introduced" and following and announced.get(mention.block) == person:
        near = blocks[mention.block].end - mention.evidence.end < _TAIL * 6
        votes.add(following.label, person, 2.0 if near else 1.0, mention)
    elif mention.kind == "previous":
        before = _before(blocks, mention)
        if before:
            votes.add(before.label, person, mention.weight, mention)


def _before(blocks: Sequence[Block], mention: Mention) -> Block | None:
    """The block that a thanks answers: the one before, or the one before a mere interjection."""
    for block in reversed(blocks[max(0, mention.block - 2) : mention.block]):
        if block.words > 3 and block.label != mention.label:
            return block
    return None


def assign(votes: Votes, labels: Sequence[str]) -> dict[str, tuple[int, float, float]]:
    """Label to (person, score, margin) for the pairs that are sure enough.

    Maximises the sum of scores over all pairings, then drops pairs without :data:`ENOUGH` votes or
    without :data:`MARGIN` over the next best person for the voice and the next best voice for the person.
    """
    if not labels or not votes.people:
        return {}
    table = np.array([[votes.score(lab, p) for p in range(len(votes.people))] for lab in labels])
    rows, columns = linear_sum_assignment(np.maximum(table, 0.0), maximize=True)
    sure: dict[str, tuple[int, float, float]] = {}
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        score = float(table[row, column])
        rivals = np.concatenate([np.delete(table[row], column), np.delete(table[:, column], row), [0.0]])
        margin = score - float(rivals.max())
        if score >= ENOUGH and margin >= MARGIN:
            sure[labels[row]] = (column, score, margin)
    return sure


def evidence(proofs: Sequence[Mention]) -> tuple[Slice, ...]:
    """Slices behind a naming, in order of the text, each once."""
    return tuple(Slice(*pair) for pair in sorted({(m.evidence.start, m.evidence.end) for m in proofs}))

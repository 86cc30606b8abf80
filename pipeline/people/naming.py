"""Names for the voices and written labels of a session, with what each name rests on.

Rules named in :attr:`Appearance.rule`: ``self`` (the voice says its name), ``introduced`` (announced just
before it speaks), ``called`` (asked by name to speak), ``thanked`` (thanked by name afterwards), several
joined by ``+``; ``elimination`` (one voice and one announced person are left), ``main voice`` (the one
given speaker of a talk), ``written``, ``initials``, ``front matter``, ``answers``, ``human``; ``unnamed``
and ``first name only`` leave the name empty. ``programme`` is added where a given spelling was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from db.records import Appearance, Part, Session, Turn
from pipeline.engines import Tagged, Tagger
from pipeline.people.introductions import Block, Introductions, blocks_of
from pipeline.people.moderation import moderators
from pipeline.people.name_cues import Cues, cues
from pipeline.people.name_roles import own_role
from pipeline.people.name_spelling import spelled
from pipeline.people.name_votes import Person, Votes, assign, evidence, gather, vote
from pipeline.people.written_labels import front_matter_speaker, written
from pipeline.words import language_of

_RULES: Final = {"self": "self", "introduced": "introduced", "next": "called", "previous": "thanked"}
_LONE_SELF: Final = 2.5
_WORDS_OF_A_SPEAKER, _SHARE_OF_A_SPEAKER, _SHARE_OF_A_TALK = 40, 0.05, 0.7


def merged_turns(session: Session) -> tuple[Turn, ...]:
    """The turns relabelled by the session's ``merge`` edits, in the order they were made.

    Unlabelled turns of a talk with one announced speaker get that speaker's name as label.
    """
    into: dict[str, str] = {}
    for edit in session.edits:
        if edit.kind == "merge" and edit.target != edit.value:
            into = {label: edit.value if now == edit.target else now for label, now in into.items()}
            into[edit.target] = edit.value
    alone = front_matter_speaker(session)
    labels = (t.label if t.label is not None else alone.name if alone else None for t in session.turns)
    return tuple(
        replace(turn, label=into.get(label, label) if label is not None else None)
        for turn, label in zip(session.turns, labels, strict=True)
    )


def name_speakers(session: Session, tagger: Tagger, tagged: Tagged | None = None) -> tuple[Appearance, ...]:
    """One appearance per label of the turns, in order of first speech; the name is ``None`` while unsure.

    ``tagged`` spares tagging the text again. Prose keeps the appearances its reader found; human edits
    (``rename``, ``merge``, ``role``, ``organisation``) win over every rule.
    """
    if session.form == "prose":
        return _edited(session, session.appearances)
    turns = merged_turns(session)
    blocks = blocks_of(session.text, turns)
    labels = list(dict.fromkeys(block.label for block in blocks))
    language = language_of(session)
    known = written(session, labels)
    if labels and all(a.name for a in known.values()) and len(known) == len(labels) == 1:
        return _edited(session, tuple(known.values()))
    found = Introductions(session.text, blocks, cues(language), tagged or tagger.tag(session.text, language))
    named = _named(session, labels, blocks, found, known)
    parts = moderators(session.text, blocks, found.mentions(), found.cues)
    return _edited(session, tuple(_with_part(a, parts, found.cues) for a in named))


def _named(
    session: Session,
    labels: Sequence[str],
    blocks: Sequence[Block],
    found: Introductions,
    known: dict[str, Appearance],
) -> list[Appearance]:
    """Appearances by votes; written names and human renames take part as certainties."""
    fixed = {label: a.name for label, a in known.items() if a.name} | _renamed(session)
    people = gather(found.mentions(), session.given_speakers)
    votes = vote(people, blocks)
    taken = {label: _position(people, name) for label, name in fixed.items() if label in labels}
    free = [label for label in labels if label not in fixed]
    for label in free:
        for person in taken.values():
            votes.against[label, person] += 9.0
            votes.weights[label, person] = 0.0
    sure = assign(votes, free)
    appearances = []
    for label in labels:
        if label in taken:
            base = known.get(label) or Appearance(label, fixed[label], confidence=1.0, rule="human")
            appearances.append(_from_written(base, people[taken[label]]))
        elif label in sure:
            appearances.append(_from_votes(session, label, votes, *sure[label]))
        else:
            appearances.append(known.get(label) or _unnamed(label, votes))
    left = _left(people, {*taken.values(), *(p for p, _, _ in sure.values())})
    return _by_role(_by_elimination(appearances, left, blocks, votes), blocks, found)


def _renamed(session: Session) -> dict[str, str]:
    """Labels with the names people gave them."""
    return {e.target: e.value for e in session.edits if e.kind == "rename" and e.value.strip()}


def _position(people: list[Person], name: str) -> int:
    """The position of a certain name among the people; added when nobody mentioned it."""
    for index, person in enumerate(people):
        if person.fits(name):
            return index
    people.append(Person(name, given=True))
    return len(people) - 1


def _from_written(base: Appearance, person: Person) -> Appearance:
    """A certain name, completed from what was said or announced of the person."""
    name, confidence, rule = base.name or "", base.confidence, base.rule
    if len(name.split()) == 1 and person.whole:
        name, confidence = person.name, min(confidence, 0.95)
        rule += "+programme" if person.given else "+introduced"
    role = base.role or person.role
    organisation = base.organisation or person.organisation
    proofs = (*base.evidence, *(s for s in evidence(person.mentions[:1]) if person.role and not base.role))
    return replace(
        base,
        name=name,
        confidence=confidence,
        rule=rule,
        role=role,
        organisation=organisation,
        evidence=proofs,
    )


def _from_votes(
    session: Session, label: str, votes: Votes, index: int, score: float, margin: float
) -> Appearance:
    """An appearance by votes: more of them and a wider margin make it surer."""
    person, proofs = votes.people[index], votes.proofs[label, index]
    kinds = dict.fromkeys(_RULES[m.kind] for m in sorted(proofs, key=lambda m: -m.weight))
    own = "self" in kinds
    if not person.whole and not (own and score >= _LONE_SELF):
        return _unnamed(label, votes)
    confidence = min(0.97, 0.86 + 0.02 * score) if own else min(0.95, 1.0 - 0.55 * 0.64**margin)
    rules = list(kinds)
    name = person.name
    if person.given:
        rules.append("programme")
    elif session.form == "speech":
        name, doubt, by_ear = spelled(session, name, person.mentions)
        confidence *= doubt
        rules += ["spelled by ear"] if by_ear else []
    said = [m for m in person.mentions if m.role or m.organisation][:1]
    return Appearance(
        label, name, person.role, person.organisation, "speaker", round(confidence, 3),
        "+".join(rules), evidence([*proofs, *said]),
    )  # fmt: skip


def _unnamed(label: str, votes: Votes) -> Appearance:
    """A label without a name; a bare first name is kept as evidence, not as a name."""
    hints = [
        m for (lab, index), proofs in votes.proofs.items() if lab == label and not votes.people[index].whole
        for m in proofs
    ]  # fmt: skip
    return Appearance(label, rule="first name only" if hints else "unnamed", evidence=evidence(hints))


def _left(people: Sequence[Person], used: set[int]) -> list[int]:
    """People announced as present whom no voice has; without a programme, only guests of an opener."""
    return [i for i, p in enumerate(people) if i not in used and p.whole and p.guest]


def _by_elimination(
    appearances: list[Appearance], left: Sequence[int], blocks: Sequence[Block], votes: Votes
) -> list[Appearance]:
    """Give the one remaining person to the one remaining voice that speaks enough, with little confidence."""
    words: dict[str, int] = defaultdict(int)
    for block in blocks:
        words[block.label] += block.words
    total = sum(words.values()) or 1
    if len(left) != 1:
        return appearances
    person = votes.people[left[0]]
    open_ = [a for a in appearances if a.name is None and votes.score(a.label, left[0]) >= 0]
    if not open_:
        return appearances
    main = max(open_, key=lambda a: words[a.label])
    enough = words[main.label] >= max(_WORDS_OF_A_SPEAKER, _SHARE_OF_A_SPEAKER * total)
    hinted = votes.score(main.label, left[0]) >= 1.0
    if not enough and not hinted:
        return appearances
    rule = "elimination" if len(open_) == 1 else "main voice"
    if rule == "main voice" and (words[main.label] < _SHARE_OF_A_TALK * total or not person.given):
        return appearances
    filled = Appearance(
        main.label, person.name, person.role, person.organisation, "speaker", 0.55, rule,
        evidence(person.mentions[:1]), "given" if person.given else "rule",
    )  # fmt: skip
    return [filled if a is main else a for a in appearances]


def _by_role(
    appearances: list[Appearance], blocks: Sequence[Block], found: Introductions
) -> list[Appearance]:
    """Add the function that a voice states of itself where none was announced."""
    completed = []
    for appearance in appearances:
        first = next((b for b in blocks if b.label == appearance.label), None)
        own = (
            own_role(found.text, first.start, first.end, found.cues)
            if first and not appearance.role
            else None
        )
        if own:
            proofs = (*appearance.evidence, own[2])
            place = appearance.organisation or own[1]
            appearance = replace(appearance, role=own[0], organisation=place, evidence=proofs)
        completed.append(appearance)
    return completed


def _with_part(appearance: Appearance, moderating: frozenset[str], known: Cues) -> Appearance:
    """Mark the moderator, by what the voice does or by the label or function written."""
    label = appearance.label.casefold().split()
    words = {*label, *(appearance.role or "").casefold().split()}
    is_one = appearance.label in moderating or any(word.strip("()") in known.moderators for word in words)
    part: Part = "moderator" if is_one else appearance.part
    return replace(appearance, part=part)


def _edited(session: Session, appearances: tuple[Appearance, ...]) -> tuple[Appearance, ...]:
    """Apply human decisions, the last one on a field winning."""
    result = {a.label: a for a in appearances}
    for edit in session.edits:
        if edit.target not in result or edit.kind not in ("rename", "role", "organisation"):
            continue
        value = edit.value.strip() or None
        now = replace(result[edit.target], decided_by="human", confidence=1.0)
        if edit.kind == "rename":
            now = replace(now, name=value, rule="human")
        elif edit.kind == "role":
            now = replace(now, role=value)
        else:
            now = replace(now, organisation=value)
        result[edit.target] = now
    return tuple(result.values())

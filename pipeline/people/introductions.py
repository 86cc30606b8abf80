"""Who is named by whom in spoken turns: introductions, hand-overs, thanks, self-introductions.

Everything found is a :class:`Mention` with the slice it was read in; deciding who is who from many of
them is the work of :mod:`pipeline.people`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from db.records import Slice, Turn
from pipeline.engines import Tagged
from pipeline.people.name_cues import Cues, person
from pipeline.people.name_match import first_name, folded, last_name, sound, titled
from pipeline.people.name_roles import role_after

Kind = Literal["self", "introduced", "described", "next", "previous", "mention"]
_SENTENCE = re.compile(
    r"\S.*?(?:(?<![A-ZM])(?<!Mr)(?<!Ms)(?<!Mme)(?<!Mrs)(?<!Dr)[.!?…]+(?=\s|$)|$)", re.DOTALL
)
Finder = Callable[[int, "Block"], Iterator[tuple["Mention", range]]]
_STRAIGHT = str.maketrans({"’": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " ", "\n": " ", "\t": " ", "‑": "-"})
_EARLY = 300
"""Code points from the start of a turn within which people introduce themselves."""
_CLOSE = 60
"""Words at the end of a turn in which the next speaker may be called."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring turns of one voice: slice of the text, label and number of words."""

    start: int
    end: int
    label: str
    words: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in block ``block`` by ``label``: how, in which slice, with which function."""

    kind: Kind
    name: str
    block: int
    label: str
    evidence: Slice
    weight: float = 1.0
    role: str | None = None
    organisation: str | None = None


def straight(text: str) -> str:
    """The text with straight apostrophes and plain spaces, mapped one to one."""
    return text.translate(_STRAIGHT)


def blocks_of(text: str, turns: tuple[Turn, ...]) -> list[Block]:
    """Labelled turns with direct neighbours of the same voice joined; unlabelled ones are left out."""
    blocks: list[Block] = []
    for turn in turns:
        if turn.label is None or turn.end <= turn.start:
            continue
        words = len(text[turn.start : turn.end].split())
        if blocks and blocks[-1].label == turn.label:
            last = blocks.pop()
            blocks.append(Block(last.start, turn.end, turn.label, last.words + words))
        else:
            blocks.append(Block(turn.start, turn.end, turn.label, words))
    return blocks


class Introductions:
    """Finds mentions in the blocks of one session; ``text`` is straightened once."""

    def __init__(
        self, text: str, blocks: list[Block], cues: Cues, tagged: Tagged, given: Sequence[str] = ()
    ) -> None:
        self.text = straight(text)
        self.blocks = blocks
        self.cues = cues
        self.persons = {i for n in tagged.names if n.kind == "PER" for i in range(n.start, n.end)}
        self.things = {i for n in tagged.names if n.kind in ("ORG", "LOC") for i in range(n.start, n.end)}
        self.familiar = {sound(word) for name in given for word in name.split()}
        for mention in self._read(self._own, self._openers, self._described):
            if len(mention.name.split()) > 1:
                self.familiar |= {sound(first_name(mention.name)), sound(last_name(mention.name))}

    def mentions(self) -> list[Mention]:
        """All mentions, block by block; a slice is read once, by the strongest cue that claims it."""
        return self._read(
            self._own, self._openers, self._thanked, self._called, self._described, self._others
        )

    def _read(self, *finders: Finder) -> list[Mention]:
        """What some finders find, earlier ones claiming their slices first."""
        found: list[Mention] = []
        for index, block in enumerate(self.blocks):
            taken: set[int] = set()
            for finder in finders:
                for mention, at in finder(index, block):
                    if taken.isdisjoint(at):
                        taken.update(at)
                        found.append(mention)
        return found

    def _clean(self, name: str, start: int) -> tuple[str, int, int]:
        """Cut words that belong to no name off both ends; returns the name and its slice."""
        words = [(m.group(), m.start() + start, m.end() + start) for m in re.finditer(r"\S+", name)]
        while words and words[0][0].casefold().rstrip(".,") in self.cues.never:
            words.pop(0)
        for position, (word, _, _) in enumerate(words):
            if folded(word) in self.cues.role_heads or (position and word.casefold() in self.cues.never):
                words = words[:position]
                break
        if not words:
            return "", start, start
        return self.text[words[0][1] : words[-1][2]], words[0][1], words[-1][2]

    def _looks_personal(self, name: str, start: int, end: int) -> bool:
        """Whether a capitalised span is a person: a known first name, a title, so tagged, or two words."""
        words = name.split()
        if not words or self.text[end : end + 2] == "'s":
            return False
        before = self.text[max(0, start - 15) : start].split()
        if before and before[-1].casefold() in self.cues.titles:
            return True
        known = sound(words[0]) in self.cues.first_names and len(words[0]) > 1
        if known or start in self.persons or self._familiar(name):
            return True
        return len(words) > 1 and start not in self.things and not name.isupper()

    def _familiar(self, name: str) -> bool:
        """Whether a single word sounds like part of a name given or introduced."""
        return " " not in name and len(name) > 2 and sound(name) in self.familiar

    def _named(
        self, match: re.Match[str], index: int, kind: Kind, weight: float, strict: bool = True
    ) -> Iterator[tuple[Mention, range]]:
        """The mention that a cue captured, with its function when one follows."""
        raw, start, _ = person(match)
        name, start, end = self._clean(raw, start)
        if not name or (strict and not self._looks_personal(name, start, end)):
            return
        block = self.blocks[index]
        role, organisation, reach = role_after(self.text, end, block.end, self.cues)
        begin = min(match.start(), start)
        evidence = Slice(begin, max(end, reach if kind in ("self", "introduced", "described") else end))
        label = block.label
        yield (
            Mention(kind, titled(name), index, label, evidence, weight, role, organisation),
            range(start, end),
        )

    def _own(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """Self-introductions; late in a long speech « je suis X » is more often a story than a fact."""
        cues = self.cues
        first = all(b.label != block.label for b in self.blocks[:index])
        opening = cues.opening_self.match(self.text, block.start, block.end)
        for mention, span in self._named(opening, index, "self", 3.5) if opening and first else ():
            if (mention.role or mention.organisation) and len(mention.name.split()) > 1:
                yield mention, span
        for pattern, weight, strict in (
            (cues.strong_self, 5.0, False),
            (cues.weak_self, 4.0, True),
            (cues.lower_self, 3.0, False),
        ):
            for match in pattern.finditer(self.text, block.start, block.end):
                _, start, _ = person(match)
                told = cues.reported.search(self.text, max(block.start, match.start() - 30), match.start())
                if told or (strict and not self._whole_name(start, block.end)):
                    continue
                early = match.start() - block.start < _EARLY
                factor = 1.0 if first and early else 0.75 if early else 0.5
                yield from self._named(match, index, "self", weight * factor, strict)

    def _whole_name(self, start: int, end: int) -> bool:
        """A weak cue needs two words, or a listed first name that something other than a noun follows."""
        match = self.cues.name.match(self.text, start, end)
        if match is None:
            return False
        name, _, stop = self._clean(match.group(), start)
        rest = self.text[stop : stop + 8].lstrip()
        parted = rest[:1] in ("", ",", ".", "!") or rest.split(" ")[0] in ("de", "from", "et", "and")
        return len(name.split()) > 1 or (parted and sound(name) in self.cues.first_names)

    def _openers(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """Guests listed after an opener such as « nous recevons », to the end of the list."""
        for opener in self.cues.openers.finditer(self.text, block.start, block.end):
            at, stop = opener.end(), self._list_end(opener.end(), block.end)
            for match in self.cues.name.finditer(self.text, at, stop):
                _, start, _ = person(match)
                between = self.text[at:start]
                if match.start() > opener.end() and not self.cues.links.search(between):
                    continue
                for mention, span in self._named(match, index, "introduced", 1.0):
                    at = span.stop
                    yield mention, span

    def _list_end(self, start: int, end: int) -> int:
        """Where a list of guests ends: its sentence, and the following ones while they go on listing."""
        stop = start
        for number, sentence in enumerate(_SENTENCE.finditer(self.text, start, end)):
            if number and not self.cues.continuers.match(sentence.group()):
                break
            stop = sentence.end()
        return stop

    def _thanked(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """« Merci Claire » in the first two sentences names the previous speaker.

        A greeting that ends its block calls the next one instead; alone in its block it says neither.
        """
        for number, sentence in enumerate(_SENTENCE.finditer(self.text, block.start, block.end)):
            if number > 1:
                return
            match = self.cues.thanks.match(self.text, sentence.start(), sentence.end())
            if match is None:
                continue
            ending = not self.text[sentence.end() : block.end].strip()
            greeting = ending and self.cues.greeting.match(self.text, sentence.start(), sentence.end())
            if not greeting:
                yield from self._named(match, index, "previous", 1.0)
            elif number == 0:
                yield from self._named(match, index, "mention", 1.0)

    def _called(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """Names called at the end of a block; the last one called speaks next, the others are only named."""
        sentences = list(_SENTENCE.finditer(self.text, block.start, block.end))[-4:]
        calls: list[tuple[Mention, range]] = []
        for sentence in sentences:
            if len(self.text[sentence.start() : block.end].split()) > _CLOSE:
                continue
            calls += self._calls_in(index, sentence.start(), sentence.end(), block.end)
        calls.sort(key=lambda call: call[1].start)
        yield from reversed(calls)

    def _calls_in(self, index: int, start: int, end: int, stop: int) -> list[tuple[Mention, range]]:
        """Calls inside one sentence: by formula, before the rest of the sentence, or at its end."""
        calls: list[tuple[Mention, range]] = []
        for match in self.cues.calls.finditer(self.text, start, end):
            calls += self._named(match, index, "next", 2.2)
        calls += self._vocative(index, start, end, stop)
        last = re.search(
            r"(?:(?P<apart>[,?.])\s+(?=\S+(?:\s\S+)?\s*[?.!…]+$)|\s(?=\S+\s?[?.!…]+$))", self.text[start:end]
        )
        name = self.cues.name.match(self.text, start + last.end(), end) if last else None
        if last and name and not self.text[name.end() : end].strip(" ?.!…"):
            asks = self.text[start:end].endswith("?")
            about = self.cues.about.search(self.text, start, name.start())
            if last["apart"] or (asks and not about and self._familiar(name.group())):
                calls += self._named(name, index, "next", 2.0 if asks else 1.0)
        return calls

    def _vocative(self, index: int, start: int, end: int, stop: int) -> Iterator[tuple[Mention, range]]:
        """A name opening a sentence: a call when the person is then addressed or nothing follows."""
        name = self.cues.vocative.match(self.text, start, end)
        if name is None:
            return
        raw, at, _ = person(name)
        _, _, reach = self._clean(raw, at)
        rest = self.text[reach:end].lstrip(" ,")
        comma = self.text[reach : reach + 2].lstrip().startswith(",")
        addressed = comma or self.cues.address.match(rest)
        if not rest.strip(" ?.!…"):
            weight = 2.2
        elif comma and self.cues.role_start.match(self.text, reach, end):
            return
        elif addressed and self.cues.second_person.search(self.text, reach, stop):
            weight = 2.2
        elif comma and "?" in self.text[reach:stop]:
            weight = 2.0
        elif comma and len(rest.split()) <= 8:
            weight = 1.2
        else:
            return
        yield from self._named(name, index, "next", weight)

    def _described(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """A name with a function in apposition, or said to be something."""
        for match in self.cues.name.finditer(self.text, block.start, block.end):
            _, start, _ = person(match)
            for mention, span in self._named(match, index, "described", 1.0):
                said = self.cues.described.match(self.text, start, block.end)
                if mention.role and (said or len(mention.name.split()) > 1):
                    yield mention, span

    def _others(self, index: int, block: Block) -> Iterator[tuple[Mention, range]]:
        """Every other name of a person: its speaker is talking of somebody else."""
        for match in self.cues.name.finditer(self.text, block.start, block.end):
            yield from self._named(match, index, "mention", 1.0)

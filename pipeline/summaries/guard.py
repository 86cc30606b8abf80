"""The guard of generated sentences: nothing passes that the passages do not hold.

Checked are numbers (digits and words, with percent signs, currencies and durations), months, proper
names and, where a sentence follows a passage closely, negation. The check is strict on purpose: a good
sentence refused costs an extract in its place, an invention let through costs trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.errors import Invented
from pipeline.summaries.numbers import Number, numbers
from pipeline.words import fold, language_data, stopwords

_WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+)*")
_SENTENCE_HEAD = re.compile(r"(?:^|[.!?…:»”\"]\s+|[«“\"]\s*)$")
_PREFIX = 6
_FOLLOWS = 0.6
_ENOUGH = 0.9
_MOST = 4
_DEMONYM = re.compile(
    r"(?:'?s|x|es?|n|ns|ne|nes|an|ans|en|ens|ian|ians|ean|eans|ais|aise|ois|oise|ien|ienne)$"
)
_COMMON_ENDS = ("ment", "ments", "ant", "ants", "ing", "ly", "tion", "tions", "ness")


def check(sentence: str, passages: Sequence[str], language: str) -> None:
    """Raise :class:`Invented` when ``sentence`` says what ``passages`` lack; the message names it."""
    if not sentence.strip() or not passages:
        raise Invented("A generated sentence rests on no passage; it is replaced by a chosen one.")
    _check_numbers(sentence, passages, language)
    _check_names(sentence, passages, language)
    _check_negation(sentence, passages, language)


def supporting(sentence: str, passages: Sequence[str]) -> list[int]:
    """Indexes, ascending, of the few passages that together hold the words of ``sentence``.

    Greedy cover of the sentence's content (words cut to six letters, so that inflections meet), numbers
    and names counting double; at most four passages, none when less than a third is covered.
    """
    need = _weights(sentence)
    held = [_keys(p) for p in passages]
    left, chosen = dict(need), list[int]()
    while left and len(chosen) < _MOST:
        best = max(
            range(len(held)), key=lambda i: sum(w for k, w in left.items() if k in held[i]), default=-1
        )
        gain = sum(w for k, w in left.items() if best >= 0 and k in held[best])
        if gain <= (0 if not chosen else 0.08 * sum(need.values())):
            break
        chosen.append(best)
        left = {k: w for k, w in left.items() if k not in held[best]}
        if sum(left.values()) <= (1 - _ENOUGH) * sum(need.values()):
            break
    covered = sum(need.values()) - sum(left.values())
    return sorted(chosen) if covered >= sum(need.values()) / 3 else []


def _check_numbers(sentence: str, passages: Sequence[str], language: str) -> None:
    held = [n for p in passages for n in numbers(p, language)]
    for number in numbers(sentence, language):
        if not any(_same(number, other) for other in held):
            raise Invented(f"The passages do not hold “{number.shown}”; the generated sentence is refused.")


def _same(said: Number, held: Number) -> bool:
    """Equal values whose units agree; leaving a unit out is no invention, leaving out a percent sign is."""
    if said.value != held.value:
        return False
    if said.unit == held.unit:
        return True
    return said.unit == "" and held.unit not in ("%", "times", "month of year")


def _check_names(sentence: str, passages: Sequence[str], language: str) -> None:
    texts = [f" {' '.join(fold(w) for w in _WORD.findall(_plain(p)))} " for p in passages]
    for name in names(sentence, language):
        words = [fold(w) for w in _WORD.findall(_plain(name))]
        if not any(_holds(text, words, name) for text in texts):
            raise Invented(f"The passages do not name “{name}”; the generated sentence is refused.")


def _plain(text: str) -> str:
    return text.replace("’", "'")


def _holds(text: str, words: list[str], name: str) -> bool:
    if f" {' '.join(words)} " in text:
        return True
    if len(words) > 1:
        return False
    if _initials(text, words[0], name):
        return True
    bare = _DEMONYM.sub("", words[0])
    return len(bare) >= 4 and any(_DEMONYM.sub("", w) == bare or w == bare for w in text.split())


def _initials(text: str, word: str, name: str) -> bool:
    """Whether an acronym is made of the first letters of consecutive words of the text."""
    if not name.isupper() or not 2 <= len(word) <= 6:
        return False
    firsts = "".join(
        w[0] for w in text.split() if w not in ("de", "des", "du", "la", "le", "of", "the", "et")
    )
    return word in firsts


def names(sentence: str, language: str) -> list[str]:
    """Runs of capitalised words that read as proper names.

    A lone capital at the head of a sentence counts unless it opens a known function word or ends like an
    adverb, a participle or an abstract noun.
    """
    found: list[str] = []
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(_plain(sentence)):
        gap = _plain(sentence)[run[-1].end() : match.start()] if run else ""
        if run and (gap not in (" ", "\u00a0", "-", "'") or not _capital(match.group())):
            found.extend(_named(sentence, run, language))
            run = []
        if _capital(match.group()):
            run.append(match)
    return [*found, *(_named(sentence, run, language) if run else [])]


def _capital(word: str) -> bool:
    return any(c.isupper() for c in word)


def _named(sentence: str, run: list[re.Match[str]], language: str) -> list[str]:
    head = _SENTENCE_HEAD.search(sentence[: run[0].start()]) is not None
    if head and len(run[0].group()) > 1 and _function_word(run[0].group(), language):
        run = run[1:]
        head = False
    elif head and len(run) == 1 and run[0].group().istitle() and fold(run[0].group()).endswith(_COMMON_ENDS):
        return []
    run = [m for m in run if not (len(m.group()) == 1 and m.group() in "AIÀLDJCSNTMY")] or []
    return [sentence[run[0].start() : run[-1].end()]] if run else []


@lru_cache(maxsize=4)
def _openings(language: str) -> frozenset[str]:
    listed = language_data(language, "guard")["openings"]
    return frozenset(w for line in listed for w in line.split()) | stopwords(language)


def _function_word(word: str, language: str) -> bool:
    return fold(word) in _openings(language)


def _check_negation(sentence: str, passages: Sequence[str], language: str) -> None:
    """Refuse a sentence that follows a passage's own sentence closely but for its negation."""
    said = set(_keys(sentence))
    best, share = "", 0.0
    for piece in (s for p in passages for s in re.split(r"(?<=[.!?…;])\s+", p)):
        held = set(_keys(piece))
        common = len(said & held) / max(len(said | held), 1)
        if common > share:
            best, share = piece, common
    if share >= _FOLLOWS and _denies(sentence, language) != _denies(best, language):
        raise Invented("A generated sentence turns a passage into its contrary; it is refused.")


def _denies(text: str, language: str) -> bool:
    plain = _plain(text).lower().replace("n't", " not")
    words = {fold(w) for w in _WORD.findall(plain)}
    return bool(words & set(language_data(language, "guard")["negations"]))


@lru_cache(maxsize=1)
def _both_stopwords() -> frozenset[str]:
    return stopwords("fr") | stopwords("en")


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(_weights(text))


def _weights(text: str) -> dict[str, float]:
    stop = _both_stopwords()
    weights: dict[str, float] = {}
    for word in _WORD.findall(_plain(text)):
        folded = fold(word)
        if folded in stop or (len(folded) < 2 and not folded.isdigit()):
            continue
        key = folded[:_PREFIX]
        strong = word[0].isdigit() or _capital(word)
        weights[key] = max(weights.get(key, 0.0), 2.0 if strong else 1.0)
    return weights

from __future__ import annotations

from db.records import Quote
from pipeline.engines.language import SpacyTagger
from pipeline.quotes.ranking import ranked

TEXT = (
    "« Je pense que 40 % des enseignes vont disparaître, mais les marques devront tenir », affirme-t-elle. "
    "« La réunion a eu lieu mardi », ajoute-t-il. « Buy for me »."
)


def quote(start: str, end: str, kind: str = "quoted") -> Quote:
    at, to = TEXT.index(start), TEXT.index(end) + len(end)
    return Quote(at, to, TEXT[at:to], None, kind, "verb", 0.9)  # type: ignore[arg-type]


def test_an_opinion_with_a_figure_comes_before_a_plain_fact() -> None:
    strong, plain, name = (
        quote("Je pense", "tenir"),
        quote("La réunion", "mardi"),
        quote("Buy", "me", "mention"),
    )
    found = ranked([strong, plain, name], TEXT, SpacyTagger().tag(TEXT, "fr"), "fr")
    assert found[0].score > found[1].score > 0
    assert {"opinion", "figure", "contrast"} <= set(found[0].reasons)
    assert found[2] == name


def test_ranking_changes_no_word() -> None:
    before = [quote("Je pense", "tenir")]
    [after] = ranked(before, TEXT, SpacyTagger().tag(TEXT, "fr"), "fr")
    assert (after.start, after.end, after.text) == (before[0].start, before[0].end, before[0].text)

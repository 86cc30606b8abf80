"""No string can become markup."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ui.html import Markup, highlighted, join, link, tag

HOSTILE = "<script>alert(1)</script> $\\LaTeX$ :material/x: \" ' > </p><img src=x onerror=a()> &lt;b&gt;"


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.values: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def _seen(markup: str) -> _Seen:
    seen = _Seen()
    seen.feed(markup)
    seen.close()
    return seen


def test_hostile_strings_are_words() -> None:
    seen = _seen(tag("p", HOSTILE, title=HOSTILE))
    assert (seen.tags, seen.words, seen.values) == (["p"], HOSTILE, [HOSTILE])


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))),
)
def test_any_string_comes_out_as_it_went_in(words: str, value: str) -> None:
    seen = _seen(tag("div", tag("a", words, title=value), "!"))
    assert seen.tags == ["div", "a"]
    assert seen.words == words + "!"
    assert seen.values == [value]


@given(st.text(alphabet="ab<>&é\u0301 \"'"), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_highlights_keep_every_letter(words: str, slices: list[tuple[int, int]]) -> None:
    seen = _seen(highlighted(words, slices))
    assert seen.words == words
    assert set(seen.tags) <= {"mark"}


def test_controls_are_left_out_and_nothing_is_nothing() -> None:
    assert tag("b", "a\0b\x1b") == "<b>ab</b>"
    assert join(None, False, [], "x") == "x"
    assert tag("input", disabled=True, value=None) == "<input disabled>"
    assert isinstance(link("?page=x", "y"), Markup)

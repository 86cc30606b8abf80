"""Charts in the house colours, with the same figures as a table for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from db.browse_themes import ThemePoint
from ui.frame import put
from ui.html import Markup, div, tag
from ui.words import _, language

INK, SOFT, RULE, ACCENT, PAPER = "#1D1A16", "#5C554A", "#E4DCCB", "#9B2237", "#FBF8F1"
_FONT = "Instrument Sans, Helvetica Neue, Arial, sans-serif"
_LONGEST = 34


def short(text: str, longest: int = _LONGEST) -> str:
    """A text cut at a length, with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _frame(points: Sequence[ThemePoint]) -> pd.DataFrame:
    """Points with distinct, short names of places: two sessions may bear the same title."""
    names: dict[str, str] = {}
    for point in points:
        name = short(point.place)
        while name in names.values() and names.get(point.order) != name:
            name += "\u200b"
        names.setdefault(point.order, name)
    french = language() == "fr"
    return pd.DataFrame(
        {
            "theme": [point.label_fr if french else point.label_en for point in points],
            "place": [names[point.order] for point in points],
            "order": [point.order for point in points],
            "passages": [point.passages for point in points],
        }
    )


def _dressed(chart: alt.Chart) -> alt.Chart:
    return (
        chart.configure(background="transparent", font=_FONT, padding=4)
        .configure_axis(
            labelColor=SOFT,
            titleColor=SOFT,
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            domain=False,
            ticks=False,
            gridColor=RULE,
            labelLimit=260,
        )
        .configure_view(stroke=None)
    )


def heat(points: Sequence[ThemePoint]) -> None:
    """Themes in rows, editions or sessions in columns, ink by how often."""
    frame = _frame(points)
    themes = list(frame.groupby("theme")["passages"].sum().sort_values(ascending=False).index)
    places = list(dict.fromkeys(frame.sort_values("order")["place"]))
    tip = [
        alt.Tooltip("theme", title=_("Theme")),
        alt.Tooltip("place", title=_("Where")),
        alt.Tooltip("passages", title=_("passages")),
    ]
    base = alt.Chart(frame).encode(
        x=alt.X(
            "place:N",
            sort=places,
            title=None,
            axis=alt.Axis(orient="top", labelAngle=0 if sum(map(len, places)) < 110 else -28),
        ),
        y=alt.Y("theme:N", sort=themes, title=None),
        tooltip=tip,
    )
    size = alt.Size("passages:Q", legend=None, scale=alt.Scale(range=[60, 1300]))
    marks = base.mark_circle(color=ACCENT, opacity=0.85).encode(size=size)
    with st.container(key="heat"):
        st.altair_chart(_dressed(marks.properties(height=44 * len(themes) + 60)), width="stretch", theme=None)
    put(_table(points))


def course(points: Sequence[ThemePoint]) -> None:
    """One theme over sessions, as bars."""
    frame = _frame(points)
    places = list(dict.fromkeys(frame["place"]))
    bars = (
        alt.Chart(frame)
        .mark_bar(color=ACCENT, cornerRadiusEnd=2, size=18)
        .encode(
            y=alt.Y("place:N", sort=places, title=None),
            x=alt.X("passages:Q", title=_("passages"), axis=alt.Axis(tickMinStep=1, format="d")),
            tooltip=[alt.Tooltip("place", title=_("Where")), alt.Tooltip("passages", title=_("passages"))],
        )
    )
    st.altair_chart(_dressed(bars.properties(height=32 * len(places) + 50)), width="stretch", theme=None)
    put(_table(points))


def _table(points: Sequence[ThemePoint]) -> Markup:
    french = language() == "fr"
    rows = [
        tag(
            "tr",
            tag("td", point.label_fr if french else point.label_en),
            tag("td", point.place),
            tag("td", point.passages),
        )
        for point in points[:400]
    ]
    head = tag("tr", tag("th", _("Theme")), tag("th", _("Where")), tag("th", _("passages")))
    return tag(
        "details",
        tag("summary", _("The same figures as a table")),
        div("fl-table", tag("table", tag("thead", head), tag("tbody", rows))),
        class_="fl-figures",
    )

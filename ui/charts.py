"""Charts in the house colours, with the same figures as a table for those who do not see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import altair as alt
import streamlit as st

from db.browse_themes import ThemePoint
from ui import shown
from ui.frame import put
from ui.html import Markup, div, tag
from ui.words import _

INK, SOFT, RULE, ACCENT, PAPER = "#1D1A16", "#5C554A", "#E4DCCB", "#9B2237", "#FBF8F1"
_FONT = "Instrument Sans, Helvetica Neue, Arial, sans-serif"
_LONGEST = 34


def short(text: str, longest: int = _LONGEST) -> str:
    """A text cut at a length, with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _rows(points: Sequence[ThemePoint]) -> list[dict[str, Any]]:
    """Points with distinct, short names of places: two sessions may bear the same title."""
    names: dict[str, str] = {}
    for point in points:
        name = "\n".join(short(line) for line in point.place.split("\n"))
        while name in names.values() and names.get(point.order) != name:
            name += "\u200b"
        names.setdefault(point.order, name)
    return [
        {
            "theme": shown.theme_name(point.label_fr, point.label_en),
            "place": names[point.order],
            "where": _written(point),
            "order": point.order,
            "passages": point.passages,
        }
        for point in points
    ]


def _data(rows: list[dict[str, Any]]) -> Any:
    made: Any = alt.Data
    return made(values=rows)


def _dressed(chart: alt.Chart) -> Any:
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
    rows = _rows(points)
    weights: Counter[str] = Counter()
    for row in rows:
        weights[row["theme"]] += row["passages"]
    themes = [theme for theme, _weight in weights.most_common()]
    places = list(dict.fromkeys(row["place"] for row in sorted(rows, key=lambda row: row["order"])))
    if not _fit(places) and len({_edition(place) for place in places}) == len(places):
        rows = [{**row, "place": _edition(row["place"])} for row in rows]
        places = [_edition(place) for place in places]
    tip = [
        alt.Tooltip("theme:N", title=_("Theme")),
        alt.Tooltip("where:N", title=_("Where")),
        alt.Tooltip("passages:Q", title=_("passages")),
    ]
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(
            "place:N",
            sort=places,
            title=None,
            axis=_upright(len(places)) if _fit(places) else _slanted(),
        ),
        y=alt.Y("theme:N", sort=themes, title=None),
        tooltip=tip,
    )
    size = alt.Size("passages:Q", legend=None, scale=alt.Scale(range=[50, 1300 if len(places) < 9 else 600]))
    marks = base.mark_circle(color=ACCENT, opacity=0.85).encode(size=size)
    with st.container(key="heat"):
        st.altair_chart(_dressed(marks.properties(height=44 * len(themes) + 60)), width="stretch", theme=None)
    put(_table(points))


def _edition(place: str) -> str:
    return place.split("\n")[-1]


def _fit(places: Sequence[str]) -> bool:
    """Whether names of places stand side by side, events above editions."""
    return len(places) <= 9 and all(len(_edition(place)) * len(places) < 150 for place in places)


_LINES: Any = "split(datum.label, '\\n')"


def _upright(columns: int) -> alt.Axis:
    return alt.Axis(
        orient="top", labelAngle=0, labelExpr=_LINES, labelLimit=920 // max(columns, 1), labelPadding=22
    )


def _slanted() -> alt.Axis:
    return alt.Axis(orient="top", labelAngle=-28, labelPadding=18)


def _written(point: ThemePoint) -> str:
    return point.place.replace("\n", " · ")


def course(points: Sequence[ThemePoint]) -> None:
    """One theme over editions or sessions, as bars."""
    rows = _rows(points)
    places = list(dict.fromkeys(row["place"] for row in rows))
    step = 32 if all("\n" not in place for place in places) else 44
    bars = (
        alt.Chart(_data(rows))
        .mark_bar(color=ACCENT, cornerRadiusEnd=2, size=18)
        .encode(
            y=alt.Y("place:N", sort=places, title=None, axis=alt.Axis(labelExpr=_LINES)),
            x=alt.X("passages:Q", title=_("passages"), axis=alt.Axis(tickMinStep=1, format="d")),
            tooltip=[
                alt.Tooltip("where:N", title=_("Where")),
                alt.Tooltip("passages:Q", title=_("passages")),
            ],
        )
    )
    st.altair_chart(_dressed(bars.properties(height=step * len(places) + 50)), width="stretch", theme=None)
    put(_table(points))


def _table(points: Sequence[ThemePoint]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", shown.theme_name(point.label_fr, point.label_en)),
            tag("td", _written(point)),
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

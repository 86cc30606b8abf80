"""Filter bars as plain forms whose values live in the address, so that any view can be linked to."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ui.html import Markup, div, link, packed, span, tag
from ui.place import Place, changed, href
from ui.words import _, language

Option = tuple[str, str]


def bar(place: Place, *fields: Markup | None, keep: Sequence[str] = ()) -> Markup:
    """A filter bar; ``keep`` names parameters that the form carries unseen."""
    carried = {"page": place.page} | {name: place.get(name) for name in keep if place.get(name)}
    if language() != "fr":
        carried["lang"] = language()
    return tag(
        "form",
        fields,
        tag("button", _("Filter"), type="submit", class_="fl-filter-go"),
        class_="fl-filters",
        data_go=packed(json.dumps(carried)),
        aria_label=_("Filters"),
    )


def choice(place: Place, name: str, label: str, options: Sequence[Option]) -> Markup | None:
    """A list to choose from; nothing when there is nothing to choose."""
    asked = place.get(name)
    if not options:
        return None
    shown = list(options) if not asked or asked in dict(options) else [*options, (asked, asked)]
    return _field(
        name,
        label,
        tag(
            "select",
            tag("option", _("all"), value=""),
            [tag("option", text, value=value, selected=value == asked) for value, text in shown],
            id=f"f-{name}",
            data_name=name,
            data_auto=True,
        ),
    )


def words(place: Place, name: str, label: str, suggestions: Sequence[str] = ()) -> Markup:
    """A free field, with suggestions while typing."""
    listed = f"l-{name}" if suggestions else None
    return _field(
        name,
        label,
        tag(
            "input",
            type="search",
            id=f"f-{name}",
            data_name=name,
            data_value=packed(place.get(name)),
            list=listed,
            maxlength=400,
        ),
        tag("datalist", [tag("option", value=text) for text in suggestions], id=listed) if listed else None,
    )


def _field(name: str, label: str, *control: Markup | None) -> Markup:
    return div("fl-field", tag("label", label, for_=f"f-{name}"), control)


def chosen(place: Place, shown: Sequence[tuple[str, str]]) -> Markup | None:
    """What is being filtered by, each with a cross to remove it: (parameter, words)."""
    active = [(name, text) for name, text in shown if text]
    if not active:
        return None
    return div(
        "fl-chosen",
        [
            link(
                changed(place, **{name: "", "p": ""}),
                text,
                span("", " ×", aria_hidden="true"),
                class_="fl-tag is-on",
                aria_label=_("Remove the filter {name}").format(name=text),
            )
            for name, text in active
        ],
        link(href(place.page), _("Remove all filters"), class_="fl-clear") if len(active) > 1 else None,
    )


def order(place: Place, options: Sequence[Option], default: str) -> Markup:
    """Links that choose the order of a list."""
    asked = place.get("order") or default
    return div(
        "fl-order",
        span("", _("Order:")),
        [
            span("is-on", text) if value == asked else link(changed(place, order=value, p=""), text)
            for value, text in options
        ],
    )

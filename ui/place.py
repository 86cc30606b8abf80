"""Where the visitor is: the page and its parameters, read from the address and written as links."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from ui.words import language

PAGES = (
    "home",
    "sessions",
    "session",
    "quotes",
    "quote",
    "speakers",
    "speaker",
    "themes",
    "theme",
    "search",
    "add",
)
_LONGEST = 400


@dataclass(frozen=True)
class Place:
    """A page and its parameters, cut to a sane length."""

    page: str = "home"
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A parameter, or the empty string."""
        return self.parameters.get(name, "")

    def whole(self, name: str) -> int:
        """A parameter as a whole number that SQLite can hold, or 0."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0

    def seconds(self, name: str = "t") -> float | None:
        """A parameter as seconds, or ``None``."""
        try:
            value = float(self.get(name))
        except ValueError:
            return None
        return value if math.isfinite(value) and 0 <= value < 1e6 else None


def place_of(parameters: Mapping[str, str]) -> Place:
    """Read a place from an address's parameters; an unknown page is ``missing``."""
    held = {name: value[:_LONGEST] for name, value in parameters.items() if name not in ("page", "lang")}
    page = parameters.get("page", "home")
    return Place(page if page in PAGES else "missing", held)


def href(page: str, **parameters: object) -> str:
    """The address of a page; empty parameters are left out, the language is kept."""
    asked = {name: str(value) for name, value in parameters.items() if value not in (None, "", 0)}
    query = {"page": page, **asked} if page != "home" else asked
    if language() != "fr":
        query["lang"] = language()
    return "?" + urlencode(query)


def changed(place: Place, **parameters: object) -> str:
    """The address of the same page with some parameters changed."""
    return href(place.page, **{**place.parameters, **parameters})


def parsed(query: str) -> dict[str, str]:
    """The parameters of a query string that a link held."""
    return dict(parse_qsl(query.lstrip("?")[:4000], keep_blank_values=False, max_num_fields=40))

"""Markup built from data that cannot break out of it: every string is escaped unless it is Markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias
from urllib.parse import quote

_VOID = frozenset({"br", "hr", "img", "input", "meta"})


class Markup(str):
    """A string that is markup already; only this module's functions make one."""

    __slots__ = ()


Child: TypeAlias = str | int | bool | Iterable["Child"] | None


def text(value: str) -> Markup:
    """Escape a string, NUL and other controls removed, so that it shows literally."""
    return Markup(escape("".join(c for c in value if c >= " " or c in "\n\t"), quote=True))


def join(*children: Child) -> Markup:
    """Escape and join children; ``None`` and booleans vanish, iterables are flattened."""
    return Markup("".join(_pieces(children)))


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None or isinstance(child, bool):
            continue
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str | int):
            yield text(str(child))
        else:
            yield from _pieces(child)


def tag(name: str, *children: Child, **attributes: object) -> Markup:
    """An element. ``class_`` stands for ``class``, ``data_id`` for ``data-id``; an attribute that is
    ``None`` or false is left out, one that is true stands alone."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    shown = key.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{text(str(value))}"'


def packed(value: str) -> str:
    """A value for a ``data-`` attribute that the shell unpacks (percent-encoded UTF-8).

    Streamlit's sanitiser drops a whole attribute that holds ``</script`` or ``-->``; packed, any string
    arrives as it is.
    """
    return quote(value, safe="")


def div(class_: str, *children: Child, **attributes: object) -> Markup:
    """A ``div`` of a class."""
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, *children: Child, **attributes: object) -> Markup:
    """A ``span`` of a class."""
    return tag("span", *children, class_=class_, **attributes)


def link(href: str, *children: Child, **attributes: object) -> Markup:
    """A link; only the app's own addresses (``?…``, ``#…``) are ever given to it."""
    return tag("a", *children, href=href, target="_self", **attributes)


def highlighted(value: str, slices: Iterable[tuple[int, int]]) -> Markup:
    """A text with the slices given (code points) marked; overlapping slices are joined."""
    pieces: list[Child] = []
    place = 0
    for start, end in sorted(slices):
        start, end = max(start, place), min(end, len(value))
        if start < end:
            pieces += [value[place:start], tag("mark", value[start:end])]
            place = end
    return join(*pieces, value[place:])

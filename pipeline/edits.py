"""Human decisions: kept as rows, laid over what the machine found, shown at once and never lost."""

from __future__ import annotations

from dataclasses import replace

from sqlite_utils import Database

from db import jobs
from db.connection import transaction
from db.folding import name_key
from db.people import rename_person
from db.records import Appearance, Edit, Session
from db.sessions import add_edit, load_session, rows, stage_outputs, undo_edit
from pipeline.errors import NotFound
from pipeline.projection import show

LABEL_EDITS = ("rename", "role", "organisation")


def apply_edits(session: Session) -> Session:
    """Lay the session's edits over its appearances, turns, quotes and title, in the order they were made."""
    for edit in session.edits:
        session = _applied(session, edit)
    return session


def _applied(session: Session, edit: Edit) -> Session:
    if edit.kind == "title":
        return replace(session, title=edit.value)
    if edit.kind == "merge":
        return _merged(session, edit.target, edit.value)
    if edit.kind in LABEL_EDITS:
        return replace(session, appearances=tuple(_edited(a, edit) for a in session.appearances))
    if edit.kind == "quote_speaker":
        return _quote_given(session, edit)
    return session


def _edited(appearance: Appearance, edit: Edit) -> Appearance:
    if appearance.label != edit.target:
        return appearance
    value = edit.value or None
    if edit.kind == "rename":
        return replace(appearance, name=value, confidence=1.0, rule="human", decided_by="human")
    if edit.kind == "role":
        return replace(appearance, role=value)
    return replace(appearance, organisation=value)


def _merged(session: Session, label: str, into: str) -> Session:
    if into not in {a.label for a in session.appearances}:
        return session
    return replace(
        session,
        appearances=tuple(a for a in session.appearances if a.label != label),
        turns=tuple(replace(t, label=into) if t.label == label else t for t in session.turns),
        quotes=tuple(replace(q, label=into) if q.label == label else q for q in session.quotes),
        summary=tuple(replace(s, label=into) if s.label == label else s for s in session.summary),
    )


def _quote_given(session: Session, edit: Edit) -> Session:
    """``quote_speaker``: target ``start:end`` of the quote, value a label of the session or empty."""
    start, end = (int(part) for part in edit.target.split(":"))
    label = edit.value or None
    quotes = tuple(
        replace(q, label=label, confidence=1.0, rule="human") if (q.start, q.end) == (start, end) else q
        for q in session.quotes
    )
    return replace(session, quotes=quotes)


def _edit_and_show(db: Database, session_id: int, kind: str, target: str, value: str) -> int:
    from pipeline.stages import assemble

    with transaction(db):
        made = add_edit(db, session_id, kind, target, value)
        show(db, apply_edits(assemble(load_session(db, session_id), stage_outputs(db, session_id))))
    return made


def rename(db: Database, session_id: int, label: str, name: str) -> int:
    """Give a speaker of a session a name (empty: unknown again). Raises NotFound; returns the edit's id.

    A name that differs from the known person's only by accents or case corrects that person's name.
    """
    _require_label(db, session_id, label)
    name = " ".join(name.split())
    with transaction(db):
        made = _edit_and_show(db, session_id, "rename", label, name)
        _spell(db, session_id, label, name)
    return made


def _spell(db: Database, session_id: int, label: str, name: str) -> None:
    found = rows(
        db,
        """SELECT person.id, person.name FROM person JOIN appearance ON person_id = person.id
           WHERE session_id = ? AND label = ?""",
        session_id, label,
    )  # fmt: skip
    if found and found[0]["name"] != name and name_key(found[0]["name"]) == name_key(name):
        rename_person(db, found[0]["id"], name)


def set_role(
    db: Database, session_id: int, label: str, role: str | None = None, organisation: str | None = None
) -> list[int]:
    """Correct the role or organisation that a speaker had that day; ``None`` leaves one as it is."""
    _require_label(db, session_id, label)
    values = {"role": role, "organisation": organisation}
    return [
        _edit_and_show(db, session_id, kind, label, value.strip())
        for kind, value in values.items()
        if value is not None
    ]


def merge(db: Database, session_id: int, label: str, into: str) -> int:
    """Say that two voices of a session are one person: ``label`` becomes ``into``. Raises NotFound."""
    _require_label(db, session_id, label)
    _require_label(db, session_id, into)
    if label == into:
        raise NotFound(f"Speaker {label!r} cannot be merged into itself: choose another one.")
    return _edit_and_show(db, session_id, "merge", label, into)


def undo(db: Database, edit_id: int) -> int:
    """Take an edit back and show the session as it was without it; returns the session. Raises NotFound.

    When a stage has run with the edit since, the session is queued, to be computed without it.
    """
    from pipeline.stages import assemble

    with transaction(db):
        session_id = undo_edit(db, edit_id)
        session = assemble(load_session(db, session_id), stage_outputs(db, session_id))
        [row] = rows(db, "SELECT kind, target, value FROM edit WHERE id = ?", edit_id)
        if _is_baked(session, Edit(row["kind"], row["target"], row["value"])):
            jobs.enqueue(db, session_id)
        show(db, apply_edits(session))
    return session_id


def _is_baked(session: Session, edit: Edit) -> bool:
    """Whether what the stages made of a session holds an edit already."""
    labels = {a.label: a for a in session.appearances}
    if edit.kind == "merge":
        return edit.target not in labels
    return edit.kind in LABEL_EDITS and edit.target in labels and labels[edit.target].decided_by == "human"


def _require_label(db: Database, session_id: int, label: str) -> None:
    found = rows(db, "SELECT 1 FROM appearance WHERE session_id = ? AND label = ?", session_id, label)
    if not found:
        raise NotFound(f"Session {session_id} has no speaker {label!r}: reload the page.")

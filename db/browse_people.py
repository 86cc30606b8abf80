"""Speakers for the pages: who appears where, with the role of that day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from db.browse import PER_PAGE, Page, Where, folded, offset_of, scalar, with_folding
from db.browse_quotes import ThemeMark
from db.sessions import rows


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list; ``role`` and ``organisation`` are those of the last appearance."""

    id: int
    name: str
    role: str | None
    organisation: str | None
    sessions: int
    editions: int
    quotes: int


@dataclass(frozen=True, slots=True)
class AppearanceRow:
    """A person in one session. ``label`` is what edits point at; ``confidence`` 0–1."""

    appearance_id: int
    session_id: int
    title: str
    form: str
    date: str | None
    event: str | None
    edition: str | None
    label: str
    role: str | None
    organisation: str | None
    part: str
    confidence: float
    rule: str
    decided_by: str
    quotes: int


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A summary sentence about a person's words in a session."""

    session_id: int
    title: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class EditRow:
    """A human edit still in force, that can be undone."""

    id: int
    session_id: int
    title: str
    kind: str
    target: str
    value: str
    made_at: str


_LIST = """
SELECT person.id, person.name,
       (SELECT role FROM appearance WHERE person_id = person.id AND role IS NOT NULL
        ORDER BY id DESC LIMIT 1) AS role,
       (SELECT organisation FROM appearance WHERE person_id = person.id AND organisation IS NOT NULL
        ORDER BY id DESC LIMIT 1) AS organisation,
       count(DISTINCT held.session_id) AS sessions, count(DISTINCT session.edition_id) AS editions,
       (SELECT count(*) FROM quote JOIN appearance AS mine ON mine.id = quote.appearance_id
        WHERE mine.person_id = person.id AND quote.kind <> 'mention') AS quotes
FROM person JOIN appearance AS held ON held.person_id = person.id
JOIN session ON session.id = held.session_id
"""


def people(db: Database, text: str = "", number: int = 1, per_page: int = PER_PAGE) -> Page[PersonRow]:
    """One page of the people who appear, most sessions first; ``text`` is sought in their names and
    organisations."""
    with_folding(db)
    where = Where("EXISTS (SELECT 1 FROM appearance WHERE person_id = person.id)")
    if text:
        needle = folded(text)
        where = where.also(
            """(holds(person.name, ?) OR EXISTS (SELECT 1 FROM appearance AS at WHERE at.person_id = person.id
                AND at.organisation IS NOT NULL AND holds(at.organisation, ?)))""",
            needle,
            needle,
        )
    total = int(scalar(db, f"SELECT count(*) FROM person {where.clause}", *where.parameters))
    number = min(max(number, 1), max(1, -(-total // per_page)))
    ids = f"""SELECT person.id FROM person JOIN appearance ON appearance.person_id = person.id
              {where.clause} GROUP BY person.id
              ORDER BY count(DISTINCT appearance.session_id) DESC, person.name LIMIT ? OFFSET ?"""
    found = db.conn.execute(ids, (*where.parameters, per_page, offset_of(number, per_page)))
    return Page(_people(db, [row[0] for row in found]), total, number, per_page)


def _people(db: Database, ids: list[int]) -> tuple[PersonRow, ...]:
    marks = ",".join("?" * len(ids))
    found = rows(db, f"{_LIST} WHERE person.id IN ({marks}) GROUP BY person.id", *ids)
    made = {row["id"]: PersonRow(**row) for row in found}
    return tuple(made[key] for key in ids if key in made)


def person(db: Database, person_id: int) -> PersonRow | None:
    """One person, or ``None`` when nobody of this id appears anywhere."""
    return next(iter(_people(db, [person_id])), None)


_APPEARANCES = """
SELECT appearance.id AS appearance_id, appearance.session_id, session.title, session.form, session.date,
       event.name AS event, edition.name AS edition, appearance.label, appearance.role,
       appearance.organisation, appearance.part, appearance.confidence, appearance.rule,
       appearance.decided_by,
       (SELECT count(*) FROM quote WHERE appearance_id = appearance.id AND kind <> 'mention') AS quotes
FROM appearance JOIN session ON session.id = appearance.session_id
LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id
WHERE appearance.person_id = ? ORDER BY session.date DESC, session.id DESC LIMIT 200
"""


def appearances(db: Database, person_id: int) -> tuple[AppearanceRow, ...]:
    """Where a person appears, newest first."""
    return tuple(AppearanceRow(**row) for row in rows(db, _APPEARANCES, person_id))


_SUMMARIES = """
SELECT sentence.session_id, session.title, sentence.text, COALESCE(min(slice.start), 0)
FROM summary_sentence AS sentence JOIN appearance ON appearance.id = sentence.appearance_id
JOIN session ON session.id = sentence.session_id
LEFT JOIN summary_slice AS slice ON slice.sentence_id = sentence.id
WHERE appearance.person_id = ? GROUP BY sentence.id
ORDER BY session.date DESC, session.id DESC, sentence.position LIMIT ?
"""


def summaries(db: Database, person_id: int, limit: int = 40) -> tuple[PersonSummary, ...]:
    """What a person said, by session, newest first."""
    return tuple(PersonSummary(*row) for row in db.conn.execute(_SUMMARIES, (person_id, limit)))


_THEMES = """
SELECT theme.slug, theme.label_fr, theme.label_en, count(*)
FROM quote_theme JOIN quote ON quote.id = quote_theme.quote_id
JOIN appearance ON appearance.id = quote.appearance_id JOIN theme ON theme.id = quote_theme.theme_id
WHERE appearance.person_id = ? AND quote.kind <> 'mention'
GROUP BY theme.id ORDER BY count(*) DESC, theme.slug LIMIT 10
"""


def themes(db: Database, person_id: int) -> tuple[ThemeMark, ...]:
    """The themes of a person's quotes, most frequent first; ``why`` holds the count."""
    found = db.conn.execute(_THEMES, (person_id,))
    return tuple(ThemeMark(slug, french, english, str(count)) for slug, french, english, count in found)


_EDITS = """
SELECT edit.id, edit.session_id, session.title, edit.kind, edit.target, edit.value, edit.made_at
FROM edit JOIN session ON session.id = edit.session_id
WHERE edit.undone_at IS NULL AND edit.session_id = ? ORDER BY edit.id DESC LIMIT ?
"""


def edits(db: Database, session_id: int, limit: int = 20) -> tuple[EditRow, ...]:
    """Human edits of a session that are in force, newest first."""
    return tuple(EditRow(**row) for row in rows(db, _EDITS, session_id, limit))


def person_of(db: Database, session_id: int, label: str) -> int | None:
    """Whose a label of a session is, or ``None`` while it has no name."""
    found = scalar(
        db, "SELECT person_id FROM appearance WHERE session_id = ? AND label = ?", session_id, label
    )
    return None if found is None else int(found)

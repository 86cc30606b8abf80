"""People over the whole archive: finding one, and saying that two are the same."""

from __future__ import annotations

from sqlite_utils import Database

from db.connection import transaction
from db.faults import NotFound
from db.folding import name_key
from db.sessions import row_id, rows


def find_person(db: Database, wanted: str) -> int:
    """The person with this id, name or alias. Raises NotFound."""
    if rows(db, "SELECT 1 FROM person WHERE id = ?", row_id(wanted)):
        return row_id(wanted)
    found = rows(db, "SELECT person_id FROM alias WHERE folded = ?", name_key(wanted))
    if not found:
        raise NotFound(f"Nobody is called {wanted!r} in this archive: `florilege people` lists the names.")
    return int(found[0]["person_id"])


def rename_person(db: Database, person: int, name: str) -> None:
    """Change how a person's name is written everywhere; the old spellings stay as aliases.

    Raises NotFound when the person is gone, the name is empty or is another person's.
    """
    name = " ".join(name.split())
    if not name:
        raise NotFound("A person needs a name: write the new one.")
    with transaction(db):
        if not rows(db, "SELECT 1 FROM person WHERE id = ?", person):
            raise NotFound(f"There is no person {person} any more: `florilege people` lists the names.")
        owner = rows(db, "SELECT person_id FROM alias WHERE folded = ?", name_key(name))
        if owner and owner[0]["person_id"] != person:
            raise NotFound(
                f"{name!r} is already somebody else of this archive: merge the two people instead."
            )
        db.conn.execute("UPDATE person SET name = ? WHERE id = ?", (name, person))
        db.conn.execute(
            "INSERT OR IGNORE INTO alias VALUES (?, ?, ?, 'human')", (name_key(name), name, person)
        )
        db.conn.execute("UPDATE alias SET decided_by = 'human' WHERE person_id = ?", (person,))


def merge_people(db: Database, person: int, into: int) -> None:
    """Say that two people are one: names, aliases and appearances go to ``into``. Raises NotFound."""
    with transaction(db):
        known = rows(db, "SELECT id FROM person WHERE id IN (?, ?)", person, into)
        if len(known) != 2:
            raise NotFound("These are not two people of the archive: choose two different names.")
        db.conn.execute(
            "UPDATE alias SET person_id = ?, decided_by = 'human' WHERE person_id = ?", (into, person)
        )
        db.conn.execute("UPDATE alias SET decided_by = 'human' WHERE person_id = ?", (into,))
        db.conn.execute("UPDATE appearance SET person_id = ? WHERE person_id = ?", (into, person))
        db.conn.execute("DELETE FROM person WHERE id = ?", (person,))

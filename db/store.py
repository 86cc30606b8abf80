"""Projecting a finished session into the tables that pages, search and exports read.

Everything but originals, stage outputs and human rows is derived: a projection replaces the derived
rows of one session inside one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from sqlite_utils import Database

from db.clock import now
from db.connection import transaction
from db.folding import name_key
from db.records import Appearance, Quote, Session, Slice, SummarySentence, ThemeTag, Turn
from db.search_index import rebuild_passages

ThemeLabels = Mapping[str, tuple[str, str]]
"""Theme slug → (French label, English label)."""


def quote_id(sha256: str, start: int, end: int) -> str:
    """Permanent id of a quote: the source's content and the slice, whatever run found it."""
    return hashlib.sha256(f"{sha256}:{start}:{end}".encode()).hexdigest()[:16]


def project(
    db: Database,
    session: Session,
    theme_labels: ThemeLabels | None = None,
    session_themes: Sequence[tuple[str, float]] = (),
) -> None:
    """Replace all derived rows of a session.

    Raises sqlite3.IntegrityError when a quote is not a slice of the text: such a session is never
    stored.
    """
    with transaction(db):
        # New words in the same place are not what was decided upon.
        decided = db.conn.execute("SELECT id, text, status FROM quote WHERE session_id = ?", (session.id,))
        statuses = {(key, text): status for key, text, status in decided.fetchall()}
        people_before = _people_of(db, session.id)
        transcript_id = _transcript(db, session)
        _clear(db, session.id, transcript_id)
        _update_session(db, session)
        appearances = {a.label: _insert_appearance(db, session.id, a) for a in session.appearances}
        _insert_turns(db, session, transcript_id, appearances)
        _insert_quotes(db, session, transcript_id, appearances, statuses)
        _insert_summary(db, session.id, transcript_id, session.summary, appearances)
        themes = _themes(db, theme_labels or {}, session.themes, session_themes)
        _insert_themes(db, session, transcript_id, themes, session_themes)
        _insert_entities(db, session)
        _forget_unused_people(db, people_before)
        rebuild_passages(db, session.id)


def _clear(db: Database, session_id: int, transcript_id: int) -> None:
    for table in ("turn", "quote", "summary_sentence", "entity", "appearance"):
        db.conn.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))
    # Themes found over the whole archive are not the session's own: they stay as long as its text does.
    db.conn.execute(
        "DELETE FROM theme_tag WHERE session_id = ? AND (by <> 'found' OR transcript_id <> ?)",
        (session_id, transcript_id),
    )
    db.conn.execute(
        """DELETE FROM session_theme WHERE session_id = ?1 AND theme_id NOT IN
           (SELECT theme_id FROM theme_tag WHERE session_id = ?1)""",
        (session_id,),
    )


def _update_session(db: Database, session: Session) -> None:
    db.conn.execute(
        "UPDATE session SET title = ?, form = ?, language = ?, notes = ? WHERE id = ?",
        (
            session.title,
            session.form,
            session.language,
            msgspec.json.encode(session.notes).decode(),
            session.id,
        ),
    )
    db.conn.execute(
        "UPDATE source SET seconds = COALESCE(?, seconds) WHERE sha256 = ?",
        (session.recognition.duration if session.recognition else None, session.source.sha256),
    )


def _transcript(db: Database, session: Session) -> int:
    """Keep the current revision when its text is the same, else add one and make it current."""
    body = session.body or Slice(0, len(session.text))
    current = db.conn.execute(
        "SELECT id, text, revision FROM transcript WHERE session_id = ? AND current = 1", (session.id,)
    ).fetchone()
    if current and current[1] == session.text:
        db.conn.execute(
            "UPDATE transcript SET body_start = ?, body_end = ? WHERE id = ?",
            (body.start, body.end, current[0]),
        )
        return int(current[0])
    db.conn.execute("UPDATE transcript SET current = 0 WHERE session_id = ?", (session.id,))
    maker = session.recognition.engine if session.recognition else f"read:{session.source.kind}"
    cursor = db.conn.execute(
        """INSERT INTO transcript (session_id, revision, text, body_start, body_end, maker, made_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (session.id, current[2] + 1 if current else 1, session.text, body.start, body.end, maker, now()),
    )
    return int(cursor.lastrowid or 0)


def person_id(db: Database, name: str) -> int:
    """Find a person by name or alias, or create one."""
    folded = name_key(name)
    found = db.conn.execute("SELECT person_id FROM alias WHERE folded = ?", (folded,)).fetchone()
    if found:
        return int(found[0])
    made = int(db.conn.execute("INSERT INTO person (name) VALUES (?)", (name,)).lastrowid or 0)
    db.conn.execute("INSERT INTO alias (folded, name, person_id) VALUES (?, ?, ?)", (folded, name, made))
    return made


def _people_of(db: Database, session_id: int) -> set[int]:
    found = db.conn.execute(
        "SELECT person_id FROM appearance WHERE session_id = ? AND person_id IS NOT NULL", (session_id,)
    )
    return {row[0] for row in found}


def _forget_unused_people(db: Database, candidates: set[int]) -> None:
    for person in candidates:
        db.conn.execute(
            """DELETE FROM person WHERE id = ? AND NOT EXISTS (SELECT 1 FROM appearance WHERE person_id = ?)
               AND NOT EXISTS (SELECT 1 FROM alias WHERE person_id = ? AND decided_by = 'human')""",
            (person, person, person),
        )


def _insert_appearance(db: Database, session_id: int, appearance: Appearance) -> int:
    cursor = db.conn.execute(
        """INSERT INTO appearance (session_id, label, person_id, role, organisation, part, confidence, rule,
           decided_by, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            session_id,
            appearance.label,
            person_id(db, appearance.name) if appearance.name else None,
            appearance.role,
            appearance.organisation,
            appearance.part,
            appearance.confidence,
            appearance.rule,
            appearance.decided_by,
            msgspec.json.encode([(e.start, e.end) for e in appearance.evidence]).decode(),
        ),
    )
    return int(cursor.lastrowid or 0)


def words_json(turn: Turn) -> str:
    """Words as compact rows: start, end, start_time, end_time, probability, speaker_confidence."""
    table = [
        (
            w.start,
            w.end,
            round(w.start_time, 3),
            round(w.end_time, 3),
            round(w.probability, 3),
            round(w.speaker_confidence, 3),
        )
        for w in turn.words
    ]
    return msgspec.json.encode(table).decode()


def _insert_turns(db: Database, session: Session, transcript_id: int, appearances: Mapping[str, int]) -> None:
    db.conn.executemany(
        """INSERT INTO turn (session_id, transcript_id, position, start, "end", appearance_id, start_time,
           end_time, confidence, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                session.id,
                transcript_id,
                position,
                turn.start,
                turn.end,
                appearances.get(turn.label or ""),
                turn.start_time,
                turn.end_time,
                turn.confidence,
                words_json(turn),
            )
            for position, turn in enumerate(session.turns)
        ],
    )


def _insert_quotes(
    db: Database,
    session: Session,
    transcript_id: int,
    appearances: Mapping[str, int],
    statuses: Mapping[tuple[str, str], str],
) -> None:
    for quote in session.quotes:
        key = quote_id(session.source.sha256, quote.start, quote.end)
        status = statuses.get((key, quote.text), "proposed")
        db.conn.execute(
            """INSERT OR IGNORE INTO quote (id, session_id, transcript_id, start, "end", text, appearance_id,
               kind, rule, confidence, cue_start, cue_end, reasons, repairs, score, start_time, end_time,
               status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (key, session.id, transcript_id, *_quote_row(quote, appearances), status),
        )


def _quote_row(quote: Quote, appearances: Mapping[str, int]) -> tuple[object, ...]:
    return (
        quote.start,
        quote.end,
        quote.text,
        appearances.get(quote.label or ""),
        quote.kind,
        quote.rule,
        quote.confidence,
        quote.cue.start if quote.cue else None,
        quote.cue.end if quote.cue else None,
        msgspec.json.encode(quote.reasons).decode(),
        msgspec.json.encode(quote.repairs).decode(),
        quote.score,
        quote.start_time,
        quote.end_time,
    )


def _insert_summary(
    db: Database,
    session_id: int,
    transcript_id: int,
    sentences: Sequence[SummarySentence],
    appearances: Mapping[str, int],
) -> None:
    for sentence in sentences:
        cursor = db.conn.execute(
            """INSERT INTO summary_sentence (session_id, transcript_id, appearance_id, position, text, engine)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (
                session_id,
                transcript_id,
                appearances.get(sentence.label or ""),
                sentence.position,
                sentence.text,
                sentence.engine,
            ),
        )
        db.conn.executemany(
            "INSERT OR IGNORE INTO summary_slice VALUES (?, ?, ?)",
            [(cursor.lastrowid, s.start, s.end) for s in sentence.slices],
        )


def _themes(
    db: Database, labels: ThemeLabels, tags: Sequence[ThemeTag], scored: Sequence[tuple[str, float]]
) -> dict[str, int]:
    origins = {tag.theme: tag.by for tag in tags}
    for slug in {*origins, *(slug for slug, _ in scored)}:
        french, english = labels.get(slug, (slug.replace("-", " "), slug.replace("-", " ")))
        db.conn.execute(
            """INSERT INTO theme (slug, label_fr, label_en, origin) VALUES (?, ?, ?, ?)
               ON CONFLICT (slug) DO UPDATE SET label_fr = excluded.label_fr, label_en = excluded.label_en,
               origin = excluded.origin""",
            (slug, french, english, origins.get(slug, "found")),
        )
    return dict(db.conn.execute("SELECT slug, id FROM theme").fetchall())


def _insert_themes(
    db: Database,
    session: Session,
    transcript_id: int,
    themes: Mapping[str, int],
    scored: Sequence[tuple[str, float]],
) -> None:
    db.conn.executemany(
        """INSERT INTO theme_tag (session_id, transcript_id, theme_id, start, "end", why, by)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [(session.id, transcript_id, themes[t.theme], t.start, t.end, t.why, t.by) for t in session.themes],
    )
    db.conn.executemany(
        "INSERT OR REPLACE INTO session_theme VALUES (?, ?, ?)",
        [(session.id, themes[slug], score) for slug, score in scored],
    )
    db.conn.execute(
        """INSERT OR IGNORE INTO quote_theme (quote_id, theme_id, by, why)
           SELECT quote.id, tag.theme_id, tag.by, tag.why FROM quote JOIN theme_tag AS tag
           ON tag.session_id = quote.session_id AND tag.start >= quote.start AND tag."end" <= quote."end"
           WHERE quote.session_id = ?""",
        (session.id,),
    )


def _insert_entities(db: Database, session: Session) -> None:
    db.conn.executemany(
        'INSERT INTO entity (session_id, kind, name, start, "end") VALUES (?, ?, ?, ?, ?)',
        [(session.id, e.kind, e.name, e.start, e.end) for e in session.entities],
    )

"""The tables of an archive, from the first migration on.

Each migration runs once inside a transaction. A migration that has shipped is never edited: a change
is a new one.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from db.search_schema import SEARCH_TABLES

MIGRATIONS = Migrations("florilege")

_CORE = """
CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE edition (
  id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
  name TEXT NOT NULL, year INTEGER, UNIQUE (event_id, name));
CREATE TABLE source (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64), name TEXT NOT NULL, kind TEXT NOT NULL,
  size INTEGER NOT NULL, path TEXT NOT NULL, seconds REAL, added_at TEXT NOT NULL);
CREATE TABLE source_name (
  sha256 TEXT NOT NULL REFERENCES source(sha256) ON DELETE CASCADE, name TEXT NOT NULL,
  PRIMARY KEY (sha256, name));
CREATE TABLE session (
  id INTEGER PRIMARY KEY, source_sha256 TEXT NOT NULL UNIQUE REFERENCES source(sha256) ON DELETE CASCADE,
  edition_id INTEGER REFERENCES edition(id) ON DELETE SET NULL,
  title TEXT NOT NULL, form TEXT NOT NULL CHECK (form IN ('prose', 'transcript', 'speech')),
  date TEXT, room TEXT, track TEXT, media TEXT, language TEXT,
  given_language TEXT, speaker_count INTEGER,
  given_speakers TEXT NOT NULL DEFAULT '[]', source_tags TEXT NOT NULL DEFAULT '[]',
  notes TEXT NOT NULL DEFAULT '[]', added_at TEXT NOT NULL);
CREATE TABLE transcript (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL, text TEXT NOT NULL, body_start INTEGER, body_end INTEGER,
  maker TEXT NOT NULL, made_at TEXT NOT NULL, current INTEGER NOT NULL DEFAULT 1,
  UNIQUE (session_id, revision));
CREATE UNIQUE INDEX transcript_current ON transcript(session_id) WHERE current = 1;
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE alias (
  folded TEXT PRIMARY KEY, name TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  decided_by TEXT NOT NULL DEFAULT 'rule');
CREATE TABLE appearance (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  label TEXT NOT NULL, person_id INTEGER REFERENCES person(id) ON DELETE SET NULL,
  role TEXT, organisation TEXT, part TEXT NOT NULL, confidence REAL NOT NULL, rule TEXT NOT NULL,
  decided_by TEXT NOT NULL, evidence TEXT NOT NULL DEFAULT '[]', UNIQUE (session_id, label));
CREATE INDEX appearance_person ON appearance(person_id);
CREATE TABLE turn (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  transcript_id INTEGER NOT NULL REFERENCES transcript(id) ON DELETE CASCADE,
  position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" >= start),
  appearance_id INTEGER REFERENCES appearance(id) ON DELETE SET NULL,
  start_time REAL, end_time REAL, confidence REAL NOT NULL, words TEXT NOT NULL DEFAULT '[]',
  UNIQUE (transcript_id, position));
CREATE INDEX turn_session ON turn(session_id, position);
CREATE INDEX turn_appearance ON turn(appearance_id);
CREATE TABLE quote (
  id TEXT PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  transcript_id INTEGER NOT NULL REFERENCES transcript(id) ON DELETE CASCADE,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL,
  appearance_id INTEGER REFERENCES appearance(id) ON DELETE SET NULL,
  kind TEXT NOT NULL CHECK (kind IN ('quoted', 'spoken', 'mention', 'indirect')),
  rule TEXT NOT NULL, confidence REAL NOT NULL, cue_start INTEGER, cue_end INTEGER,
  reasons TEXT NOT NULL DEFAULT '[]', repairs TEXT NOT NULL DEFAULT '[]', score REAL NOT NULL DEFAULT 0,
  start_time REAL, end_time REAL, status TEXT NOT NULL DEFAULT 'proposed');
CREATE INDEX quote_session ON quote(session_id, start);
CREATE INDEX quote_appearance ON quote(appearance_id);
CREATE INDEX quote_score ON quote(kind, score DESC);
CREATE TRIGGER quote_is_a_slice BEFORE INSERT ON quote
WHEN NEW.text IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM transcript
                      WHERE id = NEW.transcript_id)
  OR NEW.start < 0 OR NEW."end" <= NEW.start
BEGIN SELECT RAISE(ABORT, 'quote.text is not a slice of its transcript'); END;
CREATE TRIGGER quote_stays_a_slice BEFORE UPDATE OF text, start, "end", transcript_id ON quote
WHEN NEW.text IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM transcript
                      WHERE id = NEW.transcript_id)
  OR NEW.start < 0 OR NEW."end" <= NEW.start
BEGIN SELECT RAISE(ABORT, 'quote.text is not a slice of its transcript'); END;
CREATE TRIGGER transcript_is_final BEFORE UPDATE OF text ON transcript
WHEN NEW.text IS NOT OLD.text
BEGIN SELECT RAISE(ABORT, 'a transcript is never changed: add a revision'); END;
CREATE TABLE summary_sentence (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  transcript_id INTEGER NOT NULL REFERENCES transcript(id) ON DELETE CASCADE,
  appearance_id INTEGER REFERENCES appearance(id) ON DELETE CASCADE,
  position INTEGER NOT NULL, text TEXT NOT NULL, engine TEXT NOT NULL);
CREATE INDEX summary_session ON summary_sentence(session_id);
CREATE TABLE summary_slice (
  sentence_id INTEGER NOT NULL REFERENCES summary_sentence(id) ON DELETE CASCADE,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, PRIMARY KEY (sentence_id, start, "end"));
CREATE TABLE theme (
  id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, label_fr TEXT NOT NULL, label_en TEXT NOT NULL,
  origin TEXT NOT NULL);
CREATE TABLE theme_tag (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  transcript_id INTEGER NOT NULL REFERENCES transcript(id) ON DELETE CASCADE,
  theme_id INTEGER NOT NULL REFERENCES theme(id) ON DELETE CASCADE,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, why TEXT NOT NULL, by TEXT NOT NULL);
CREATE INDEX theme_tag_session ON theme_tag(session_id, start);
CREATE INDEX theme_tag_theme ON theme_tag(theme_id);
CREATE TABLE session_theme (
  session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  theme_id INTEGER NOT NULL REFERENCES theme(id) ON DELETE CASCADE,
  score REAL NOT NULL, PRIMARY KEY (session_id, theme_id));
CREATE INDEX session_theme_theme ON session_theme(theme_id);
CREATE TABLE quote_theme (
  quote_id TEXT NOT NULL REFERENCES quote(id) ON DELETE CASCADE,
  theme_id INTEGER NOT NULL REFERENCES theme(id) ON DELETE CASCADE,
  by TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (quote_id, theme_id));
CREATE INDEX quote_theme_theme ON quote_theme(theme_id);
CREATE TABLE entity (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  kind TEXT NOT NULL, name TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE INDEX entity_session ON entity(session_id);
CREATE INDEX entity_name ON entity(kind, name);
CREATE TABLE edit (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  kind TEXT NOT NULL, target TEXT NOT NULL, value TEXT NOT NULL, made_at TEXT NOT NULL, undone_at TEXT);
CREATE INDEX edit_session ON edit(session_id);
CREATE TABLE job (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'parked')),
  step TEXT, step_started_at TEXT, done REAL NOT NULL DEFAULT 0, total REAL NOT NULL DEFAULT 0,
  message TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT);
CREATE INDEX job_state ON job(state, id);
CREATE INDEX job_session ON job(session_id);
CREATE TABLE refusal (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, message TEXT NOT NULL, refused_at TEXT NOT NULL);
CREATE TABLE stage_run (
  session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  stage TEXT NOT NULL, key TEXT NOT NULL, output BLOB NOT NULL, engine TEXT NOT NULL,
  seconds REAL NOT NULL, finished_at TEXT NOT NULL, PRIMARY KEY (session_id, stage));
"""


def statements(script: str) -> list[str]:
    """Split a script into statements, keeping the bodies of triggers whole.

    ``executescript`` would commit the surrounding transaction.
    """
    found, pending = [], ""
    for line in script.strip().splitlines():
        pending += line + "\n"
        inside_trigger = "CREATE TRIGGER" in pending and "END;" not in pending
        if line.rstrip().endswith(";") and not inside_trigger:
            found.append(pending)
            pending = ""
    return found


@MIGRATIONS(name="0001_core")
def core(db: Database) -> None:
    """Create events, sessions, transcripts, people, quotes, summaries, themes, edits and jobs."""
    for statement in statements(_CORE):
        db.execute(statement)


@MIGRATIONS(name="0002_search")
def search(db: Database) -> None:
    """Create passages, their indexes of stems, names and titles, and their vectors."""
    for statement in statements(SEARCH_TABLES):
        db.execute(statement)

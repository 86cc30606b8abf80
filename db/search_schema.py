"""The tables of search: passages, their stems, names and titles, and their vectors.

``passage_fts`` keeps its own copy of the stems, so that a delete never needs text that is already gone
(contentless tables cannot delete before SQLite 3.43). Triggers fire for cascaded deletes too, which
keeps every index true whatever removes a session.
"""

from __future__ import annotations

SEARCH_TABLES = """
CREATE TABLE passage (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
  transcript_id INTEGER NOT NULL REFERENCES transcript(id) ON DELETE CASCADE,
  turn_id INTEGER REFERENCES turn(id) ON DELETE SET NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL CHECK ("end" > start),
  start_time REAL, language TEXT NOT NULL, digest BLOB NOT NULL);
CREATE INDEX passage_session ON passage(session_id, start);
CREATE INDEX passage_transcript ON passage(transcript_id);
CREATE INDEX passage_turn ON passage(turn_id);
CREATE VIRTUAL TABLE passage_fts USING fts5(stems, tokenize = 'unicode61 remove_diacritics 0');
CREATE TRIGGER passage_gone AFTER DELETE ON passage
BEGIN
  DELETE FROM passage_fts WHERE rowid = OLD.id;
END;
CREATE TABLE passage_vector (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  passage_id INTEGER NOT NULL REFERENCES passage(id) ON DELETE CASCADE,
  model TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (passage_id, model));
CREATE VIRTUAL TABLE title_fts USING fts5(
  title, content = 'session', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO title_fts(rowid, title) SELECT id, title FROM session;
CREATE TRIGGER session_titled AFTER INSERT ON session
BEGIN
  INSERT INTO title_fts(rowid, title) VALUES (NEW.id, NEW.title);
END;
CREATE TRIGGER session_retitled AFTER UPDATE OF title ON session WHEN NEW.title IS NOT OLD.title
BEGIN
  INSERT INTO title_fts(title_fts, rowid, title) VALUES ('delete', OLD.id, OLD.title);
  INSERT INTO title_fts(rowid, title) VALUES (NEW.id, NEW.title);
END;
CREATE TRIGGER session_gone AFTER DELETE ON session
BEGIN
  INSERT INTO title_fts(title_fts, rowid, title) VALUES ('delete', OLD.id, OLD.title);
END;
CREATE VIRTUAL TABLE alias_fts USING fts5(
  folded, person_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 0');
INSERT INTO alias_fts(folded, person_id) SELECT folded, person_id FROM alias;
CREATE TRIGGER alias_added AFTER INSERT ON alias
BEGIN
  INSERT INTO alias_fts(folded, person_id) VALUES (NEW.folded, NEW.person_id);
END;
CREATE TRIGGER alias_changed AFTER UPDATE OF folded, person_id ON alias
BEGIN
  DELETE FROM alias_fts WHERE rowid IN (
    SELECT rowid FROM alias_fts
    WHERE alias_fts MATCH '"' || replace(OLD.folded, '"', '""') || '"' AND folded = OLD.folded);
  DELETE FROM alias_fts WHERE OLD.folded NOT GLOB '*[a-z0-9]*' AND folded = OLD.folded;
  INSERT INTO alias_fts(folded, person_id) VALUES (NEW.folded, NEW.person_id);
END;
CREATE TRIGGER alias_gone AFTER DELETE ON alias
BEGIN
  DELETE FROM alias_fts WHERE rowid IN (
    SELECT rowid FROM alias_fts
    WHERE alias_fts MATCH '"' || replace(OLD.folded, '"', '""') || '"' AND folded = OLD.folded);
  DELETE FROM alias_fts WHERE OLD.folded NOT GLOB '*[a-z0-9]*' AND folded = OLD.folded;
END;
"""

SEARCH_TRIGGERS = (
    "passage_gone",
    "session_titled",
    "session_retitled",
    "session_gone",
    "alias_added",
    "alias_changed",
    "alias_gone",
)
SEARCH_INDEXES = ("passage_fts", "title_fts", "alias_fts")

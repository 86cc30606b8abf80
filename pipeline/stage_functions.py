"""What each stage does: one function from the session so far to the fields it gives.

Thin on purpose: the work is in the module each function calls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from db.records import Session, Slice
from pipeline.engines.langid import language_of
from pipeline.hooks import Hook
from pipeline.toolbox import Toolbox

if TYPE_CHECKING:
    from pipeline.audio import Decoded

Output = dict[str, Any]


def read(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Read a text source: text, form, written turns and speakers."""
    from pipeline.readers import read as read_file

    reading = read_file(toolbox.archive / session.source.path, session.source.kind, session.source.name)
    body = reading.body or Slice(0, len(reading.text))
    language = session.given_language or reading.language or language_of(reading.text[body.start : body.end])
    return {
        "text": reading.text,
        "body": body,
        "form": reading.form,
        "turns": reading.turns,
        "appearances": reading.appearances,
        "language": language,
        "notes": reading.notes,
    }


def _decoded(session: Session, toolbox: Toolbox, hook: Hook) -> Decoded:
    from pipeline.audio import decode

    return decode(toolbox.archive / session.source.path, hook)


def prompt_of(session: Session) -> str | None:
    """A short list of the announced names, so that the recogniser spells them right."""
    names = ", ".join(speaker.name for speaker in session.given_speakers)
    return f"{names}." if names else None


def transcribe(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Recognise the words of a recording."""
    from pipeline.transcribe import transcribe as recognise

    sound = _decoded(session, toolbox, hook)
    recognition = recognise(
        sound.samples, session.given_language, toolbox.recognizer, prompt_of(session), hook
    )
    return {"recognition": recognition, "language": recognition.language, "notes": sound.notes}


def diarize(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Split a recording into voices."""
    from pipeline.diarize import diarize as split

    sound = _decoded(session, toolbox, hook)
    return {"voices": split(sound.samples, session.speaker_count, toolbox.diarizer, hook)}


def align(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Give each word to a voice and build the transcript."""
    from pipeline.align import align as assign
    from pipeline.vocabulary import doubt_unknown_words

    if session.recognition is None:
        raise ValueError("align runs after transcribe")
    alignment = assign(session.recognition, session.voices)
    language = session.language or session.recognition.language
    turns = doubt_unknown_words(alignment.text, alignment.turns, toolbox.tagger, language)
    return {"text": alignment.text, "turns": turns}


def people(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Name the voices and written labels; in prose, people come with their quotations."""
    from pipeline.people import merged_turns, name_speakers

    if session.form == "prose":
        return {"appearances": session.appearances}
    session = replace(session, turns=merged_turns(session))
    return {"appearances": name_speakers(session, toolbox.tagger), "turns": session.turns}


def quotes(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Extract attributed quotations from prose, or choose quotable passages of a transcript."""
    if session.form == "prose":
        from pipeline.quotes.prose import extract
        from pipeline.quotes.ranking import ranked

        found = extract(
            session.text, session.language or "fr", toolbox.tagger, session.given_speakers, session.body
        )
        tagged = toolbox.tagger.tag(session.text, session.language or "fr")
        ordered = ranked(found.quotes, session.text, tagged, session.language or "fr")
        return {"quotes": ordered, "appearances": found.appearances}
    from pipeline.quotes.passages import quotable

    return {"quotes": quotable(session, toolbox.tagger)}


def summaries(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Summarise each speaker and the whole session."""
    from pipeline.summaries import summarize

    tagged = toolbox.tagger.tag(session.text, session.language or "fr")
    return {"summary": summarize(session, tagged=tagged, tagger=toolbox.tagger, engine=toolbox.summarizer)}


def themes(session: Session, toolbox: Toolbox, hook: Hook) -> Output:
    """Tag themes with their reasons, name the entities, count terms for the archive's own themes."""
    from pipeline.entities import find_entities
    from pipeline.themes import tag_themes
    from pipeline.themes.discovery import terms

    tagged = toolbox.tagger.tag(session.text, session.language or "fr")
    return {
        "themes": tag_themes(session, toolbox.lexicon),
        "entities": find_entities(session, tagged),
        "terms": tuple(sorted(terms(tagged, session.text, session.language or "fr").items())),
    }

"""The stages of a session, in order, and how their results are keyed and put together.

Each stage is a function of the session so far; its output is a few fields of the next session. A run
is keyed by everything it depends on, so an unchanged stage is never run twice and a changed one makes
only later stages run again.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec

from db.records import Form, Session
from pipeline import stage_functions as functions
from pipeline.hooks import Hook, silent
from pipeline.settings import Settings
from pipeline.toolbox import Toolbox

Output = dict[str, Any]
TEXT: frozenset[Form] = frozenset({"prose", "transcript"})
SPEECH: frozenset[Form] = frozenset({"speech"})


@dataclass(frozen=True)
class Stage:
    """One step: the forms it applies to, the intake facts, settings, stages and edits it depends on,
    the fields it gives, and the function that computes them. Raise ``version`` when the function
    changes what it returns."""

    name: str
    version: int
    forms: frozenset[Form]
    run: Callable[[Session, Toolbox, Hook], Output]
    facts: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()


NAMING_EDITS = ("rename", "merge", "role", "organisation")

STAGES: tuple[Stage, ...] = (
    Stage("read", 1, TEXT, functions.read, ("source", "given_language"),
          gives=("text", "body", "form", "turns", "appearances", "language", "notes")),
    Stage("transcribe", 1, SPEECH, functions.transcribe, ("source", "given_language", "given_speakers"),
          ("model", "preset"), gives=("recognition", "language", "notes")),
    Stage("diarize", 1, SPEECH, functions.diarize, ("source", "speaker_count"), gives=("voices",)),
    Stage("align", 2, SPEECH, functions.align, after=("transcribe", "diarize"), gives=("text", "turns")),
    Stage("people", 1, SPEECH | TEXT, functions.people, ("given_speakers",), after=("read", "align"),
          gives=("appearances", "turns"), edits=NAMING_EDITS),
    Stage("quotes", 2, SPEECH | TEXT, functions.quotes, after=("people",), gives=("quotes", "appearances"),
          edits=NAMING_EDITS),
    Stage("summaries", 1, SPEECH | TEXT, functions.summaries, (), ("summaries", "summary_model"),
          after=("quotes",), gives=("summary",)),
    Stage("themes", 1, SPEECH | TEXT, functions.themes, ("source_tags",), after=("quotes",),
          gives=("themes", "entities", "terms")),
)  # fmt: skip
BY_NAME = {stage.name: stage for stage in STAGES}
OWN_PROCESS = frozenset({"transcribe", "diarize"})
"""Stages heavy enough to deserve a fresh process: a crash or a leak dies with it."""


def stages_for(form: Form) -> tuple[Stage, ...]:
    """The stages that a session of this form goes through, in order."""
    return tuple(stage for stage in STAGES if form in stage.forms)


def stage_keys(session: Session, settings: Settings, lexicon: str = "") -> dict[str, str]:
    """Key of each stage of a session. ``lexicon`` is a digest of the archive's own themes."""
    keys: dict[str, str] = {}
    for stage in stages_for(session.form):
        facts = {name: _fact(session, name) for name in stage.facts}
        edits = [e for e in session.edits if e.kind in stage.edits]
        material = [
            stage.name,
            stage.version,
            facts,
            {name: getattr(settings, name) for name in stage.settings},
            [keys[name] for name in stage.after if name in keys],
            [(e.kind, e.target, e.value) for e in edits],
            lexicon if stage.name == "themes" else "",
        ]
        keys[stage.name] = hashlib.sha256(msgspec.json.encode(material)).hexdigest()
    return keys


def _fact(session: Session, name: str) -> Any:
    """An intake fact as it enters a key; of the source only what the bytes decide."""
    if name == "source":
        return (session.source.sha256, session.source.kind)
    return getattr(session, name)


def pending(
    session: Session, outputs: Mapping[str, tuple[str, bytes]], settings: Settings, lexicon: str = ""
) -> tuple[str, ...]:
    """Names of the stages whose output is missing or was made from something else."""
    keys = stage_keys(session, settings, lexicon)
    return tuple(name for name, key in keys.items() if outputs.get(name, ("",))[0] != key)


@cache
def _field_types() -> dict[str, Any]:
    return typing.get_type_hints(Session)


def apply_output(session: Session, output: bytes) -> Session:
    """Return the session with the fields of one stage's stored output."""
    fields: dict[str, Any] = msgspec.json.decode(output)
    types = _field_types()
    return replace(session, **{name: msgspec.convert(value, types[name]) for name, value in fields.items()})


def assemble(session: Session, outputs: Mapping[str, tuple[str, bytes]]) -> Session:
    """Put a session together from all stored outputs, in the order of the stages."""
    for stage in STAGES:
        if stage.name in outputs and session.form in stage.forms:
            session = apply_output(session, outputs[stage.name][1])
    return session


def run_stage(session: Session, name: str, toolbox: Toolbox, hook: Hook = silent) -> bytes:
    """Compute one stage and return its encoded output."""
    stage = BY_NAME[name]
    output = stage.run(session, toolbox, hook)
    return _ENCODER.encode({field: output[field] for field in stage.gives if field in output})


def _plain(value: Any) -> Any:
    """The Python number in a NumPy scalar; engines may let some through."""
    return value.item()


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)

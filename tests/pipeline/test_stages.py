from __future__ import annotations

from dataclasses import replace

import pytest

from db.records import Edit, GivenSpeaker, Session, Source
from pipeline.settings import Settings
from pipeline.stages import STAGES, pending, stage_keys, stages_for

SOURCE = Source("a" * 64, "talk.mp3", "audio", 10, "originals/aa/a.mp3")
TALK = Session(1, "Talk", SOURCE, "speech")
SETTINGS = Settings()


def changed(session: Session, settings: Settings = SETTINGS, lexicon: str = "") -> set[str]:
    """Stages that must run again once everything had run for TALK."""
    outputs = {name: (key, b"{}") for name, key in stage_keys(TALK, SETTINGS).items()}
    return set(pending(session, outputs, settings, lexicon))


def test_nothing_runs_twice() -> None:
    assert changed(TALK) == set()


def test_an_unknown_duration_found_later_changes_nothing() -> None:
    known = replace(TALK, source=replace(SOURCE, seconds=60.0), language="fr", notes=("stops early",))
    assert changed(known) == set()


@pytest.mark.parametrize(
    ("session", "again"),
    [
        (
            replace(TALK, given_language="en"),
            {"transcribe", "align", "people", "quotes", "summaries", "themes"},
        ),
        (replace(TALK, speaker_count=3), {"diarize", "align", "people", "quotes", "summaries", "themes"}),
        (replace(TALK, edits=(Edit("rename", "S1", "Ada"),)), {"people", "quotes", "summaries", "themes"}),
        (replace(TALK, edits=(Edit("title", "", "Autre"),)), set()),
        (replace(TALK, source_tags=("ia",)), {"themes"}),
    ],
)
def test_a_fact_or_an_edit_reruns_only_what_rests_on_it(session: Session, again: set[str]) -> None:
    assert changed(session) == again


def test_changing_the_summariser_never_repeats_recognition() -> None:
    assert changed(TALK, Settings(summaries="transformers")) == {"summaries"}
    assert changed(TALK, Settings(threads=7, pool="inline")) == set()


def test_changing_the_archives_themes_reruns_themes_only() -> None:
    assert changed(TALK, lexicon="other") == {"themes"}


def test_given_speakers_help_recognition() -> None:
    assert "transcribe" in changed(replace(TALK, given_speakers=(GivenSpeaker("Marc Lefèvre"),)))


def test_stages_come_after_what_they_need() -> None:
    names = [stage.name for stage in STAGES]
    for stage in STAGES:
        assert all(names.index(need) < names.index(stage.name) for need in stage.after)
    assert [s.name for s in stages_for("prose")] == ["read", "people", "quotes", "summaries", "themes"]

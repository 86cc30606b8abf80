"""Summaries of speakers and sessions: extractive, or written by a model behind a guard."""

from pipeline.summaries.writing import summarize

__all__ = ["summarize"]

"""Sentences that the pipeline wrote in English, in the language of the reader when we know them.

The command line and the archive keep the English sentence; here it is matched against its pattern and
said again. An unknown sentence is shown as it was written: nothing is ever hidden.
"""

from __future__ import annotations


def sentence(written: str) -> str:
    """The sentence in the language of the run, or as written."""
    return written

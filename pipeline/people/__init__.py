"""Who the voices and written labels of a session are, and on which words that rests."""

from pipeline.people.naming import merged_turns, name_speakers

__all__ = ["merged_turns", "name_speakers"]

"""What sessions are about: a lexicon's themes, each tag with its reason, and the archive's own themes."""

from pipeline.themes.lexicon import load_lexicon
from pipeline.themes.tagging import session_themes, tag_themes

__all__ = ["load_lexicon", "session_themes", "tag_themes"]

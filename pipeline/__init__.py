"""Everything that turns a source into knowledge, and the command line."""

__version__ = "0.1.0"

"""Everything that turns a source into knowledge, and the command line."""

"""The app: one module per page, words through gettext, no SQL and no rules of the archive."""

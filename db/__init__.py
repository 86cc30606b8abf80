"""The archive: records, tables, search, checks. Knows nothing of how knowledge is made."""

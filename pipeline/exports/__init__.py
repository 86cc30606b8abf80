"""Writers of what leaves the archive: one module per kind of thing, one function per format."""

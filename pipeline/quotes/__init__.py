"""Quotations: attributed direct speech in prose (``prose``) and quotable passages of transcripts.

The prose extractor works in one pass over the text: ``marks`` pairs the quotation marks, ``names`` and
``cast`` know who is in the document, ``roles`` reads what they do and for whom, ``cues`` finds the words
that give a quotation to somebody, ``attribution`` decides, ``kinds`` separates quotations from mentions,
``interviews`` finds answers set without marks.
The words of each language are data in ``assets/language``.
"""

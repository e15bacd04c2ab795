"""Repairs that were tried, ours and other people's, as the Open Repair Data Standard (ORDS) v0.3 writes them; and what
they say about the next one: how often does such a thing come right?

In comes open data (`ronde import repairs`, or the page of imports) and, from the room that does repairs, each own case
once it is closed (`operations.record_repair`). Out goes the same standard (`ronde export repairs`).

A row is kept as it was given: in typed columns, and where a cell was not written as its column would write it (a year
0999, an age 03), that cell too, in `as_written`. So a file that came in goes out again cell for cell, and no second copy
of it has to be kept. Imported rows are other people's published facts: they are never changed, and a row that says
something else under a known id is refused rather than taken for news.

Events left: past_repair.imported, past_repair.recorded.
"""

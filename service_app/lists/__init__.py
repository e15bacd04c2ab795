"""Lists: one declaration gives a room its list, with all a list can do.

A room declares a `Listing` (`declared.py`): the rows, the columns, the facets, the sorts, what can be done with many rows at
once. From it this room makes the page, the counts beside the filters, a person's views and columns, the exports and the
bulk runs. What a person looks at stands in the address; what they keep of it are two rows, `saved_view` and `list_choice`.
A `bulk_run` does one operation of another room on many rows, each in a savepoint: what is refused stops nothing else.
It leaves no event of its own: the operation leaves one for each row.
"""

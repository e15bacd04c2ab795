"""Work on things: for now the basic care plan's occurrences; repairs and refurbishment join later.

The n-th occurrence of a plan for an item is computed from the item's first day, never from the previous one, and is
unique, so planning twice or late makes each once. Events left: care.due, care.done, care.skipped.
"""

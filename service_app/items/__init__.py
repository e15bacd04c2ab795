"""The individual thing: tag, condition, whereabouts, photos, ledger, and when it is taken.

Availability is an exclusion constraint over `allocation`: no item is ever in two allocations at once, by construction.
A booking is made for a product; it gets an item at once (so the constraint guards the product's capacity too), but the
item stays exchangeable until the allocation is pinned at preparation or hand-over. Buffers lie inside `during`.
An item that is not back blocks without end. Events left: item.created, item.changed, item.graded, item.moved,
item.photographed, item.retired, allocation.displaced.
"""

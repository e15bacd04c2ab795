"""Things come home: somebody asks that a thing be fetched or brings it, chooses a window, and it is received and decided on.

Enters: a request (the street, staff), with who hands over, what, and what is dangerous about it. Rules in `hazards` say
what is refused, what never travels with other things and what needs its data wiped. Windows are not slots: a route serves
a zone on a weekday, and has so many stops, kilograms and litres (`CollectionDay`). `windows` says which are left (pure
logic); whoever takes one locks the row of the route first, so that the last place is taken once. A window is held for
fifteen minutes and free again by itself. Two requests of one address on one day are one stop.

Waste or product is decided by a person when the thing is here, with the reason written down (Directive 2008/98/EC,
article 3: what its holder discards is waste; what is handed over to be used again for the same purpose is not).

The rounds that fetch are a room of their own: they read takeback.confirmed and answer with `collected`,
`partly_collected` and `failed`.

Events left: takeback.asked, .refused, .merged, .held, .confirmed, .changed, .cancelled, .collected, .partly_collected,
.failed, .offered_again, .moved, .received, .decided, .closed; collection_day.saved.
"""

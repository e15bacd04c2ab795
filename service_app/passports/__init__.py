"""The passport of a thing: what it is, what it went through, what it holds; for whoever may know it, and for good.

Enters: the label of a thing (its own address or a GS1 Digital Link), the signed link of a repairer or recycler, staff. The
room keeps two things of its own: who was given a deeper look until when, and what a battery says of itself (Regulation (EU)
2023/1542, annex XIII). Everything else it reads from the other rooms and from the event log, which is never rewritten, so
that a passport needs no upkeep and cannot be embellished.

Who sees what is ONE table, `seen`. Each section is built in `content`, which reads no customer, no account and no free text
about a person; the page, the JSON-LD (`jsonld`) and the EPCIS document (`epcis`) are three ways of saying the same sections.
So a section that a layer may not see cannot be said in any of them.

It outlives the rental (the thing is bought: its buyer is the customer now) and the workshop (it left the cluster: the
address stays, and the workshop that took over its things is named).

Events left: passport.shown_to, passport.closed_to, battery.described, battery.read.
"""

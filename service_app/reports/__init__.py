"""What people on the street tell about a thing they stand in front of: found, or broken.

Whoever scans a label gets the public page (`items.public`) and from there a form: no account, no script, no cookie. A form
carries a stamp instead of a session's token: signed for this one thing, of an age, and good for one report, so that a second
tap reports nothing twice. A field that only machines fill in takes the place of a riddle. The photo is encoded anew; a way to
be reached is asked for and never needed, and is forgotten a month after somebody took care of it.

A report reaches the workshop three times: as a fact on the thing's timeline with a card beside it, as a letter, and as a row
on the list of reports, which is new until somebody handled it.

Events left: item.reported, item.report_handled.
"""

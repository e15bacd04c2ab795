"""A broken thing, from the customer's words until it is handed back working, or given up with a reason.

A *case* is about one thing: an item of the workshop, or something the customer owns (`CustomerThing`, which stays, so that
a fault that comes back is seen to be the same). Several things brought at once are one case each. A *quote* is a version
that never changes once it is sent; what the customer approves is that version, one of its options, and nothing else: an
older version is refused and the new one shown. What is charged never exceeds the approved maximum; a finding that costs
more is a new version, and the work stops until it is approved.

Who pays is decided by `coverage` before the customer chooses a time: a thing on a contract is repaired free of charge, its
cost goes to the item's ledger; a fault within the repair guarantee is free and keeps the original end of the guarantee.

Two axes, never one field: `status`, where the thing is in its repair, and `money_status`, what is owed for it. Charges of a
contract live in `charges` and hang on its lines; a repair of a customer's own thing has no contract, so what it costs stands
on the case, priced by the approved quote, until the invoicing of `billing` takes it from there.

Parts are stock: reserved when a quote is approved, used when they are fitted, released when the case ends without them.
A harvested part names the item it came from.

Sources: the European Repair Information Form, Directive (EU) 2024/1799 art. 4 and annex I (free of charge, conditions fixed
for 30 calendar days from its provision, the repairer bound when it is accepted within them).

Enters: a request (counter, portal, public page), acts of the staff, an approval by signed link. Leaves: repair.asked,
.received, .diagnosed, .quoted, .quote_viewed, .approved, .declined, .quote_expired, .waiting, .resumed, .worked, .checked,
.ready, .handed_back, .given_up, .cancelled, .paid, .abandoned; part.received, .harvested, .corrected.
"""

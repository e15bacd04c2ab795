"""What comes home is graded, goes to its best next life, and its economy is known.

Enters: what a take-back, a contract, a round or nobody announced. An `Intake` is what came in together: a line for each thing
announced, a scan for each thing that is here. When it is closed, its lines say the difference (missing, extra, other,
damaged) and keep saying it. A scanned thing passes from the driver's hand, or the customer's, into ours: it is in one hand
at a time by an exclusion constraint (`CustodyStretch`), and what was still out on a contract is returned by the contract's
own operation. What bears data goes nowhere before it was wiped under a certificate number; what is contaminated goes into a
batch of material that is in quarantine.

The next life is chosen by `cascade`, which is pure: inputs in whole cents, ranked steps out, each with what it was made of.
Who chooses lower than the best gives a reason of the workshop's own list. A refurbishment shows its cost against the value
it makes while it runs; its end is the begin of a new loop. A harvest puts tested parts of a known donor on the repairs'
shelf, and loses no gram: parts, remainder and loss are what went in.

The ledger of a thing stays the one table it was (`items.ItemEntry`): every entry names the event it comes from. Entries of
what is done by an operation are made by it, in its transaction; what follows from an event of a room below (a credit, a
waived charge) is entered by a reaction, and by a sweep for what was there before this room listened. Two tables of profit
would disagree one day.

To another member a thing goes by two rows, one in the books of each, that no statement sees together (`Passing`): who gives it
offers what its passport says to everybody, who takes it agrees, and only then it passes; a worker carries each word between
them (`operations.passings`). Its old address leads on to the new one, and its life goes along. What the cascade counts with is
the workshop's own (`rates`); a choice keeps the amounts it was made with.

Events left: intake.opened, .scanned, .graded, .wiped, .quarantined, .given_back, .adopted, .closed; next_life.chosen;
cascade_reason.saved; cascade_rates.changed; refurbishment.opened, .begun, .worked_on, .cost_passed, .worked, .checked, .done,
.cancelled; harvest.opened, .part_out, .closed; part.fitted; passing.planned, .offered, .came, .agreed, .declined, .withdrawn,
.passed, .received; item.entered (by the migration, for entries older than their event).
"""

"""What is owed and why: the price algorithm, charge rows, deposits held.

A charge is a fact with its reason: the rule, the days and the figures behind it, so that it can always explain itself.
It is never edited; what was wrong is waived, what was not served is credited, and a credit names the days it takes off
so that no day is given back twice. A deposit is a liability with its own states, apart from what is owed.
Invoices, numbers and VAT come in `billing`, over these rows. Events left: charge.made, charge.waived, charge.settled,
credit.made, credit.refunded, deposit.received, deposit.changed, deposit.retained, deposit.partly_released,
deposit.released, deposit.cancelled.
"""

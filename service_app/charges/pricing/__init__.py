"""Every price, as one pure algorithm. The tables below are the tests. Nothing here reads a row or a clock.

`terms` the figures of a line; `rental` by the day; `recurring` by the month, and bringing charges in step with service;
`usage` per use, and service credits; `late` coming back late; `ending` deposits, ending early, buying, losing; `vat` what of an
amount is VAT.

**Days.** A rental by the day counts civil days in the workshop's zone, the first and every started one: from Saturday
10:00 to Sunday 10:00 is one day, also when the night has 25 or 23 hours; up to an hour past the hour of the start is
still the same day. In general: the number of started stretches of a civil day since the hour of the start, at least one.

**Tiers.** The whole rental is priced at the tier its length reaches.

    tiers: from 1 day 15.00, from 3 days 12.00, from 7 days 9.00

    days    1      2      3      5      7      10
    each    15.00  15.00  12.00  12.00  9.00   9.00
    total   15.00  30.00  36.00  60.00  63.00  90.00

A longer rental is never dearer than a shorter one's next tier makes it cheaper: where fewer days at the lower tier cost
more than the first length of the next tier, the customer pays the lesser sum (6 days at 12.00 = 72.00, but 7 days cost
63.00, so 6 days cost 63.00). The charge names the rule `tiers_capped` then.

**Monthly.** Period k begins on the anchor day of the k-th month after the first, the month's last day when it is
shorter; it is computed from the anchor and never from the previous period (anchor 31: 31 January, 28 February, 31 March).
The first period begins on the day of the hand-over; one shorter than a month counts against the full month that ends
with it. A period used in part is charged by its days: amount × days used /
days in the period, rounded half up at the cent.

    24.00 a month, period 10 October to 9 November (31 days)

    used    20 days   31 days   1 day
    amount  15.48     24.00     0.77

**Late.** Units = started chargeable days after the day on which due + grace lies; a day is chargeable when the workshop
is open on it, or always, by the plan. Later the same day costs nothing. Fee = units × rate, never above the cap (the
plan's, else the deposit, else the replacement value).

    due Friday 2026-11-20 18:00, grace 60 min, back Monday 2026-11-23 11:00, closed on Sunday
    units   2 (Saturday, Monday)

**In step.** What stands charged for a period is always the price of its served days. After any change of what is served
(an end, a pause, a swap, a correction) the days charged and not served are credited and the days served and not charged
are charged; each amount is the difference between what stands charged and the price of the days it should stand for, so
rounding never adds up. No credit exceeds the charge: where the rounding of two charges differs, the cent comes off
another. A swap day belongs to the new line.

    old line 24.00, new line 36.00 a month, swapped on 21 October in the period 10 October to 9 November
    old     charged 24.00, 11 days served cost 8.52, credit 15.48 for 21 October to 9 November
    new     20 days of 36.00: 23.23          net +7.75

    30.00 a month for 10 October to 9 November, ended after 25 October: 16 days cost 15.48, credit 14.52

**Closed days.** When the plan says so, days of a rental by the day on which the workshop is closed cost nothing; the
tier still is the one of the whole length, and one day at least is charged.

    tiers as above, Friday to Monday (4 days), closed on Sunday        3 × 12.00 = 36.00

**Reduction.** The solidarity tariff or a discount takes its percentage off the amounts of the plan, at the cent, before
anything else is computed; they never add up. Deposits and fees are not reduced.

    24.00 a month, solidarity 30 %        16.80 a month; 20 of 31 days 10.84

**Per use.** Units beyond those included × unit price, never below the floor, never above the cap, each month by itself,
after its last day. Included units, floor and cap count by the days served.

    0.10 a km, 50 included, floor 4.00, cap 20.00

    km       0      60     120    300    300 in 15 of 30 days
    amount   4.00   4.00   7.00   20.00  10.00

**Deposit.** Fixed, a percentage of the replacement value, or all of it; one amount a contract, the sum over its lines.

**Ending early.** Before the minimum term is over the plan asks nothing, a fixed fee, a percentage of the remaining
months, or what the months used would have cost without a term, always at most what the remaining months would cost.

    25.00 a month, 12 months from 1 January, ended on 1 July; without a term 32.00 a month

    none 0.00    fixed 60.00: 60.00    remaining 50 %: 75.00    recomputed 6 × 7.00 = 42.00

**Cancelling.** Free until the plan's hours before the start; later the customer pays its share of the rental, or of one
month.

    rental 100.00, free until 48 hours before, then 30 %        49 h before 0.00    47 h before 30.00

**Buying.** max(floor, base - share × payments for its use), the payments capped in number, without deposits and fees.

    base 600.00, share 100 %, first payment 20.00, then ten of 25.00         330.00

**Losing.** The replacement value aged an eighth a year by days, at most the cap.

**Service credit.** Out of order for longer than the service level allows: each started day beyond gives back the plan's
share of a day of the month, never more than the month stands charged at.

    30.00 a month of 30 days, 48 hours, 100 %: out of order for 5 days and 1 hour        4 days, 4.00
"""

from service_app.charges.pricing.ending import (
    aged,
    buy_out,
    cancellation_fee,
    deposit,
    early_end_fee,
    lost,
    months_between,
    notice_ends,
    planned_end_price,
)
from service_app.charges.pricing.late import late_fee
from service_app.charges.pricing.recurring import (
    Charged,
    Days,
    Piece,
    add_months,
    month_price,
    nth_anchor,
    part_of_month,
    period,
    recurring,
    restate,
    runs,
    whole_days,
    within,
    without,
)
from service_app.charges.pricing.rental import changed_length, free_days, rent, rental_days
from service_app.charges.pricing.terms import Price, Terms
from service_app.charges.pricing.usage import service_credit, use

__all__ = [
    "Charged",
    "Days",
    "Piece",
    "Price",
    "Terms",
    "add_months",
    "aged",
    "buy_out",
    "cancellation_fee",
    "changed_length",
    "deposit",
    "early_end_fee",
    "free_days",
    "late_fee",
    "lost",
    "month_price",
    "months_between",
    "notice_ends",
    "nth_anchor",
    "part_of_month",
    "period",
    "planned_end_price",
    "recurring",
    "rent",
    "rental_days",
    "restate",
    "runs",
    "service_credit",
    "use",
    "whole_days",
    "within",
    "without",
]

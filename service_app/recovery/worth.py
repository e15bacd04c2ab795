"""What a thing is expected to be worth: pure, in whole cents.

    worth = value new x share of its grade x share of its age, rounded down to the cent

At the usual rates (`rates`): A 80, B 60, C 35, D 10 of a hundred; each full year takes five of a hundred, and age alone never
takes more than half.

    value new   grade  years   worth
      420 000     A      0     336 000
      420 000     B      2     226 800    (60 % x 90 %)
      420 000     C      4     117 600    (35 % x 80 %)
      420 000     D     30      21 000    (10 % x 50 %)
            0     A      0           0
"""

from __future__ import annotations

from service_app.recovery.rates import USUAL, Rates


def worth(new_cents: int, grade: str, years: int, rates: Rates = USUAL) -> int:
    """The expected value of a thing at a grade and age."""
    age = max(100 - rates.age_share * max(years, 0), rates.least_share)
    return new_cents * rates.share(grade) * age // 10_000


def retention(recovered_cents: int, now_cents: int, acquired_cents: int) -> int | None:
    """Value retention in percent, (recovered + now) / acquired rounded down; None where nothing was paid.

    recovered  now     acquired  retention
        1 000   2 000     4 000      75
        9 000       0     4 000     225
            0   1 000         0    None
    """
    return (recovered_cents + now_cents) * 100 // acquired_cents if acquired_cents > 0 else None

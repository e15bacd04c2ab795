"""What an operation would mean, before it is done: amounts with their reasons, dates, and what to know. Nothing is written.

Each function takes the subject and what was asked (the body of the operation) and answers a `Foreseen`, for pages to show.
`things.py` is about what goes on, `ends.py` about what ends or begins; `contests.py`
is about a second look; `parts.py` is what all are made of.
"""

from service_app.contracts.foreseen.contests import contest, decide_contest, give_in
from service_app.contracts.foreseen.ends import (
    add_line,
    call_off,
    do_not_renew,
    end_early,
    end_for_cause,
    give_notice,
    renew,
    transfer,
    warned,
    withdraw,
    withdraw_notice,
)
from service_app.contracts.foreseen.parts import Body, Foreseen, Row, nothing
from service_app.contracts.foreseen.things import (
    buy_out,
    change_plan,
    end_outage,
    extend,
    find_component,
    no_show,
    pause,
    remove_line,
    report_found,
    report_lost,
    reschedule,
    shorten,
    swap,
)

__all__ = [
    "Body",
    "Foreseen",
    "Row",
    "add_line",
    "buy_out",
    "call_off",
    "change_plan",
    "contest",
    "decide_contest",
    "do_not_renew",
    "end_early",
    "end_for_cause",
    "end_outage",
    "extend",
    "find_component",
    "give_in",
    "give_notice",
    "no_show",
    "nothing",
    "pause",
    "remove_line",
    "renew",
    "report_found",
    "report_lost",
    "reschedule",
    "shorten",
    "swap",
    "transfer",
    "warned",
    "withdraw",
    "withdraw_notice",
]

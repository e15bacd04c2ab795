"""The verbs. `plans`: what is looked after how often. `due`: what comes near is announced, what is off is over. `bench`: where
the time for it lies. `holding`: what is late holds its thing back. `doing`: it is done, or not this time. `fitness`: what
failed is in order after all. `answers`: the customer chooses how, comes or does not come. `calls`: what another fact calls for
(a return, a grade, a failed check). Writing occurrences is `planning`, one layer down."""

from service_app.workorders.models import GONE, OPEN
from service_app.workorders.operations.doing import do_care, finish_visit, put_back, skip_care, start_visit
from service_app.workorders.operations.due import announce_due_care, end_visits, follow_holders, keep_bench_time
from service_app.workorders.operations.fitness import say_fit
from service_app.workorders.operations.holding import hold_back_late
from service_app.workorders.planning import plan_care

__all__ = [
    "GONE",
    "OPEN",
    "announce_due_care",
    "do_care",
    "end_visits",
    "finish_visit",
    "follow_holders",
    "hold_back_late",
    "keep_bench_time",
    "plan_care",
    "put_back",
    "say_fit",
    "skip_care",
    "start_visit",
]

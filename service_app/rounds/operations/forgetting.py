"""What a round knows of people ends: after the days of the workshop's rule nobody can tell any more who was where, and when.

A position is recorded nowhere. What comes nearest stands in three places: who rode a round, the pins of the doors it stopped
at, and the problem a day was planned with, which holds all of them. The stops, their hours and what was weighed stay.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from service_app.core import clock
from service_app.core.db import session
from service_app.rounds import places, queries
from service_app.rounds.models import DayPlan, DriverAct, Round, RoundCrew, RoundStop, TransportOrder

MOST = 500
OVER = ("done", "partly", "failed", "called_off")


def forget_old() -> int:
    """Forget what is older than the rule's days; how many rows. Done twice, the second time finds none."""
    zone, rules = queries.zone(), queries.rules()
    since = clock.today(zone) - timedelta(days=rules.keep_days)
    old = select(Round.id).where(Round.day < since)
    stops = select(RoundStop.id).where(RoundStop.round_id.in_(old))
    done = 0
    for statement in (
        update(Round).where(Round.day < since, Round.plan_id.is_not(None)).values(plan_id=None),
        update(Round).where(Round.day < since, Round.driver_name != "").values(driver_name=""),
        update(DriverAct).where(DriverAct.stop_id.in_(stops), DriverAct.by_name != "").values(by_name=""),
        delete(RoundCrew).where(RoundCrew.round_id.in_(old)),
        delete(DayPlan).where(DayPlan.day < since),
    ):
        done += cast("CursorResult[Any]", session().execute(statement)).rowcount
    return done + _blur(clock.day_bounds(since, zone)[0])


def _blur(before: object) -> int:
    """The pins of doors become the middle of their postcode, or a square of about a kilometre where there is none."""
    sharp = select(TransportOrder).where(
        TransportOrder.status.in_(OVER), TransportOrder.window_end < before, TransportOrder.placed_by != "postcode"
    )
    rows = session().scalars(sharp.order_by(TransportOrder.id).limit(MOST)).all()
    for order in rows:
        spot = places.of_postcode(order.postcode) or places.Spot(round(order.lat, 2), round(order.lon, 2), "postcode")
        order.lat, order.lon, order.placed_by = spot.lat, spot.lon, spot.placed_by
    session().flush()
    return len(rows)

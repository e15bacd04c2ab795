"""Reads about orders, vehicles, zones, plans and rounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from service_app.bookings import queries as planning
from service_app.bookings.models import TAKEN, Resource, ResourceAbsence
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.events import Event
from service_app.customers.models import Customer
from service_app.rounds import words
from service_app.rounds.models import (
    DayPlan,
    DriverAct,
    Round,
    RoundCrew,
    RoundRules,
    RoundStop,
    RoundVehicle,
    RoundZone,
    TransportOrder,
)
from service_app.workshops.queries import get_workshop

WITH_STOPS = (
    joinedload(Round.vehicle).joinedload(RoundVehicle.resource),
    selectinload(Round.crew).joinedload(RoundCrew.resource),
    selectinload(Round.stops).selectinload(RoundStop.orders).joinedload(TransportOrder.customer),
)


def zone() -> str:
    """The time zone of the current workshop."""
    return get_workshop(current_workshop_id()).zone


def rules() -> RoundRules:
    """How the workshop rides; what is usual, in no row yet, until it says otherwise."""
    return session().scalars(select(RoundRules)).first() or usual_rules()


def usual_rules() -> RoundRules:
    """A day from half past eight to half past four, three quarters of an hour at noon, tomorrow frozen at four."""
    return RoundRules(
        starts=time(8, 30), ends=time(16, 30), break_starts=time(12), break_ends=time(12, 45), cut_off=time(16),
        window_minutes=150, car_free_days=[], keep_days=90, version=0,
    )  # fmt: skip


def list_zones() -> Sequence[RoundZone]:
    """The zones by name."""
    return session().scalars(select(RoundZone).order_by(RoundZone.name)).all()


def zone_of(postcode: str, zones: Sequence[RoundZone]) -> RoundZone | None:
    """The zone that a postcode is in, if it is in one."""
    return next((each for each in zones if postcode in each.postcodes), None)


def list_vehicles() -> Sequence[RoundVehicle]:
    """What can ride, by name."""
    found = select(RoundVehicle).join(RoundVehicle.resource).where(Resource.is_active).order_by(Resource.name)
    return session().scalars(found.options(contains_eager(RoundVehicle.resource))).all()


def every_order() -> Select[Any]:
    """All orders with their customer, for the list."""
    return select(TransportOrder).join(TransportOrder.customer)


def get_order(reference: str) -> TransportOrder:
    """The order with this reference. Refuses with NotFound."""
    found = select(TransportOrder).where(TransportOrder.reference == reference)
    order: TransportOrder = _the_one(
        found.options(joinedload(TransportOrder.customer), joinedload(TransportOrder.stop))
    )
    return order


def get_order_by_id(order_id: int) -> TransportOrder:
    """The order with this id. Refuses with NotFound."""
    order: TransportOrder = _the_one(select(TransportOrder).where(TransportOrder.id == order_id))
    return order


def order_of(subject: str) -> TransportOrder | None:
    """The order about a subject that is not over, or None; '' is about nothing."""
    if not subject:
        return None
    is_alive = TransportOrder.status.not_in(("done", "called_off"))
    return session().scalars(select(TransportOrder).where(TransportOrder.subject == subject, is_alive)).first()


def orders_of(customer: Customer, most: int = 8) -> Sequence[TransportOrder]:
    """The latest orders of a customer."""
    found = select(TransportOrder).where(TransportOrder.customer_id == customer.id)
    return session().scalars(found.order_by(TransportOrder.id.desc()).limit(most)).all()


def orders_for(day: date) -> Sequence[TransportOrder]:
    """What may be ridden on a day: open orders whose window meets it, and what is planned or promised for it."""
    start, end = clock.day_bounds(day, zone())
    is_open = TransportOrder.status == "open"
    in_rounds = select(RoundStop.id).join(Round, _is_of_round()).where(Round.day == day, Round.status != "dropped")
    found = select(TransportOrder).where(
        or_(
            is_open & (TransportOrder.window_start < end) & (TransportOrder.window_end > start),
            TransportOrder.status.in_(("planned", "promised")) & TransportOrder.stop_id.in_(in_rounds),
        )
    )
    found = found.options(
        joinedload(TransportOrder.customer), joinedload(TransportOrder.stop).joinedload(RoundStop.round)
    )
    return session().scalars(found.order_by(TransportOrder.id)).unique().all()


def _is_of_round() -> Any:
    return (RoundStop.workshop_id == Round.workshop_id) & (RoundStop.round_id == Round.id)


def open_orders_on(day: date) -> Sequence[TransportOrder]:
    """What is in no round of a day."""
    return [order for order in orders_for(day) if order.status == "open"]


def rounds_on(day: date) -> Sequence[Round]:
    """The rounds of a day by vehicle."""
    found = select(Round).where(Round.day == day, Round.status != "dropped").order_by(Round.vehicle_id)
    return session().scalars(found.options(*WITH_STOPS).execution_options(populate_existing=True)).all()


def taken_for_rounds(resource_id: int, day: date) -> Sequence[ResourceAbsence]:
    """The hours of a day over which a vehicle is taken by its round."""
    start, end = clock.day_bounds(day, zone())
    found = select(ResourceAbsence).where(
        ResourceAbsence.resource_id == resource_id, ResourceAbsence.reason == TAKEN,
        ResourceAbsence.starts_at < end, ResourceAbsence.ends_at > start,
    )  # fmt: skip
    return session().scalars(found.order_by(ResourceAbsence.starts_at)).all()


def taken_by(ride: Round) -> Sequence[ResourceAbsence]:
    """The hours over which a round takes its vehicle and its people."""
    found = select(ResourceAbsence).where(ResourceAbsence.reason == TAKEN, ResourceAbsence.note == ride.reference)
    start, end = clock.day_bounds(ride.day, zone())
    found = found.where(ResourceAbsence.starts_at < end, ResourceAbsence.ends_at > start)
    return session().scalars(found.order_by(ResourceAbsence.starts_at, ResourceAbsence.id)).all()


def list_people() -> list[Resource]:
    """The people of the planning, by name."""
    return [each for each in planning.list_resources(active=True) if each.kind == "person"]


def get_round(reference: str) -> Round:
    """The round with this reference. Refuses with NotFound."""
    ride: Round = _the_one(select(Round).where(Round.reference == reference).options(*WITH_STOPS))
    return ride


def get_round_by_id(round_id: int) -> Round:
    """The round with this id. Refuses with NotFound."""
    ride: Round = _the_one(select(Round).where(Round.id == round_id).options(*WITH_STOPS))
    return ride


def expected_of(order: TransportOrder) -> datetime | None:
    """When somebody is with the customer, while the round is on the road; None otherwise."""
    if order.stop_id is None:
        return None
    ride = get_round(get_stop(order.stop_id).round.reference)
    stop = next(each for each in ride.stops if each.id == order.stop_id)
    return words.expected(ride, stop) if ride.status == "running" and stop.status == "waiting" else None


def get_stop(stop_id: int) -> RoundStop:
    """A stop with its round and orders. Refuses with NotFound."""
    found = select(RoundStop).where(RoundStop.id == stop_id)
    stop: RoundStop = _the_one(found.options(joinedload(RoundStop.round), selectinload(RoundStop.orders)))
    return stop


def act_with(client_key: str) -> DriverAct | None:
    """What was done under a device's key, if it was."""
    return session().scalars(select(DriverAct).where(DriverAct.client_key == client_key)).first()


def acts_of(stop_ids: Sequence[int]) -> Sequence[DriverAct]:
    """What was done at some stops, in order."""
    return session().scalars(select(DriverAct).where(DriverAct.stop_id.in_(stop_ids)).order_by(DriverAct.id)).all()


def last_plan(day: date) -> DayPlan | None:
    """The plan of a day as it was made last."""
    return session().scalars(select(DayPlan).where(DayPlan.day == day).order_by(DayPlan.id.desc()).limit(1)).first()


def is_frozen(day: date) -> bool:
    """Whether a day was planned already."""
    return bool(session().scalar(select(func.count()).select_from(DayPlan).where(DayPlan.day == day)))


LEAVES = exists().where(Round.day == bindparam("today", type_=Date), Round.status.in_(("published", "running")))


def leaving_today() -> Sequence[Round]:
    """The rounds of today that are published or running."""
    today = clock.today(zone())
    found = select(Round).where(Round.day == today, Round.status.in_(("published", "running")))
    return session().scalars(found.options(*WITH_STOPS).order_by(Round.vehicle_id)).all()


def newest_event() -> int:
    """The number of what happened last here."""
    return session().scalar(select(func.max(Event.id))) or 0


def tomorrow() -> date:
    """The day that the cut-off freezes."""
    return clock.today(zone()) + timedelta(days=1)


def _the_one(found: Select[Any]) -> Any:
    row = session().scalars(found.execution_options(populate_existing=True)).unique().first()
    if row is None:
        raise NotFound("not_found")
    return row

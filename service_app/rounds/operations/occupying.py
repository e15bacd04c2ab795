"""A published round takes its vehicle and its people out of the planning of appointments, for each part of the shift in which
it has a stop."""

from __future__ import annotations

from service_app.bookings import taking
from service_app.bookings.models import TAKEN, ResourceAbsence
from service_app.core import clock
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.rounds import drawing, queries
from service_app.rounds.models import Round
from service_app.rounds.operations import crews


def occupy(ride: Round) -> None:
    """Take the vehicle for the hours of the round as it stands now, under the lock of a booking; it shows on the board as
    what any other absence is. Refuses Conflict `round.vehicle_taken` when an
    appointment has it then, and as `crews.refuse_absent`."""
    resource_id = ride.vehicle.resource_id
    taking.lock([resource_id, *(each.resource_id for each in ride.crew)])
    taking.drop_expired_holds([resource_id])
    session().flush()
    legs = drawing.legs(ride.vehicle, ride.day, queries.rules())
    stops = [stop for stop in ride.stops if stop.orders]
    if any(not any(start <= stop.planned_at <= end for start, end in legs) for stop in stops):
        raise Conflict("round.vehicle_taken", name=ride.vehicle.resource.name)
    crews.refuse_absent(ride)
    give_back(ride)
    for start, end in legs:
        if any(start <= stop.planned_at <= end for stop in stops):
            for each in (resource_id, *(one.resource_id for one in ride.crew)):
                session().add(
                    ResourceAbsence(resource_id=each, starts_at=start, ends_at=end, reason=TAKEN, note=ride.reference)
                )
    session().flush()


def give_back(ride: Round) -> None:
    """Nothing of the day is taken for the round."""
    for row in queries.taken_by(ride):
        session().delete(row)
    session().flush()


def let_go(ride: Round) -> None:
    """They are back: from now on they are free."""
    now = clock.now()
    for row in queries.taken_by(ride):
        if row.starts_at >= now:
            session().delete(row)
        elif row.ends_at > now:
            row.ends_at = now
    session().flush()

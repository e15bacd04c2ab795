"""A workshop leaves the cluster. Its things stay in the world, and so do their passports: another member answers for them."""

from __future__ import annotations

from datetime import date

from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.workshops.models import Workshop


def leave_cluster(actor: Actor, workshop: Workshop, heir: Workshop, on: date) -> None:
    """From this day on the passports of its things name `heir` as who looks after them. Its books stay open to its people,
    to end what runs. Said again with another heir it is corrected. Refuses itself and one that left as heir (`leave.heir`).
    Leaves workshop.left."""
    actor.must("settings:write")
    if heir.id == workshop.id or heir.left_on is not None or heir.cluster_id != workshop.cluster_id:
        raise Conflict("leave.heir", name=heir.name)
    workshop.left_on, workshop.heir_id = on, heir.id
    workshop.version += 1
    session().flush()
    events.record("workshop.left", actor, [workshop], {"heir": heir.slug, "on": on.isoformat()})

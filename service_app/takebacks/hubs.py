"""Hubs: places where others collect for the workshop, and what happens when somebody who stands before one says it is full.

A person on the street knows it first, so the sign on the hub carries a code, and one tap is all that is asked. That many say
the same must send nobody twice: while a take-back of that address is under way, or for `again_days` after the last, a further
tap is only counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from service_app.core import clock, events, links
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.customers.models import Customer
from service_app.takebacks import operations
from service_app.takebacks.models import HEAVIEST_G, Hub, HubAlert, Takeback
from service_app.takebacks.operations import Ask, address_key
from service_app.workshops.queries import get_workshop

# Whoever stands before a hub: it grants nothing but to say that it is full.
STRANGER = Actor(kind="visitor")
_UNDER_WAY = ("new", "eligible", "offered", "scheduled", "failed")
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MOST_LITRES = 100_000


@dataclass(frozen=True)
class HubFacts:
    """A hub as typed: see `Hub`."""

    name: str
    street: str
    postcode: str
    city: str
    takes: str
    capacity_litres: int
    capacity_g: int
    again_days: int = 3
    is_active: bool = True


def save_hub(actor: Actor, keeper: Customer, facts: HubFacts, hub: Hub | None = None) -> Hub:
    """A hub, new or changed. Refuses no name or address, and a capacity or a number of days out of bounds. Leaves
    hub.saved."""
    actor.must("recovery:write")
    for field in ("name", "street", "postcode"):
        if not getattr(facts, field).strip():
            raise Invalid("field.required", field=field)
    bounds = (
        ("capacity_litres", facts.capacity_litres, MOST_LITRES), ("kg", facts.capacity_g, HEAVIEST_G),
        ("again_days", facts.again_days, 60),
    )  # fmt: skip
    for field, value, most in bounds:
        if not 0 < value <= most:
            raise Invalid("number.out_of_range", field=field, least=1, most=most // 1000 if field == "kg" else most)
    keeper_id = keeper.id
    hub = hub or Hub(code="".join(secrets.choice(_SIGNS) for _sign in range(8)))
    hub.customer_id = keeper_id
    for name, value in vars(facts).items():
        setattr(hub, name, value.strip()[:200] if isinstance(value, str) else value)
    session().add(hub)
    session().flush()
    events.record("hub.saved", actor, [hub], {"code": hub.code})
    return hub


def tell_full(hub: Hub) -> HubAlert:
    """Somebody who stands before it says that it is full: a take-back of all it holds, once for its address. Refuses with
    Conflict `hub.closed` one that is closed. Leaves hub.full the first time only."""
    session().refresh(hub, with_for_update=True)
    if not hub.is_active:
        raise Conflict("hub.closed")
    before = last_alert(hub)
    if before is not None:
        before.times += 1
        before.last_at = clock.now()
        return before
    wanted = Ask(
        what=hub.name, mass_g=hub.capacity_g, litres=hub.capacity_litres, street=hub.street, postcode=hub.postcode,
        city=hub.city, is_owner=True,
    )  # fmt: skip
    takeback = operations.ask(STRANGER, hub.customer, wanted, source="hub")
    alert = HubAlert(hub_id=hub.id, takeback_id=takeback.id, address_key=_key(hub), last_at=clock.now())
    session().add(alert)
    session().flush()
    events.record("hub.full", STRANGER, [hub, takeback, alert], {"takeback_id": takeback.id})
    return alert


def last_alert(hub: Hub) -> HubAlert | None:
    """What was said of this address and still counts, or None."""
    found = (
        select(HubAlert)
        .join(Takeback, (Takeback.workshop_id == HubAlert.workshop_id) & (Takeback.id == HubAlert.takeback_id))
        .where(
            HubAlert.address_key == _key(hub),
            or_(Takeback.status.in_(_UNDER_WAY), HubAlert.created_at > clock.now() - timedelta(days=hub.again_days)),
        )
    )
    return session().scalars(found.order_by(HubAlert.id.desc()).limit(1)).first()


def _key(hub: Hub) -> str:
    return address_key(hub.street, hub.postcode)


def list_hubs() -> Sequence[Hub]:
    """All hubs by name, those that are open first."""
    wanted = select(Hub).options(joinedload(Hub.customer)).order_by(Hub.is_active.desc(), Hub.name, Hub.id)
    return session().scalars(wanted).all()


def get_hub(code: str) -> Hub:
    """The hub of a code. Refuses with NotFound."""
    hub = session().scalars(select(Hub).where(Hub.code == code.upper())).first()
    if hub is None:
        raise NotFound("not_found")
    return hub


def alerts_of(hub: Hub, most: int = 12) -> Sequence[HubAlert]:
    """What was said of it, the newest first."""
    found = select(HubAlert).where(HubAlert.hub_id == hub.id).options(joinedload(HubAlert.takeback))
    return session().scalars(found.order_by(HubAlert.id.desc()).limit(most)).all()


def sign_url(hub: Hub) -> str:
    """What the code on its sign leads to."""
    return links.absolute(f"/{get_workshop(hub.workshop_id).slug}/hub/{hub.code}")

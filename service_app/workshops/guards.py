"""The doors of the house: who gets in, and into which workshop. Named where a blueprint is registered.

Across workshops the answer is 404 and never 403: whether something exists elsewhere is nobody's business.
"""

from __future__ import annotations

from typing import Any

from flask import g

from service_app.accounts.signed_in import SignedIn, signed_in
from service_app.core import access
from service_app.core.errors import NotFound
from service_app.core.web import SignInNeeded, current
from service_app.workshops import queries
from service_app.workshops.models import Workshop


def street(view_args: dict[str, Any]) -> None:
    """Anybody. In an address of a workshop the session is confined to it; a signed-in person is recognised."""
    person = signed_in()
    if person is not None:
        _recognise(person)
    if "workshop" in view_args:
        workshop_alone(view_args)


def workshop_alone(view_args: dict[str, Any]) -> None:
    """Confine the session to the workshop in the address, whoever asks: for a room with a door of its own."""
    found = queries.enter_workshop(view_args.pop("workshop"))
    if found is None:
        raise NotFound("not_found")
    _stand_in(found)


def person(view_args: dict[str, Any]) -> None:
    """Whoever is signed in, in no workshop."""
    _recognise(_signed_in())


def _signed_in() -> SignedIn:
    found = signed_in()
    if found is None:
        raise SignInNeeded
    return found


def staff(view_args: dict[str, Any]) -> None:
    """An active member of the workshop in the address; for everybody else there is no such page."""
    slug = view_args["workshop"]
    _recognise(_signed_in(), slug)
    del view_args["workshop"]
    for member in current().memberships:
        if member.workshop.slug == slug:
            _stand_in(member.workshop)
            account = current().account
            current().role = member.role
            current().actor = access.staff(account.name, account.id, member.role)
            return
    raise NotFound("not_found")


def coordinator(view_args: dict[str, Any]) -> None:
    """The coordinator of the cluster."""
    person(view_args)
    if not current().is_coordinator:
        raise NotFound("not_found")
    account = current().account
    current().role = "coordinator"
    current().actor = access.coordinator(account.name, account.id)


def _recognise(found: SignedIn, slug: str = "") -> None:
    here = current()
    here.account = found.account
    standing = queries.standing_of(found.account.id, slug)
    here.memberships, here.is_coordinator = standing.memberships, standing.is_coordinator
    here.actor = access.Actor(kind="person", name=found.account.name, account_id=found.account.id)
    g.language = found.account.language


def _stand_in(workshop: Workshop) -> None:
    current().workshop = workshop
    g.zone = workshop.zone

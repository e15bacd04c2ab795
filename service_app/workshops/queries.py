"""Reads about workshops and their people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from service_app.accounts.models import Account
from service_app.core.db import narrowed, session, telling
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.workshops.models import (
    Cluster,
    ClusterMember,
    HouseDefaults,
    Invitation,
    Member,
    OpeningException,
    Terms,
    Workshop,
)


def find_workshop(slug: str) -> Workshop | None:
    """The workshop of an address, or None."""
    return session().scalars(select(Workshop).where(Workshop.slug == slug)).first()


_ENTER = select(Workshop, telling("workshop", Workshop.id)).where(Workshop.slug == bindparam("slug"))


def enter_workshop(slug: str) -> Workshop | None:
    """The workshop of an address, to which the session is confined from then on; or None."""
    found = session().scalars(_ENTER, {"slug": slug}).first()
    if found is not None:
        narrowed(found.id)
    return found


def get_workshop(workshop_id: int) -> Workshop:
    """The workshop with this id."""
    return session().get_one(Workshop, workshop_id)


def list_workshops() -> list[Workshop]:
    """All workshops by name."""
    return list(session().scalars(select(Workshop).order_by(as_read(Workshop.name))))


def list_neighbours(workshop: Workshop) -> list[Workshop]:
    """The other workshops of its cluster by name: whom one may ask."""
    found = select(Workshop).where(Workshop.cluster_id == workshop.cluster_id, Workshop.id != workshop.id)
    return list(session().scalars(found.order_by(as_read(Workshop.name))))


def list_workshops_of(cluster: Cluster) -> list[Workshop]:
    """The workshops of a cluster by name."""
    return list(
        session().scalars(select(Workshop).where(Workshop.cluster_id == cluster.id).order_by(as_read(Workshop.name)))
    )


def memberships_of(account_id: int) -> list[Member]:
    """Where an account works, by the workshop's name; in a platform scope that names this account."""
    found = select(Member).join(Member.workshop).options(joinedload(Member.workshop))
    found = found.where(Member.account_id == account_id, Member.is_active).order_by(as_read(Workshop.name))
    return list(session().scalars(found))


@dataclass(frozen=True)
class Standing:
    """Where an account works, and whether it coordinates the cluster."""

    memberships: list[Member]
    is_coordinator: bool


_COORDINATES = exists().where(ClusterMember.account_id == bindparam("account_id"))
_STANDING = (
    select(Member, _COORDINATES, case((Workshop.slug == bindparam("slug"), telling("workshop", Workshop.id))))
    .join(Member.workshop)
    .options(contains_eager(Member.workshop))
    .where(Member.account_id == bindparam("account_id"), Member.is_active)
    .order_by(as_read(Workshop.name))
)


def standing_of(account_id: int, slug: str = "") -> Standing:
    """What the guards ask on every page, in one statement; who works nowhere takes a second. Where the account works in
    the workshop of the slug, the session is confined to it from then on."""
    rows = session().execute(_STANDING, {"account_id": account_id, "slug": slug}).all()
    if not rows:
        return Standing([], bool(session().scalar(select(_COORDINATES), {"account_id": account_id})))
    for member, _coordinates, entered in rows:
        if entered is not None:
            narrowed(member.workshop_id)
    return Standing([row[0] for row in rows], rows[0][1])


def coordinated_cluster(account_id: int) -> Cluster | None:
    """The cluster this account coordinates, or None."""
    found = select(Cluster).join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
    return session().scalars(found.where(ClusterMember.account_id == account_id)).first()


def list_members() -> list[Member]:
    """The people of the current workshop, active ones first, by name."""
    found = select(Member).join(Member.account).options(joinedload(Member.account))
    return list(session().scalars(found.order_by(Member.is_active.desc(), as_read(Account.name))))


def list_open_invitations() -> list[Invitation]:
    """Invitations neither accepted nor withdrawn, newest first."""
    found = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    return list(session().scalars(found.order_by(Invitation.id.desc())))


def list_exceptions(since: date) -> list[OpeningException]:
    """The days from `since` on that differ from their weekday."""
    found = select(OpeningException).where(OpeningException.day >= since)
    return list(session().scalars(found.order_by(OpeningException.day).limit(400)))


def house_defaults() -> HouseDefaults:
    """What the current workshop wants otherwise; a row of the house's own values, not kept, where nothing was set."""
    return session().scalars(select(HouseDefaults)).first() or HouseDefaults(
        buffer_before_minutes=0, buffer_after_minutes=0, letter_greeting={}, letter_closing={}, letter_footer={},
        start_skipped=[], version=0,
    )  # fmt: skip


def list_terms() -> list[Terms]:
    """Every version of the general terms, the one that stands first."""
    return list(session().scalars(select(Terms).order_by(Terms.number.desc())))


def get_terms(number: int) -> Terms:
    """A version of the general terms; refuses with NotFound."""
    terms = session().scalars(select(Terms).where(Terms.number == number)).first()
    if terms is None:
        raise NotFound("not_found")
    return terms

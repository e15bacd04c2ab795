"""Who works in a workshop, in which role; how somebody comes in and goes. A workshop never loses its last owner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from service_app.accounts.models import Account
from service_app.accounts.operations import clean_email, digest, find_for_reset
from service_app.core import clock, events, links, versions
from service_app.core.access import ROLES, Actor
from service_app.core.db import act_as, current_workshop_id, narrow, session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.i18n import LANGUAGES
from service_app.workshops.models import Invitation, Member
from service_app.workshops.queries import memberships_of

INVITATION_LASTS = timedelta(days=14)
JOIN = "join"


def invite_member(actor: Actor, email: str, role: str, language: str) -> Invitation:
    """Invite an address to join in a role, for fourteen days; an earlier open invitation of the address ends.

    Refuses `email.invalid`, `choice.unknown` (role, language) and `member.known`: somebody with this address works here.
    Leaves member.invited, whose letter carries `join_link`.
    """
    actor.must("member:write")
    return _invite(actor, email, role, language)


def _invite(actor: Actor, email: str, role: str, language: str) -> Invitation:
    address = clean_email(email)
    _refuse_unknown(role, ROLES, "role")
    _refuse_unknown(language, LANGUAGES, "language")
    if works_here(address):
        raise Conflict("member.known", field="email", email=address)
    for earlier in session().scalars(_open_invitations().where(Invitation.email == address)):
        earlier.withdrawn_at = clock.now()
    invitation = Invitation(
        email=address, role=role, language=language, invited_by=actor.name,
        expires_at=clock.now() + INVITATION_LASTS, token_hash=digest(f"{address} {clock.now().isoformat()}"),
    )  # fmt: skip
    session().add(invitation)
    session().flush()
    invitation.token_hash = digest(_token(invitation))
    events.record("member.invited", actor, [invitation], {"role": role})
    return invitation


def _refuse_unknown(value: str, known: Collection[str], field: str) -> None:
    if value not in known:
        raise Invalid("choice.unknown", field=field, value=value)


def works_here(address: str) -> bool:
    """Whether somebody with this address is an active member."""
    found = select(Member.id).join(Member.account).where(Account.email == address, Member.is_active)
    return session().scalar(found) is not None


def _open_invitations() -> Select[Any]:
    return select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def _token(invitation: Invitation) -> str:
    return links.sign(JOIN, invitation.workshop_id, invitation.id)


def join_link(invitation: Invitation) -> str:
    """The address in the letter: signed, for this invitation only, the same whenever it is asked for."""
    return links.absolute(f"/join/{_token(invitation)}")


def withdraw_invitation(actor: Actor, invitation_id: int) -> Invitation:
    """Take an invitation back; its link then leads nowhere. Refuses one that is not open. Leaves invitation.withdrawn."""
    actor.must("member:write")
    invitation: Invitation | None = (
        session().scalars(_open_invitations().where(Invitation.id == invitation_id).with_for_update()).first()
    )
    if invitation is None:
        raise NotFound("not_found")
    invitation.withdrawn_at = clock.now()
    events.record("invitation.withdrawn", actor, [invitation])
    return invitation


def open_invitation(token: str, invitation_id: int) -> Invitation:
    """The invitation of a link, in its workshop, locked. Refuses with NotFound `invitation.gone` once it was accepted,
    withdrawn or has run out."""
    found = _open_invitations().where(Invitation.id == invitation_id, Invitation.token_hash == digest(token))
    invitation: Invitation | None = session().scalars(found.with_for_update()).first()
    if invitation is None or invitation.expires_at <= clock.now():
        raise NotFound("invitation.gone")
    return invitation


def accept_invitation(account: Account, invitation: Invitation) -> Member:
    """Let an account in, in the role of the invitation; who was here before comes back. The link is the authority, so
    the account may have another address. Refuses `member.known` for somebody who works here. Leaves member.joined."""
    member = session().scalars(select(Member).where(Member.account_id == account.id)).first()
    if member is not None and member.is_active:
        raise Conflict("member.known", email=account.email)
    if member is None:
        member = Member(account_id=account.id, role=invitation.role)
        session().add(member)
    member.role, member.is_active = invitation.role, True
    invitation.accepted_at = clock.now()
    session().flush()
    actor = Actor(kind="person", name=account.name, account_id=account.id)
    events.record("member.joined", actor, [member, invitation], {"role": member.role})
    return member


def get_member(member_id: int) -> Member:
    """A person of the current workshop; refuses with NotFound."""
    member = session().get(Member, (current_workshop_id(), member_id))
    if member is None:
        raise NotFound("not_found")
    return member


def change_role(actor: Actor, member: Member, expected_version: int | None, role: str) -> None:
    """Another role. Refuses `choice.unknown`, a stale version, and `member.last_owner`. Leaves member.changed; nothing
    when the role is the same."""
    actor.must("member:write")
    _refuse_unknown(role, ROLES, "role")
    if role != "owner":
        _keep_an_owner(member)
    versions.take(member, expected_version)
    came_from = member.role
    if came_from == role:
        return
    member.role = role
    events.record("member.changed", actor, [member], {"role": role, "was": came_from})


def end_membership(actor: Actor, member: Member) -> None:
    """Let somebody go, or go oneself (that needs no right). The next click finds the door closed. Refuses
    `member.last_owner` and `member.gone`. Leaves member.left."""
    if actor.account_id is None or actor.account_id != member.account_id:
        actor.must("member:write")
    _keep_an_owner(member)
    versions.take(member, None)
    if not member.is_active:
        raise Conflict("member.gone")
    member.is_active = False
    events.record("member.left", actor, [member], {"role": member.role})


def reinstate_member(actor: Actor, member: Member) -> None:
    """Take somebody back in the role they had. Leaves member.joined; nothing when they are here."""
    actor.must("member:write")
    versions.take(member, None)
    if member.is_active:
        return
    member.is_active = True
    events.record("member.joined", actor, [member], {"role": member.role})


def _keep_an_owner(member: Member) -> None:
    """Lock the owners in one order, so that two who go at the same time do not both succeed."""
    owners = select(Member.id).where(Member.role == "owner", Member.is_active).order_by(Member.id).with_for_update()
    if list(session().scalars(owners)) == [member.id]:
        raise Conflict("member.last_owner", field="role")


def ask_password_reset(email: str, ip: str) -> None:
    """Have a letter with `accounts.operations.reset_link` sent, from the first of the person's workshops; the session
    goes on inside it. Says nothing about whether the address is known. An account that works nowhere gets no letter:
    nobody could vouch for its address. Refuses with TooMany (see `find_for_reset`). Leaves account.reset."""
    account = find_for_reset(email, ip)
    if account is None:
        return
    act_as(account.id)
    members = memberships_of(account.id)
    if members:
        narrow(members[0].workshop_id)
        events.record("account.reset", Actor(kind="visitor"), [members[0]])

"""Coming in by a letter, and the sessions that this opens."""

from __future__ import annotations

import hmac
import secrets
import string
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, or_, select, update

from service_app.accounts.operations import count_question, digest
from service_app.core import clock, events, links
from service_app.core.access import Actor, customer
from service_app.core.db import session
from service_app.core.errors import Conflict, NotFound
from service_app.customers.models import Customer
from service_app.portal import queries
from service_app.portal.models import PortalLink, PortalSession
from service_app.workshops.queries import get_workshop

log = structlog.get_logger()

LINK_LASTS = timedelta(minutes=10)
WRONG_CODES = 5
IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
KEPT = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=1)
_VISITOR = Actor(kind="visitor")


def ask_link(email: str, browser: str, ip: str, language: str) -> PortalLink:
    """A letter with a link that lets the customer with this address in, for ten minutes, once. For an unknown address the
    same is done, and no letter comes of it. `browser` is the random value in the cookie of the browser that asks.

    Refuses with TooMany after five questions an hour for the address, twenty for the IP. Leaves portal.asked.
    """
    address = email.strip().lower()[:320]
    count_question("portal", address, ip)
    return _new_link(_VISITOR, queries.find_by_email(address), digest(browser), language)


def send_link(actor: Actor, customer: Customer) -> PortalLink:
    """The same letter, sent by the workshop; no browser asked, so the code in it is needed. Refuses a customer without an
    address with Conflict `portal.no_address`. Leaves portal.asked."""
    actor.must("customer:write")
    if not customer.email:
        raise Conflict("portal.no_address")
    return _new_link(actor, customer, None, customer.language)


def _new_link(actor: Actor, customer: Customer | None, browser_hash: str | None, language: str) -> PortalLink:
    salt = secrets.token_urlsafe(24)
    link = PortalLink(
        customer_id=customer.id if customer is not None else None, salt=salt, token_hash=digest(token_of(salt)),
        browser_hash=browser_hash, language=language, expires_at=clock.now() + LINK_LASTS,
    )  # fmt: skip
    session().add(link)
    session().flush()
    events.record("portal.asked", actor, [link])
    return link


def token_of(salt: str) -> str:
    """The token in the address of a link: 160 bits."""
    return links.derive("portal-token", salt)[:40]


def code_of(salt: str) -> str:
    """The six digits that stand beside it in the letter."""
    return f"{int(links.derive('portal-code', salt), 16) % 1_000_000:06d}"


def link_url(link: PortalLink) -> str:
    """The address in the letter."""
    return links.absolute(f"/{get_workshop(link.workshop_id).slug}/my/in/{token_of(link.salt)}")


def open_link(token: str) -> PortalLink:
    """The link of a token. Refuses with NotFound `link.gone` what was used, is too old or was never sent."""
    link = session().scalars(select(PortalLink).where(PortalLink.token_hash == digest(token))).first()
    if link is None or not is_open(link):
        raise NotFound("link.gone")
    return link


def link_of_browser(browser: str) -> PortalLink | None:
    """The latest link this browser asked for, while it may be used."""
    found = select(PortalLink).where(PortalLink.browser_hash == digest(browser)).order_by(PortalLink.id.desc())
    link = session().scalars(found.limit(1)).first()
    return link if link is not None and is_open(link) else None


def is_open(link: PortalLink) -> bool:
    """Whether a link may still be used."""
    return link.used_at is None and link.expires_at > clock.now() and link.wrong_codes < WRONG_CODES


def is_asked_by(link: PortalLink, browser: str | None) -> bool:
    """Whether this browser is the one that asked."""
    return bool(browser and link.browser_hash) and hmac.compare_digest(link.browser_hash or "", digest(browser or ""))


def come_in(link: PortalLink, browser: str | None, code: str | None, *, ip: str, user_agent: str) -> str | None:
    """A session by a link: in the browser that asked (`browser`), or with the code of the letter. The value for the
    cookie; None for a wrong code, which counts (five end the link), and so the edge commits it.

    Refuses with NotFound `link.gone`. Leaves portal.entered.
    """
    session().refresh(link, with_for_update=True)
    if not is_open(link):
        raise NotFound("link.gone")
    if code is None and not is_asked_by(link, browser):
        return None
    # The digits of other scripts are digits too, and text that is not ASCII cannot be compared in constant time.
    typed = "".join(sign for sign in code or "" if sign in string.digits)
    is_right = code is None or hmac.compare_digest(typed, code_of(link.salt))
    if not is_right or link.customer_id is None:
        link.wrong_codes += 1
        log.info("portal_code_wrong", link_id=link.id)
        return None
    link.used_at = clock.now()
    return _open_session(_standing(link), ip, user_agent)


def _standing(link: PortalLink) -> Customer:
    found = queries.standing_customer(link.customer_id or 0)
    if found is None or not found.email:
        raise NotFound("link.gone")
    return found


def _open_session(person: Customer, ip: str, user_agent: str) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    row = PortalSession(
        customer_id=person.id, token_hash=digest(token), email_hash=digest(person.email or ""), last_seen_at=now,
        expires_at=now + ABSOLUTE, ip=ip, user_agent=user_agent[:300],
    )  # fmt: skip
    session().add(row)
    events.record("portal.entered", customer(person.name), [person])
    return token


def go_on_as(row: PortalSession, person: Customer) -> str:
    """The same browser goes on as another customer of the same address; the session of before ends, and the new one lasts
    no longer than it would have. The value for the cookie. Leaves portal.entered."""
    row.ended_at = clock.now()
    value = _open_session(person, row.ip or "", row.user_agent or "")
    session().flush()
    new = session().scalars(select(PortalSession).where(PortalSession.token_hash == digest(value))).one()
    new.expires_at = row.expires_at
    return value


def resume_session(token: str) -> PortalSession | None:
    """The live session of a token, its last use noted once a minute; None when it ended, is over thirty days old or was
    not used for seven, and when the customer's address is another one by now."""
    row = session().scalars(select(PortalSession).where(PortalSession.token_hash == digest(token))).first()
    now = clock.now()
    if row is None or row.ended_at is not None or row.expires_at <= now or row.last_seen_at + IDLE <= now:
        return None
    if row.customer.merged_into_id is not None or row.email_hash != digest(row.customer.email or ""):
        return None
    if row.last_seen_at + _SEEN_EVERY <= now:
        row.last_seen_at = now
    return row


def sessions_of(person: Customer) -> list[PortalSession]:
    """The live sessions of a customer, the latest used first."""
    now: datetime = clock.now()
    live = select(PortalSession).where(PortalSession.customer_id == person.id, PortalSession.ended_at.is_(None))
    live = live.where(PortalSession.expires_at > now, PortalSession.last_seen_at > now - IDLE)
    live = live.where(PortalSession.email_hash == digest(person.email or ""))
    return list(session().scalars(live.order_by(PortalSession.last_seen_at.desc())))


def end_session(person: Customer, session_id: int) -> None:
    """End one session of the customer. Refuses with NotFound when it is not theirs."""
    found = select(PortalSession).where(PortalSession.id == session_id, PortalSession.customer_id == person.id)
    row = session().scalars(found).first()
    if row is None:
        raise NotFound("not_found")
    row.ended_at = clock.now()


def end_other_sessions(person: Customer, keep: int) -> None:
    """End every session of the customer but one."""
    statement = update(PortalSession).where(PortalSession.customer_id == person.id, PortalSession.ended_at.is_(None))
    statement = statement.where(PortalSession.id != keep).values(ended_at=clock.now())
    session().execute(statement.execution_options(synchronize_session=False))


def forget_old() -> int:
    """Delete links a day old, and sessions that ended or ran out thirty days ago; how many."""
    now = clock.now()
    links_gone = delete(PortalLink).where(PortalLink.expires_at < now - timedelta(days=1))
    over = or_(PortalSession.ended_at < now - KEPT, PortalSession.expires_at < now - KEPT)
    gone = 0
    for statement in (links_gone, delete(PortalSession).where(over)):
        done = session().execute(statement.execution_options(synchronize_session=False))
        gone += int(done.rowcount)  # type: ignore[attr-defined]
    return gone

"""What the portal's letters say, and to whom: the link that lets a customer in, and, to the workshop, what a customer
asked."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service_app.core import links
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import words
from service_app.customers.models import Customer
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.portal import queries
from service_app.portal.models import PortalLink
from service_app.portal.operations import entering
from service_app.portal.words import REQUESTS, SWAP_REASONS
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

LINK, ASKED = "portal_link", "customer_asked"


def _write_link(about: str, facts: dict[str, Any]) -> int:
    """To the customer the link is of; an unknown address gets nothing."""
    link = session().get_one(PortalLink, (current_workshop_id(), facts["portal_link_id"]))
    person = queries.standing_customer(link.customer_id) if link.customer_id is not None else None
    if person is None or not person.email:
        return 0
    known = facts | {"customer_id": person.id}
    return operations.write(LINK, about, known, person.email, link.language, "customer", link.expires_at)


def _link(message: Message, workshop: Workshop) -> Letter:
    link = session().get_one(PortalLink, (message.workshop_id, message.payload["portal_link_id"]))
    if not entering.is_open(link):
        raise NotNeeded("link_over")
    person = session().get_one(Customer, (message.workshop_id, message.customer_id))
    code = entering.code_of(link.salt)
    first = (
        _("Here is the link you asked for. It works once, for ten minutes, in the browser in which you asked.")
        if link.browser_hash
        else _("With this link you see what you have from us. It works once, for ten minutes.")
    )
    return Letter(
        _("%(code)s is your code for %(workshop)s", code=f"{code[:3]} {code[3:]}", workshop=workshop.name),
        letters.to_customer(person),
        [
            first,
            _("Are you asked for a code? Type the six digits below."),
            _("Was it not you? Then do nothing: nobody gets in without this letter. We never ask you for this code."),
        ],
        [(_("Code"), f"{code[:3]} {code[3:]}")],
        (_("Sign in"), entering.link_url(link)),
    )


def _write_asked(about: str, facts: dict[str, Any]) -> int:
    """To the workshop."""
    workshop = get_workshop(current_workshop_id())
    return operations.write(ASKED, about, facts, workshop.email, workshop.language, "staff")


def _asked(message: Message, workshop: Workshop) -> Letter:
    row = queries.get_request(message.payload["customer_request_id"])
    if row.done_at is not None:
        raise NotNeeded("already_done")
    what = str(REQUESTS[row.kind])
    facts = [(_("Customer"), f"{row.customer.name} ({row.customer.reference})")]
    if row.line is not None:
        tag = row.line.item.tag if row.line.item is not None else ""
        facts.append((_("What"), f"{words(row.line.product.name)} {tag}".strip()))
    facts += [(_("Why"), str(SWAP_REASONS.get(row.reason, ""))), (_("In their words"), row.remark)]
    return Letter(
        _("%(name)s asks: %(what)s", name=row.customer.name, what=what),
        _("Good day,"),
        [_("A customer asked for something that one of you has to do.")],
        [(label, value) for label, value in facts if value],
        (_("See what was asked"), links.absolute(f"/{workshop.slug}/requests")),
    )


letters.add(LINK, _link)
letters.add(ASKED, _asked)
operations.add_writer(LINK, _write_link)
operations.add_writer(ASKED, _write_asked)

"""The letter that brings the certificate of a take-back."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service_app.core import links as core_links
from service_app.core.db import current_workshop_id, session
from service_app.customers.models import Customer
from service_app.materials import papers
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.takebacks import links, queries
from service_app.workshops.models import Workshop

KIND = "takeback_certificate"


def _write(about: str, facts: dict[str, Any]) -> int:
    customer = session().get_one(Customer, (current_workshop_id(), facts["customer_id"]))
    return operations.write(KIND, about, facts, customer.email or "", customer.language, "customer")


def _compose(message: Message, workshop: Workshop) -> Letter:
    takeback = queries.get_takeback_by_id(message.payload["takeback_id"])
    if not papers.certificates_of(takeback):
        raise NotNeeded("already_done")
    address = core_links.absolute(f"/{workshop.slug}/take-back/{links.token_of(takeback)}/certificate.pdf")
    return Letter(
        _("%(code)s: what became of it", code=takeback.reference), letters.to_customer(takeback.customer),
        [_("You gave something back to us. The certificate says what became of it.")],
        [(_("Take-back"), takeback.reference), (_("What"), takeback.what)], (_("Read the certificate"), address),
    )  # fmt: skip


letters.add(KIND, _compose)
operations.add_writer(KIND, _write)

"""What the customer is told: when somebody comes, and that it did not work out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from service_app.core.i18n import hour, long_day
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.rounds import links, queries, words
from service_app.rounds.models import TransportOrder
from service_app.workshops.models import Workshop


def _write(kind: str) -> Callable[[str, dict[str, Any]], int]:
    def write(about: str, facts: dict[str, Any]) -> int:
        order = queries.get_order_by_id(facts["transport_order_id"])
        if kind == "order_failed" and order.subject:
            return 0  # the room it is about writes what comes next
        customer = order.customer
        facts = {"event_id": facts.get("event_id"), "transport_order_id": order.id, "customer_id": customer.id}
        until = None if kind == "order_failed" else order.promised_until
        return operations.write(kind, about, facts, customer.email or "", customer.language, "customer", until)

    return write


def _order(message: Message, *states: str) -> TransportOrder:
    order: TransportOrder = queries.get_order_by_id(message.payload["transport_order_id"])
    if order.status not in states:
        raise NotNeeded("already_done")
    return order


def _promised(message: Message, workshop: Workshop) -> Letter:
    order = _order(message, "promised")
    if order.promised_from is None or order.promised_until is None:
        raise NotNeeded("nothing_to_say")
    when = f"{hour(order.promised_from, workshop.zone)}–{hour(order.promised_until, workshop.zone)}"
    day = long_day(order.promised_from, workshop.zone)
    sentences = [_("We come by on %(day)s between %(when)s.", day=day, when=when), _("You need not do anything.")]
    facts = [(_("Order"), order.reference), (_("Address"), f"{order.address}, {order.postcode}")]
    act = (_("Not home, or something to say"), links.order_url(order))
    return Letter(
        _("%(code)s: we come on %(day)s, %(when)s", code=order.reference, day=day, when=when),
        letters.to_customer(order.customer), sentences, facts, act,
    )  # fmt: skip


def _on_its_way(message: Message, workshop: Workshop) -> Letter:
    order = _order(message, "promised")
    expected = queries.expected_of(order)
    if expected is None or order.promised_until is None:
        raise NotNeeded("nothing_to_say")
    when = hour(expected, workshop.zone)
    promised = hour(order.promised_until, workshop.zone)
    sentences = [_("The round has left, and we are with you about %(when)s.", when=when)]
    if expected > order.promised_until:
        sentences.append(_("That is later than the %(promised)s we promised. We are sorry.", promised=promised))
    facts = [(_("Order"), order.reference), (_("Address"), f"{order.address}, {order.postcode}")]
    act = (_("Not home, or something to say"), links.order_url(order))
    return Letter(
        _("%(code)s: we are with you about %(when)s", code=order.reference, when=when),
        letters.to_customer(order.customer), sentences, facts, act,
    )  # fmt: skip


def _failed(message: Message, workshop: Workshop) -> Letter:
    order = _order(message, "failed", "open")
    reason = str(words.LEFT.get(order.left_reason, words.REASONS["time"]))
    sentences = [
        _("We came by, or tried to, and it did not work out: %(reason)s.", reason=reason),
        _("We call you to find another moment."),
    ]
    facts = [(_("Order"), order.reference), (_("Address"), f"{order.address}, {order.postcode}")]
    return Letter(
        _("%(code)s: it did not work out today", code=order.reference),
        letters.to_customer(order.customer),
        sentences,
        facts,
    )


_LETTERS = {"order_promised": _promised, "order_on_its_way": _on_its_way, "order_failed": _failed}
for _kind, _letter_of in _LETTERS.items():
    letters.add(_kind, _letter_of)
    operations.add_writer(_kind, _write(_kind))

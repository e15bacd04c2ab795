"""What each letter says: read anew from the rows when it is sent, in the reader's language. One page serves text and HTML
alike, so that the two never differ.

A letter that is no longer needed (the thing is back, the offer was replaced) is None, with the code of the reason.
`rental`: from the offer to the deposit. `looks`: what was found, and a second look at it. `changes`: a contract that
changes. `endings`: notice, withdrawal, what is lost, bought or does not work. `visits`: appointments and who waits for one.
`house`: care, and those who work here.
"""

from __future__ import annotations

from collections.abc import Callable

from service_app.notifications.letters import changes, endings, house, looks, rental, visits
from service_app.notifications.letters.parts import Letter, NotNeeded, dressed, to_customer
from service_app.notifications.letters.rental import due_key
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop

_KINDS: dict[str, Callable[[Message, Workshop], Letter]] = {
    "offer": rental.offer,
    "signed": rental.signed,
    "handed_over": rental.handed_over,
    "reminder": rental.reminder,
    "overdue": rental.overdue,
    "returned": rental.returned,
    "deposit": rental.deposit,
    "inspected": looks.inspected,
    "contested": looks.contest_noted,
    "contest_decided": looks.contest_decided,
    "amended": changes.amended,
    "corrected": changes.corrected,
    "handed_on": changes.handed_on,
    "pause_planned": changes.pause_planned,
    "paused": changes.paused,
    "plan_change_planned": changes.plan_change_planned,
    "plan_changed": changes.plan_changed,
    "plan_kept": changes.plan_kept,
    "proposal": changes.proposal,
    "renewal": changes.renewal,
    "renewed": changes.renewed,
    "resumed": changes.resumed,
    "swapped": changes.swapped,
    "transferred": changes.transferred,
    "bought_out": endings.bought_out,
    "cancelled": endings.cancelled,
    "found": endings.found,
    "lost": endings.lost,
    "notice_withdrawn": endings.notice_withdrawn,
    "noticed": endings.noticed,
    "out_of_order": endings.out_of_order,
    "warned": endings.warned,
    "withdrawn": endings.withdrawn,
    "works_again": endings.works_again,
    "appointment_booked": visits.booked,
    "appointment_cancelled": visits.cancelled,
    "appointment_moved": visits.moved,
    "appointment_proposed": visits.proposed,
    "appointment_reminder": visits.reminder,
    "waiting_joined": visits.waiting_joined,
    "waiting_offered": visits.waiting_offered,
    "care_due": house.care_due,
    "care_reminder": house.care_reminder,
    "care_held_back": house.care_held_back,
    "care_let_go": house.care_let_go,
    "invitation": house.invitation,
    "reset": house.reset,
}

KINDS: tuple[str, ...] = tuple(_KINDS)


def add(kind: str, letter: Callable[[Message, Workshop], Letter]) -> None:
    """A letter of a later room, told of when its module is imported."""
    _KINDS[kind] = letter


def of_kind(message: Message, workshop: Workshop) -> Letter:
    """The house's letter of a message, bare of a workshop's own words. Raises NotNeeded."""
    return _KINDS[message.kind](message, workshop)


def compose(message: Message, workshop: Workshop) -> Letter:
    """The letter of a message, in the language at hand. Raises NotNeeded."""
    letter = of_kind(message, workshop)
    return dressed(letter) if message.audience == "customer" else letter


__all__ = ["KINDS", "Letter", "NotNeeded", "add", "compose", "due_key", "of_kind", "to_customer"]

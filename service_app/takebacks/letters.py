"""What the customer is told of a take-back: that a window is agreed or changed, that it was cancelled, that we failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from service_app.core import links as core_links
from service_app.core.db import current_workshop_id, session
from service_app.core.events import Event
from service_app.core.i18n import hour, long_day
from service_app.customers.models import Customer
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.takebacks import links, queries
from service_app.takebacks.models import Hub, Takeback
from service_app.takebacks.operations import MOST_ATTEMPTS
from service_app.takebacks.shown import failure_words
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop


def _write(kind: str) -> Callable[[str, dict[str, Any]], int]:
    def write(about: str, facts: dict[str, Any]) -> int:
        customer = session().get_one(Customer, (current_workshop_id(), facts["customer_id"]))
        return operations.write(kind, about, facts, customer.email or "", customer.language, "customer")

    return write


def _takeback(message: Message, *states: str) -> Takeback:
    """The take-back of a letter. Raises NotNeeded when it went on since."""
    takeback = queries.get_takeback_by_id(message.payload["takeback_id"])
    if takeback.status not in states:
        raise NotNeeded("already_done")
    return takeback


def _letter(takeback: Takeback, subject: str, sentences: list[str], *more: tuple[str, str]) -> Letter:
    facts = [(_("Take-back"), takeback.reference), (_("What"), takeback.what), *more]
    act = (_("See the take-back"), links.takeback_url(takeback))
    return Letter(subject, letters.to_customer(takeback.customer), sentences, facts, act)


def _planned(message: Message, workshop: Workshop) -> Letter:
    takeback = _takeback(message, "scheduled")
    start, end = takeback.window_start, takeback.window_end
    if start is None or end is None:
        raise NotNeeded("already_done")
    when = f"{long_day(start, workshop.zone)}, {hour(start, workshop.zone)}–{hour(end, workshop.zone)}"
    sentences = [_("We come to fetch it. You can change or cancel until four o’clock the day before.")]
    return _letter(takeback, _("%(code)s: we come to fetch it", code=takeback.reference), sentences, (_("When"), when))


def _cancelled(message: Message, workshop: Workshop) -> Letter:
    takeback = _takeback(message, "cancelled")
    return _letter(takeback, _("%(code)s: cancelled", code=takeback.reference), [_("This take-back was cancelled.")])


def _failed(message: Message, workshop: Workshop) -> Letter:
    takeback = _takeback(message, "failed")
    may_again = takeback.attempts < MOST_ATTEMPTS
    next_step = (
        _("Choose another window on its page.") if may_again else _("Please bring it to us whenever we are open.")
    )
    return _letter(
        takeback, _("%(code)s: we could not take it", code=takeback.reference),
        [failure_words(takeback), next_step],
    )  # fmt: skip


def _moved(message: Message, workshop: Workshop) -> Letter:
    """It is fetched elsewhere: in the window that is agreed, or in one that is to be chosen."""
    takeback = _takeback(message, "scheduled", "eligible")
    facts = [(_("Address"), f"{takeback.street}, {takeback.postcode} {takeback.city}".strip())]
    start, end = takeback.window_start, takeback.window_end
    if start is None or end is None:
        sentences = [_("Our round of that day does not come by your new address. Choose another window on its page.")]
    else:
        sentences = [_("We come to your new address, in the window that was agreed.")]
        when = f"{long_day(start, workshop.zone)}, {hour(start, workshop.zone)}–{hour(end, workshop.zone)}"
        facts.append((_("When"), when))
    return _letter(takeback, _("%(code)s: your new address", code=takeback.reference), sentences, *facts)


MOVED = "takeback_moved"


def _write_moved(about: str, facts: dict[str, Any]) -> int:
    """Only to who had a window: who has none yet sees the address where they choose one."""
    event = session().get_one(Event, (current_workshop_id(), facts["event_id"]))
    return _write(MOVED)(about, facts) if event.data.get("had_window") else 0


letters.add(MOVED, _moved)
operations.add_writer(MOVED, _write_moved)

FULL = "hub_full"


def _write_full(about: str, facts: dict[str, Any]) -> int:
    """To the workshop."""
    workshop = get_workshop(current_workshop_id())
    return operations.write(FULL, about, facts, workshop.email, workshop.language, "staff")


def _full(message: Message, workshop: Workshop) -> Letter:
    takeback = _takeback(message, "eligible", "offered")
    hub = session().get_one(Hub, (current_workshop_id(), message.payload["hub_id"]))
    place = f"{hub.street}, {hub.postcode} {hub.city}"
    return Letter(
        _("%(name)s is full", name=hub.name), _("Good day,"), [_("Somebody who stood before it told you so.")],
        [(_("Take-back"), takeback.reference), (_("Where"), place)],
        (_("See the take-back"), core_links.absolute(f"/{workshop.slug}/take-backs/{takeback.reference}")),
    )  # fmt: skip


letters.add(FULL, _full)
operations.add_writer(FULL, _write_full)

KINDS: dict[str, Callable[[Message, Workshop], Letter]] = {
    "takeback_cancelled": _cancelled,
    "takeback_failed": _failed,
    "takeback_planned": _planned,
}
for _kind, _letter_of in KINDS.items():
    letters.add(_kind, _letter_of)
    operations.add_writer(_kind, _write(_kind))

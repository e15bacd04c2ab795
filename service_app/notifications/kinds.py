"""ONE table: what each kind of message is, and what may hold it back. Read at sending, never at writing: what somebody
wants, and whether it is night, is asked when the letter would go.

A message about the contract itself (an agreement, a receipt, money, a key) is owed: nothing silences it. A reminder is a
service: the customer may do without. What we send of our own accord waits for the morning; what somebody is waiting for,
because they just did something, goes at once at any hour.
"""

from __future__ import annotations

from dataclasses import dataclass

CUSTOMER, STAFF, BOTH = ("customer",), ("staff",), ("customer", "staff")
CONTRACTUAL, REMINDER = "contractual", "reminder"


@dataclass(frozen=True)
class Kind:
    """Who may be told it, what it is (`contractual` or `reminder`), whether the customer's preference silences it, and
    whether it waits for the morning."""

    audiences: tuple[str, ...]
    category: str = CONTRACTUAL
    may_be_silenced: bool = False
    waits_for_morning: bool = False


_OWED = Kind(CUSTOMER)
_WANTED = Kind(CUSTOMER, REMINDER, may_be_silenced=True, waits_for_morning=True)
# Silence here would cost the customer something (a term that renews, a quote that runs out, a fee for keeping).
_IMPORTANT = Kind(CUSTOMER, waits_for_morning=True)

KINDS: dict[str, Kind] = {
    "offer": _OWED,
    "signed": _OWED,
    "handed_over": _OWED,
    "reminder": _WANTED,
    "overdue": _OWED,
    "returned": _OWED,
    "deposit": _OWED,
    "amended": _OWED,
    "cancelled": _OWED,
    "proposal": _OWED,
    "corrected": _OWED,
    "pause_planned": _OWED,
    "paused": _OWED,
    "resumed": _OWED,
    "plan_change_planned": _OWED,
    "plan_changed": _OWED,
    "plan_kept": _OWED,
    "swapped": _OWED,
    "renewal": _IMPORTANT,
    "renewed": _OWED,
    "transferred": _OWED,
    "handed_on": _OWED,
    "noticed": _OWED,
    "notice_withdrawn": _OWED,
    "withdrawn": _OWED,
    "warned": _OWED,
    "bought_out": _OWED,
    "lost": _OWED,
    "found": _OWED,
    "out_of_order": _OWED,
    "works_again": _OWED,
    "care_due": Kind(BOTH),
    "care_reminder": _WANTED,
    "care_held_back": _OWED,
    "takeback_certificate": _OWED,
    "takeback_planned": _OWED,
    "takeback_cancelled": _OWED,
    "takeback_failed": _OWED,
    "order_promised": _OWED,
    "order_on_its_way": _OWED,
    "order_failed": _OWED,
    "portal_link": _OWED,
    "customer_asked": Kind(STAFF),
    "item_reported": Kind(STAFF),
    "hub_full": Kind(STAFF),
    "inspected": _OWED,
    "contested": _OWED,
    "contest_decided": _OWED,
    "appointment_booked": _OWED,
    "appointment_moved": _OWED,
    "appointment_cancelled": _OWED,
    "appointment_reminder": _WANTED,
    "appointment_proposed": _OWED,
    "waiting_joined": _OWED,
    "waiting_offered": _OWED,
    "repair_asked": _OWED,
    "repair_received": _OWED,
    "repair_quoted": _OWED,
    "repair_quote_waiting": _IMPORTANT,
    "repair_approved": _OWED,
    "repair_waiting": _OWED,
    "repair_ready": _OWED,
    "repair_stopped": _OWED,
    "repair_not_collected": _IMPORTANT,
    "repair_handed_back": _OWED,
    "repair_cancelled": _OWED,
    "invitation": Kind(STAFF),
    "reset": Kind(STAFF),
}

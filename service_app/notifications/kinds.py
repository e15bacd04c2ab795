"""ONE table: what each kind of message is, and what may hold it back. Read at sending, never at writing: what somebody
wants, and whether it is night, is asked when the letter would go.

A message about the contract itself (an agreement, a receipt, money, a key) is owed: nothing silences it. A reminder is a
service: the customer may do without. What we send of our own accord waits for the morning; what somebody is waiting for,
because they just did something, goes at once at any hour. What falls due on a day falls due at its midnight, and is
ours to time too.
"""

from __future__ import annotations

from dataclasses import dataclass

CUSTOMER, STAFF, BOTH = ("customer",), ("staff",), ("customer", "staff")
CONTRACTUAL, REMINDER, MARKETING = "contractual", "reminder", "marketing"


@dataclass(frozen=True)
class Kind:
    """Who may be told it, what it is (`contractual`, `reminder` or `marketing`), whether the customer's preference silences
    it, whether it waits for the morning, and `falls_due` whether it does so where nobody did what it tells, but its day came
    (a pause that was planned begins at midnight; one that somebody begins now is told now), the topic under which the
    customer chooses how (see TOPICS), and its place among what one workshop has to send, the smallest first."""

    audiences: tuple[str, ...]
    category: str = CONTRACTUAL
    may_be_silenced: bool = False
    waits_for_morning: bool = False
    falls_due: bool = False
    topic: str = "contract"
    priority: int = 50


@dataclass(frozen=True)
class Topic:
    """What customers choose a channel for: the channels there are, the first one unless they say otherwise. `none` among
    them: it can be switched off. `consent`: the purpose without which nothing of it is sent (GDPR 6(1)(a), ePrivacy 13)."""

    channels: tuple[str, ...]
    consent: str | None = None

    @property
    def may_be_off(self) -> bool:
        """Whether a customer can do without."""
        return "none" in self.channels


# A contract's papers are letters with what they carry (CDE VI.45, VI.46: on a durable medium), a key to one's own pages goes
# to the address it is asked for; what warns of a danger goes by any channel, but goes (GPSR 2023/988, art. 35).
TOPICS: dict[str, Topic] = {
    "contract": Topic(("mail",)),
    "access": Topic(("mail",)),
    "safety": Topic(("mail", "sms", "push")),
    "visits": Topic(("mail", "sms", "push")),
    "repairs": Topic(("mail", "sms", "push")),
    "reminders": Topic(("mail", "sms", "push", "none")),
    "news": Topic(("none", "mail", "push"), consent="news"),
}

# Somebody stands before a closed door, for a key that is good for minutes; and what thousands get, of which none is missed.
AT_THE_DOOR, IN_BULK = 10, 70

_OWED = Kind(CUSTOMER)
_BY_ITS_DAY = Kind(CUSTOMER, falls_due=True)
_WANTED = Kind(CUSTOMER, REMINDER, may_be_silenced=True, waits_for_morning=True, topic="reminders", priority=IN_BULK)
# Silence here would cost the customer something (a term that renews, a quote that runs out, a fee for keeping).
_IMPORTANT = Kind(CUSTOMER, waits_for_morning=True)
_VISIT = Kind(CUSTOMER, topic="visits")
_REPAIR = Kind(CUSTOMER, topic="repairs")
_DANGER = Kind(CUSTOMER, topic="safety")

KINDS: dict[str, Kind] = {
    "offer": _OWED,
    "signed": _OWED,
    "handed_over": _OWED,
    "reminder": _WANTED,
    "overdue": _BY_ITS_DAY,
    "returned": _OWED,
    "deposit": _OWED,
    "amended": _OWED,
    "cancelled": _OWED,
    "proposal": _OWED,
    "corrected": _OWED,
    "pause_planned": _OWED,
    "paused": _BY_ITS_DAY,
    "resumed": _BY_ITS_DAY,
    "plan_change_planned": _OWED,
    "plan_changed": _BY_ITS_DAY,
    "plan_kept": _OWED,
    "swapped": _OWED,
    "renewal": _IMPORTANT,
    "renewed": _BY_ITS_DAY,
    "transferred": _OWED,
    "handed_on": _OWED,
    "noticed": _BY_ITS_DAY,
    "notice_withdrawn": _OWED,
    "withdrawn": _OWED,
    "warned": _OWED,
    "bought_out": _OWED,
    "lost": _OWED,
    "found": _OWED,
    "out_of_order": _DANGER,
    "works_again": _DANGER,
    "care_due": Kind(BOTH, waits_for_morning=True, topic="visits"),
    "care_reminder": _WANTED,
    "care_held_back": _DANGER,
    "care_let_go": _DANGER,
    "takeback_certificate": _OWED,
    "takeback_planned": _VISIT,
    "takeback_cancelled": _VISIT,
    "takeback_failed": _VISIT,
    "takeback_moved": _VISIT,
    "order_promised": _VISIT,
    "order_on_its_way": _VISIT,
    "order_failed": _VISIT,
    "portal_link": Kind(CUSTOMER, topic="access", priority=AT_THE_DOOR),
    "customer_asked": Kind(STAFF),
    "item_reported": Kind(STAFF),
    "hub_full": Kind(STAFF),
    "inspected": _OWED,
    "contested": _OWED,
    "contest_decided": _OWED,
    "appointment_booked": _VISIT,
    "appointment_moved": _VISIT,
    "appointment_cancelled": _VISIT,
    "appointment_reminder": _WANTED,
    "appointment_proposed": _VISIT,
    "waiting_joined": _VISIT,
    "waiting_offered": Kind(CUSTOMER, waits_for_morning=True, topic="visits"),  # so does the time to answer
    "repair_asked": _REPAIR,
    "repair_received": _REPAIR,
    "repair_quoted": _REPAIR,
    "repair_quote_waiting": Kind(CUSTOMER, waits_for_morning=True, topic="repairs"),
    "repair_approved": _REPAIR,
    "repair_waiting": _REPAIR,
    "repair_ready": _REPAIR,
    "repair_stopped": Kind(CUSTOMER, waits_for_morning=True, topic="repairs"),
    "repair_not_collected": Kind(CUSTOMER, waits_for_morning=True, topic="repairs"),
    "repair_handed_back": _REPAIR,
    "repair_cancelled": _REPAIR,
    "invitation": Kind(STAFF, priority=AT_THE_DOOR),
    "reset": Kind(STAFF, priority=AT_THE_DOOR),
    "letter_test": Kind(STAFF),
    "digest": Kind(STAFF, priority=IN_BULK),
}

# What the law words itself, or what lets somebody in: no workshop writes its own.
_NOT_WORDED = ("portal_link", "withdrawn", "warned")

# Whom these go to was given with the fact: with the statement, or by whoever asked for a key with that address.
_ADDRESS_GIVEN = ("withdrawn", "portal_link")


def follows_the_customer(name: str) -> bool:
    """Whether a message of this kind goes to the e-mail address its customer has when it goes; else to the one written."""
    return name not in _ADDRESS_GIVEN


def may_be_worded(name: str) -> bool:
    """Whether a workshop may write its own subject, opening and closing for a kind."""
    return name in KINDS and "customer" in KINDS[name].audiences and name not in _NOT_WORDED


def names_a_contract(name: str) -> bool:
    """Whether a letter of this kind is always about a contract, and so has its reference to name."""
    return KINDS[name].topic == "contract" or name in ("reminder", "out_of_order", "works_again")

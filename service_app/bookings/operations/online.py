"""What the street does in one go: answers kept from page to page, a slot held, and at the end customer and appointment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from service_app.bookings.models import Appointment, BookingDraft, Resource, Service, WaitingEntry
from service_app.bookings.operations import appointments, waiting
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.customers import contact
from service_app.customers.contact import PostalAddress
from service_app.customers.models import Customer, CustomerAddress
from service_app.customers.operations import CustomerFacts, clean_facts, register_customer

DRAFT_LASTS = timedelta(days=1)
# Whoever books: it grants what the page does, registering the one customer who books.
STREET = Actor(kind="visitor", permissions=frozenset({"customer:write"}))


@dataclass(frozen=True)
class Person:
    """Who books, as typed. Street, postcode and city only where somebody comes to them."""

    name: str
    email: str
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""

    @property
    def address(self) -> str:
        """The address in one line, '' without one."""
        return f"{self.street}, {self.postcode} {self.city}" if self.street else ""


def begin_draft(service: Service) -> BookingDraft:
    """Somebody begins to book a service. Refuses with Conflict `service.closed` one the street cannot book."""
    if not service.is_active or not service.is_public:
        raise Conflict("service.closed")
    draft = BookingDraft(service_id=service.id)
    session().add(draft)
    session().flush()
    return draft


def keep_answers(draft: BookingDraft, step: str, answers: Mapping[str, Any]) -> None:
    """Keep what was answered in a step, in place of what was answered there before."""
    draft.answers = {**draft.answers, step: dict(answers)}
    session().flush()


def hold_for(draft: BookingDraft, starts_at: datetime, resource: Resource | None = None) -> Appointment:
    """Hold a slot for a draft, in place of the one it had. Refuses as `hold_slot`; then the one it had is kept."""
    _refuse_used(draft)
    before = draft.appointment
    if before is not None and before.status == "held":
        if before.starts_at == starts_at and resource is None and _lives(before):
            return before
        appointments.release_hold(STREET, before)
    held = appointments.hold_slot(STREET, draft.service, starts_at, resource=resource)
    draft.appointment_id = held.id
    session().flush()
    session().expire(draft, ["appointment"])
    return held


def _lives(held: Appointment) -> bool:
    """Whether it is held for some minutes still: who goes back and forth does not begin the ten minutes anew for ever."""
    return held.expires_at is not None and held.expires_at > clock.now() + timedelta(minutes=2)


def _refuse_used(draft: BookingDraft) -> None:
    if draft.appointment is not None and draft.appointment.status not in ("held", "expired"):
        raise Conflict("booking.hold_over")


def keep_person(draft: BookingDraft, person: Person) -> None:
    """Who books. Refuses with a field `field.required` (name, email), `email.invalid`, `phone.invalid`, and what
    `contact.clean_address` refuses where somebody comes to them."""
    keep_answers(draft, "who", vars(clean_person(draft.service, person)))


def clean_person(service: Service, person: Person) -> Person:
    """The same, cleaned; see `keep_person`."""
    if not person.email.strip():
        raise Invalid("field.required", field="email")
    facts = clean_facts(CustomerFacts(name=person.name, email=person.email, phone=person.phone or None))
    if service.place == "drop_off":
        return Person(facts.name, facts.email or "", facts.phone or "")
    if not person.street.strip():
        raise Invalid("booking.address_needed", field="street")
    where = contact.clean_address(PostalAddress(person.street, person.postcode, person.city, "BE", ""))
    return Person(facts.name, facts.email or "", facts.phone or "", where.street, where.postcode, where.city)


Keep = Callable[[Actor, Appointment, Mapping[str, Any]], None]


def book_draft(draft: BookingDraft, language: str, keeps: Mapping[str, Keep]) -> Appointment:
    """The end: the customer is found or registered, what is held becomes an appointment, and each step keeps what was
    answered in it (`keeps`: step -> what does that). Done once: asked for again it answers with the appointment that is
    there. Refuses as `book`."""
    session().refresh(draft, with_for_update={"of": BookingDraft})
    held = draft.appointment
    if held is None or "who" not in draft.answers:
        raise Conflict("booking.hold_over")
    if held.status not in ("held", "expired"):
        return held
    person = Person(**draft.answers["who"])
    customer = find_or_register(person, language)
    actor = Actor(kind="customer", name=customer.name)
    note = str(draft.answers.get("note", {}).get("note", ""))
    appointments.book(actor, held, customer, note=note, address=person.address, language=language, source="public")
    for step, keep in keeps.items():
        keep(actor, held, draft.answers.get(step, {}))
    return held


def find_or_register(person: Person, language: str) -> Customer:
    """The customer with this very e-mail address and name; otherwise a new one, for an address alone proves nothing."""
    found = select(Customer).where(
        Customer.email == person.email,
        Customer.name_key == contact.name_key(person.name),
        Customer.merged_into_id.is_(None),
    )
    known = session().scalars(found.order_by(Customer.id)).first()
    if known is not None:
        return known
    address = PostalAddress(person.street, person.postcode, person.city, "BE", "") if person.street else None
    facts = CustomerFacts(name=person.name, email=person.email, phone=person.phone or None, language=language)
    return register_customer(STREET, facts, address)


def wait_online(
    service: Service, person: Person, days: tuple[date, date], language: str, note: str = ""
) -> WaitingEntry:
    """Put somebody of the street on the waiting list of a service. Refuses as `clean_person` and `join_waiting`."""
    clean = clean_person(service, person)
    customer = find_or_register(clean, language)
    actor = Actor(kind="customer", name=customer.name)
    return waiting.join_waiting(actor, service, customer, *days, language=language, note=note)


def forget_drafts(limit: int = 500) -> int:
    """Forget, in the current workshop, what was answered a day ago and led nowhere, or somewhere; the number forgotten."""
    old = select(BookingDraft.id).where(BookingDraft.created_at < clock.now() - DRAFT_LASTS).limit(limit)
    ids = session().scalars(old).all()
    if ids:
        session().execute(
            delete(BookingDraft).where(BookingDraft.id.in_(ids)).execution_options(synchronize_session=False)
        )
    return len(ids)


def address_of(customer: Customer) -> str:
    """The main address of a customer in one line, '' without one."""
    found = select(CustomerAddress).where(CustomerAddress.customer_id == customer.id).order_by(CustomerAddress.id)
    main = session().scalars(found).first()
    return f"{main.street}, {main.postcode} {main.city}" if main is not None else ""

"""What can be done with a customer: register, change, note, consent, addresses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select

from service_app.accounts.operations import clean_email
from service_app.core import clock, events, search, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from service_app.customers import contact
from service_app.customers.contact import PostalAddress
from service_app.customers.models import Consent, Customer, CustomerAddress, CustomerNote
from service_app.workshops.operations import next_reference

KINDS = ("person", "organisation")
PURPOSES = ("news", "photos")
LONGEST_NAME = 200


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of a customer, as typed; the operations clean it. `contact_name` is the person to ask for in an
    organisation."""

    name: str
    kind: str = "person"
    contact_name: str | None = None
    email: str | None = None
    phone: str | None = None
    vat_number: str | None = None
    language: str = DEFAULT_LANGUAGE
    remark: str = ""
    wants_reminders: bool = True
    is_blocked: bool = False


def register_customer(
    actor: Actor, facts: CustomerFacts, address: PostalAddress | None = None, external_ref: str | None = None
) -> Customer:
    """A new customer with the next reference (K-0001), and an address when there is one.

    Refuses what `clean_facts` and `contact.clean_address` refuse, and an `external_ref` that another customer has.
    Leaves customer.created.
    """
    actor.must("customer:write")
    clean = clean_facts(facts)
    _refuse_taken(external_ref)
    customer = Customer(
        reference=next_reference("K"), name_key=contact.name_key(clean.name), external_ref=external_ref, **asdict(clean)
    )
    session().add(customer)
    session().flush()
    if address is not None:
        _add_address(customer, address)
    index_customer(customer)
    events.record("customer.created", actor, [customer], {"kind": customer.kind})
    return customer


def change_customer(actor: Actor, customer: Customer, expected_version: int | None, facts: CustomerFacts) -> None:
    """Other facts about a customer. Refuses as `register_customer`, and a stale version.

    Leaves customer.changed with the names of the columns that changed; nothing when none did.
    """
    actor.must("customer:write")
    clean = asdict(clean_facts(facts))
    versions.take(customer, expected_version)
    changed = sorted(name for name, value in clean.items() if getattr(customer, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(customer, name, clean[name])
    customer.name_key = contact.name_key(customer.name)
    index_customer(customer)
    events.record("customer.changed", actor, [customer], {"fields": changed})


def clean_facts(facts: CustomerFacts) -> CustomerFacts:
    """The facts as they are kept. Refuses with a field: `field.required` (name), `email.invalid`, `phone.invalid`,
    `vat.invalid`, `choice.unknown` (kind, language)."""
    is_organisation, email = facts.kind == "organisation", _text(facts.email)
    return replace(
        facts,
        name=_clean_name(facts.name),
        kind=_chosen(facts.kind, KINDS, "kind"),
        contact_name=_text(facts.contact_name) if is_organisation else None,
        email=clean_email(email) if email else None,
        phone=contact.clean_phone(facts.phone),
        vat_number=contact.clean_vat(facts.vat_number),
        language=_chosen(facts.language, tuple(LANGUAGES), "language"),
        remark=facts.remark.strip(),
    )


def _clean_name(name: str) -> str:
    clean = _text(name)
    if clean is None:
        raise Invalid("field.required", field="name")
    if len(clean) > LONGEST_NAME:
        raise Invalid("text.too_long", field="name", most=LONGEST_NAME)
    return clean


def _text(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _chosen(value: str, known: tuple[str, ...], field: str) -> str:
    if value not in known:
        raise Invalid("choice.unknown", field=field, value=value, known=", ".join(known))
    return value


def _refuse_taken(external_ref: str | None) -> None:
    if external_ref is None:
        return
    known = session().scalar(select(Customer.reference).where(Customer.external_ref == external_ref))
    if known is not None:
        raise Conflict("customer.external_ref_taken", field="external_ref", reference=known)


def index_customer(customer: Customer) -> None:
    """Make a customer findable by name, contact, references (its own and those merged into it), e-mail, phone as it is
    written and as it is said, VAT number and city. A merged customer is not found."""
    if customer.merged_into_id is not None:
        search.index("customer", customer.id, [])
        return
    cities = select(CustomerAddress.city).where(CustomerAddress.customer_id == customer.id)
    merged = select(Customer.reference).where(Customer.merged_into_id == customer.id)
    texts: list[str | None] = [customer.name, customer.contact_name, customer.reference, customer.email]
    texts += [customer.vat_number, customer.phone, contact.spoken_phone(customer.phone).replace(" ", "")]
    search.index("customer", customer.id, [*texts, *session().scalars(cities), *session().scalars(merged)])


def add_address(actor: Actor, customer: Customer, address: PostalAddress) -> CustomerAddress:
    """One more address. Refuses as `contact.clean_address`. Leaves customer.changed."""
    actor.must("customer:write")
    row = _add_address(customer, address)
    _addresses_changed(actor, customer, "added")
    return row


def _add_address(customer: Customer, address: PostalAddress) -> CustomerAddress:
    row = CustomerAddress(customer_id=customer.id, **asdict(contact.clean_address(address)))
    session().add(row)
    session().flush()
    return row


def change_address(actor: Actor, customer: Customer, address_id: int, address: PostalAddress) -> CustomerAddress:
    """Correct an address. Refuses as `contact.clean_address`, and one that is not this customer's. Leaves
    customer.changed."""
    actor.must("customer:write")
    row = get_address(customer, address_id)
    for name, value in asdict(contact.clean_address(address)).items():
        setattr(row, name, value)
    _addresses_changed(actor, customer, "changed")
    return row


def remove_address(actor: Actor, customer: Customer, address_id: int) -> PostalAddress:
    """Forget an address and return it, so that it can be given back. Refuses one that is not this customer's. Leaves
    customer.changed."""
    actor.must("customer:write")
    row = get_address(customer, address_id)
    session().delete(row)
    _addresses_changed(actor, customer, "removed")
    return PostalAddress(row.street, row.postcode, row.city, row.country, row.label)


def get_address(customer: Customer, address_id: int) -> CustomerAddress:
    """An address of this customer; refuses with NotFound."""
    found = select(CustomerAddress).where(CustomerAddress.id == address_id, CustomerAddress.customer_id == customer.id)
    row = session().scalars(found).first()
    if row is None:
        raise NotFound("not_found")
    return row


def _addresses_changed(actor: Actor, customer: Customer, how: str) -> None:
    session().flush()
    session().expire(customer, ["addresses"])
    index_customer(customer)
    events.record("customer.changed", actor, [customer], {"fields": ["addresses"], "how": how})


def note_on_customer(actor: Actor, customer: Customer, body: str) -> CustomerNote:
    """Write something down about a customer, under the actor's name. Refuses an empty note. Leaves customer.noted; the
    words stay out of the event."""
    actor.must("customer:write")
    if not body.strip():
        raise Invalid("field.required", field="body")
    note = CustomerNote(customer_id=customer.id, author_name=actor.name, body=body.strip())
    session().add(note)
    session().flush()
    session().expire(customer, ["notes"])
    events.record("customer.noted", actor, [customer])
    return note


def give_consent(actor: Actor, customer: Customer, purpose: str, source: str) -> Consent:
    """Keep that a customer agrees to a purpose (news, photos) and how we know (`source`: counter, phone, letter, web).
    Given twice is given once: the first stands. Leaves customer.consented when it is new."""
    actor.must("customer:write")
    _chosen(purpose, PURPOSES, "purpose")
    standing = open_consent(customer, purpose)
    if standing is not None:
        return standing
    consent = Consent(customer_id=customer.id, purpose=purpose, source=source.strip(), given_at=clock.now())
    _consents_changed(actor, customer, consent, {"purpose": purpose, "is_given": True})
    return consent


def withdraw_consent(actor: Actor, customer: Customer, purpose: str) -> Consent:
    """Keep that a customer no longer agrees; the row stays as proof. Refuses when no consent stands. Leaves
    customer.consented."""
    actor.must("customer:write")
    standing = open_consent(customer, purpose)
    if standing is None:
        raise Conflict("consent.none", field="purpose", purpose=purpose)
    standing.withdrawn_at = clock.now()
    _consents_changed(actor, customer, standing, {"purpose": purpose, "is_given": False})
    return standing


def open_consent(customer: Customer, purpose: str) -> Consent | None:
    """The consent to a purpose that stands now, or None."""
    found = select(Consent).where(Consent.customer_id == customer.id, Consent.purpose == purpose)
    return session().scalars(found.where(Consent.withdrawn_at.is_(None))).first()


def _consents_changed(actor: Actor, customer: Customer, consent: Consent, data: dict[str, Any]) -> None:
    session().add(consent)
    session().flush()
    session().expire(customer, ["consents"])
    events.record("customer.consented", actor, [customer], data)

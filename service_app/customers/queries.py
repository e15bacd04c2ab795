"""Reads about customers. Those that were merged into another appear in none of the lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from service_app.core import search
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.core.paging import Page, page_of
from service_app.customers import contact
from service_app.customers.models import Customer, CustomerAddress
from service_app.customers.operations import CustomerFacts

_CITY = (
    select(CustomerAddress.city)
    .where(CustomerAddress.workshop_id == Customer.workshop_id, CustomerAddress.customer_id == Customer.id)
    .order_by(CustomerAddress.id)
    .limit(1)
    .scalar_subquery()
)
_MORE: dict[str, Any] = {"city": as_read(_CITY), "email": Customer.email, "language": Customer.language}
_NAME = as_read(Customer.name)
SORTS = {
    "name": (_NAME, Customer.id),
    "-name": (_NAME.desc(), Customer.id.desc()),
    "reference": (Customer.id,),
    "-reference": (Customer.id.desc(),),
    **{name: (column.asc().nulls_last(), _NAME, Customer.id) for name, column in _MORE.items()},
    **{f"-{name}": (column.desc().nulls_last(), _NAME, Customer.id) for name, column in _MORE.items()},
}
_TYPED_PHONE = re.compile(r"\+?[\d\s./()-]{6,}")


@dataclass(frozen=True)
class CustomerFilter:
    """What a list of customers is narrowed to; empty means all. `sort` is a key of SORTS, `standing` open, blocked."""

    text: str = ""
    kind: str = ""
    language: str = ""
    standing: str = ""
    sort: str = "name"
    page: int = 1


def list_customers(wanted: CustomerFilter) -> Page[Customer]:
    """A page of customers with their addresses: three statements, however many there are."""
    found = narrowed(select(Customer).where(Customer.merged_into_id.is_(None)), wanted)
    found = found.order_by(*SORTS.get(wanted.sort, SORTS["name"])).options(selectinload(Customer.addresses))
    return page_of(found, wanted.page)


def people_meant(text: str, most: int = 6) -> Sequence[Customer]:
    """Whom a name, address, number or reference may mean; a whole reference means one. Nobody for fewer than two signs."""
    if len(text.strip()) < 2:
        return ()
    found = list_customers(CustomerFilter(text=text)).rows
    exact = [one for one in found if one.reference.casefold() == text.strip().casefold()]
    return (exact or found)[:most]


def narrowed(found: Select[Any], wanted: CustomerFilter) -> Select[Any]:
    """The customers of `found` that a filter leaves."""
    ids = search.matching("customer", as_searched(wanted.text))
    if ids is not None:
        found = found.where(Customer.id.in_(ids))
    if wanted.kind:
        found = found.where(Customer.kind == wanted.kind)
    if wanted.language:
        found = found.where(Customer.language == wanted.language)
    if wanted.standing:
        found = found.where(Customer.is_blocked.is_(wanted.standing == "blocked"))
    return found


def as_searched(text: str) -> str:
    """A phone number typed in groups becomes one word (0470 12 34 56 -> 0470123456), as it stands in the index."""
    if _TYPED_PHONE.fullmatch(text.strip()):
        return re.sub(r"\D", "", text)
    return text


def find_by_reference(reference: str) -> Customer | None:
    """The customer with this reference, merged or not, or None."""
    return session().scalars(select(Customer).where(Customer.reference == reference.strip().upper())).first()


def get_by_reference(reference: str) -> Customer:
    """The customer with this reference; refuses with NotFound."""
    customer = find_by_reference(reference)
    if customer is None:
        raise NotFound("not_found")
    return customer


def find_by_external_ref(external_ref: str) -> Customer | None:
    """The customer that an imported key means today: of a merged one, whom it was merged into."""
    return standing(session().scalars(select(Customer).where(Customer.external_ref == external_ref)).first())


def standing(customer: Customer | None) -> Customer | None:
    """The customer itself, or the one it was merged into."""
    while customer is not None and customer.merged_into_id is not None:
        found = select(Customer).where(Customer.id == customer.merged_into_id)
        customer = session().scalars(found).one()
    return customer


@dataclass(frozen=True)
class Duplicate:
    """A customer that may be the same one, and why: codes email, phone, vat, name."""

    customer: Customer
    reasons: tuple[str, ...]


def find_duplicates(
    facts: CustomerFacts, postcodes: Iterable[str] = (), besides: int | None = None, most: int = 10
) -> list[Duplicate]:
    """Customers with the e-mail, the phone or the VAT number of these cleaned facts, or with the same name (accents,
    order and legal form aside) at one of the postcodes. `besides` leaves out the id of the customer itself."""
    tests = _tests(facts, sorted(set(postcodes)))
    if not tests:
        return []
    found = select(Customer, *(test.label(f"same_{reason}") for reason, test in tests.items()))
    found = found.where(or_(*tests.values()), Customer.merged_into_id.is_(None), Customer.id != (besides or 0))
    found = found.order_by(Customer.id).limit(most)
    rows = session().execute(found.options(selectinload(Customer.addresses)))
    return [Duplicate(row[0], tuple(reason for reason, hit in zip(tests, row[1:], strict=True) if hit)) for row in rows]


def duplicates_of(customer: Customer) -> list[Duplicate]:
    """Customers that may be this one."""
    facts = CustomerFacts(
        name=customer.name, email=customer.email, phone=customer.phone, vat_number=customer.vat_number
    )
    return find_duplicates(facts, [address.postcode for address in customer.addresses], besides=customer.id)


def _tests(facts: CustomerFacts, postcodes: list[str]) -> dict[str, ColumnElement[bool]]:
    known = {
        "email": (Customer.email, facts.email),
        "phone": (Customer.phone, facts.phone),
        "vat": (Customer.vat_number, facts.vat_number),
    }
    tests: dict[str, ColumnElement[bool]] = {
        reason: column == value for reason, (column, value) in known.items() if value
    }
    if postcodes:
        lives_there = exists().where(
            CustomerAddress.customer_id == Customer.id,
            CustomerAddress.workshop_id == Customer.workshop_id,
            CustomerAddress.postcode.in_(postcodes),
        )
        tests["name"] = and_(Customer.name_key == contact.name_key(facts.name), lives_there)
    return tests

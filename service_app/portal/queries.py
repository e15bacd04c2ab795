"""Reads about a customer, across the rooms; never anything of another customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, case, select
from sqlalchemy.orm import joinedload, selectinload

from service_app.catalogue.models import Plan, Product
from service_app.contracts.models import Contract, ContractDocument, ContractLine
from service_app.core.db import kept, session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.core.paging import Page, page_of
from service_app.customers.models import Customer
from service_app.customers.queries import standing
from service_app.portal.models import CustomerRequest

# A draft is the workshop's own affair until it is sent.
SHOWN = ("sent", "expired", "signed", "active", "paused", "notice", "ended", "cancelled")


def find_by_email(address: str) -> Customer | None:
    """The customer with this address, or None: of several the one who came first. Merged ones are never found."""
    found = select(Customer).where(Customer.email == address, Customer.merged_into_id.is_(None)).order_by(Customer.id)
    return session().scalars(found.limit(1)).first()


def namesakes(person: Customer) -> Sequence[Customer]:
    """The other customers that the same address belongs to: a person and their association."""
    found = select(Customer).where(Customer.email == person.email, Customer.merged_into_id.is_(None))
    return session().scalars(found.where(Customer.id != person.id).order_by(Customer.id)).all()


def standing_customer(customer_id: int) -> Customer | None:
    """The customer with this id, or whom they were merged into."""
    return standing(session().scalars(select(Customer).where(Customer.id == customer_id)).first())


_WITH_LINES = selectinload(Contract.lines).options(
    joinedload(ContractLine.product),
    joinedload(ContractLine.plan),
    joinedload(ContractLine.item),
    joinedload(ContractLine.next_plan),
    selectinload(ContractLine.outages),
)


def contracts_of(person: Customer) -> Sequence[Contract]:
    """The customer's contracts with their lines, the newest first, drafts left out."""
    found = select(Contract).where(Contract.customer_id == person.id, Contract.status.in_(SHOWN))
    return session().scalars(found.options(_WITH_LINES).order_by(Contract.id.desc())).all()


def get_contract(person: Customer, reference: str) -> Contract:
    """One of the customer's contracts; refuses with NotFound, also another customer's."""
    found = select(Contract).where(Contract.reference == reference.strip().upper(), Contract.status.in_(SHOWN))
    found = found.where(Contract.customer_id == person.id).options(joinedload(Contract.customer), _WITH_LINES)
    contract = session().scalars(found).first()
    if contract is None:
        raise NotFound("not_found")
    return contract


def documents_of(person: Customer) -> Sequence[tuple[ContractDocument, Contract]]:
    """The papers of the customer's contracts, the newest first."""
    found = select(ContractDocument, Contract).join(
        Contract,
        (Contract.workshop_id == ContractDocument.workshop_id) & (Contract.id == ContractDocument.contract_id),
    )
    found = found.where(Contract.customer_id == person.id).order_by(ContractDocument.id.desc())
    return [(row[0], row[1]) for row in session().execute(found)]


def get_document(person: Customer, document_id: int) -> ContractDocument:
    """One of the customer's papers; refuses with NotFound, also another customer's."""
    found = select(ContractDocument).join(
        Contract,
        (Contract.workshop_id == ContractDocument.workshop_id) & (Contract.id == ContractDocument.contract_id),
    )
    found = found.where(Contract.customer_id == person.id, ContractDocument.id == document_id)
    document = session().scalars(found.options(joinedload(ContractDocument.file))).first()
    if document is None:
        raise NotFound("not_found")
    return document


def plans_to_change_to(line: ContractLine) -> list[Plan]:
    """The other monthly plans of a line's product that are offered."""
    return [
        plan for plan in line.product.plans if plan.is_active and plan.pricing == "monthly" and plan.id != line.plan_id
    ]


def plans_to_swap_to(line: ContractLine) -> list[Plan]:
    """The offered plans of the other products in the line's exchange group that are paid the same way."""
    group = line.product.exchange_group
    if not group:
        return []
    found = select(Plan).join(Product, (Product.workshop_id == Plan.workshop_id) & (Product.id == Plan.product_id))
    found = found.where(
        Product.exchange_group == group, Product.id != line.product_id, Product.is_active, Plan.is_active
    )
    found = found.where(Plan.pricing == line.plan.pricing)
    return list(session().scalars(found.options(joinedload(Plan.product)).order_by(Plan.id)))


def open_request(person: Customer, kind: str, line: ContractLine | None = None) -> CustomerRequest | None:
    """What the customer asked of this kind (about this line) and nobody did yet, or None."""
    found = select(CustomerRequest).where(CustomerRequest.customer_id == person.id, CustomerRequest.kind == kind)
    found = found.where(CustomerRequest.done_at.is_(None))
    if line is not None:
        found = found.where(CustomerRequest.contract_line_id == line.id)
    return session().scalars(found).first()


# Most asked for nothing: what a request is about is read only where there is one.
_OPEN_REQUESTS = kept(
    select(CustomerRequest)
    .where(CustomerRequest.customer_id == bindparam("customer_id"), CustomerRequest.done_at.is_(None))
    .order_by(CustomerRequest.id)
    .options(
        selectinload(CustomerRequest.customer),
        selectinload(CustomerRequest.line).options(
            joinedload(ContractLine.contract), joinedload(ContractLine.product), joinedload(ContractLine.item)
        ),
    )
)


def requests_of(person: Customer) -> Sequence[CustomerRequest]:
    """What the customer asked and nobody did yet."""
    return session().scalars(_OPEN_REQUESTS, {"customer_id": person.id}).all()


WHAT = (
    joinedload(CustomerRequest.customer),
    joinedload(CustomerRequest.line).options(
        joinedload(ContractLine.contract), joinedload(ContractLine.product), joinedload(ContractLine.item)
    ),
)


def open_requests(most: int) -> Page[CustomerRequest]:
    """The first of what customers asked and nobody did yet, the oldest first, and how many there are."""
    found = select(CustomerRequest).where(CustomerRequest.done_at.is_(None)).order_by(CustomerRequest.id)
    return page_of(found.options(*WHAT), 1, most)


STATE: Any = case((CustomerRequest.done_at.is_(None), "open"), else_="done")
_CUSTOMER = (
    select(as_read(Customer.name))
    .where(Customer.workshop_id == CustomerRequest.workshop_id, Customer.id == CustomerRequest.customer_id)
    .scalar_subquery()
)
SORTS: dict[str, tuple[Any, ...]] = {
    "asked": (CustomerRequest.id,),
    "-asked": (CustomerRequest.id.desc(),),
    "customer": (_CUSTOMER.collate("C"), CustomerRequest.id),
    "-customer": (_CUSTOMER.collate("C").desc(), CustomerRequest.id.desc()),
    "done": (CustomerRequest.done_at.asc().nulls_last(), CustomerRequest.id),
    "-done": (CustomerRequest.done_at.desc().nulls_last(), CustomerRequest.id.desc()),
}


def narrowed(found: Select[Any], state: str, kind: str, reason: str) -> Select[Any]:
    """The requests of `found` that are open or done, of a kind, for a reason; '' means all."""
    if state:
        found = found.where(
            CustomerRequest.done_at.is_(None) if state == "open" else CustomerRequest.done_at.is_not(None)
        )
    if kind:
        found = found.where(CustomerRequest.kind == kind)
    return found.where(CustomerRequest.reason == reason) if reason else found


def get_request(request_id: int, *, for_change: bool = False) -> CustomerRequest:
    """A request; refuses with NotFound."""
    found = select(CustomerRequest).where(CustomerRequest.id == request_id)
    row = session().scalars(found.with_for_update(of=CustomerRequest) if for_change else found).first()
    if row is None:
        raise NotFound("not_found")
    return row

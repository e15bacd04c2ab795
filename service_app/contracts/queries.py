"""Reads about contracts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from service_app.catalogue.models import Plan, Product
from service_app.charges.models import Charge
from service_app.contracts import words
from service_app.contracts.models import (
    Contest,
    Contract,
    ContractDocument,
    ContractHolder,
    ContractLine,
    Handover,
    Inspection,
    Signature,
)
from service_app.core.db import kept, session
from service_app.core.errors import Invalid, NotFound
from service_app.core.ordering import as_read
from service_app.customers.models import Customer
from service_app.items.models import Allocation, Item, ItemPhoto

_CUSTOMER = (
    select(as_read(Customer.name))
    .where(Customer.workshop_id == Contract.workshop_id, Customer.id == Contract.customer_id)
    .scalar_subquery()
)
SORTS: dict[str, tuple[Any, ...]] = {
    "-reference": (Contract.id.desc(),),
    "reference": (Contract.id,),
    "starts": (Contract.starts_at, Contract.id),
    "-starts": (Contract.starts_at.desc(), Contract.id.desc()),
    "ends": (Contract.ends_at.asc().nulls_last(), Contract.id),
    "-ends": (Contract.ends_at.desc().nulls_last(), Contract.id.desc()),
    "customer": (_CUSTOMER.collate("C"), Contract.id),
    "-customer": (_CUSTOMER.collate("C").desc(), Contract.id.desc()),
}


# What a row of a list shows, and no more: a product alone has a dozen columns of JSON.
FOR_A_LIST = (
    joinedload(Contract.customer).load_only(Customer.name),
    selectinload(Contract.lines)
    .load_only(ContractLine.contract_id, ContractLine.position, ContractLine.status, ContractLine.product_id)
    .joinedload(ContractLine.product)
    .load_only(Product.name),
)


def narrowed(found: Select[Any], status: str, money: str) -> Select[Any]:
    """The contracts of `found` in a state; '' means all. `status` is one of the physical axis, 'late' for those with
    something overdue, or 'back' for those of which everything is back but the money; `money` one of the money axis."""
    if status == "late":
        late = select(ContractLine.contract_id).where(ContractLine.status == "overdue")
        found = found.where(Contract.id.in_(late))
    elif status == "back":
        found = found.where(is_back())
    elif status:
        found = found.where(Contract.status == status)
    return found.where(Contract.money_status == money) if money else found


def is_back() -> ColumnElement[bool]:
    """A running contract of which everything is back and inspected: only money keeps it open."""
    away = exists().where(
        ContractLine.workshop_id == Contract.workshop_id,
        ContractLine.contract_id == Contract.id,
        ContractLine.status.not_in(words.BACK),
    )
    return and_(Contract.status == "active", ~away)


def list_to_settle(most: int = 40) -> Sequence[Contract]:
    """What is back and waits for its money or the return of its deposit, and what has ended and has to be paid or given
    back all the same (found again, decided after a second look), oldest first. What waits for a decision waits for that."""
    contested = (
        select(ContractLine.contract_id)
        .join(Inspection, and_(Inspection.workshop_id == ContractLine.workshop_id,
                               Inspection.contract_line_id == ContractLine.id))
        .join(Contest, and_(Contest.workshop_id == Inspection.workshop_id, Contest.inspection_id == Inspection.id))
        .where(Contest.status == "open")
    )  # fmt: skip
    after = and_(Contract.status == "ended", Contract.money_status == "due")
    found = select(Contract).where(or_(is_back(), after), Contract.id.not_in(contested)).options(*FOR_A_LIST)
    return session().scalars(found.order_by(Contract.id).limit(most)).all()


# In one statement: a contract has few lines, and a second statement costs more than the columns read twice.
_LINES = (
    joinedload(Contract.lines).joinedload(ContractLine.product),
    joinedload(Contract.lines).joinedload(ContractLine.plan),
    joinedload(Contract.lines).joinedload(ContractLine.item),
)
_WITH_ALL = (joinedload(Contract.customer), *_LINES)
# What the decision table asks of each line.
_OUTAGES = joinedload(Contract.lines).joinedload(ContractLine.outages)
_BY_REFERENCE = kept(select(Contract).where(Contract.reference == bindparam("reference")).options(*_WITH_ALL, _OUTAGES))
_BY_ID = kept(select(Contract).where(Contract.id == bindparam("contract_id")).options(*_WITH_ALL))


def get_contract(reference: str) -> Contract:
    """The contract with this reference and its lines; refuses with NotFound."""
    return _found(session().scalars(_BY_REFERENCE, {"reference": reference.strip().upper()}).unique().first())


def get_contract_by_id(contract_id: int) -> Contract:
    """The contract with this id and its lines; refuses with NotFound."""
    return _found(session().scalars(_BY_ID, {"contract_id": contract_id}).unique().first())


# What a signature needs: whom it concerns, what is agreed, and the codes that stand in its hash.
_FOR_A_SIGNATURE = (
    load_only(
        Contract.reference, Contract.customer_id, Contract.status, Contract.money_status, Contract.language,
        Contract.currency, Contract.terms_id, Contract.terms_sha256, Contract.offer_round, Contract.offer_expires_at,
        Contract.version,
    ),
    joinedload(Contract.customer).load_only(Customer.name),
    joinedload(Contract.lines).options(
        load_only(
            ContractLine.contract_id, ContractLine.position, ContractLine.product_id, ContractLine.plan_id,
            ContractLine.price, ContractLine.starts_at, ContractLine.ends_at, ContractLine.due_at,
        ),
        joinedload(ContractLine.product).load_only(Product.code), joinedload(ContractLine.plan).load_only(Plan.code)
    ),
)  # fmt: skip
_TO_SIGN = kept(select(Contract).where(Contract.id == bindparam("contract_id")).options(*_FOR_A_SIGNATURE))


def get_contract_to_sign(contract_id: int) -> Contract:
    """The contract with this id as a signature needs it, in one statement; refuses with NotFound."""
    return _found(session().scalars(_TO_SIGN, {"contract_id": contract_id}).unique().first())


def _found(contract: Contract | None) -> Contract:
    if contract is None:
        raise NotFound("not_found")
    return contract


def get_line(contract: Contract, position: int) -> ContractLine:
    """The line at this position; refuses with NotFound."""
    for line in contract.lines:
        if line.position == position:
            return line
    raise NotFound("not_found")


def inspection_of(line: ContractLine) -> Inspection:
    """The inspection of a line that came back; refuses with NotFound."""
    found = select(Inspection).where(Inspection.contract_line_id == line.id)
    inspection = session().scalars(found.options(selectinload(Inspection.damages))).first()
    if inspection is None:
        raise NotFound("not_found")
    return inspection


_HOLDERS = kept(
    select(ContractHolder).where(ContractHolder.contract_id == bindparam("contract_id")).order_by(ContractHolder.id)
)
_WENT_ON_AS = kept(select(Contract).where(Contract.predecessor_id == bindparam("contract_id")).limit(1))
_SIGNED_LAST = kept(
    select(Signature).where(Signature.contract_id == bindparam("contract_id")).order_by(Signature.id.desc()).limit(1)
)


def holders_of(contract: Contract) -> Sequence[ContractHolder]:
    """Who else may fetch, bring back and use the things of a contract."""
    return session().scalars(_HOLDERS, {"contract_id": contract.id}).all()


def signature_of(contract: Contract) -> Signature | None:
    """The newest signature, or None before there is one."""
    return session().scalars(_SIGNED_LAST, {"contract_id": contract.id}).first()


def kin_of(contract: Contract) -> tuple[Contract | None, Contract | None]:
    """The contract it was handed over from, and the one it went on as; None where there is none."""
    key = contract.predecessor_id
    before = session().get(Contract, (contract.workshop_id, key)) if key is not None else None
    after = session().scalars(_WENT_ON_AS, {"contract_id": contract.id}).first()
    return before, after


def handover_of(line: ContractLine, direction: str) -> Handover | None:
    """How the line went 'out' or came 'in', or None."""
    found = select(Handover).where(Handover.contract_line_id == line.id, Handover.direction == direction)
    return session().scalars(found).first()


def document_of(contract: Contract, kind: str = "contract") -> ContractDocument | None:
    """The newest document of a kind, or None while it is not made."""
    found = select(ContractDocument).where(ContractDocument.contract_id == contract.id, ContractDocument.kind == kind)
    found = found.options(joinedload(ContractDocument.file)).order_by(ContractDocument.id.desc())
    return session().scalars(found).first()


def item_with_tag(tag: str) -> Item:
    """The item a tag was scanned of. Refuses with Invalid `handover.no_such_item` on the field `tag`."""
    found = session().scalars(select(Item).where(Item.tag == tag.strip().upper())).first()
    if found is None:
        raise Invalid("handover.no_such_item", field="tag", tag=tag.strip())
    return found


def photos_of_line(line: ContractLine, occasion: str) -> Sequence[ItemPhoto]:
    """The photos taken when a line went out ('hand_over'), came back ('return') or was looked at ('inspection')."""
    found = select(ItemPhoto).where(ItemPhoto.contract_line_id == line.id, ItemPhoto.occasion == occasion)
    return session().scalars(found.order_by(ItemPhoto.id)).all()


def get_charge(contract: Contract, charge_id: int) -> Charge:
    """A charge of this contract; refuses with NotFound."""
    found = session().scalars(select(Charge).where(Charge.id == charge_id, Charge.contract_id == contract.id)).first()
    if found is None:
        raise NotFound("not_found")
    return found


def contracts_of_customer(customer: Customer, most: int = 8) -> Sequence[Contract]:
    """The customer's latest contracts with their lines."""
    found = select(Contract).where(Contract.customer_id == customer.id).order_by(Contract.id.desc()).limit(most)
    return session().scalars(found.options(selectinload(Contract.lines).joinedload(ContractLine.product))).all()


def lines_of_item(item: Item, most: int = 8) -> Sequence[ContractLine]:
    """The item's latest rentals and those it is meant for, newest first, with contract and customer."""
    meant = select(Allocation.contract_line_id).where(
        Allocation.item_id == item.id,
        Allocation.kind.in_(("hold", "reservation")),
        Allocation.contract_line_id.is_not(None),
    )
    found = select(ContractLine).where(or_(ContractLine.item_id == item.id, ContractLine.id.in_(meant)))
    found = found.order_by(ContractLine.starts_at.desc())
    with_all = joinedload(ContractLine.contract).joinedload(Contract.customer)
    return session().scalars(found.options(with_all).limit(most)).all()

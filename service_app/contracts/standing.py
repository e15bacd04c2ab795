"""What stood when something was done, as the papers of it will need it: names, addresses, tags, dates, what was asked.

A paper is drawn by a job, and a job may come late: minutes after a restart, or hours after a full disk. By then a customer
has moved, a product has another name, an item another grade. So an act that has a paper takes this along in its own row, as
codes and data; the words are found when the paper is drawn. Instead of putting it into words at once, which would make
whoever stands at the counter wait for a language and for photos to be made smaller.
"""

from __future__ import annotations

from typing import Any

from service_app.contracts.models import Contract, ContractLine, Handover
from service_app.contracts.queries import photos_of_line
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

Stood = dict[str, Any]

# The operations of which a paper is made (see `documents.keeping`).
PAPERED = frozenset(
    {
        "extend", "shorten", "reschedule", "swap", "change_plan", "pause", "add_line", "remove_line", "change_holders",
        "renew", "transfer", "substitute", "give_notice", "end_early", "end_for_cause", "do_not_renew", "withdraw",
    }
)  # fmt: skip


def letterhead(contract: Contract) -> Stood:
    """Who writes and to whom, as both were called and lived."""
    return letterhead_to(contract.customer, contract.workshop_id)


def letterhead_to(customer: Customer, workshop_id: int) -> Stood:
    """The same for a paper that hangs on no contract."""
    workshop = get_workshop(workshop_id)
    address = customer.addresses[0] if customer.addresses else None
    names = ("name", "name_second", "street", "postcode", "city", "phone", "email", "vat_number")
    return {
        "workshop": {name: getattr(workshop, name) for name in names},
        "customer": {
            "name": customer.name,
            "contact_name": customer.contact_name,
            "street": address.street if address is not None else "",
            "place": f"{address.postcode} {address.city}".strip() if address is not None else "",
            "phone": customer.phone,
            "email": customer.email,
        },
    }


def of_contract(contract: Contract) -> Stood:
    """The letterhead, and each thing of the contract: `things` [{position, product, tag, status, due_at}]."""
    return letterhead(contract) | {"things": [_thing(line) for line in contract.lines]}


def _thing(line: ContractLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "product": line.product.name,
        "tag": line.item.tag if line.item is not None else "",
        "status": line.status,
        "due_at": _instant(line.due_at),
    }


def of_handover(line: ContractLine, row: Handover, item: Item) -> Stood:
    """The letterhead, and the thing as it went out or came back: what it is, what belongs to it, what was to be looked at,
    and the files of its photos. The answers stand on the row itself."""
    is_out, product = row.direction == "out", line.product
    photos = photos_of_line(line, "hand_over" if is_out else "return")
    return letterhead(line.contract) | {
        "product": product.name,
        "plan": line.plan.name,
        "unit": product.meter_unit or "",
        "tag": item.tag,
        "serial": item.serial,
        "grade": item.grade,
        "due_at": _instant(line.due_at),
        "accessories": list(product.accessories),
        "steps": list(product.out_checklist if is_out else product.in_checklist),
        "photos": [photo.file_id for photo in photos],
    }


def _instant(at: Any) -> str | None:
    return at.isoformat() if at is not None else None

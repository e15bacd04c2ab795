"""The verbs: take in what others repaired, record what we repaired, give it all away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service_app.catalogue.repair_categories import BY_ID
from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.customers.models import Customer
from service_app.repairlog import privacy, standard
from service_app.repairlog.models import BARRIERS, END_OF_LIFE, STATUSES, PastRepair
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

ADDED, KNOWN = "added", "known"
# Ours is a product of Belgium: every member of a cluster is (see `workshops`).
COUNTRY = "BEL"
_SERIES = "ORDS"
_AT_ONCE = 1_000


def take_in_repairs(actor: Actor, rows: Sequence[standard.Columns]) -> list[str | Invalid]:
    """Take in repairs that others published, as `standard.understood` gives them, all in a few statements; what became of
    each, in their order: ADDED, KNOWN (the very same is here), or the refusal of a row that says something else under an id
    that is here or came earlier among these rows (`repairs.other_than_known`).

    A row that is here is never changed. Leaves past_repair.imported when any was added.
    """
    actor.must("import:run")
    here = _written_under([row["ords_id"] for row in rows])
    told: list[str | Invalid] = []
    new: list[standard.Columns] = []
    for row in rows:
        cells = standard.written(row)
        known = here.get(row["ords_id"])
        if known is None:
            here[row["ords_id"]] = cells
            new.append(row)
            told.append(ADDED)
        else:
            told.append(KNOWN if known == cells else _differs(row["ords_id"], known, cells))
    if new:
        # Somebody may bring the same file in at the same time: what is there by then is left as it is.
        written = insert(PastRepair).on_conflict_do_nothing(index_elements=["workshop_id", "ords_id"])
        session().execute(written, new, execution_options={"render_nulls": True})
        events.record("past_repair.imported", actor, [], {"rows": len(new)})
    return told


def _written_under(ids: Sequence[str]) -> dict[str, list[str]]:
    columns = [getattr(PastRepair, name) for name in PastRepair.__table__.columns.keys()]  # noqa: SIM118
    found = session().execute(select(*columns).where(PastRepair.ords_id.in_(ids))).mappings() if ids else ()
    return {row["ords_id"]: standard.written(dict(row)) for row in found}


def _differs(ords_id: str, known: Sequence[str], cells: Sequence[str]) -> Invalid:
    fields = [name for name, was, now in zip(standard.FIELDS, known, cells, strict=True) if was != now]
    return Invalid("repairs.other_than_known", field=fields[0], id=ords_id, fields=fields)


@dataclass(frozen=True)
class OwnRepair:
    """A case of our own that is closed, told to the standard.

    `status` and `barrier` are the standard's words (`models.STATUSES`, `BARRIERS`; a barrier only where the end is
    END_OF_LIFE). `product_category_id` is the product's, None for what the standard does not know; `kind` what we call the
    thing. `age_years` may be left to the year it was made in. `names` are of the customer, as they would be written: they
    are taken out of `problem`, and kept nowhere.
    """

    case_reference: str
    status: str
    ended_on: date
    product_category_id: int | None = None
    kind: str = ""
    brand: str = ""
    year_made: int | None = None
    age_years: Decimal | None = None
    barrier: str = ""
    problem: str = ""
    names: tuple[str, ...] = ()


def record_repair(actor: Actor, repair: OwnRepair) -> PastRepair:
    """Write a closed case into the history of repairs; told again (a case opened anew and closed once more) it is the same
    row with what is true now, under the id it had.

    The problem is kept without addresses, numbers and the customer's names, see `privacy`: nothing here leads back to a
    person, so there is nothing to forget when they ask for it. Refuses with `choice.unknown` a status, barrier or category
    the standard does not know, and a barrier of what did not end. Leaves past_repair.recorded about the row.
    """
    actor.must("work:write")
    columns = _own_columns(repair)
    row = session().scalars(select(PastRepair).where(PastRepair.case_reference == repair.case_reference)).first()
    if row is None:
        row = PastRepair(ords_id=_next_id(), case_reference=repair.case_reference)
        session().add(row)
    for name, value in columns.items():
        setattr(row, name, value)
    events.record("past_repair.recorded", actor, [row], {"reference": repair.case_reference})
    return row


def _own_columns(repair: OwnRepair) -> dict[str, Any]:
    if repair.status not in STATUSES:
        raise Invalid("choice.unknown", field="status", value=repair.status)
    if repair.barrier and (repair.barrier not in BARRIERS or repair.status != END_OF_LIFE):
        raise Invalid("choice.unknown", field="barrier", value=repair.barrier)
    if repair.product_category_id not in (None, *BY_ID):
        raise Invalid("choice.unknown", field="product_category_id", value=repair.product_category_id)
    workshop = get_workshop(current_workshop_id())
    category = BY_ID.get(repair.product_category_id or 0)
    age = repair.age_years
    if age is None and repair.year_made is not None:
        age = Decimal(max(0, repair.ended_on.year - repair.year_made))
    return {
        "data_provider": workshop.name,
        "country": COUNTRY,
        "partner_product_category": repair.kind.strip()[: standard.LONGEST],
        "product_category": category.name if category else "",
        "product_category_id": repair.product_category_id,
        "brand": repair.brand.strip()[: standard.LONGEST],
        "year_of_manufacture": repair.year_made,
        "product_age": age,
        "repair_status": repair.status,
        "repair_barrier_if_end_of_life": repair.barrier,
        "group_identifier": workshop.name,
        "event_date": repair.ended_on,
        "problem": privacy.stripped(repair.problem, privacy.people(own=repair.names))[: standard.LONGEST_PROBLEM],
        "as_written": {},
    } | standard.counted_by(repair.brand, age)


def _next_id() -> str:
    """An id of the standard: the letters of the workshop's address, and a number that no other workshop here gives."""
    workshop = get_workshop(current_workshop_id())
    number = int(next_reference(_SERIES).removeprefix(f"{_SERIES}-"))
    return f"{re.sub('[^a-z]', '', workshop.slug)}-{workshop.id}{number:07d}"


def export_repairs(actor: Actor, since: date | None = None) -> Iterator[list[str]]:
    """The repairs of the workshop as rows of the standard, in the order in which they came, read as they are asked for:
    those on `since` or later, or all.

    What was imported goes out cell for cell as it came in, for it is published already. What is our own goes out without
    the people in it: the problem was stripped of addresses, long numbers and the customer's names when it was recorded,
    and is stripped once more here, of every customer the workshop has now by first and last name. What the standard has
    no category for stays here; `queries.count_unexported` says how many.
    """
    actor.must("import:run")
    columns = [getattr(PastRepair, name) for name in PastRepair.__table__.columns.keys()]  # noqa: SIM118
    found = select(*columns).where(PastRepair.product_category_id.is_not(None)).order_by(PastRepair.id)
    if since is not None:
        found = found.where(PastRepair.event_date >= since)
    everybody = _everybody()
    for row in session().execute(found.execution_options(yield_per=_AT_ONCE)).mappings():
        yield standard.written(_without_people(dict(row), everybody))


def _everybody() -> privacy.People:
    named = session().execute(select(Customer.name, Customer.contact_name)).all()
    return privacy.people(others=[name for pair in named for name in pair if name])


def _without_people(row: dict[str, Any], known: privacy.People) -> dict[str, Any]:
    """The row with its problem stripped where it is our own; what was imported is published already."""
    if row["case_reference"] is None:
        return row
    return row | {"problem": privacy.stripped(row["problem"], known)}

"""Two rows, one person: everything that names the one comes to name the other.

Every foreign key to `customer` is found in the metadata, so that a room built later takes part without a line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, UniqueConstraint, delete, exists, insert, literal, select, update

from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.db import Base, current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import EventAbout
from service_app.customers.models import Consent, Customer
from service_app.customers.operations import PURPOSES, index_customer

_FILLED_FROM_OTHER = ("email", "phone", "vat_number", "contact_name")


def merge_customers(actor: Actor, keep: Customer, other: Customer) -> None:
    """Make one customer of two: contracts, items held, messages, addresses, notes and consents of `other` go to `keep`,
    which also takes the contact details it lacks, stays blocked when either was, and is reminded only when both were.
    `other` leaves the lists and points to `keep`. A withdrawn consent outweighs an older gift.

    Refuses the same customer twice and one that is merged already. Leaves customer.merged on both; it cannot be undone.
    """
    actor.must("customer:merge")
    _lock_both(keep, other)
    _close_outdated_consents(keep, other)
    _move_rows(keep, other)
    _share_timeline(keep, other)
    _fill(keep, other)
    other.merged_into_id = keep.id
    session().flush()
    session().expire(keep, ["addresses", "notes", "consents"])
    session().expire(other, ["addresses", "notes", "consents"])
    index_customer(other)
    index_customer(keep)
    events.record("customer.merged", actor, [keep, other], {"kept": keep.reference, "merged": other.reference})


def _lock_both(keep: Customer, other: Customer) -> None:
    if keep.id == other.id:
        raise Invalid("customer.merge_same", field="other")
    for customer in sorted((keep, other), key=lambda one: one.id):
        versions.take(customer, None)
        if customer.merged_into_id is not None:
            raise Conflict("customer.merged_already", field="other", reference=customer.reference)


def _close_outdated_consents(keep: Customer, other: Customer) -> None:
    both = (keep.id, other.id)
    rows = list(session().scalars(select(Consent).where(Consent.customer_id.in_(both)).order_by(Consent.given_at)))
    for purpose in PURPOSES:
        withdrawn = [row.withdrawn_at for row in rows if row.purpose == purpose and row.withdrawn_at is not None]
        standing = [row for row in rows if row.purpose == purpose and row.withdrawn_at is None]
        _close(standing, max(withdrawn, default=None))
    session().flush()


def _close(standing: list[Consent], last_withdrawal: datetime | None) -> None:
    """Of the consents that stand keep the earliest given after the last withdrawal; the others end."""
    fresh = [row for row in standing if last_withdrawal is None or row.given_at > last_withdrawal]
    for row in standing:
        if row not in fresh:
            row.withdrawn_at = last_withdrawal
    for row in fresh[1:]:
        row.withdrawn_at = row.given_at


def _move_rows(keep: Customer, other: Customer) -> None:
    for table, column in _references():
        _give_way(table, column, keep, other)
        session().execute(
            update(table)
            .where(table.c.workshop_id == current_workshop_id(), table.c[column] == other.id)
            .values({column: keep.id})
            .execution_options(scoped_by_hand=True)
        )


def _give_way(table: Table, column: str, keep: Customer, other: Customer) -> None:
    """Where a customer has at most one row of a kind (what they chose for a topic), that of `keep` stands."""
    for rule in table.constraints:
        if not isinstance(rule, UniqueConstraint) or column not in rule.columns:
            continue
        kept = table.alias()
        same = [kept.c[one.name] == one for one in rule.columns if one.name != column]
        session().execute(
            delete(table)
            .where(table.c.workshop_id == current_workshop_id(), table.c[column] == other.id)
            .where(exists().where(kept.c[column] == keep.id, *same))
            .execution_options(scoped_by_hand=True)
        )


def _references() -> Iterator[tuple[Table, str]]:
    """Every (table, column) whose foreign key points to a customer."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table.name == Customer.__tablename__:
                yield table, next(name for name in key.column_keys if name != "workshop_id")


def _share_timeline(keep: Customer, other: Customer) -> None:
    """The events stay where they are, append-only; the timeline of `keep` shows them too."""
    about = Base.metadata.tables[EventAbout.__tablename__]
    theirs = (about.c.workshop_id == current_workshop_id(), about.c.subject == Customer.__tablename__)
    known = select(about.c.event_id).where(*theirs, about.c.subject_id == keep.id)
    rows = select(about.c.workshop_id, about.c.subject, literal(keep.id), about.c.event_id).where(
        *theirs, about.c.subject_id == other.id, about.c.event_id.not_in(known)
    )
    columns = ["workshop_id", "subject", "subject_id", "event_id"]
    session().execute(insert(about).from_select(columns, rows).execution_options(scoped_by_hand=True))


def _fill(keep: Customer, other: Customer) -> None:
    for name in _FILLED_FROM_OTHER:
        setattr(keep, name, getattr(keep, name) or getattr(other, name))
    keep.remark = "\n".join(part for part in (keep.remark, other.remark) if part)
    keep.is_blocked = keep.is_blocked or other.is_blocked
    # Everybody is reminded until they say no: of two rows the no is what the person said, the yes is what nobody asked.
    keep.wants_reminders = keep.wants_reminders and other.wants_reminders

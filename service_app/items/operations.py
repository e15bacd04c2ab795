"""What happens to a single thing."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from service_app.catalogue.models import Product
from service_app.core import clock, events, files, search, versions
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import to_cents
from service_app.core.states import move
from service_app.items import availability, custody, queries
from service_app.items.models import GRADES, Allocation, Item, ItemEntry, ItemPhoto, MeterReading
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

_TAG = re.compile(r"[A-Z0-9][A-Z0-9-]{0,29}")
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
EARLIEST_YEAR = 1850
# What meters counted before they were replaced is added up: more than a number holds would stop the planner of the workshop.
MOST_METER = 100_000_000


@dataclass(frozen=True)
class ItemFacts:
    """An item as typed. `tag` None: the next of the product's series. `owner_name` None: the workshop owns it.
    `cost_amount` is what it cost to get, in the workshop's currency; it is entered in the ledger once."""

    tag: str | None = None
    serial: str = ""
    grade: str = "B"
    place: str = ""
    remark: str = ""
    acquired_on: date | None = None
    year_made: int | None = None
    meter: int | None = None
    owner_name: str | None = None
    cost_amount: Decimal | None = None

    def clean(self, today: date) -> ItemFacts:
        """Itself. Refuses with a field: `tag.invalid`, `choice.unknown` (grade), `number.out_of_range`,
        `amount.negative`, `date.in_future`."""
        if self.grade not in GRADES:
            raise Invalid("choice.unknown", field="grade", value=self.grade)
        if self.year_made is not None and not EARLIEST_YEAR <= self.year_made <= today.year:
            raise Invalid("number.out_of_range", field="year_made", least=EARLIEST_YEAR, most=today.year)
        if self.meter is not None:
            refuse_odd_meter(self.meter)
        if self.cost_amount is not None and self.cost_amount < 0:
            raise Invalid("amount.negative", field="cost_amount")
        if self.acquired_on is not None and self.acquired_on > today:
            raise Invalid("date.in_future", field="acquired_on")
        return replace(
            self,
            tag=clean_tag(self.tag) if self.tag and self.tag.strip() else None,
            serial=self.serial.strip(),
            place=self.place.strip(),
            remark=self.remark.strip(),
            acquired_on=self.acquired_on or today,
            owner_name=(self.owner_name or "").strip() or None,
        )


def clean_tag(tag: str) -> str:
    """The tag in capitals. Refuses with `tag.invalid` what is not 1-30 letters, digits and hyphens."""
    clean = tag.strip().upper()
    if not _TAG.fullmatch(clean):
        raise Invalid("tag.invalid", field="tag")
    return clean


def take_in_item(actor: Actor, product: Product, facts: ItemFacts, external_ref: str | None = None) -> Item:
    """A new item of a product, in stock. Refuses what `ItemFacts.clean` refuses, and a tag or `external_ref` that another
    item has. What it cost is the first entry of its ledger. Leaves item.created."""
    actor.must("item:write")
    workshop = get_workshop(current_workshop_id())
    clean = facts.clean(clock.today(workshop.zone))
    tag = clean.tag or _next_tag(product)
    _refuse_taken(tag, external_ref)
    columns = {name: value for name, value in asdict(clean).items() if name not in ("tag", "cost_amount")}
    item = Item(tag=tag, public_code=_public_code(), product_id=product.id, external_ref=external_ref, **columns)
    session().add(item)
    session().flush()
    _index(item, product)
    created = events.record("item.created", actor, [item, product], {"tag": item.tag})
    if clean.cost_amount and clean.acquired_on is not None:
        cost = -to_cents(clean.cost_amount)
        ledger_entry(
            item.id, clean.acquired_on, "acquisition", cost, workshop.currency, "acquisition", event_id=created
        )
    return item


def _next_tag(product: Product) -> str:
    tag = next_reference(product.code[:12].rstrip("-"))
    while session().scalar(select(Item.id).where(Item.tag == tag)) is not None:
        tag = next_reference(product.code[:12].rstrip("-"))
    return tag


def _refuse_taken(tag: str, external_ref: str | None) -> None:
    if session().scalar(select(Item.id).where(Item.tag == tag)) is not None:
        raise Conflict("item.tag_taken", field="tag", taken=tag)
    if external_ref is None:
        return
    known = session().scalar(select(Item.tag).where(Item.external_ref == external_ref))
    if known is not None:
        raise Conflict("item.external_ref_taken", field="external_ref", taken=known)


def _public_code() -> str:
    """<workshop>-<random>: what the QR code leads to. The workshop stands in it so that a scan needs no look across the
    walls; the rest cannot be guessed."""
    return f"{current_workshop_id()}-{''.join(secrets.choice(_SIGNS) for _sign in range(9))}"


def _index(item: Item, product: Product) -> None:
    texts = [item.tag, item.serial, item.external_ref, product.code, product.brand, *product.name.values()]
    search.index("item", item.id, texts)


def change_item(actor: Actor, item: Item, expected_version: int | None, facts: ItemFacts) -> None:
    """Other facts about an item; its tag stays when none is given. Refuses as `take_in_item`, and a stale version. Leaves
    item.changed with the names of the columns that changed; nothing when none did."""
    actor.must("item:write")
    clean = facts.clean(clock.today(get_workshop(item.workshop_id).zone))
    versions.take(item, expected_version)
    wanted: dict[str, Any] = asdict(clean) | {"tag": clean.tag or item.tag}
    del wanted["cost_amount"]
    if wanted["tag"] != item.tag:
        _refuse_taken(wanted["tag"], None)
    changed = sorted(name for name, value in wanted.items() if getattr(item, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(item, name, wanted[name])
    _index(item, item.product)
    events.record("item.changed", actor, [item], {"fields": changed, "tag": item.tag})


def move_item(actor: Actor, item: Item, place: str) -> None:
    """It stands somewhere else in the workshop now. Leaves item.moved."""
    actor.must("item:write")
    if item.place == place.strip():
        return
    item.place = place.strip()[:100]
    item.version += 1
    events.record("item.moved", actor, [item], {"place": item.place})


def join_kit(actor: Actor, item: Item, kit: Item | None) -> None:
    """It belongs to a kit from now on (None: it stands by itself again): it goes where the kit goes, and is never promised
    by itself. Refuses itself, a kit inside a kit, what is not in stock, and with Conflict `item.promised` what is booked.
    Leaves item.changed."""
    actor.must("item:write")
    if kit is not None:
        _refuse_kit(item, kit)
    if item.status != "in_stock":
        raise Conflict("kit.away", field="kit", tag=item.tag)
    _refuse_promised(item)
    concerned = kit if kit is not None else queries.kit_of(item)
    item.kit_item_id = kit.id if kit is not None else None
    item.version += 1
    session().flush()
    facts = {"fields": ["kit"], "component": item.tag, "joined": kit is not None}
    events.record("item.changed", actor, [item, *([concerned] if concerned is not None else [])], facts)


def _refuse_kit(item: Item, kit: Item) -> None:
    if kit.id == item.id:
        raise Invalid("kit.itself", field="kit")
    if kit.kit_item_id is not None:
        raise Conflict("kit.in_a_kit", field="kit", tag=kit.tag)
    if kit.status != "in_stock":
        raise Conflict("kit.away", field="kit", tag=kit.tag)
    if session().scalar(select(Item.id).where(Item.kit_item_id == item.id).limit(1)) is not None:
        raise Conflict("kit.has_components", field="kit", tag=item.tag)


def grade_item(actor: Actor, item: Item, grade: str) -> None:
    """Another grade, outside an inspection. Leaves item.graded."""
    actor.must("item:write")
    if grade not in GRADES:
        raise Invalid("choice.unknown", field="grade", value=grade)
    if item.grade == grade:
        return
    before, item.grade = item.grade, grade
    item.version += 1
    events.record("item.graded", actor, [item], {"grade_before": before, "grade": grade})


def put_on_bench(actor: Actor, item: Item) -> None:
    """To the bench: nobody books it until it is back in stock; a booking it has already keeps its time until the day before,
    when another item takes its place or its contract is at risk. Leaves item.moved."""
    actor.must("item:write")
    move(item, "on_bench")
    custody.block_for_work(item, clock.now())
    events.record("item.moved", actor, [item], {"state": "on_bench"})


def put_in_stock(actor: Actor, item: Item) -> None:
    """Ready to go out again: what kept it blocked ends now. Refuses what is not on the bench. Leaves item.moved."""
    actor.must("item:write")
    if item.status != "on_bench":
        raise Conflict("state.not_allowed", thing="item", axis="status", state=item.status, to="in_stock")
    move(item, "in_stock")
    custody.end_work(item, clock.now())
    events.record("item.moved", actor, [item], {"state": "in_stock"})


def retire_item(actor: Actor, item: Item, reason: str) -> None:
    """No more rentals. Refuses without a reason, and with Conflict `item.promised` while a booking stands on it. Leaves
    item.retired."""
    actor.must("item:write")
    if not reason.strip():
        raise Invalid("item.reason_needed", field="reason")
    _refuse_promised(item)
    move(item, "retired")
    item.remark = f"{item.remark}\n{reason.strip()}".strip()[:2000]
    events.record("item.retired", actor, [item], {"tag": item.tag})


def _refuse_promised(item: Item) -> None:
    availability.lock_product(item.product)
    booked = select(Allocation.id).where(
        Allocation.item_id == item.id, Allocation.kind.in_(("hold", "reservation", "use"))
    )
    ahead = booked.where(Allocation.blocked_until.is_(None) | (Allocation.blocked_until > clock.now()))
    if session().scalar(ahead.limit(1)) is not None:
        raise Conflict("item.promised", tag=item.tag)


def add_photo(
    actor: Actor,
    item: Item,
    content: bytes,
    name: str,
    *,
    occasion: str = "portrait",
    contract_line_id: int | None = None,
    twin_id: int | None = None,
) -> ItemPhoto:
    """Keep a photo of an item, re-encoded so that nothing but the picture survives; `twin_id` is an earlier one of the same
    side. Leaves item.photographed."""
    stored = files.store_picture(content, name)
    photo = ItemPhoto(
        item_id=item.id, file_id=stored.id, occasion=occasion, contract_line_id=contract_line_id, twin_id=twin_id
    )
    session().add(photo)
    session().flush()
    events.record("item.photographed", actor, [item], {"occasion": occasion})
    return photo


def refuse_odd_meter(value: int) -> None:
    """Refuses with `number.out_of_range` what no meter shows."""
    if not 0 <= value <= MOST_METER:
        raise Invalid("number.out_of_range", field="meter", least=0, most=MOST_METER)


def read_meter(
    item: Item, value: int, source: str, *, at: datetime | None = None, contract_line_id: int | None = None
) -> MeterReading:
    """Write down what the meter shows. Refuses a number out of range, and a lower value than the last with Invalid
    `handover.meter_lower`."""
    refuse_odd_meter(value)
    if item.meter is not None and value < item.meter:
        raise Invalid("handover.meter_lower", field="meter", last=item.meter)
    row = MeterReading(
        item_id=item.id, contract_line_id=contract_line_id, at=at or clock.now(), value=value, source=source
    )
    session().add(row)
    item.meter = value
    session().flush()
    return row


def ledger_entry(
    item_id: int,
    on_day: date,
    kind: str,
    amount: Decimal,
    currency: str,
    source: str,
    *,
    event_id: int | ColumnElement[int],
) -> bool:
    """Write a ledger entry (money in positive, out negative) with the event it comes from (its id, or
    `events.latest_of`); False when this source, or this event as this kind, was entered before."""
    values = {
        "workshop_id": current_workshop_id(),
        "item_id": item_id,
        "on_day": on_day,
        "kind": kind,
        "amount": amount,
        "currency": currency,
        "source": source,
        "event_id": event_id,
    }
    statement = insert(ItemEntry).values(values).on_conflict_do_nothing().returning(ItemEntry.id)
    return session().execute(statement, execution_options={"scoped_by_hand": True}).first() is not None

"""What happens to a single thing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert

from service_app.core import events, files
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.items.models import Item, ItemEntry, ItemPhoto


def add_photo(
    actor: Actor,
    item: Item,
    content: bytes,
    name: str,
    *,
    occasion: str = "portrait",
    contract_line_id: int | None = None,
) -> ItemPhoto:
    """Keep a photo of an item, re-encoded so that nothing but the picture survives. Leaves item.photographed."""
    stored = files.store_picture(content, name)
    photo = ItemPhoto(item_id=item.id, file_id=stored.id, occasion=occasion, contract_line_id=contract_line_id)
    session().add(photo)
    session().flush()
    events.record("item.photographed", actor, [item], {"occasion": occasion})
    return photo


def ledger_entry(item_id: int, on_day: date, kind: str, amount: Decimal, currency: str, source: str) -> bool:
    """Write a ledger entry (money in positive, out negative); False when this source was entered before."""
    values = {
        "workshop_id": current_workshop_id(),
        "item_id": item_id,
        "on_day": on_day,
        "kind": kind,
        "amount": amount,
        "currency": currency,
        "source": source,
    }
    statement = insert(ItemEntry).values(values).on_conflict_do_nothing().returning(ItemEntry.id)
    return session().execute(statement, execution_options={"scoped_by_hand": True}).first() is not None

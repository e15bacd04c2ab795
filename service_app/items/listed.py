"""The list of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.items import operations, queries, words
from service_app.items.models import Item
from service_app.lists import cells
from service_app.lists.declared import Act, Ask, Column, Facet, Listing, Wanted, add


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, *(wanted.get(name, "") for name in ("status", "grade", "product")))


def _move(actor: Actor, tag: str, given: Mapping[str, str]) -> Mapping[str, str]:
    item = queries.get_item(tag)
    before = item.place
    operations.move_item(actor, item, given["place"])
    return {"place": before}


def _bench(actor: Actor, tag: str, _given: Mapping[str, str]) -> Mapping[str, str] | None:
    """Only what stood ready goes back into stock when it is taken back."""
    item = queries.get_item(tag)
    was_ready = item.status == "in_stock"
    operations.put_on_bench(actor, item)
    return {} if was_ready else None


def _stock(actor: Actor, tag: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    operations.put_in_stock(actor, queries.get_item(tag))
    return {}


def _labels(tags: Sequence[str]) -> str:
    return url_for("items.choose_labels", tag=list(tags))


LIST = add(
    Listing(
        key="items",
        page="items.list_page",
        permission="item:read",
        title=_l("Items"),
        search=_l("Tag, serial number or product"),
        rows=lambda: select(Item),
        narrow=_narrow,
        found_by=("item", Item.id),
        named=lambda item: item.tag,
        name_column=Item.tag,
        detail=("items.detail", "tag"),
        loaded=(joinedload(Item.product),),
        sorts=queries.SORTS,
        order="tag",
        kept=("product",),
        columns=(
            Column("tag", _l("Tag"), cells.link("items.detail", "tag", lambda row: row.tag), "tag",
                   lambda row: row.tag),
            Column("product", _l("Product"), cells.words(lambda row: row.product.name), "product"),
            Column("serial", _l("Serial number"), cells.code(lambda row: row.serial), "serial"),
            Column("grade", _l("Grade"), lambda row: row.grade, "grade"),
            Column("place", _l("Where it is kept"), lambda row: row.place if row.status != "out" else "", "place"),
            Column("loops", _l("Loops"), lambda row: row.loops, "loops", lambda row: row.loops, is_number=True),
            Column("acquired", _l("Came in on"), cells.day(lambda row: row.acquired_on), "acquired",
                   lambda row: row.acquired_on),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
            Column("meter", _l("Meter"), lambda row: "" if row.meter is None else row.meter, "",
                   lambda row: row.meter, is_number=True, is_extra=True),
            Column("made", _l("Year made"), lambda row: row.year_made or "", "", lambda row: row.year_made,
                   is_number=True, is_extra=True),
            Column("owner", _l("Owner"), lambda row: row.owner_name or "", is_extra=True),
            Column("remark", _l("Remark"), lambda row: row.remark, is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), Item.status, {code: word for code, (_tone, word) in words.STATES.items()}),
            Facet("grade", _l("Grade"), Item.grade, words.GRADES),
        ),
        acts=(
            Act("labels", _l("Print labels"), "item:read", "qr-code", leads=_labels),
            Act("bench", _l("To the bench"), "item:write", "wrench", _bench, _l("on the bench."), undo="stock"),
            Act("stock", _l("Back in stock"), "item:write", "package-check", _stock, _l("ready to go out."),
                undo="bench"),
            Act("move", _l("Move"), "item:write", "map-pin", _move, _l("moved."),
                (Ask("place", _l("To which place")),), undo="move"),
        ),
        nothing=(
            _l("No item yet."),
            _l("An item is one thing with a tag. Take the first one in, or bring them in from a file."),
        ),
    )
)  # fmt: skip

"""Products: create, change, photograph. Plans are in `plan_operations`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service_app.catalogue import repair_categories
from service_app.catalogue.characteristics import (
    EndOfLife,
    Facilities,
    Function,
    Geometry,
    Properties,
    clean_texts,
    distinct,
)
from service_app.catalogue.models import CIRCULAR_MODELS, Product
from service_app.core import events, files, search, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import to_cents

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_LONGEST_BUFFER = 14 * 24 * 60


@dataclass(frozen=True)
class Handling:
    """What handing over and taking back needs: minutes kept free around a use, what a lost one costs, what is counted,
    what belongs to it, what is looked at, the group of products it may be swapped within, and what it costs to put a part
    right ({"part": name, "amount": Decimal})."""

    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    replacement_amount: Decimal | None = None
    meter_unit: str | None = None
    accessories: tuple[str, ...] = ()
    out_checklist: tuple[Mapping[str, Any], ...] = ()
    in_checklist: tuple[Mapping[str, Any], ...] = ()
    exchange_group: str = ""
    repair_prices: tuple[Mapping[str, Any], ...] = ()

    def clean(self) -> Handling:
        """Itself, amounts as text to the cent. Refuses a buffer outside 0–14 days and a negative amount."""
        for name in ("buffer_before_minutes", "buffer_after_minutes"):
            if not 0 <= getattr(self, name) <= _LONGEST_BUFFER:
                raise Invalid("number.out_of_range", field=name, least=0, most=_LONGEST_BUFFER)
        if self.replacement_amount is not None and self.replacement_amount < 0:
            raise Invalid("amount.negative", field="replacement_amount")
        if any(row["amount"] < 0 for row in self.repair_prices):
            raise Invalid("amount.negative", field="repair_prices")
        prices = {
            row["part"].strip(): str(to_cents(row["amount"])) for row in self.repair_prices if row["part"].strip()
        }
        return replace(
            self,
            repair_prices=tuple({"part": part, "amount": amount} for part, amount in prices.items()),
            accessories=distinct(self.accessories),
            meter_unit=(self.meter_unit or "").strip() or None,
            exchange_group=self.exchange_group.strip()[:60],
        )


@dataclass(frozen=True)
class ProductFacts:
    """A product as typed: what it is called, the five characteristics, the circular model, how it is handled."""

    code: str
    name: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    brand: str = ""
    category: str = ""
    repair_category_id: int | None = None
    circular_model: str = "better_use"
    is_active: bool = True
    geometry: Geometry = field(default_factory=Geometry)
    properties: Properties = field(default_factory=Properties)
    function: Function = field(default_factory=Function)
    facilities: Facilities = field(default_factory=Facilities)
    end_of_life: EndOfLife = field(default_factory=EndOfLife)
    handling: Handling = field(default_factory=Handling)


def create_product(actor: Actor, facts: ProductFacts, external_ref: str | None = None) -> Product:
    """A new product. Refuses with the field concerned what `clean_columns` refuses, and a code or `external_ref` that
    another product has. Leaves product.created."""
    actor.must("product:write")
    columns = clean_columns(facts)
    _refuse_code_taken(columns["code"], None)
    _refuse_ref_taken(external_ref)
    product = Product(external_ref=external_ref, **columns)
    session().add(product)
    session().flush()
    _index(product)
    events.record("product.created", actor, [product], {"code": product.code})
    return product


def change_product(actor: Actor, product: Product, expected_version: int | None, facts: ProductFacts) -> None:
    """Other facts about a product. Refuses as `create_product`, and a stale version. Leaves product.changed with the
    names of the columns that changed; nothing when none did."""
    actor.must("product:write")
    columns = clean_columns(facts)
    versions.take(product, expected_version)
    _refuse_code_taken(columns["code"], product.id)
    changed = sorted(name for name, value in columns.items() if getattr(product, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(product, name, columns[name])
    _index(product)
    events.record("product.changed", actor, [product], {"fields": changed})


def photograph_product(actor: Actor, product: Product, content: bytes, name: str) -> None:
    """Give a product its photo, encoded anew. Refuses what is no picture (`files.store_picture`). Leaves
    product.changed."""
    actor.must("product:write")
    product.photo_file_id = files.store_picture(content, name).id
    events.record("product.changed", actor, [product], {"fields": ["photo"]})


def clean_columns(facts: ProductFacts) -> dict[str, Any]:
    """The columns of a product from its facts. Refuses with a field: `code.invalid`, `text.no_language` (name),
    `choice.unknown`, `number.out_of_range`, `materials.over_hundred`, `fractions.too_heavy`, `row.twice`."""
    if facts.circular_model not in CIRCULAR_MODELS:
        raise Invalid("choice.unknown", field="circular_model", value=facts.circular_model)
    if facts.repair_category_id not in (None, *repair_categories.BY_ID):
        raise Invalid("choice.unknown", field="repair_category_id", value=facts.repair_category_id)
    geometry = facts.geometry.clean()
    parts: list[Any] = [geometry, facts.properties.clean(), facts.function.clean(), facts.facilities.clean()]
    parts += [facts.end_of_life.clean(geometry.mass_g), facts.handling.clean()]
    own: dict[str, Any] = {
        "code": clean_code(facts.code),
        "name": clean_texts(facts.name, "name"),
        "description": clean_texts(facts.description, "description", is_required=False),
        "brand": facts.brand.strip(),
        "category": facts.category.strip(),
        "repair_category_id": facts.repair_category_id,
        "circular_model": facts.circular_model,
        "is_active": facts.is_active,
    }
    for part in parts:
        own |= {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(part).items()}
    return own


def clean_code(code: str) -> str:
    """The code in capitals. Refuses with `code.invalid` what is not 1–20 letters, digits and hyphens."""
    clean = code.strip().upper()
    if not _CODE.fullmatch(clean):
        raise Invalid("code.invalid", field="code")
    return clean


def _refuse_code_taken(code: str, besides: int | None) -> None:
    known = session().scalar(select(Product.id).where(Product.code == code))
    if known not in (None, besides):
        raise Conflict("product.code_taken", field="code", taken=code)


def _refuse_ref_taken(external_ref: str | None) -> None:
    if external_ref is None:
        return
    known = session().scalar(select(Product.code).where(Product.external_ref == external_ref))
    if known is not None:
        raise Conflict("product.external_ref_taken", field="external_ref", taken=known)


def _index(product: Product) -> None:
    search.index("product", product.id, [product.code, product.brand, product.category, *product.name.values()])

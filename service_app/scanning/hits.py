"""A scanned thing as a page shows it: what it is, where it is, when it goes out next, and the one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service_app.catalogue.models import Plan
from service_app.contracts.models import ContractLine
from service_app.core.db import session
from service_app.core.web import actor, current
from service_app.items.models import Allocation, Item, ItemPhoto
from service_app.items.queries import portrait_of
from service_app.scanning import queries
from service_app.scanning.expected import Step, next_step
from service_app.scanning.words import STEPS


@dataclass(frozen=True)
class Button:
    """The act as a button: a link, or with `fields` a form that posts them."""

    label: Any
    icon: str
    url: str
    fields: dict[str, str] | None = None


@dataclass(frozen=True)
class Hit:
    """A thing that was scanned, and what it expects now. `button` is None when nothing is expected, or when this person's
    role does not include it (`is_for_others`)."""

    item: Item
    step: Step | None
    button: Button | None
    is_for_others: bool
    where: str
    booking: Allocation | None
    photo: ItemPhoto | None

    @property
    def line(self) -> ContractLine | None:
        """The contract line the act is about."""
        return self.step.line if self.step is not None else None


def hit_of(item: Item) -> Hit:
    """Everything the page of a hit shows."""
    step = next_step(actor(), item, current().workshop.zone)
    return Hit(
        item=item,
        step=step,
        button=button_of(step) if step is not None and step.is_allowed else None,
        is_for_others=step is not None and not step.is_allowed,
        where=where_is(item, step.line if step is not None else None),
        booking=queries.next_booking(item, step.line if step is not None and step.act == "hand_over" else None),
        photo=portrait_of(item),
    )


def button_of(step: Step) -> Button | None:
    """The act of a step as a button; None for what has none of its own."""
    label, icon = STEPS[step.act]
    fields = {"to": "in_stock"} if step.act == "in_stock" else {} if step.act == "here" else None
    return Button(label, icon, _address(step), fields)


def _address(step: Step) -> str:
    if step.line is not None:
        place: dict[str, Any] = {"reference": step.line.contract.reference, "position": step.line.position}
        if step.act in ("found", "find_component"):
            operation = "report-found" if step.act == "found" else "find-component"
            return url_for("contracts.act", operation=operation, **place)
        return url_for(f"contracts.{step.act}", **place)
    if step.act == "in_stock":
        return url_for("items.bench", tag=step.item.tag)
    if step.act == "here":
        return url_for("scanning.here", tag=step.item.tag)
    if step.act == "contract":
        return url_for("contracts.new", plan=_plan_of(step.item) or None)
    return url_for("items.detail", tag=step.item.tag)


def _plan_of(item: Item) -> str:
    found = select(Plan.code).where(Plan.product_id == item.product_id, Plan.is_active).order_by(Plan.code)
    return session().scalar(found.limit(1)) or ""


def where_is(item: Item, line: ContractLine | None = None) -> str:
    """Where a thing is: with whom, when it is out and the reader may know; else where it is kept."""
    if item.status == "out":
        if line is not None and current().can("contract:read"):
            return str(_("with %(name)s", name=line.contract.customer.name))
        return str(_("with a customer"))
    if item.status in ("lost", "sold", "retired"):
        return ""
    return item.place or str(_("place not written down"))

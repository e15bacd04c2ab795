"""The guided start: six steps from an invitation to something rented out. Each ticks itself off from what is there; nothing
keeps that a step was done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import exists, select

from service_app.catalogue.defaults import new_product
from service_app.catalogue.models import Plan, Product
from service_app.catalogue.operations import Handling, ProductFacts, create_product
from service_app.catalogue.plan_operations import PlanFacts, create_plan
from service_app.contracts.models import Contract
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.workshops.models import HouseDefaults, OpeningHours, Terms
from service_app.workshops.operations.defaults import STEPS
from service_app.workshops.queries import house_defaults


@dataclass(frozen=True)
class Step:
    """A step: what it is, why, what the button says, where, and whether it is done or was passed over."""

    key: str
    label: str
    why: str
    button: str
    url: str
    is_done: bool
    is_skipped: bool


@dataclass(frozen=True)
class Start:
    """The steps in their order, and whether somebody put them away."""

    steps: list[Step]
    is_put_away: bool

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first that waits."""
        return next((step for step in self.steps if not (step.is_done or step.is_skipped)), None)

    @property
    def is_shown(self) -> bool:
        """Whether Today shows them: until all are done or passed over, or they were put away."""
        return not self.is_put_away and self.next is not None


_FIRST_PRODUCT = select(Product.code).where(Product.is_active).order_by(Product.id).limit(1).scalar_subquery()
_FIRST_PLAN = select(Plan.code).where(Plan.is_active).order_by(Plan.id).limit(1).scalar_subquery()
_FIRST_CUSTOMER = select(Customer.reference).order_by(Customer.id).limit(1).scalar_subquery()
_SKIPPED = select(HouseDefaults.start_skipped).limit(1).scalar_subquery().label("skipped")
_PUT_AWAY = exists(select(HouseDefaults.id).where(HouseDefaults.start_put_away_at.is_not(None))).label("put_away")
_FACTS = (
    exists(select(OpeningHours.id)).label("hours"),
    exists(select(Terms.id)).label("terms"),
    exists(select(Plan.id).where(Plan.is_active)).label("product"),
    exists(select(Item.id)).label("item"),
    exists(select(Customer.id)).label("customer"),
    exists(select(Contract.id).where(Contract.status != "draft")).label("offer"),
)


def the_start() -> Start:
    """How far the current workshop is, and what was passed over: one statement."""
    known = session().execute(select(*_FACTS, _FIRST_PRODUCT, _FIRST_PLAN, _FIRST_CUSTOMER, _SKIPPED, _PUT_AWAY)).one()
    skipped = known.skipped or []
    where = _where(*known[len(_FACTS) : len(_FACTS) + 3])
    steps = [
        Step(key, *said, where[key], bool(getattr(known, key)), key in skipped)
        for key, said in zip(STEPS, _said(), strict=True)
    ]
    return Start(steps, known.put_away)


def _where(product: str | None, plan: str | None, customer: str | None) -> dict[str, str]:
    """The shortest form of each step, with what is known already filled in."""
    return {
        "hours": url_for("workshops.hours_page", usual=1),
        "terms": url_for("workshops.terms_page", example=1),
        "product": url_for("desk.new_product"),
        "item": url_for("items.new", product=product),
        "customer": url_for("customers.new"),
        "offer": url_for("contracts.new", customer=customer, plan=plan),
    }


def _said() -> list[tuple[str, str, str]]:
    return [
        (_("When you are open"), _("Returns and reminders heed it."), _("Set the hours")),
        (_("Your general terms"), _("Customers sign a version of them. An example is filled in."), _("Write the terms")),
        (_("A first product, and its price"), _("What you rent out, by the day or by the month."), _("Make a product")),
        (_("A first item, with a label"), _("The single thing on your shelf. Print its label."), _("Take in an item")),
        (_("A first customer"), _("A name and an e-mail are enough."), _("Register a customer")),
        (_("A first offer"), _("It goes out by e-mail; once it is signed, you hand over from Today."), _("Make an offer")),
    ]  # fmt: skip


def make_product(actor: Actor, language: str, name: str, plan: Callable[[str], PlanFacts]) -> Product:
    """A product called `name` in the language of the house, with one plan, and what products here begin with."""
    code = code_from(name, _is_taken)
    own = new_product(house_defaults())
    handling = Handling(**own | {key: tuple(own[key]) for key in ("out_checklist", "in_checklist")})
    product = create_product(actor, ProductFacts(code, {language: name}, handling=handling))
    create_plan(actor, product, plan(f"{code}-1"))
    return product


def _is_taken(code: str) -> bool:
    either = (select(Product.id).where(Product.code == code), select(Plan.id).where(Plan.code == f"{code}-1"))
    return any(session().scalar(found) is not None for found in either)


def code_from(name: str, taken: Callable[[str], bool]) -> str:
    """A short code from the first letters of a name, such as VC for Vélo cargo; with a number when it is taken."""
    plain = unicodedata.normalize("NFKD", name.upper()).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Z0-9]+", plain)
    short = ("".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:4])[:6] or "P"
    found, number = short, 1
    while taken(found):
        number += 1
        found = f"{short}{number}"
    return found

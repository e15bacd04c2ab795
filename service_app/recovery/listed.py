"""The lists of this room: intakes, refurbishments, harvests, and what products bring and cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, undefer

from service_app.catalogue.models import Product
from service_app.catalogue.queries import list_categories
from service_app.core.i18n import kilograms, money
from service_app.core.i18n import lazy as _l
from service_app.core.i18n import words as in_words
from service_app.core.web import current
from service_app.items.models import Item
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add
from service_app.recovery import queries, words
from service_app.recovery.models import Harvest, Intake, Passing, Refurbishment


def _by_status(model: Any, **groups: tuple[str, ...]) -> Any:
    def narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
        chosen = groups.get(wanted.get("status", ""))
        return found.where(model.status.in_(chosen)) if chosen else found

    return narrow


def _by_category(found: Select[Any], wanted: Wanted) -> Select[Any]:
    category = wanted.get("category", "")
    return found.where(Product.category == category) if category else found


def _states(table: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    return {code: word for code, (_tone, word) in table.items()}


def _cents(cents: int) -> str:
    return money(queries.amount(cents), current().workshop.currency)


_BETWEEN = ("planned", "offered", "agreed")

INTAKES = add(
    Listing(
        key="intakes", page="recovery.list_page", permission="recovery:read", title=_l("Intake"),
        search=_l("Code or what it is"), rows=lambda: select(Intake), narrow=_by_status(Intake),
        found_by=("intake", Intake.id),
        found_as=(_l("intake"), lambda row: str(words.SOURCES[row.source])),
        named=lambda row: row.reference, name_column=Intake.reference,
        detail=("recovery.detail", "reference"), loaded=(joinedload(Intake.customer),),
        sorts={
            "reference": (Intake.id,), "-reference": (Intake.id.desc(),),
            "source": (Intake.source, Intake.id), "-source": (Intake.source.desc(), Intake.id),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("recovery.detail", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("source", _l("Announced by"), lambda row: words.SOURCES[row.source], "source"),
            Column("customer", _l("Customer"), lambda row: row.customer.name if row.customer else ""),
            Column("at", _l("Opened"), cells.moment(lambda row: row.created_at), "reference", lambda row: row.created_at),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
        ),
        facets=(
            Facet("status", _l("State"), Intake.status, _states(words.STATES)),
        ),
        nothing=(_l("Nothing has come in."), _l("Open an intake when a driver, a customer or a parcel arrives.")),
    )
)  # fmt: skip

WORK = add(
    Listing(
        key="refurbishments", page="recovery.work_page", permission="recovery:read", title=_l("Refurbishments"),
        search=_l("Code or tag"), rows=lambda: select(Refurbishment),
        narrow=_by_status(Refurbishment, not_over=("planned", "working", "check")),
        found_by=("refurbishment", Refurbishment.id),
        found_as=(_l("refurbishment"), lambda row: row.item.tag), named=lambda row: row.reference,
        name_column=Refurbishment.reference, detail=("recovery.order", "reference"),
        loaded=(joinedload(Refurbishment.item),),
        sorts={
            "reference": (Refurbishment.id,), "-reference": (Refurbishment.id.desc(),),
            "cost": (Refurbishment.cost_cents, Refurbishment.id), "-cost": (Refurbishment.cost_cents.desc(), Refurbishment.id),
            "grade": (Refurbishment.grade_before, Refurbishment.id),
            "-grade": (Refurbishment.grade_before.desc(), Refurbishment.id),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("recovery.order", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("tag", _l("Tag"), cells.code(lambda row: row.item.tag)),
            Column("grade", _l("Grade"), lambda row: f"{row.grade_before} → {row.grade_target}", "grade"),
            Column("cost", _l("Cost so far"), lambda row: _cents(row.cost_cents), "cost",
                   lambda row: queries.amount(row.cost_cents), is_number=True),
            Column("gain", _l("Value it makes"), lambda row: _cents(row.gain_cents), "",
                   lambda row: queries.amount(row.gain_cents), is_number=True),
            Column("state", _l("State"), cells.state(lambda row: words.WORK[row.status])),
        ),
        facets=(
            Facet("status", _l("State"), Refurbishment.status, _states(words.WORK), also={"not_over": _l("not over")},
                  counted={"not_over": Refurbishment.status.in_(("planned", "working", "check"))}, begins="not_over"),
        ),
        nothing=(_l("Nothing is being refurbished."), _l("It begins where its next life is chosen.")),
    )
)  # fmt: skip

HARVESTS = add(
    Listing(
        key="harvests", page="recovery.harvests_page", permission="recovery:read", title=_l("Harvests"),
        search=_l("Code or tag"), rows=lambda: select(Harvest), narrow=_by_status(Harvest),
        found_by=("harvest", Harvest.id), found_as=(_l("harvest"), lambda row: row.item.tag),
        named=lambda row: row.reference, name_column=Harvest.reference,
        detail=("recovery.harvest", "reference"), loaded=(joinedload(Harvest.item),),
        sorts={
            "reference": (Harvest.id,), "-reference": (Harvest.id.desc(),),
            "mass": (Harvest.in_g, Harvest.id), "-mass": (Harvest.in_g.desc(), Harvest.id),
            "loss": (Harvest.loss_g.nulls_first(), Harvest.id), "-loss": (Harvest.loss_g.desc().nulls_last(), Harvest.id),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("recovery.harvest", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("tag", _l("Donor"), cells.code(lambda row: row.item.tag)),
            Column("mass", _l("Mass"), lambda row: f"{kilograms(row.in_g)} kg", "mass", lambda row: row.in_g, is_number=True),
            Column("loss", _l("Lost"), lambda row: "" if row.loss_g is None else f"{row.loss_g} g", "loss", is_number=True),
            Column("state", _l("State"), cells.state(lambda row: words.HARVESTS[row.status])),
        ),
        facets=(
            Facet("status", _l("State"), Harvest.status, _states(words.HARVESTS)),
        ),
        nothing=(_l("Nothing is taken apart."), _l("It begins where its next life is chosen.")),
    )
)  # fmt: skip


PASSINGS = add(
    Listing(
        key="passings", page="recovery.passings_page", permission="recovery:read", title=_l("To and from other members"),
        search=_l("Code, tag or name"), rows=lambda: select(Passing), narrow=_by_status(Passing, not_over=_BETWEEN),
        found_by=("passing", Passing.id), found_as=(_l("to or from a member"), lambda row: str(words.DIRECTIONS[row.direction])),
        named=lambda row: row.reference, name_column=Passing.reference, detail=("recovery.passing", "reference"),
        loaded=(joinedload(Passing.item).joinedload(Item.product), joinedload(Passing.partner)),
        sorts={
            "reference": (Passing.id,), "-reference": (Passing.id.desc(),),
            "price": (Passing.price_cents, Passing.id), "-price": (Passing.price_cents.desc(), Passing.id),
            "state": (Passing.status, Passing.id), "-state": (Passing.status.desc(), Passing.id.desc()),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("recovery.passing", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("direction", _l("Where"), lambda row: words.DIRECTIONS[row.direction]),
            Column("member", _l("Member"), lambda row: row.partner.name if row.partner else ""),
            Column("what", _l("What is it?"), lambda row: _named(row)),
            Column("price", _l("Price"), lambda row: money(queries.amount(row.price_cents), row.currency), "price",
                   lambda row: queries.amount(row.price_cents), is_number=True),
            Column("state", _l("State"), cells.state(lambda row: words.PASSINGS[row.status]), "state"),
        ),
        facets=(
            Facet("status", _l("State"), Passing.status, _states(words.PASSINGS), also={"not_over": _l("not over")},
                  counted={"not_over": Passing.status.in_(_BETWEEN)}, begins="not_over"),
        ),
        nothing=(_l("Nothing goes between the houses."), _l("It begins where its next life is chosen.")),
    )
)  # fmt: skip


def _named(row: Passing) -> str:
    return in_words(row.published["name"] if row.published else row.item.product.name if row.item else {})


def _money(name: str) -> Any:
    return lambda row: money(getattr(row, name), current().workshop.currency)


_FIGURES: tuple[Any, ...] = (Product.ledger_income, Product.ledger_costs, Product.ledger_result, Product.items_owned,  # type: ignore[attr-defined]
                             Product.loops_made)  # type: ignore[attr-defined]  # fmt: skip
_BY: dict[str, Any] = dict(zip(("income", "costs", "result", "items", "loops"), _FIGURES, strict=True))

ECONOMICS = add(
    Listing(
        key="economics", page="recovery.economics_page", permission="item:read", title=_l("What products bring and cost"),
        search=_l("Code or name"), rows=lambda: select(Product), narrow=_by_category,
        found_by=("product", Product.id), named=lambda row: row.code, name_column=Product.code,
        detail=("catalogue.detail", "code"), loaded=tuple(undefer(figure) for figure in _FIGURES),
        sorts={
            "code": (Product.code,), "-code": (Product.code.desc(),),
            **{name: (figure, Product.code) for name, figure in _BY.items()},
            **{f"-{name}": (figure.desc(), Product.code) for name, figure in _BY.items()},
        },
        order="-result",
        columns=(
            Column("code", _l("Code"), cells.link("catalogue.detail", "code", lambda row: row.code), "code",
                   lambda row: row.code),
            Column("product", _l("Product"), cells.words(lambda row: row.name)),
            Column("items", _l("Items"), lambda row: row.items_owned, "items", lambda row: row.items_owned, is_number=True),
            Column("loops", _l("Loops"), lambda row: row.loops_made, "loops", lambda row: int(row.loops_made),
                   is_number=True),
            Column("income", _l("Brought"), _money("ledger_income"), "income", lambda row: row.ledger_income, is_number=True),
            Column("costs", _l("Cost"), _money("ledger_costs"), "costs", lambda row: row.ledger_costs, is_number=True),
            Column("result", _l("Result so far"), _money("ledger_result"), "result", lambda row: row.ledger_result,
                   is_number=True),
        ),
        facets=(
            Facet("category", _l("Category"), Product.category, lambda: {name: name for name in list_categories()}),
        ),
        nothing=(_l("No product yet."), _l("What things bring and cost is added up here, product by product.")),
    )
)  # fmt: skip

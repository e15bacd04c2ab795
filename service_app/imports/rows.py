"""How a row of values becomes a customer, a product, an item or a contract: through the operation a person would use;
and which rows are here already. The table `kinds` names these functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from service_app.catalogue import operations as catalogue
from service_app.catalogue.characteristics import EndOfLife, Facilities, Function, Geometry, Properties
from service_app.catalogue.models import Plan, Product
from service_app.contracts.models import Contract
from service_app.contracts.operations import offers
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.customers import contact
from service_app.customers import operations as customers
from service_app.customers.models import Customer
from service_app.imports.values import plain
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

Values = Mapping[str, Any]
Options = Mapping[str, Any]

Cells = Mapping[str, str]

CREATE_PRODUCTS = "create_products"


def _by(column: InstrumentedAttribute[Any], shown: InstrumentedAttribute[Any], wanted: Iterable[Any]) -> dict[str, str]:
    """{value: reference} of the rows whose column holds one of the wanted values."""
    keys = {value for value in wanted if value}
    if not keys:
        return {}
    return {key: name for key, name in session().execute(select(column, shown).where(column.in_(keys))).all()}


def _known(batch: Sequence[Values], model: Any, shown: Any, *names: str) -> list[str | None]:
    found = {name: _by(getattr(model, name), shown, (row.get(name) for row in batch)) for name in names}
    return [
        next((found[name][row[name]] for name in names if row.get(name) and row[name] in found[name]), None)
        for row in batch
    ]


def known_customers(batch: Sequence[Values]) -> list[str | None]:
    """The reference of each customer already here: by your own number, else by e-mail and name together (a family may
    share an address)."""
    by_ref = _known(batch, Customer, Customer.reference, "external_ref")
    addresses = {row["email"] for row in batch if row.get("email")}
    found = select(Customer.email, Customer.name_key, Customer.reference, Customer.external_ref)
    found = found.where(Customer.email.in_(addresses), Customer.merged_into_id.is_(None))
    by_mail = {
        (email, name): (reference, own)
        for email, name, reference, own in (session().execute(found).all() if addresses else ())
    }
    return [reference or _same_person(row, by_mail) for row, reference in zip(batch, by_ref, strict=True)]


def _same_person(row: Values, by_mail: Mapping[tuple[str | None, str], tuple[str, str | None]]) -> str | None:
    match = by_mail.get((row.get("email", ""), contact.name_key(_customer_name(row))))
    if match is None or (match[1] and row.get("external_ref")):
        return None
    return match[0]


def identify_customer(cells: Cells) -> tuple[str, str] | None:
    """By your own number; else by e-mail and name."""
    if cells.get("external_ref"):
        return "external_ref", cells["external_ref"]
    if cells.get("email"):
        return "email", f"{cells['email'].casefold()} {contact.name_key(_customer_name(cells))}"
    return None


def _customer_name(row: Values) -> str:
    if row.get("organisation"):
        return str(row["organisation"])
    return str(row.get("name") or " ".join(filter(None, (row.get("first_name"), row.get("last_name")))))


def make_customer(actor: Actor, row: Values, options: Options) -> Customer:
    """A customer through `register_customer`. A row with a VAT number or an organisation is one. Refuses as that does."""
    person = row.get("name") or " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
    is_organisation = bool(row.get("organisation") or row.get("vat_number"))
    facts = customers.CustomerFacts(
        name=_customer_name(row),
        kind=row.get("kind") or ("organisation" if is_organisation else "person"),
        contact_name=person if row.get("organisation") else None,
        email=row.get("email"),
        phone=row.get("phone"),
        vat_number=row.get("vat_number"),
        language=row.get("language") or get_workshop(current_workshop_id()).language,
        remark=row.get("remark", ""),
        wants_reminders=row.get("wants_reminders", True),
    )
    return customers.register_customer(actor, facts, _address(row), row.get("external_ref"))


def _address(row: Values) -> contact.PostalAddress | None:
    if not (row.get("street") or row.get("postcode") or row.get("city")):
        return None
    street = " ".join(filter(None, (row.get("street"), row.get("house_number"))))
    return contact.PostalAddress(street, row.get("postcode", ""), row.get("city", ""), row.get("country", "BE"))


def identify_by(*names: str) -> Callable[[Cells], tuple[str, str] | None]:
    """By the first of these fields that is filled; capitals make no difference."""

    def identify(cells: Cells) -> tuple[str, str] | None:
        return next(((name, cells[name].casefold()) for name in names if cells.get(name)), None)

    return identify


def known_products(batch: Sequence[Values]) -> list[str | None]:
    """The code of each product already here: by your own number or code."""
    return _known(batch, Product, Product.code, "external_ref", "code")


def make_product(actor: Actor, row: Values, options: Options) -> Product:
    """A product through `create_product`; without a code it gets one made from its name. Refuses as that does."""
    language = get_workshop(current_workshop_id()).language
    names = {code: row[f"name_{code}"] for code in ("fr", "nl", "en") if row.get(f"name_{code}")}
    if row.get("name"):
        names.setdefault(language, row["name"])
    facts = catalogue.ProductFacts(
        code=row.get("code") or made_code(row.get("brand", ""), next(iter(names.values()), "")),
        name=names,
        description={language: row["description"]} if row.get("description") else {},
        brand=row.get("brand", ""),
        category=row.get("category", ""),
        circular_model=row.get("circular_model", "better_use"),
        geometry=_geometry(row),
        properties=Properties(
            tuple(
                {"material": plain(name).replace(" ", "_"), "share": part}
                for name, part in row.get("materials", {}).items()
            ),
            tuple(row.get("hazard_classes", ())),
        ),
        function=Function({language: row["function"]} if row.get("function") else {}, row.get("service_unit", "")),
        facilities=Facilities(row.get("bench", ""), tuple(row.get("tools", ())), tuple(row.get("skills", ()))),
        end_of_life=EndOfLife(row.get("end_of_life_route", "redeploy")),
        handling=catalogue.Handling(
            replacement_amount=row.get("replacement_amount"),
            accessories=tuple(row.get("accessories", ())),
            meter_unit=row.get("meter_unit"),
        ),
    )
    return catalogue.create_product(actor, facts, row.get("external_ref"))


def _geometry(row: Values) -> Geometry:
    volume = row.get("storage_volume_l")
    return Geometry(
        row.get("length_mm"),
        row.get("width_mm"),
        row.get("height_mm"),
        row.get("mass_g") or row.get("mass_kg"),
        volume * 1000 if volume is not None else None,
    )


def made_code(brand: str, name: str) -> str:
    """A code of at most 20 signs for a product that has none, always the same for the same brand and name: the
    beginnings of both, and four signs of a digest that keep alike beginnings apart."""
    digest = hashlib.sha256(f"{plain(brand)}|{plain(name)}".encode()).hexdigest()[:4].upper()
    begin = "-".join(filter(None, (_slug(brand, 6), _slug(name, 8))))
    return f"{begin}-{digest}" if begin else f"P-{digest}"


def _slug(text: str, most: int) -> str:
    return re.sub(r"[^A-Z0-9]", "", plain(text).upper())[:most]


def known_items(batch: Sequence[Values]) -> list[str | None]:
    """The tag of each item already here: by your own number or tag."""
    return _known(batch, Item, Item.tag, "external_ref", "tag")


def make_item(actor: Actor, row: Values, options: Options) -> Item:
    """An item through `take_in_item`. Its product is found by code, else by name, else by brand and category, and made
    when the option says so. Refuses `import.no_product`, and as that does."""
    product = _product_of(row) or _make_product_of(actor, row, options)
    zone = get_workshop(current_workshop_id()).zone
    facts = items.ItemFacts(
        tag=row.get("tag"),
        serial=row.get("serial", ""),
        grade=row.get("grade", "B"),
        place=row.get("place", ""),
        remark=row.get("remark", ""),
        acquired_on=row.get("acquired_on") or clock.today(zone),
        year_made=row.get("year_made"),
        meter=row.get("meter"),
        owner_name=row.get("owner_name"),
        cost_amount=row.get("cost_amount"),
    )
    return items.take_in_item(actor, product, facts, external_ref=row.get("external_ref"))


def _product_of(row: Values) -> Product | None:
    if row.get("product_code"):
        return session().scalars(select(Product).where(Product.code == row["product_code"])).first()
    made = (
        session().scalars(select(Product).where(Product.code == made_code(row.get("brand", ""), _kind_of(row)))).first()
    )
    if made is not None or not row.get("product_name"):
        return made
    names = [Product.name[code].astext == row["product_name"] for code in ("fr", "nl", "en")]
    return session().scalars(select(Product).where(or_(*names)).order_by(Product.id)).first()


def _kind_of(row: Values) -> str:
    return str(row.get("product_name") or row.get("category") or row.get("brand") or "")


def _make_product_of(actor: Actor, row: Values, options: Options) -> Product:
    if not options.get(CREATE_PRODUCTS):
        field = "product_code" if row.get("product_code") else "product_name"
        raise Invalid("import.no_product", field=field, product=row.get("product_code") or _kind_of(row))
    kind, brand = _kind_of(row), row.get("brand", "")
    name = kind if plain(brand) in plain(kind) else f"{brand} {kind}"
    facts = catalogue.ProductFacts(
        code=row.get("product_code") or made_code(brand, kind),
        name={get_workshop(current_workshop_id()).language: name},
        brand=brand,
        category=row.get("category", ""),
    )
    return catalogue.create_product(actor, facts)


def known_contracts(batch: Sequence[Values]) -> list[str | None]:
    """The reference of each contract already here: by your own number."""
    return _known(batch, Contract, Contract.reference, "external_ref")


def make_contract(actor: Actor, row: Values, options: Options) -> Contract:
    """A draft through `draft_contract`: one line, the plan's product from opening to closing hour. Refuses
    `import.no_customer`, `import.no_plan`, and as that does."""
    customer, plan = _customer_of(row["customer"]), _plan_of(row["plan_code"])
    zone = get_workshop(current_workshop_id()).zone
    wish = offers.Wish(
        product=plan.product,
        plan=plan,
        starts_at=_at(row["starts_on"], time(9), zone),
        ends_at=_at(row["ends_on"], time(17), zone) if row.get("ends_on") else None,
    )
    return offers.draft_contract(
        actor,
        customer,
        [wish],
        remark=row.get("remark", ""),
        external_ref=row.get("external_ref"),
        anchor_day=row.get("anchor_day"),
    )


def _at(day: date, hour: time, zone: str) -> datetime:
    return clock.at_local(day, hour, zone)


def _customer_of(said: str) -> Customer:
    by_key = or_(Customer.reference == said.upper(), Customer.external_ref == said, Customer.email == said.lower())
    found = session().scalars(select(Customer).where(by_key, Customer.merged_into_id.is_(None)).limit(2)).all()
    if len(found) != 1:
        code = "import.no_customer" if not found else "import.several_customers"
        raise Invalid(code, field="customer", value=said)
    return found[0]


def _plan_of(code: str) -> Plan:
    found = session().scalars(select(Plan).where(Plan.code == code)).first()
    if found is None:
        raise Invalid("import.no_plan", field="plan_code", value=code)
    return found

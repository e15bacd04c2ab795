"""The list of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, case, select
from sqlalchemy.orm import selectinload

from service_app.core import marks
from service_app.core.access import Actor
from service_app.core.i18n import LANGUAGES
from service_app.core.i18n import lazy as _l
from service_app.customers import contact, operations, queries
from service_app.customers.forms import KINDS
from service_app.customers.models import Customer
from service_app.customers.operations import CustomerFacts
from service_app.customers.queries import CustomerFilter
from service_app.lists import cells
from service_app.lists.declared import Act, Ask, Column, Facet, Listing, Wanted, add


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    kind, language, standing = (wanted.get(name, "") for name in ("kind", "language", "standing"))
    return queries.narrowed(found, CustomerFilter(kind=kind, language=language, standing=standing))


def _name(customer: Customer) -> Markup:
    link = Markup('<a href="{}">{}</a>').format(
        url_for("customers.detail", reference=customer.reference), customer.name
    )
    blocked = Markup(" {}").format(marks.state("late", gettext("blocked"))) if customer.is_blocked else ""
    who = Markup('<span class="hint">{}</span>').format(customer.contact_name) if customer.contact_name else ""
    return Markup("<span>{}{}{}</span>").format(link, blocked, who)


def _address(customer: Customer, name: str) -> str:
    return str(getattr(customer.addresses[0], name)) if customer.addresses else ""


def _linked(scheme: str, target: str | None, text: str | None) -> Any:
    return Markup('<a href="{}:{}">{}</a>').format(scheme, target, text) if target else ""


def _language(customer: Customer) -> Markup:
    return Markup('<abbr title="{}">{}</abbr>').format(LANGUAGES[customer.language], customer.language.upper())


def _speak(actor: Actor, reference: str, given: Mapping[str, str]) -> None:
    """Letters in another language; everything else stays as it is."""
    customer = queries.get_by_reference(reference)
    facts = {name: getattr(customer, name) for name in CustomerFacts.__dataclass_fields__}
    operations.change_customer(actor, customer, None, CustomerFacts(**facts | {"language": given["language"]}))


LIST = add(
    Listing(
        key="customers",
        page="customers.list_page",
        permission="customer:read",
        title=_l("Customers"),
        search=_l("Name, reference, town, phone…"),
        rows=lambda: select(Customer).where(Customer.merged_into_id.is_(None)),
        narrow=_narrow,
        found_by=("customer", Customer.id),
        spelt=queries.as_searched,
        named=lambda customer: customer.reference,
        name_column=Customer.reference,
        detail=("customers.detail", "reference"),
        loaded=(selectinload(Customer.addresses),),
        sorts=queries.SORTS,
        order="name",
        columns=(
            Column("name", _l("Name"), _name, "name", lambda row: row.name),
            Column("reference", _l("Reference"), cells.code(lambda row: row.reference), "reference"),
            Column("city", _l("Town"), lambda row: _address(row, "city"), "city"),
            Column("phone", _l("Phone"), lambda row: _linked("tel", row.phone, contact.spoken_phone(row.phone)), "",
                   lambda row: contact.dialled_phone(row.phone)),
            Column("email", _l("E-mail"), lambda row: _linked("mailto", row.email, row.email), "email",
                   lambda row: row.email),
            Column("language", _l("Language"), _language, "language", lambda row: row.language),
            Column("kind", _l("Who"), lambda row: dict(KINDS)[row.kind], is_extra=True),
            Column("contact", _l("Contact person"), lambda row: row.contact_name or "", is_extra=True),
            Column("street", _l("Street and number"), lambda row: _address(row, "street"), is_extra=True),
            Column("postcode", _l("Postcode"), lambda row: _address(row, "postcode"), is_extra=True),
            Column("vat", _l("VAT number"), lambda row: row.vat_number or "", is_extra=True),
            Column("since", _l("Registered on"), cells.day(lambda row: row.created_at), "reference",
                   cells.on_day(lambda row: row.created_at), is_extra=True),
            Column("blocked", _l("Blocked"), cells.yes(lambda row: row.is_blocked), is_extra=True),
            Column("remark", _l("Remark"), lambda row: row.remark, is_extra=True),
        ),
        facets=(
            Facet("kind", _l("Who"), Customer.kind, dict(KINDS)),
            Facet("language", _l("Language"), Customer.language, LANGUAGES),
            Facet("standing", _l("Standing"), case((Customer.is_blocked, "blocked"), else_="open"),
                  {"open": _l("not blocked"), "blocked": _l("blocked")}),
        ),
        acts=(
            Act("speak", _l("Write in"), "customer:write", "languages", _speak, _l("letters are in this language now."),
                (Ask("language", _l("Language"), lambda: list(LANGUAGES.items())),)),
        ),
        nothing=(_l("No customer yet."), _l("Register the first one here, or bring them in from a file.")),
    )
)  # fmt: skip

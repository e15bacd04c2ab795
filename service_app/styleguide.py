"""The style guide: every part of ui.html on one page, with believable content. Living documentation, and what the
accessibility tests look at. Registered in development and under test only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FileField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from service_app.core.access import needs

pages = Blueprint("styleguide", __name__)


class SampleForm(Form):
    """One field of each kind, some of them refused."""

    name = StringField("Name", [DataRequired()], description="As it stands on the door.")
    email = StringField("E-mail", [Optional()])
    deposit = DecimalField("Deposit")
    mass = DecimalField("Mass")
    starts_on = DateField("From")
    starts_at = TimeField("Hour")
    language = SelectField("Language", choices=[SelectChoice("fr", "Français"), SelectChoice("nl", "Nederlands")])
    kind = RadioField(
        "Customer", choices=[SelectChoice("person", "Person"), SelectChoice("organisation", "Organisation")]
    )
    channels = SelectMultipleField(
        "Reachable by",
        choices=[SelectChoice("email", "E-mail"), SelectChoice("phone", "Phone"), SelectChoice("post", "Letter")],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    notes = TextAreaField("Notes")
    photo = FileField("Photo")
    agreed = BooleanField("Has agreed to the terms of October 2026")


@pages.get("/styleguide")
@needs(None)
def guide() -> str:
    """Every part of the interface."""
    return render_template("styleguide.html", **context())


def context() -> dict[str, Any]:
    """What the page shows."""
    return {
        "form": _form(),
        "refused": _refused(),
        "life": _life(),
        "rows": _rows(),
        "page": _page(),
        "money": _money(),
    }


def _form() -> SampleForm:
    form = SampleForm(data={"name": "Les Halles de Schaerbeek", "deposit": Decimal("150.00"), "kind": "organisation"})
    form.starts_on.data = date(2026, 11, 25)
    form.channels.data = ["email"]
    form.email.errors = ["Write an address such as name@example.be."]
    return form


def _refused() -> SampleForm:
    form = SampleForm(prefix="refused-")
    for field in (form.name, form.email, form.deposit, form.starts_on):
        field.errors = ["Fill this in."]
    form.form_errors = ["This item is out until Friday 14:00."]
    return form


def _life() -> list[SimpleNamespace]:
    now = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)
    told = (("Handed over to Les Halles", None), ("Inspected, grade B", "Pads at 40 %"), ("Taken into the fleet", None))
    return [
        SimpleNamespace(at=now - timedelta(days=20 * far), title=title, detail=detail, is_now=far == 0)
        for far, (title, detail) in enumerate(told)
    ]


def _rows() -> list[SimpleNamespace]:
    told = (
        ("CB-01", "Cargo bike · Urban Arrow", "ok", "out", 38, "2290"),
        ("CB-02", "Cargo bike · Omnium", "due", "on the bench", 41, "3120.5"),
        ("SA-11", "Sander set · Festool", "late", "1 day late", 112, "890"),
        ("CH-40", "Chair set ×24 · oak", "planned", "reserved", 9, "1460"),
        ("WM-07", "Washing machine · Miele", "done", "returned", 2, "640"),
        ("CB-00", "Cargo bike · Bullitt", "off", "retired", 77, "0"),
    )
    names = ("tag", "name", "tone", "word", "loops", "worth")
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in told]


def _page() -> SimpleNamespace:
    return SimpleNamespace(number=2, has_next=True, next_url="?page=3", prev_url="?page=1", total=131)


def _money() -> list[SimpleNamespace]:
    told = (
        ("Cargo bike Omnium, 3 days", "2 × €25.00 and 1 × €20.00", "70"),
        ("Helmet", None, "4.5"),
        ("Goodwill", None, "-5"),
    )
    return [SimpleNamespace(label=label, detail=detail, amount=Decimal(amount)) for label, detail, amount in told]

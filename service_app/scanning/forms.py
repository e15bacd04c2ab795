"""The shape of what is typed about scans and counts; the rules are in the operations."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from service_app.catalogue.models import Product
from service_app.core.i18n import words
from service_app.scanning.words import ACTS, SCOPES

_CODE_FIELD = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


class BatchForm(FlaskForm):  # type: ignore[misc]
    """Many codes, and the one act."""

    codes = TextAreaField(
        _l("Codes"), filters=[tidy], render_kw=_CODE_FIELD | {"rows": 6}, description=_l("One a line.")
    )
    act = RadioField(_l("What to do with them"), validate_choice=False, default="take_back")
    place = StringField(
        _l("Where to"), filters=[tidy], render_kw={"maxlength": 100, "list": "places", "autocomplete": "off"}
    )
    contract = StringField(
        _l("Contract"), filters=[tidy], render_kw=_CODE_FIELD, description=_l("Its reference, such as C-2026-0042.")
    )

    def offer(self, acts: list[str]) -> None:
        """The acts this person may choose from."""
        self.act.choices = [SelectChoice(name, ACTS[name]) for name in acts]
        if self.act.data not in acts and acts and not self.is_submitted():
            self.act.data = acts[0]


class TakeForm(FlaskForm):  # type: ignore[misc]
    """What is counted."""

    scope = RadioField(
        _l("What to count"), choices=[SelectChoice(name, text) for name, text in SCOPES.items()], default="all"
    )
    place = StringField(
        _l("Which place"), filters=[tidy], render_kw={"maxlength": 100, "list": "places", "autocomplete": "off"}
    )
    product = SelectField(_l("Which product"), validate_choice=False)

    def offer(self, products: list[Product]) -> None:
        """The products one can count."""
        labels = [SelectChoice(row.code, f"{words(row.name)} ({row.code})") for row in products]
        self.product.choices = [SelectChoice("", gettext("Choose…")), *labels]


class FinishForm(FlaskForm):  # type: ignore[misc]
    """The end of a count."""

    set_places = BooleanField(_l("Write down the places where things were seen"))

"""The shape of what is typed about an item; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, FileField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from service_app.core.fields import AmountField, WholeField
from service_app.core.forms import VersionedForm
from service_app.core.i18n import words
from service_app.items.models import Item
from service_app.items.operations import ItemFacts
from service_app.items.words import GRADES

_CODE_FIELD = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


class ItemForm(VersionedForm):
    """What is known of an item."""

    tag = StringField(
        _l("Tag"), filters=[tidy], render_kw=_CODE_FIELD,
        description=_l("What stands on its label. Left empty, the next of its series is given."),
    )  # fmt: skip
    serial = StringField(_l("Serial number"), filters=[tidy], render_kw=_CODE_FIELD)
    grade = RadioField(_l("Grade"), choices=[SelectChoice(code, text) for code, text in GRADES.items()], default="B")
    place = StringField(_l("Where it is kept"), filters=[tidy], description=_l("Such as rack 2, cellar, window."))
    acquired_on = DateField(_l("Came in on"), [Optional()])
    year_made = IntegerField(_l("Year made"), [Optional()])
    meter = WholeField(_l("Meter"))
    owner_name = StringField(_l("Owner"), filters=[tidy], description=_l("Empty when the workshop owns it."))
    remark = TextAreaField(_l("Remark"), filters=[tidy], render_kw={"rows": 2}, description=_l("For staff only."))

    def facts(self) -> ItemFacts:
        """What was typed, for the operations."""
        return ItemFacts(
            tag=self.tag.data or None,
            serial=self.serial.data,
            grade=self.grade.data,
            place=self.place.data,
            remark=self.remark.data,
            acquired_on=self.acquired_on.data,
            year_made=self.year_made.data,
            meter=self.meter.data,
            owner_name=self.owner_name.data or None,
            cost_amount=self.cost_amount.data if "cost_amount" in self else None,
        )

    @classmethod
    def over(cls, item: Item) -> Any:
        """The form filled from an item, bare of what was posted."""
        return cls(formdata=None, obj=item)


class NewItemForm(ItemForm):
    """A new item, of which product, and what it cost."""

    product = SelectField(_l("Product"), validate_choice=False)
    cost_amount = AmountField(_l("What it cost to get"), description=_l("The first entry of its ledger."))

    def offer(self, products: list[Any]) -> None:
        """Fill the choices of the product."""
        labels = [SelectChoice(row.code, f"{words(row.name)} ({row.code})") for row in products]
        self.product.choices = [SelectChoice("", gettext("Choose…")), *labels]


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Where it stands now."""

    place = StringField(_l("Where it is kept"), filters=[tidy], render_kw={"maxlength": 100})


class JoinForm(FlaskForm):  # type: ignore[misc]
    """The kit it belongs to."""

    kit = StringField(
        _l("Tag of the kit"), filters=[tidy], render_kw=_CODE_FIELD,
        description=_l("Left empty, it stands by itself again."),
    )  # fmt: skip


class GradeForm(FlaskForm):  # type: ignore[misc]
    """Its grade now."""

    grade = RadioField(_l("Grade now"), choices=[SelectChoice(code, text) for code, text in GRADES.items()])


class RetireForm(FlaskForm):  # type: ignore[misc]
    """Why it goes."""

    reason = StringField(_l("Reason"), filters=[tidy], render_kw={"maxlength": 300, "required": True})


class PhotoForm(FlaskForm):  # type: ignore[misc]
    """A photo."""

    photo = FileField(_l("Photo"), render_kw={"accept": "image/*", "capture": "environment"})


class LabelForm(FlaskForm):  # type: ignore[misc]
    """Which labels, and where the sheet begins."""

    tags = TextAreaField(_l("Tags"), filters=[tidy], description=_l("One a line."), render_kw={"rows": 6})
    first = IntegerField(
        _l("First free label on the sheet"), [NumberRange(1, 24)], default=1,
        description=_l("Counted from the top left, row by row; 3 across, 8 down."),
    )  # fmt: skip

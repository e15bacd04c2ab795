"""What staff write down of a batch."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)

from service_app.core.errors import Invalid
from service_app.core.fields import MeasureField
from service_app.core.forms import choices_of
from service_app.materials.models import HEAVIEST_G
from service_app.materials.operations import Way
from service_app.materials.papers import TREATMENTS


def grams(field: MeasureField, *, may_miss: bool = False) -> int | None:
    """The grams of a field in kilograms; None where nothing was typed and nothing has to be. Refuses nonsense
    (`batch.mass`)."""
    if may_miss and not (field.raw_data and str(field.raw_data[0]).strip()):
        return None
    if field.data is None or not 0 < field.data <= HEAVIEST_G:
        raise Invalid("batch.mass", field="kg", most=HEAVIEST_G // 1000)
    return int(field.data)


class BeginForm(FlaskForm):  # type: ignore[misc]
    """What the batch collects."""

    what = StringField(_l("What comes into it?"), render_kw={"maxlength": 200})


class TakebackForm(FlaskForm):  # type: ignore[misc]
    """Which take-back goes in."""

    takeback = SelectField(_l("Take-back"), validate_choice=False)


class LoadForm(FlaskForm):  # type: ignore[misc]
    """A load by hand."""

    what = StringField(_l("What"), render_kw={"maxlength": 200})
    kg = MeasureField(_l("Mass"))
    is_estimated = BooleanField(_l("Estimated, not weighed"))


class WeighForm(FlaskForm):  # type: ignore[misc]
    """The whole mass; empty is the sum of the loads."""

    kg = MeasureField(_l("Weighed"))


class FractionForm(FlaskForm):  # type: ignore[misc]
    """A fraction."""

    waste_code = SelectField(_l("Waste code"), validate_choice=False)
    kg = MeasureField(_l("Mass"))
    is_estimated = BooleanField(_l("Estimated, not weighed"))


class AllocateForm(FlaskForm):  # type: ignore[misc]
    """Why it does not add up, if it does not."""

    explanation = TextAreaField(_l("Why does it not add up?"), render_kw={"rows": 2, "maxlength": 1000})


class TransferForm(FlaskForm):  # type: ignore[misc]
    """Which fractions leave, when and for whom."""

    fractions = SelectMultipleField(
        _l("Fractions"), coerce=int, validate_choice=False, widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )  # fmt: skip
    recoverer = StringField(_l("Recoverer"), render_kw={"maxlength": 200})
    recoverer_number = StringField(_l("Registration number"), render_kw={"maxlength": 60})
    recoverer_address = StringField(_l("Address"), render_kw={"maxlength": 300})
    handed_on = DateField(_l("Left on"))
    treatment = SelectField(
        _l("Treatment"), validate_choice=False,
        choices=lambda: choices_of([(code, f"{code}, {said}") for code, said in TREATMENTS.items()]), default="R4",
    )  # fmt: skip
    properties = StringField(_l("What is hazardous about it"), render_kw={"maxlength": 300})
    transporter = StringField(_l("Carried by"), render_kw={"maxlength": 200})
    transporter_address = StringField(_l("Address of the carrier"), render_kw={"maxlength": 300})
    transporter_number = StringField(_l("Registration number of the carrier"), render_kw={"maxlength": 60})

    def way(self) -> Way:
        """What the papers say besides. Refuses an unknown treatment."""
        if self.treatment.data not in TREATMENTS:
            raise Invalid("choice.unknown", field="treatment", value=self.treatment.data)
        return Way(**{name: self[name].data or "" for name in Way.__dataclass_fields__})


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Into quarantine and out of it."""

    reason = TextAreaField(_l("Why?"), render_kw={"rows": 2, "maxlength": 1000})

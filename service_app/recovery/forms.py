"""What staff write down of what comes home."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)

from service_app.core.fields import AmountField, MeasureField, WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.items.words import GRADES
from service_app.recovery import words
from service_app.recovery.operations.intake import Look
from service_app.recovery.rates import BOUNDS, Rates
from service_app.takebacks import hazards
from service_app.takebacks import words as of_takebacks
from service_app.takebacks.forms import grams_or_none

_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 200}


class BeginForm(FlaskForm):  # type: ignore[misc]
    """What announced it: the code of a take-back, a contract or a round; empty when nobody did."""

    reference = StringField(_l("Code of the take-back, the contract or the round"), render_kw=_CODE)
    note = TextAreaField(_l("Remark"), render_kw={"rows": 2, "maxlength": 1000})


class ScanForm(FlaskForm):  # type: ignore[misc]
    """A code."""

    code = StringField(_l("Scan or type a code"), render_kw=_CODE | {"enterkeyhint": "done"})


class PutDownForm(FlaskForm):  # type: ignore[misc]
    """A thing without a code."""

    what = StringField(_l("What is it?"), render_kw={"maxlength": 1000})


class LookForm(FlaskForm):  # type: ignore[misc]
    """What somebody sees of a thing."""

    finding = RadioField(
        _l("How did it come?"), choices=choices_of(words.FINDINGS.items()), default="ok", validate_choice=False
    )
    grade = RadioField(_l("Grade"), choices=choices_of(GRADES.items()), validate_choice=False)
    kg = MeasureField(_l("Mass"))
    hazards = SelectMultipleField(
        _l("Is any of this in or on it?"),
        choices=choices_of((code, of_takebacks.HAZARDS[code]) for code in hazards.CODES), validate_choice=False,
        option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    remark = TextAreaField(_l("Remark"), render_kw={"rows": 2, "maxlength": 1000})

    def look(self) -> Look:
        """What was seen, for the operation."""
        return Look(
            self.finding.data or "", self.grade.data or "", grams_or_none(self.kg), tuple(self.hazards.data or ()),
            self.remark.data or "",
        )  # fmt: skip


class WipeForm(FlaskForm):  # type: ignore[misc]
    """Who wiped it."""

    by = StringField(_l("Who wiped it?"), render_kw={"maxlength": 120})


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why."""

    reason = TextAreaField(_l("Why?"), render_kw={"rows": 2, "maxlength": 1000})


class GiveBackForm(FlaskForm):  # type: ignore[misc]
    """Who has it again."""

    name = StringField(_l("Who takes it along?"), render_kw={"maxlength": 200})


class AdoptForm(FlaskForm):  # type: ignore[misc]
    """What it is from now on."""

    product = SelectField(_l("Product"), validate_choice=False)


class ChooseForm(FlaskForm):  # type: ignore[misc]
    """A step, and the reason where it is not the best. `seen` is the best one that was shown."""

    seen = HiddenField()
    step = RadioField(_l("Next life"), validate_choice=False)
    reason_code = SelectField(_l("Why not the best step?"), validate_choice=False)
    remark = TextAreaField(_l("Remark"), render_kw={"rows": 2, "maxlength": 1000})


class CascadeReasonForm(FlaskForm):  # type: ignore[misc]
    """A reason of the workshop's own."""

    code = StringField(_l("Code"), render_kw=_CODE | {"maxlength": 30})
    fr = StringField(_l("In French"), render_kw={"maxlength": 120})
    nl = StringField(_l("In Dutch"), render_kw={"maxlength": 120})
    en = StringField(_l("In English"), render_kw={"maxlength": 120})
    is_active = BooleanField(_l("Offered"), default=True)


class StepForm(FlaskForm):  # type: ignore[misc]
    """One more step."""

    what = StringField(_l("What is to be done?"), render_kw={"maxlength": 200})


class TimeForm(FlaskForm):  # type: ignore[misc]
    """Minutes spent."""

    minutes = IntegerField(_l("Minutes"))


class PartForm(FlaskForm):  # type: ignore[misc]
    """Pieces of a part."""

    part = StringField(_l("Code of the part"), render_kw=_CODE)
    quantity = IntegerField(_l("Pieces"), default=1)


class CheckForm(FlaskForm):  # type: ignore[misc]
    """Another pair of eyes."""

    verdict = RadioField(
        _l("Is it fit?"), choices=choices_of((("good", _l("It is fit")), ("again", _l("Back to the bench")))),
        default="good", validate_choice=False,
    )  # fmt: skip
    grade = RadioField(_l("Grade"), choices=choices_of(GRADES.items()), validate_choice=False)
    remark = TextAreaField(_l("Remark"), render_kw={"rows": 2, "maxlength": 1000})


class TakenForm(FlaskForm):  # type: ignore[misc]
    """A part out of a donor."""

    part = SelectField(_l("Part"), validate_choice=False)
    kg = MeasureField(_l("Mass"))
    hours_used = IntegerField(_l("Hours used"), default=0)
    test = RadioField(_l("Test"), choices=choices_of(words.TESTS.items()), default="passed", validate_choice=False)
    serial = StringField(_l("Serial number"), render_kw=_CODE)
    minutes = IntegerField(_l("Minutes it took"))


class RestForm(FlaskForm):  # type: ignore[misc]
    """What is left, and where it goes; why more is missing than scales err."""

    kg = MeasureField(_l("What is left of it"))
    explanation = TextAreaField(_l("Explanation of the difference"), render_kw={"rows": 2, "maxlength": 1000})
    batch = SelectField(_l("Batch"), validate_choice=False)


class FitForm(FlaskForm):  # type: ignore[misc]
    """A part that fits the product of the donor."""

    part = StringField(_l("Code of the part"), render_kw=_CODE)


class OfferForm(FlaskForm):  # type: ignore[misc]
    """To which member, and at what price."""

    partner = SelectField(_l("Member"), validate_choice=False)
    price = AmountField(_l("Price"))
    note = TextAreaField(_l("Note to them"), render_kw={"rows": 2, "maxlength": 1000})


class AgreeForm(FlaskForm):  # type: ignore[misc]
    """As which product of ours."""

    product = SelectField(_l("As which product of yours?"), validate_choice=False)


class CentsField(AmountField):
    """An amount, kept in whole cents."""

    factor = Decimal(100)

    def _kept(self, number: Decimal) -> int:
        if abs(number) >= 2**31:
            raise ValueError(number)
        return int(number.to_integral_value())


class RatesForm(VersionedForm):
    """What the cascade counts with. Fields are called as the rates are."""

    share_a = WholeField(_l("Grade A"))
    share_b = WholeField(_l("Grade B"))
    share_c = WholeField(_l("Grade C"))
    share_d = WholeField(_l("Grade D"))
    age_share = WholeField(_l("Less for each year"))
    least_share = WholeField(_l("But never below"))
    loops_a = WholeField(_l("Loops at grade A"))
    loops_b = WholeField(_l("Loops at grade B"))
    loops_c = WholeField(_l("Loops at grade C"))
    target = SelectField(_l("A refurbishment aims at"), choices=choices_of((each, GRADES[each]) for each in "ABC"),
                         validate_choice=False)  # fmt: skip
    climb_share = WholeField(_l("Cost of a refurbishment, a grade"))
    harvest_minutes = WholeField(_l("Taking it apart"))
    used_share = WholeField(_l("A used part is worth"))
    member_share = WholeField(_l("Another member gives"))
    transport_cents = CentsField(_l("Bringing it there"))
    disposal_kg_cents = CentsField(_l("Getting rid of it"))
    material_kg_cents = CentsField(_l("Its material brings"))

    @classmethod
    def over(cls, rates: Rates) -> Any:
        """The form filled from what stands, bare of what was posted."""
        return cls(formdata=None, data=vars(rates))

    def wanted(self) -> dict[str, Any]:
        """What was typed, by the names of the rates."""
        return {name: self[name].data for name in (*BOUNDS, "target")}

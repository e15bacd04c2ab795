"""The shape of what is typed about a repair; the rules are in the operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)

from service_app.catalogue.repair_categories import named
from service_app.core import clock
from service_app.core.fields import AmountField, LinesField, WholeField
from service_app.core.forms import choices_of
from service_app.core.money import ZERO
from service_app.repairs import quoting, words
from service_app.repairs.models import Part

_ANY = {"autocomplete": "off"}


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Several of a few, each a box to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """The operation says which codes it knows."""


def photos_of(name: str = "photos") -> tuple[tuple[bytes, str], ...]:
    """The photos of the request, without the empty field."""
    return tuple((sent.read(), sent.filename or "") for sent in request.files.getlist(name) if sent and sent.filename)


def category_choices() -> list[Any]:
    """The categories of the open standard that can be chosen today; '' for none of them."""
    return choices_of([("", _l("none of these")), *named(clock.now().date())])


class TakeInForm(FlaskForm):  # type: ignore[misc]
    """A repair begun at the counter: whose, what, what is wrong, and what was left with it."""

    key = HiddenField()
    customer = StringField(_l("Customer"), render_kw={"list": "people", **_ANY})
    item = StringField(_l("Tag, when it is one of ours"), render_kw={"autocapitalize": "characters", **_ANY})
    thing = SelectField(_l("Theirs, brought before"), choices=[], validate_choice=False)
    what = StringField(_l("What is it"), render_kw=_ANY)
    category = SelectField(_l("Kind of thing"), choices=[], validate_choice=False)
    brand = StringField(_l("Make"), render_kw=_ANY)
    model = StringField(_l("Model"), render_kw=_ANY)
    serial = StringField(_l("Serial number"), render_kw=_ANY)
    year_made = WholeField(_l("Year made"))
    fault = TextAreaField(_l("What is wrong, in their words"))
    symptoms = Ticks(_l("What they notice"), choices=choices_of(words.SYMPTOMS.items()))
    safety = Ticks(_l("Is one of these so?"), choices=choices_of(words.SAFETY.items()))
    limit_amount = AmountField(_l("Go ahead without asking up to"))
    accessories = LinesField(_l("What was left with it, one a line"))
    place = StringField(_l("Where it is put"), render_kw=_ANY)
    photos = MultipleFileField(_l("Photos"), render_kw={"accept": "image/*", "capture": "environment"})
    is_wipe_agreed = BooleanField(_l("Data on it may be wiped"))


class ReceiveForm(FlaskForm):  # type: ignore[misc]
    """It comes over the counter."""

    place = StringField(_l("Where it is put"), render_kw=_ANY)
    accessories = LinesField(_l("What was left with it, one a line"))
    photos = MultipleFileField(_l("Photos"), render_kw={"accept": "image/*", "capture": "environment"})


class FindingForm(FlaskForm):  # type: ignore[misc]
    """What was found, and what the helper counts with."""

    root_cause = TextAreaField(_l("What the cause is"))
    barrier = SelectField(
        _l("What stands in the way"), choices=choices_of([("", _l("nothing")), *words.BARRIERS.items()]), default=""
    )
    cost = AmountField(_l("The repair costs"))
    months = WholeField(_l("It then lasts (months)"))
    margin = AmountField(_l("It brings in a month"))
    value_after = AmountField(_l("It is worth afterwards"))
    value_now = AmountField(_l("It is worth as it is"))
    parts = AmountField(_l("Its parts are worth"))
    override = StringField(_l("Why you do otherwise, if you do"), render_kw=_ANY)


class LineForm(Form):  # type: ignore[misc]
    """One line of an option."""

    kind = SelectField(_l("Kind"), choices=choices_of(words.LINE_KINDS.items()), default="labour")
    text = StringField(_l("What"), render_kw=_ANY)
    part = SelectField(_l("From the stock"), choices=[], validate_choice=False)
    quantity = AmountField(_l("Quantity"))
    unit_amount = AmountField(_l("Unit price"))


class OptionForm(Form):  # type: ignore[misc]
    """One way to mend it."""

    title = StringField(_l("Name of the option"), render_kw=_ANY)
    lines = FieldList(FormField(LineForm), min_entries=1, max_entries=quoting.MOST_LINES)
    days = IntegerField(_l("Working days it takes"), default=5)
    most_amount = AmountField(_l("At most, when the price is an estimate"))
    grade_after = StringField(_l("Condition afterwards"), render_kw=_ANY)


class QuoteForm(FlaskForm):  # type: ignore[misc]
    """The quote: up to three options."""

    defect = TextAreaField(_l("The defect, as the customer reads it"))
    options = FieldList(FormField(OptionForm), min_entries=1, max_entries=quoting.MOST_OPTIONS)
    diagnosis_amount = AmountField(_l("Fee of the examination"))
    is_diagnosis_in_price = BooleanField(_l("It falls away when they agree"))
    remark = TextAreaField(_l("A word more"))

    def offer(self, parts: Sequence[Part]) -> None:
        """Let each line choose from the stock."""
        choices = choices_of([("", _l("no"))] + [(part.code, f"{part.code} · {part.name}") for part in parts])
        for option in self.options:
            for line in option.form.lines:
                line.form.part.choices = choices

    def asked(self, parts: Sequence[Part]) -> quoting.Quote:
        """What was typed; empty lines are left out, and a part of the stock brings its name and price."""
        by_code = {part.code: part for part in parts}
        options = [_option_of(option.form, by_code) for option in self.options]
        return quoting.Quote(
            defect=(self.defect.data or "").strip(),
            options=tuple(option for option in options if option.title or option.lines),
            diagnosis_amount=self.diagnosis_amount.data or ZERO,
            is_diagnosis_in_price=bool(self.is_diagnosis_in_price.data),
            remark=(self.remark.data or "").strip(),
        )


def _option_of(form: Any, parts: dict[str, Part]) -> quoting.Option:
    lines = [_line_of(line.form, parts) for line in form.lines]
    return quoting.Option(
        title=(form.title.data or "").strip(),
        lines=tuple(line for line in lines if line.text or line.unit_amount),
        days=form.days.data or 0,
        grade_after=(form.grade_after.data or "").strip()[: quoting.MOST_TEXT],
        most_amount=form.most_amount.data,
    )


def _line_of(form: Any, parts: dict[str, Part]) -> quoting.Line:
    part = parts.get(form.part.data or "")
    text = (form.text.data or "").strip()[: quoting.MOST_TEXT]
    amount = form.unit_amount.data
    if part is not None:
        price = part.unit_amount if amount is None else amount
        return quoting.Line("part", text or part.name, form.quantity.data or quoting.ONE, price, part.id)
    return quoting.Line(form.kind.data, text, form.quantity.data or quoting.ONE, ZERO if amount is None else amount)


_HOW = [(code, words.ANSWERED[code]) for code in ("phone", "counter")]
_VERDICTS = [("good", _l("Good: it can go")), ("back", _l("Back to the bench"))]
_OUTCOMES = [(code, words.OUTCOMES[code]) for code in ("end_of_life", "repairable")]
_HAPPENED = [
    ("receive", _l("Pieces came in")), ("harvest", _l("One came out of an old thing")), ("count", _l("I counted what is there")),
]  # fmt: skip


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What the customer said at the counter or on the phone."""

    number = HiddenField()
    answer = RadioField(_l("Their answer"), choices=[], validate_choice=False)
    how = RadioField(
        _l("How they said it"),
        choices=choices_of(_HOW),
        default="phone",
    )
    name = StringField(_l("Who said it"), render_kw=_ANY)
    remark = TextAreaField(_l("What they added"))


class PartForm(FlaskForm):  # type: ignore[misc]
    """A part of the stock for a case."""

    part = SelectField(_l("Part"), choices=[], validate_choice=False)
    quantity = IntegerField(_l("Pieces"), default=1)
    expected_on = DateField(_l("Expected on, when there is none"))


class WaitForm(FlaskForm):  # type: ignore[misc]
    """Another day is promised."""

    day = DateField(_l("It will be ready on"))


class FinishForm(FlaskForm):  # type: ignore[misc]
    """The work is done and tested."""

    tests = LinesField(_l("What you tested, one a line"))
    all_passed = BooleanField(_l("All of it passed"))
    photos = MultipleFileField(_l("Photos afterwards"), render_kw={"accept": "image/*", "capture": "environment"})


class CheckForm(FlaskForm):  # type: ignore[misc]
    """Another pair of eyes."""

    verdict = RadioField(
        _l("Is it good?"),
        choices=choices_of(_VERDICTS),
        default="good",
    )
    remark = TextAreaField(_l("What is not good"))


class GiveUpForm(FlaskForm):  # type: ignore[misc]
    """It cannot be mended here."""

    outcome = RadioField(
        _l("What it comes to"),
        choices=choices_of(_OUTCOMES),
        default="end_of_life",
    )
    reason = TextAreaField(_l("Why, as the customer reads it"))


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """A reason."""

    reason = TextAreaField(_l("Reason"))


class CoverageForm(FlaskForm):  # type: ignore[misc]
    """Who pays after all."""

    coverage = RadioField(_l("Who pays"), choices=choices_of(words.COVERAGES.items()))
    reason = TextAreaField(_l("Reason"))


class LendForm(FlaskForm):  # type: ignore[misc]
    """Something of ours meanwhile."""

    tag = StringField(_l("Tag of the item"), render_kw=_ANY)
    signer_name = StringField(_l("Who signs for it"), render_kw=_ANY)


class ClaimForm(FlaskForm):  # type: ignore[misc]
    """What is asked of a supplier."""

    supplier = StringField(_l("Supplier"), render_kw=_ANY)
    reason = TextAreaField(_l("What failed, and how"))
    remedy = RadioField(_l("We ask for"), choices=choices_of(words.REMEDIES.items()), default="replacement")
    answer_by = DateField(_l("They are to answer by"))


class ClaimAnswerForm(FlaskForm):  # type: ignore[misc]
    """What the supplier said."""

    is_accepted = RadioField(_l("They said"), choices=choices_of([("yes", _l("yes")), ("no", _l("no"))]), default="yes")
    remedy = RadioField(_l("They grant"), choices=choices_of(words.REMEDIES.items()))
    their_number = StringField(_l("Their number for it"), render_kw=_ANY)
    answer = TextAreaField(_l("In their words"))


class ClaimCameForm(FlaskForm):  # type: ignore[misc]
    """What came of it."""

    amount = AmountField(_l("Money that came back"))
    part = SelectField(_l("Part that came"), choices=[], validate_choice=False)
    pieces = IntegerField(_l("Pieces"), default=1)


class HandBackForm(FlaskForm):  # type: ignore[misc]
    """It goes over the counter again."""

    taken_by = StringField(_l("Who takes it"), render_kw=_ANY)
    came_to = AmountField(_l("What the work came to"))
    paid_by = RadioField(_l("Paid"), choices=choices_of([*words.PAID_BY.items(), ("", _l("later"))]), default="card")
    is_loan_back = BooleanField(_l("What we lent is back too"))


class ReuseForm(FlaskForm):  # type: ignore[misc]
    """It becomes the workshop's."""

    name = StringField(_l("Who gives it"), render_kw=_ANY)


class PayForm(FlaskForm):  # type: ignore[misc]
    """It is paid."""

    paid_by = RadioField(_l("Paid"), choices=choices_of(words.PAID_BY.items()), default="card")


class NewPartForm(FlaskForm):  # type: ignore[misc]
    """A part of the stock."""

    code = StringField(_l("Code"), render_kw=_ANY)
    name = StringField(_l("Name"), render_kw=_ANY)
    place = StringField(_l("Where it is kept"), render_kw=_ANY)
    cost_amount = AmountField(_l("It costs us"))
    unit_amount = AmountField(_l("The customer pays"))
    least = WholeField(_l("At least on the shelf"))


class StockForm(FlaskForm):  # type: ignore[misc]
    """What becomes of the stock of a part."""

    act = RadioField(
        _l("What happened"),
        choices=choices_of(_HAPPENED),
        default="receive",
    )
    quantity = WholeField(_l("Pieces"))
    donor = StringField(_l("Tag of the thing it came from"), render_kw=_ANY)
    serial = StringField(_l("Serial number"), render_kw=_ANY)
    minutes = WholeField(_l("Minutes it took"))
    remark = StringField(_l("Remark"), render_kw=_ANY)


class TermsForm(FlaskForm):  # type: ignore[misc]
    """How the workshop repairs."""

    hour_amount = AmountField(_l("An hour at the bench"))
    hour_cost_amount = AmountField(_l("What an hour costs us"))
    diagnosis_amount = AmountField(_l("Fee of the examination"))
    is_diagnosis_in_price = BooleanField(_l("It falls away when they agree"))
    guarantee_months = WholeField(_l("Guarantee on a repair (months)"))
    storage_free_days = WholeField(_l("Days it may lie here free of charge"))
    storage_amount = AmountField(_l("Afterwards, a day"))
    needs_second_pair = BooleanField(_l("Somebody else checks each repair"))

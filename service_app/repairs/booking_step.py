"""What the booking page asks of who comes for a repair: the thing, what is wrong, whether it is dangerous, photos; and who
pays, said before a time is chosen. With the appointment the case is made, in the same transaction."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from service_app.bookings import steps
from service_app.bookings.models import Appointment, BookingDraft
from service_app.bookings.steps import Answers, Step
from service_app.core import files
from service_app.core.access import Actor
from service_app.core.errors import Invalid
from service_app.core.fields import WholeField
from service_app.core.forms import choices_of
from service_app.repairs import queries
from service_app.repairs.forms import Ticks, category_choices, photos_of
from service_app.repairs.operations import intake
from service_app.repairs.operations.intake import MOST_PHOTOS, Ask, Owned
from service_app.repairs.words import SAFETY, SYMPTOMS

_ANY = {"autocomplete": "off"}


class FaultForm(FlaskForm):  # type: ignore[misc]
    """A broken thing in the words of who brings it."""

    tag = StringField(
        _l("Is it one of ours? Then the code on its label"), [Length(max=30)], render_kw=_ANY,
        description=_l("What you have from us is repaired free of charge."),
    )  # fmt: skip
    what = StringField(
        _l("What is it?"), [Length(max=120)], render_kw=_ANY, description=_l("Kettle, bicycle, sewing machine.")
    )
    category = SelectField(_l("Kind of thing"), choices=[], validate_choice=False, default="")
    brand = StringField(_l("Make"), [Length(max=120)], render_kw=_ANY)
    year_made = WholeField(_l("Year made"), description=_l("About is enough."))
    symptoms = Ticks(_l("What do you notice?"), choices=choices_of(SYMPTOMS.items()))
    fault = TextAreaField(
        _l("What is wrong?"), [Length(max=2000)], description=_l("In your own words. “I do not know” is fine.")
    )
    safety = Ticks(
        _l("Is one of these so?"), choices=choices_of(SAFETY.items()),
        description=_l("Then stop using it, do not charge it, and bring it yourself."),
    )  # fmt: skip
    photos = MultipleFileField(_l("Photos"), render_kw={"accept": "image/*"})


def _form(answers: Answers) -> FlaskForm:
    form = FaultForm() if request.method == "POST" else FaultForm(formdata=None, data=dict(answers))
    form.category.choices = category_choices()
    return form


def _answers(form: Any, draft: BookingDraft) -> Answers:
    """What is kept: texts, codes, and the photos by the id of what was stored. Refuses nothing said of the thing or of what
    is wrong, and a dangerous thing that is to be fetched."""
    if not (form.what.data or "").strip() and not (form.tag.data or "").strip():
        raise Invalid("field.required", field="what")
    if not (form.fault.data or "").strip() and not form.symptoms.data:
        raise Invalid("repair.fault_needed", field="fault")
    if form.safety.data and draft.service.place == "pickup":
        raise Invalid("repair.not_by_courier", field="safety")
    before = list(draft.answers.get("fault", {}).get("photos", []))
    sent = photos_of()
    if len(before) + len(sent) > MOST_PHOTOS:
        raise Invalid("repair.too_many_photos", field="photos", most=MOST_PHOTOS)
    kept = [files.store_picture(*photo).id for photo in sent]
    return {
        "tag": (form.tag.data or "").strip().upper(), "what": (form.what.data or "").strip(),
        "category": form.category.data or "", "brand": (form.brand.data or "").strip(), "year_made": form.year_made.data,
        "symptoms": [code for code in form.symptoms.data or () if code in SYMPTOMS],
        "safety": [code for code in form.safety.data or () if code in SAFETY],
        "fault": (form.fault.data or "").strip(), "photos": [*before, *kept],
    }  # fmt: skip


def _said(answers: Answers) -> list[tuple[Any, str]]:
    """What was answered, and who pays."""
    noticed = ", ".join(str(SYMPTOMS[code]) for code in answers.get("symptoms", ()))
    terms = queries.terms()
    pays = _("You get a quote first, and nothing is done before you agree.")
    if terms.diagnosis_amount:
        pays = _("You get a quote first, and nothing is done before you agree. Examining it costs %(amount)s.",
                 amount=queries.in_currency(terms.diagnosis_amount))  # fmt: skip
    if answers.get("tag"):
        pays = _("What you have from us is repaired free of charge.")
    thing = " ".join(filter(None, (answers.get("what"), answers.get("brand"), answers.get("tag"))))
    rows = [(_("Thing"), thing), (_("What you notice"), noticed), (_("In your words"), answers.get("fault", ""))]
    if answers.get("photos"):
        rows.append((_("Photos"), str(len(answers["photos"]))))
    return [(label, str(value)) for label, value in [*rows, (_("Who pays"), pays)] if value]


def _keep(actor: Actor, appointment: Appointment, answers: Answers) -> None:
    if not answers or appointment.customer is None:
        return
    customer = appointment.customer
    held = queries.held_by(customer, answers.get("tag", ""))
    category = answers.get("category", "")
    thing = held or intake.keep_thing(
        customer,
        Owned(
            answers.get("what") or answers.get("tag", ""), int(category) if category.isdecimal() else None,
            answers.get("brand", ""), year_made=answers.get("year_made"),
        ),
    )  # fmt: skip
    ask = Ask(
        answers.get("fault", ""), tuple(answers.get("symptoms", ())), tuple(answers.get("safety", ())),
        way=appointment.service.place,
    )  # fmt: skip
    case = intake.ask_repair(actor, customer, thing, ask, key=f"appointment:{appointment.id}")
    intake.attach(case, answers.get("photos", ()), "asked")
    intake.bring_to(case, appointment)


STEP = Step(
    key="fault",
    title=_l("What is wrong"),
    template="repairs/booking_step.html",
    form=_form,
    answers=_answers,
    said=_said,
    keep=_keep,
    is_multipart=True,
)
steps.add("repair", STEP)

"""The staff's pages about care: the list, the plans, a visit with its checklist, whom to call, how it goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app import refusals, told
from service_app.bookings.models import Appointment
from service_app.catalogue.models import CarePlan, Product
from service_app.contracts.forms import drawing_in
from service_app.core import beside, files, listing
from service_app.core.access import needs
from service_app.core.errors import Invalid, Refusal
from service_app.core.forms import attempt, differences
from service_app.core.web import actor, current, see, upload
from service_app.items.models import Item
from service_app.lists import shown as lists
from service_app.workorders import checks, desk_booking, links, operations, queries, serials, words
from service_app.workorders.forms import CarePlanForm, VisitForm
from service_app.workorders.listed import LIST
from service_app.workorders.models import OPEN, CareOccurrence, CareVisit
from service_app.workorders.operations import answers, plans
from service_app.workorders.operations.doing import Done

pages = Blueprint("workorders", __name__, template_folder="templates")

pages.app_context_processor(
    lambda: {"care_states": words.STATES, "care_words": words, "care_purpose": desk_booking.purpose_of}
)


def _beside_item(item: Item) -> dict[str, Any] | None:
    if not current().can("work:read"):
        return None
    return {
        "care": queries.care_of_item(item), "plans": queries.plans_of(item), "item": item, "unfit": queries.unfit(item),
    }  # fmt: skip


def _beside_product(product: Product) -> dict[str, Any]:
    return {"plans": queries.plans_of(product), "of": "product", "code": product.code}


def _beside_appointment(appointment: Appointment) -> dict[str, Any] | None:
    found = queries.visits_booked(appointment) if current().can("work:read") else []
    return {"visits": found, "open": OPEN} if found else None


def _beside_contract(contract: Any) -> dict[str, Any] | None:
    found = queries.plans_of(contract)
    if not found and not current().can("product:write"):
        return None
    return {"plans": found, "of": "contract", "code": contract.reference}


def _on_passport(item: Item) -> dict[str, Any] | None:
    last, following = queries.last_and_next(item)
    return {"last": last, "next": following} if last is not None or following is not None else None


def _on_today(_workshop: Any) -> dict[str, Any] | None:
    visits = queries.to_call(8) if current().can("work:read") else []
    return {"visits": visits, "swaps": queries.swaps_asked(visits)} if visits else None


def _at_home_today(_workshop: Any) -> dict[str, Any] | None:
    visits = queries.to_look_at(8) if current().can("work:read") else []
    return {"visits": visits} if visits else None


beside.add("item", "workorders/item_card.html", _beside_item)
beside.add("product", "workorders/plans_card.html", _beside_product)
beside.add("contract", "workorders/plans_card.html", _beside_contract)
beside.add("appointment", "workorders/appointment_card.html", _beside_appointment)
beside.add("passport_life", "workorders/passport_card.html", _on_passport)
beside.add("today", "workorders/today_section.html", _on_today)
beside.add("today", "workorders/at_home_section.html", _at_home_today)


@pages.get("/care")
@needs("work:read")
def list_page() -> Any:
    """What is due for care, what was done, what was skipped."""
    return lists.page(LIST, "workorders/care.html")


@pages.post("/care/<int:occurrence_id>/done")
@needs("work:write")
def done(occurrence_id: int) -> Any:
    """It was done. What asks for more than a tap leads to its page."""
    occurrence = queries.get_occurrence(occurrence_id)
    try:
        operations.do_care(actor(), occurrence, request.form.get("remark", ""))
    except Refusal as refusal:
        if refusal.code != "care.on_its_page":
            raise
        flash(refusals.sentence(refusal), "late")
        return see("workorders.visit", visit_id=(occurrence.visit or _opened(occurrence)).id)
    flash(_("%(tag)s is done. The next time is planned by itself.", tag=occurrence.item.tag), "done")
    return see("workorders.list_page")


@pages.post("/care/<int:occurrence_id>/skip")
@needs("work:write")
def skip(occurrence_id: int) -> Any:
    """Not this time, and why."""
    occurrence = queries.get_occurrence(occurrence_id)
    try:
        operations.skip_care(actor(), occurrence, request.form.get("reason", ""))
    except Refusal as refusal:
        flash(refusals.sentence(refusal), "late")
        return see("workorders.list_page")
    flash(_("%(tag)s is skipped this time.", tag=occurrence.item.tag), "done")
    return see("workorders.list_page")


@pages.post("/care/<int:occurrence_id>/begin")
@needs("work:write")
def begin(occurrence_id: int) -> Any:
    """Somebody looks after it now: its checklist."""
    return see("workorders.visit", visit_id=_opened(queries.get_occurrence(occurrence_id)).id)


@pages.post("/care/visits/<int:visit_id>/not-begun")
@needs("work:write")
def not_begun(visit_id: int) -> Any:
    """It was only looked at: it stands as before."""
    row = queries.get_visit(visit_id)
    try:
        operations.put_back(actor(), row)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        flash(refusals.sentence(refusal), "late")
        return see("workorders.visit", visit_id=visit_id)
    flash(_("%(tag)s: its care stands as before, not begun.", tag=row.item.tag), "done")
    return see("workorders.list_page")


def _opened(occurrence: CareOccurrence) -> CareVisit:
    """The visit of which the checklist is shown. What a customer was asked about is not begun by a look at it: while they
    have the thing they are still reminded and called, and it follows the thing. Finishing it needs no beginning."""
    announced = occurrence.visit
    if announced is not None and announced.customer_id is not None and announced.ended_at is None:
        return announced
    return operations.start_visit(actor(), occurrence)


@pages.get("/care/visits/<int:visit_id>")
@needs("work:read")
def visit(visit_id: int) -> Any:
    """The checklist of a visit, for one hand; or what was done."""
    return _visit_page(queries.get_visit(visit_id), VisitForm(formdata=None))


def _visit_page(row: CareVisit, form: VisitForm, status: int = 200, wrong: Refusal | None = None) -> Any:
    shown = [each for each in row.occurrences if each.status != "superseded"]
    return render_template(
        "workorders/visit.html", visit=row, occurrences=shown, checks=_asked(row), form=form, life=told.timeline(row),
        given=_results(row) if request.method == "POST" else {},
        wrong={wrong.field: refusals.sentence(wrong)} if wrong is not None and wrong.field else {},
        needs_signature=any(each.needs_signature for each in shown), link=links.visit_url(row),
        swaps=queries.swaps_asked([row]), may_book=_may_book(row),
        unfit=[each for each in queries.unfit(row.item) if each.visit_id == row.id],
        cards=beside.cards("care_visit", row),
    ), status  # fmt: skip


def _may_book(row: CareVisit) -> bool:
    """Whether a moment may be booked for a visit: it has a customer, something of it is open, and none is to come."""
    booked = row.appointment
    is_to_come = booked is not None and booked.status in ("booked", "arrived") and not queries.went_by(booked)
    return row.customer is not None and row.ended_at is None and not is_to_come and bool(answers.open_of(row))


@pages.post("/care/visits/<int:visit_id>")
@needs("work:write")
def finish(visit_id: int) -> Any:
    """It is done, wholly or in part."""
    row, form = queries.get_visit(visit_id), VisitForm()
    if not form.validate():
        return _visit_page(row, form, 422)
    with attempt(form, refusals.sentence) as tried:
        operations.finish_visit(actor(), row, _done(row, form))
    if not tried.is_done:
        return _visit_page(queries.get_visit(visit_id), form, tried.status, tried.refusal)
    flash(_("%(tag)s is done. The next time is planned by itself.", tag=row.item.tag), "done")
    return see("workorders.visit", visit_id=visit_id)


@pages.post("/care/<int:occurrence_id>/fit")
@needs("work:write")
def fit(occurrence_id: int) -> Any:
    """What failed, or was left out, is in order: how."""
    occurrence = queries.get_occurrence(occurrence_id)
    try:
        operations.say_fit(actor(), occurrence, request.form.get("how", ""))
    except Refusal as refusal:
        if refusal.field is None:
            raise
        flash(refusals.sentence(refusal), "late")
    else:
        flash(_("%(tag)s is fit again.", tag=occurrence.item.tag), "done")
    if occurrence.visit_id is None:
        return see("items.detail", tag=occurrence.item.tag)
    return see("workorders.visit", visit_id=occurrence.visit_id)


def _done(row: CareVisit, form: VisitForm) -> Done:
    photos = [(sent.read(), sent.filename or "") for sent in request.files.getlist("photos") if sent and sent.filename]
    return Done(
        results=_results(row), minutes=form.minutes.data, cost=form.cost.data, parts=form.parts.data or "",
        meter=form.meter.data, is_meter_new=form.is_meter_new.data, remark=form.remark.data or "", photos=photos,
        signature=drawing_in(request.form.get("signed_drawing", "")),
    )  # fmt: skip


def _results(row: CareVisit) -> dict[str, str]:
    """What was tapped or measured for each check; what was left out is not there."""
    given = {check.key: request.form.get(f"check-{check.key}", "").strip()[:40] for check in _asked(row)}
    return {key: result for key, result in given.items() if result}


def _asked(row: CareVisit) -> list[checks.Check]:
    return checks.asked([each for each in row.occurrences if each.status in OPEN])


@pages.post("/care/visits/<int:visit_id>/called")
@needs("work:write")
def called(visit_id: int) -> Any:
    """The customer was called about it."""
    row = queries.get_visit(visit_id)
    answers.note_call(actor(), row)
    flash(_("Noted: the call about %(tag)s.", tag=row.item.tag), "done")
    return see("workorders.calls_page")


@pages.post("/care/visits/<int:visit_id>/seen")
@needs("work:write")
def seen(visit_id: int) -> Any:
    """What the customer did at home was looked at."""
    row = queries.get_visit(visit_id)
    answers.note_seen(actor(), row)
    flash(_("Looked at: %(tag)s.", tag=row.item.tag), "done")
    return see("workorders.visit", visit_id=visit_id)


@pages.post("/care/visits/<int:visit_id>/no-longer-wanted")
@needs("work:write")
def no_longer_wanted(visit_id: int) -> Any:
    """The customer wants no swap, or no call about a moment, any more."""
    row = queries.get_visit(visit_id)
    try:
        answers.no_longer_wanted(actor(), row)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        flash(refusals.sentence(refusal), "late")
    else:
        flash(_("%(tag)s: the customer is asked anew, and reminded as before.", tag=row.item.tag), "done")
    return see("workorders.visit", visit_id=visit_id)


@pages.get("/care/photos/<int:photo_id>")
@needs("work:read")
def photo(photo_id: int) -> Response:
    """The bytes of a photo of care."""
    stored = queries.get_photo(photo_id)
    return upload(files.read(stored), stored.media_type)


@pages.get("/care/visits/<int:visit_id>/signature")
@needs("work:read")
def signature(visit_id: int) -> Response:
    """The bytes of the signature under a visit."""
    stored = queries.get_signature(queries.get_visit(visit_id))
    return upload(files.read(stored), stored.media_type)


@pages.get("/care/calls")
@needs("work:read")
def calls_page() -> Any:
    """Whom to call, and what nobody here can do."""
    visits = queries.to_call()
    return render_template(
        "workorders/calls.html", visits=visits, swaps=queries.swaps_asked(visits), at_home=queries.to_look_at(),
        unplannable=queries.unplannable(),
    )  # fmt: skip


@pages.get("/care/report")
@needs("work:read")
def report_page() -> Any:
    """How care went over a year."""
    return render_template("workorders/report.html", report=queries.report())


@pages.get("/care/plans")
@needs("work:read")
def plans_page() -> Any:
    """Every plan."""
    return render_template("workorders/plans.html", plans=queries.list_plans())


@pages.get("/care/plans/new")
@needs("product:write")
def new_plan() -> Any:
    """An empty form for a product, an item or a contract."""
    of, code = listing.asked("of") or "product", listing.asked("code")
    return _plan_page(CarePlanForm(formdata=None), queries.named(code, of), of)


def _plan_page(form: Any, thing: Any, of: str, status: int = 200, plan: CarePlan | None = None) -> Any:
    both = []
    if status == 409 and plan is not None:
        both = differences(form, CarePlanForm.over(plan).offer())
    return render_template(
        "workorders/plan.html", form=form.offer(), thing=thing, of=of, plan=plan, differences=both,
        foreseen=_foreseen(form, thing) if status == 200 else None,
    ), status  # fmt: skip


def _foreseen(form: Any, thing: Any) -> tuple[str, str] | None:
    """How many things the serials that were typed mean, or what is wrong with them: (tone, sentence)."""
    first, last = form.serials
    if not isinstance(thing, Product) or not (first or last):
        return None
    try:
        serials.refuse_none(thing.id, first, last)
    except Invalid as refusal:
        return "late", refusals.sentence(refusal)
    number = serials.count_among(thing.id, first, last)
    return "due", ngettext("It holds for one thing.", "It holds for %(num)s things.", number)


@pages.post("/care/plans/new")
@needs("product:write")
def create_plan() -> Any:
    """A new plan."""
    of, form = listing.asked("of") or "product", CarePlanForm()
    thing = queries.named(listing.asked("code"), of)
    if "look" in request.form:
        return _plan_page(form, thing, of)
    if not form.validate():
        return _plan_page(form, thing, of, 422)
    with attempt(form, refusals.sentence) as tried:
        if form.kind.data == "once" and isinstance(thing, Product) and form.starts_on.data is None:
            plans.recall(actor(), thing, form.facts())
        else:
            plans.create_plan(actor(), thing, form.facts())
    if not tried.is_done:
        return _plan_page(form, thing, of, tried.status)
    flash(_("The plan holds from now on. What is due appears within ten minutes."), "done")
    return see("workorders.plans_page")


@pages.get("/care/plans/<int:plan_id>")
@needs("product:write")
def edit_plan(plan_id: int) -> Any:
    """The form over a plan."""
    plan = queries.get_plan(plan_id)
    return _plan_page(CarePlanForm.over(plan), plan.product, "product", plan=plan)


@pages.post("/care/plans/<int:plan_id>")
@needs("product:write")
def change_plan(plan_id: int) -> Any:
    """Like this from now on."""
    plan, form = queries.get_plan(plan_id), CarePlanForm()
    if "look" in request.form:
        return _plan_page(form, plan.product, "product", plan=plan)
    if not form.validate():
        return _plan_page(form, plan.product, "product", 422, plan)
    with attempt(form, refusals.sentence) as tried:
        plans.change_plan(actor(), plan, form.seen, form.facts(plan))
    if not tried.is_done:
        return _plan_page(form, plan.product, "product", tried.status, plan)
    flash(_("Changed. What nobody began is planned anew."), "done")
    return see("workorders.plans_page")

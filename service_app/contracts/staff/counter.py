"""At the counter and the bench: out, back, looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.charges import operations as charges
from service_app.contracts import choosing, queries, words
from service_app.contracts.forms import BindForm, HandOverForm, InspectionForm, TakeBackForm, photos_in
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import dates, handovers, inspections, kits, money
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.staff import pages
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import Conflict
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import ItemPhoto
from service_app.items.queries import components_of
from service_app.workshops.queries import list_neighbours


def _line_of(reference: str, position: int) -> ContractLine:
    return queries.get_line(queries.get_contract(reference), position)


@pages.get("/contracts/<reference>/<int:position>/hand-over")
@needs("contract:handover")
def hand_over(reference: str, position: int) -> Any:
    """Which item goes out, and in what condition."""
    line = _line_of(reference, position)
    form = HandOverForm()
    booking = availability.allocation_of(line.id, "reservation")
    form.tag.data = line.item.tag if line.item is not None else booking.item.tag if booking is not None else ""
    form.customer_name.data = line.contract.customer.contact_name or line.contract.customer.name
    return _hand_over_page(line, form)


@pages.post("/contracts/<reference>/<int:position>/hand-over")
@needs("contract:handover")
def give(reference: str, position: int) -> Any:
    """Out it goes."""
    line, form = _line_of(reference, position), HandOverForm()
    with attempt(form, refusals.sentence) as tried:
        item = queries.item_with_tag(form.tag.data or "")
        _deposit_came_in(line, form.deposit_method.data)
        handovers.hand_over(actor(), line, item, form.found(line.product.out_checklist))
    if not tried.is_done:
        return _hand_over_page(line, form, tried.status)
    flash(_("%(tag)s is out with %(name)s.", tag=item.tag, name=line.contract.customer.name), "done")
    return see("contracts.detail", reference=reference)


def _deposit_came_in(line: ContractLine, method: str | None) -> None:
    """What is still due is paid at the counter, in the same act: nothing goes out, and nothing is booked, without the
    other."""
    deposit = charges.deposit_of(line.contract_id)
    if method and deposit is not None and deposit.status == "due":
        actor().must("contract:settle")
        money.receive_deposit(actor(), line.contract, method)


def _hand_over_page(line: ContractLine, form: Any, status: int = 200) -> Any:
    booking = availability.allocation_of(line.id, "reservation")
    item = line.item or (booking.item if booking is not None else None)
    return render_template(
        "contracts/hand_over.html", line=line, contract=line.contract, form=form, booking=booking, posted=request.form,
        components=components_of(item) if item is not None else [], is_return=False,
        deposit=charges.deposit_of(line.contract_id),
    ), status  # fmt: skip


@pages.get("/contracts/<reference>/<int:position>/prepare")
@needs("contract:handover")
def prepare(reference: str, position: int) -> Any:
    """Choose the very item for a line, or find one for a line that lost its own."""
    return _prepare_page(_line_of(reference, position), BindForm())


@pages.post("/contracts/<reference>/<int:position>/prepare")
@needs("contract:handover")
def bind(reference: str, position: int) -> Any:
    """This item it will be."""
    line, form = _line_of(reference, position), BindForm()
    with attempt(form, refusals.sentence) as tried:
        item = queries.item_with_tag(form.tag.data or "")
        handovers.bind_item(actor(), line, item)
    if not tried.is_done:
        return _prepare_page(line, form, tried.status)
    flash(_("%(tag)s is set aside for %(code)s.", tag=item.tag, code=reference), "done")
    return see("contracts.detail", reference=reference)


@pages.post("/contracts/<reference>/<int:position>/other-date")
@needs("contract:write")
def other_date(reference: str, position: int) -> Any:
    """A line that finds nothing goes, as its customer agreed, as long as before from an hour at which something is free."""
    line, form = _line_of(reference, position), BindForm()
    with attempt(form, refusals.sentence) as tried:
        other = _offered(line, request.form.get("starts_at", ""))
        dates.reschedule_line(actor(), line, ANEW, starts_at=other.starts_at, ends_at=other.ends_at)
    if not tried.is_done:
        return _prepare_page(line, form, tried.status)
    flash(_("%(code)s has other dates. The customer is told.", code=reference), "done")
    return see("contracts.detail", reference=reference)


def _offered(line: ContractLine, starts_at: str) -> Stretch:
    """The line's own stretch from one of the hours that are offered; refused when it is free no more."""
    for found in availability.alternatives(line.product, Stretch(line.starts_at, line.held_until)):
        if found.starts_at.isoformat() == starts_at:
            days = round((found.starts_at - line.starts_at) / timedelta(days=1))
            return Stretch(line.starts_at, line.ends_at).moved(timedelta(days=days))
    raise Conflict("availability.none")


def _prepare_page(line: ContractLine, form: Any, status: int = 200) -> Any:
    stretch = Stretch(line.starts_at, line.held_until)
    booking = availability.allocation_of(line.id, "reservation")
    free = availability.free_items(line.product, stretch, but=booking)
    others = [] if free else availability.alternatives(line.product, stretch)
    return render_template(
        "contracts/prepare.html", line=line, contract=line.contract, form=form, free=free, booking=booking,
        alternatives=others, neighbours=[] if free else list_neighbours(current().workshop),
    ), status  # fmt: skip


@pages.get("/contracts/<reference>/<int:position>/take-back")
@needs("contract:handover")
def take_back(reference: str, position: int) -> Any:
    """What came back, what is missing, and what being late costs."""
    return _take_back_page(_line_of(reference, position), TakeBackForm())


@pages.post("/contracts/<reference>/<int:position>/take-back")
@needs("contract:handover")
def take(reference: str, position: int) -> Any:
    """It is back: late counting stops now."""
    line, form = _line_of(reference, position), TakeBackForm()
    with attempt(form, refusals.sentence) as tried:
        inspection = handovers.take_back(actor(), line, form.found(line.product.in_checklist))
    if not tried.is_done:
        return _take_back_page(line, form, tried.status)
    flash(
        _("%(tag)s is back. Inspection %(code)s is open.", tag=inspection.item.tag, code=inspection.reference), "done"
    )
    if current().can("contract:inspect"):
        return see("contracts.inspect", reference=reference, position=position)
    return see("contracts.detail", reference=reference)


def _take_back_page(line: ContractLine, form: Any, status: int = 200) -> Any:
    return render_template(
        "contracts/take_back.html", line=line, contract=line.contract, form=form, posted=request.form, now=clock.now(),
        components=[part for part in choosing.components_of(line) if part.status == "out"], is_return=True,
        out=queries.handover_of(line, "out"), photos=queries.photos_of_line(line, "hand_over"),
        late_fee=handovers.late_fee_of(line, clock.now()) if line.status in ("out", "overdue") else None,
    ), status  # fmt: skip


@pages.get("/contracts/<reference>/<int:position>/inspect")
@needs("contract:inspect")
def inspect(reference: str, position: int) -> Any:
    """The look at what came back, beside how it went out."""
    line = _line_of(reference, position)
    form = InspectionForm()
    form.grade.data = queries.inspection_of(line).grade_before
    _suggest_missing(form, line)
    return _inspect_page(line, form)


def _suggest_missing(form: InspectionForm, line: ContractLine) -> None:
    back = queries.handover_of(line, "in")
    values = {part.tag: part.product.replacement_amount for part in kits.missing_from(line)}
    for part in back.missing if back is not None else ():
        form.findings.append_entry({"kind": "missing", "part": part, "cost": values.get(part), "share": 100})


@pages.post("/contracts/<reference>/<int:position>/inspect")
@needs("contract:inspect")
def judge(reference: str, position: int) -> Any:
    """The verdict: grade, charges, and what the thing does next."""
    line, form = _line_of(reference, position), InspectionForm()
    inspection = queries.inspection_of(line)
    if "more" in request.form:
        form.findings.append_entry()
        return _inspect_page(line, form)
    if not form.validate():
        return _inspect_page(line, form, 422)
    with attempt(form, refusals.sentence) as tried:
        proposed = [
            inspections.propose(line.product, part, request.form[f"part-{place}"])
            for place, part in enumerate(inspections.proposals(line.product))
            if request.form.get(f"part-{place}")
        ]
        verdict = form.verdict({}, photos_in(form.photos.data), proposed)
        inspections.finish_inspection(actor(), inspection, verdict)
    if not tried.is_done:
        return _inspect_page(line, form, tried.status)
    flash(_("%(tag)s is inspected, grade %(grade)s.", tag=inspection.item.tag, grade=inspection.grade_after), "done")
    return see("contracts.detail", reference=reference)


def _inspect_page(line: ContractLine, form: Any, status: int = 200) -> Any:
    return render_template(
        "contracts/inspect.html", line=line, contract=line.contract, form=form,
        inspection=queries.inspection_of(line), out=queries.handover_of(line, "out"), back=queries.handover_of(line, "in"),
        pairs=_pairs(line), found_photos=queries.photos_of_line(line, "inspection"),
        proposals=inspections.proposals(line.product), severities=words.SEVERITIES, posted=request.form,
    ), status  # fmt: skip


def _pairs(line: ContractLine) -> list[tuple[ItemPhoto | None, ItemPhoto | None]]:
    """Photos (going out, coming back), side by side where one was taken as the other's twin."""
    back = {photo.twin_id: photo for photo in queries.photos_of_line(line, "return") if photo.twin_id is not None}
    alone = [photo for photo in queries.photos_of_line(line, "return") if photo.twin_id is None]
    sides = [(photo, back.get(photo.id)) for photo in queries.photos_of_line(line, "hand_over")]
    return [*sides, *((None, photo) for photo in alone)]

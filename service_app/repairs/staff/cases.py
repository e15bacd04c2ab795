"""The list, taking something in, and a case with all that hangs on it."""

from __future__ import annotations

import secrets
from typing import Any

import segno
from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from service_app import refusals, told
from service_app.core import beside, files, listing
from service_app.core.access import needs
from service_app.core.errors import Invalid, Refusal
from service_app.core.forms import attach, attempt, choices_of
from service_app.core.web import actor, current, see, upload
from service_app.customers.models import Customer
from service_app.customers.queries import people_meant
from service_app.items.models import Item
from service_app.items.queries import item_tagged
from service_app.lists import shown as lists
from service_app.notifications.queries import answers_about
from service_app.repairs import links, queries, quoting
from service_app.repairs.forms import TakeInForm, category_choices, photos_of
from service_app.repairs.listed import LIST
from service_app.repairs.models import CustomerThing, RepairCase
from service_app.repairs.operations import ending, intake
from service_app.repairs.operations.intake import Ask, Owned, Received
from service_app.repairs.staff import pages
from service_app.repairs.staff.faces import open_faces
from service_app.repairs.words import SYMPTOMS
from service_app.workorders.models import CareVisit


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("work:read"):
        return None
    take_in = url_for("repairs.new", customer=customer.reference) if current().can("work:write") else None
    return {"repairs": queries.cases_of(customer), "take_in": take_in}


def _beside_item(item: Item) -> dict[str, Any] | None:
    if not current().can("work:read"):
        return None
    may = current().can("work:write") and item.status not in ("retired", "lost", "sold")
    return {"repairs": queries.cases_of(item), "take_in": url_for("repairs.new", item=item.tag) if may else None}


def _beside_visit(visit: CareVisit) -> dict[str, Any] | None:
    case = queries.case_of_visit(visit.id) if visit.ended_at is not None else None
    return {"repairs": [case], "take_in": None} if case is not None else None


beside.add("customer", "repairs/beside_card.html", _beside_customer)
beside.add("item", "repairs/beside_card.html", _beside_item)
beside.add("care_visit", "repairs/beside_card.html", _beside_visit)


MOST_TODAY = 8
# What waits for somebody of the workshop; a quote that is out waits for the customer.
_OURS = ("requested", "received", "diagnosing", "approved", "in_repair", "quality_check", "ready")


def _on_today(_workshop: Any) -> dict[str, Any] | None:
    """What the bench has to do, the one promised first on top, each with its next act."""
    if not current().can("work:read"):
        return None
    cases = queries.list_in(*_OURS, most=MOST_TODAY + 1)
    if not cases:
        return None
    total = len(cases) if len(cases) <= MOST_TODAY else queries.count_in(*_OURS)
    return {"total": total, "rows": [(case, _next(case)) for case in cases[:MOST_TODAY]]}


def _next(case: RepairCase) -> tuple[str, Any] | None:
    faces = open_faces(case, actor())
    return next(((name, face) for name, face in faces.items() if face.is_main), None)


beside.add("today", "repairs/today_section.html", _on_today)


@pages.get("/repairs")
@needs("work:read")
def list_page() -> Any:
    """Repairs, narrowed and sorted by the address of the page."""
    return lists.page(LIST, "repairs/list.html")


@pages.get("/repairs/new")
@needs("work:write")
def new() -> Any:
    """The form of the counter, begun from a customer's or an item's page or from nothing."""
    form = TakeInForm()
    form.key.data = secrets.token_hex(16)
    form.customer.data, form.item.data = listing.asked("customer"), listing.asked("item")
    return _new_page(form)


@pages.post("/repairs/new")
@needs("work:write")
def take_in() -> Any:
    """A case, received at once: it lies on the counter. Sent twice it is one."""
    form = TakeInForm()
    case = None
    with attempt(form, refusals.sentence) as tried:
        case = _taken_in(form)
    if case is None or not tried.is_done:
        return _new_page(form, tried.status)
    return see("repairs.detail", reference=case.reference)


def _taken_in(form: TakeInForm) -> RepairCase:
    if not form.validate():
        raise Invalid("input.unreadable")
    item = item_tagged(form.item.data) if (form.item.data or "").strip() else None
    customer = _customer(form, item)
    thing: Item | CustomerThing
    if item is not None:
        thing = item
    elif customer is None:
        raise Invalid("repair.customer_needed", field="customer")
    elif (form.thing.data or "").isdecimal():
        thing = queries.get_thing(int(form.thing.data))
    else:
        thing = intake.keep_thing(customer, _owned(form))
    ask = Ask(
        form.fault.data or "", tuple(form.symptoms.data or ()), tuple(form.safety.data or ()),
        limit_amount=form.limit_amount.data, is_wipe_agreed=bool(form.is_wipe_agreed.data),
    )  # fmt: skip
    case = intake.ask_repair(actor(), customer, thing, ask, key=form.key.data or None)
    if case.status == "requested":
        received = Received(form.accessories.data or (), form.place.data or "", photos_of())
        intake.receive(actor(), case, received)
    return case


def _owned(form: TakeInForm) -> Owned:
    category = int(form.category.data) if (form.category.data or "").isdecimal() else None
    return Owned(
        form.what.data or "", category, form.brand.data or "", form.model.data or "", form.serial.data or "",
        form.year_made.data,
    )  # fmt: skip


def _customer(form: TakeInForm, item: Item | None) -> Customer | None:
    """Whom the form means. Of an item that is out it is who has it; one in stock needs nobody."""
    people = people_meant(form.customer.data or "")
    chosen = next((one for one in people if one.reference == request.form.get("chosen")), None)
    if chosen is not None or len(people) == 1:
        return chosen or people[0]
    if item is not None and not (form.customer.data or "").strip():
        line = queries.held_line(item)
        return line.contract.customer if line is not None else None
    raise Invalid("repair.customer_needed", field="customer")


def _new_page(form: TakeInForm, status: int = 200) -> Any:
    people = people_meant(form.customer.data or "")
    known = queries.things_of(people[0]) if len(people) == 1 else ()
    form.category.choices = category_choices()
    form.thing.choices = choices_of([("", _("another thing")), *((str(one.id), one.what) for one in known)])
    item = None
    if (form.item.data or "").strip():
        try:
            item = item_tagged(form.item.data)
        except Refusal as refusal:
            if status == 200:
                attach(form, refusal, refusals.sentence(refusal))
    answer = render_template(
        "repairs/new.html", form=form, people=people, known=known, item=item, terms=queries.terms()
    )
    return answer, status


@pages.get("/repairs/<reference>")
@needs("work:read")
def detail(reference: str) -> Any:
    """A case: how it stands, what can be done, what was said, agreed, fitted and spent."""
    return case_page(queries.get_case(reference))


def case_page(case: RepairCase, problem: str = "", status: int = 200) -> Any:
    """The page of a case, with what was refused."""
    faces = open_faces(case, actor())
    running = queries.running_of(actor().account_id or 0)
    return render_template(
        "repairs/detail.html", case=case, problem=problem, faces=faces, line=queries.held_line(case.item) if case.item else None,
        answers=answers_about("repair_case", case.id),
        offers=[(quote, quoting.Quote.from_json(quote.content)) for quote in reversed(case.quotes)],
        parts=queries.parts_of(case), worked=queries.Worked(queries.times_of(case)), running=running,
        owed=ending.owed(case) if case.ended_at is None else case.due_amount, life=told.timeline(case),
        agreed=next((quote.approved_amount for quote in case.quotes if quote.status == "approved"), None),
        loan=queries.loan_of(case), claims=queries.claims_of(case), visits=queries.visits_of(case),
        first=queries.get_case_by_id(case.first_case_id) if case.first_case_id else None,
        holds_until=queries.holds_until, public_url=links.case_url(case), may_write=current().can("work:write"),
        chance=queries.chance_for(case) if case.is_open else None, noticed=[SYMPTOMS[code] for code in case.symptoms],
    ), status  # fmt: skip


@pages.get("/repairs/<reference>/label")
@needs("work:read")
def label(reference: str) -> Any:
    """The label for the thing and the receipt for the customer, to print on one sheet."""
    case = queries.get_case(reference)
    code = Markup(segno.make(links.case_url(case), error="m", micro=False).svg_inline(scale=3, border=2, light="#fff"))
    return render_template("repairs/label.html", case=case, terms=queries.terms(), code=code)


@pages.get("/repairs/<reference>/photos/<int:photo_id>")
@needs("work:read")
def photo(reference: str, photo_id: int) -> Response:
    """A photo of a case."""
    stored = queries.photo_of(queries.get_case(reference), photo_id).file
    answer = upload(files.read(stored), stored.media_type)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer

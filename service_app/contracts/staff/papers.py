"""The list, a contract, and its way from a wish to a signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.catalogue.queries import list_offered_plans
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.pricing import Terms
from service_app.contracts import contested, documents, links, proposals, queries, quoting, words
from service_app.contracts.forms import ContractForm, MethodForm, ReasonForm, SettleForm
from service_app.contracts.listed import LIST
from service_app.contracts.models import Contract
from service_app.contracts.operations import alone, money, offers, service
from service_app.contracts.operations.offers import Wish
from service_app.contracts.staff import pages
from service_app.contracts.staff.menus import menus
from service_app.core import beside, clock, files, listing
from service_app.core.access import needs
from service_app.core.errors import Refusal
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.customers.models import Customer
from service_app.customers.queries import people_meant
from service_app.items.models import Item
from service_app.lists import shown as lists


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("contract:read"):
        return None
    return {"customer": customer, "contracts": queries.contracts_of_customer(customer)}


def _next_for_customer(customer: Customer) -> dict[str, Any] | None:
    may = current().can("contract:write") and not customer.is_blocked
    return {"customer": customer} if may else None


def _beside_item(item: Item) -> dict[str, Any] | None:
    return {"lines": queries.lines_of_item(item)} if current().can("contract:read") else None


beside.add("customer", "contracts/customer_card.html", _beside_customer)
beside.add("customer_actions", "contracts/customer_action.html", _next_for_customer)
beside.add("item", "contracts/item_card.html", _beside_item)


@pages.get("/contracts")
@needs("contract:read")
def list_page() -> Any:
    """Contracts, narrowed and sorted by the address of the page."""
    return lists.page(LIST, "contracts/list.html")


@dataclass(frozen=True)
class Asked:
    """What the form of a contract says so far: whom it may mean, what is wished, and what that comes to."""

    people: Sequence[Customer]
    customer: Customer | None
    wishes: Sequence[tuple[Wish, int]]
    quote: quoting.Quote | None
    problem: str = ""


@pages.get("/contracts/new")
@needs("contract:write")
def new() -> Any:
    """An empty form, or one begun from a customer's or a product's page."""
    form = ContractForm()
    form.customer.data = listing.asked("customer")
    tomorrow = clock.today(current().workshop.zone) + timedelta(days=1)
    form.starts_on.data, form.ends_on.data = tomorrow, tomorrow + timedelta(days=3)
    form.rows[0].form.plan.data = listing.asked("plan")
    return _form_page(form)


@pages.post("/contracts/preview")
@needs("contract:write")
def preview() -> Any:
    """Price and availability of what was typed so far; nothing is written."""
    form = ContractForm()
    return render_template("contracts/_quote.html", form=form, asked=_asked(form))


@pages.post("/contracts/new")
@needs("contract:write")
def create() -> Any:
    """A draft, or one more row in the form."""
    form = ContractForm()
    if _changed_rows(form):
        return _form_page(form)
    asked = _asked(form)
    contract, status = None, 422
    if form.validate() and _is_complete(form, asked) and asked.customer is not None:
        with attempt(form, refusals.sentence) as tried:
            contract = offers.draft_contract(actor(), asked.customer, _one_by_one(asked), remark=form.remark.data)
        status = tried.status
    if contract is None or status != 200:
        return _form_page(form, status)
    return see("contracts.detail", reference=contract.reference)


@pages.get("/contracts/<reference>/change")
@needs("contract:write")
def change(reference: str) -> Any:
    """The form of a draft, filled with what stands."""
    return _form_page(_form_over(queries.get_contract(reference)), contract=queries.get_contract(reference))


@pages.post("/contracts/<reference>/change")
@needs("contract:write")
def save(reference: str) -> Any:
    """Other things, other dates for a draft."""
    contract = queries.get_contract(reference)
    form = ContractForm()
    form.customer.data = contract.customer.reference
    if _changed_rows(form):
        return _form_page(form, contract=contract)
    asked = _asked(form)
    status = 422
    if form.validate() and _is_complete(form, asked):
        with attempt(form, refusals.sentence) as tried:
            offers.change_draft(actor(), contract, _one_by_one(asked), remark=form.remark.data)
        status = tried.status
    if status != 200:
        return _form_page(form, status, contract=contract)
    return see("contracts.detail", reference=reference)


def _one_by_one(asked: Asked) -> list[Wish]:
    return [wish for wish, quantity in asked.wishes for _each in range(quantity)]


def _changed_rows(form: ContractForm) -> bool:
    """Whether a button asked for one more row, or one less."""
    if "more" in request.form:
        form.rows.append_entry()
        return True
    gone = request.form.get("less", "")
    if gone.isdecimal() and len(gone) < 4 and int(gone) < len(form.rows) and len(form.rows) > 1:
        del form.rows.entries[int(gone)]
        return True
    return False


def _asked(form: ContractForm) -> Asked:
    form.offer(list_offered_plans())
    people = people_meant(form.customer.data or "")
    chosen = request.form.get("chosen", "")
    customer = next((one for one in people if one.reference == chosen), people[0] if len(people) == 1 else None)
    workshop = current().workshop
    wishes = form.wishes(workshop.zone)
    try:
        return Asked(people, customer, wishes, quoting.quote(workshop, wishes) if wishes else None)
    except Refusal as refusal:
        return Asked(people, customer, wishes, None, refusals.sentence(refusal))


def _is_complete(form: ContractForm, asked: Asked) -> bool:
    if asked.customer is None:
        form.customer.errors = [_("Choose one of the customers below, or register a new one.")]
    if not asked.wishes:
        form.rows[0].form.plan.errors = [_("Choose at least one thing.")]
    if asked.problem:
        form.ends_on.errors = [asked.problem]
    return bool(asked.customer and asked.wishes and not asked.problem)


def _form_over(contract: Contract) -> ContractForm:
    zone = current().workshop.zone
    begin = clock.local(contract.starts_at, zone)
    end = clock.local(contract.ends_at, zone) if contract.ends_at is not None else None
    counted: dict[str, int] = {}
    terms = Terms.from_json(contract.lines[0].price)
    for line in contract.lines:
        counted[line.plan.code] = counted.get(line.plan.code, 0) + 1
    return ContractForm(
        formdata=None,
        data={
            "customer": contract.customer.reference,
            "starts_on": begin.date(),
            "starts_at": begin.time(),
            "ends_on": end.date() if end else None,
            "ends_at": end.time() if end else begin.time(),
            "rows": [{"plan": code, "quantity": number} for code, number in counted.items()],
            "remark": contract.remark,
            "reduction": terms.reduction,
            "reduction_percent": terms.reduction_percent if terms.reduction == "discount" else None,
        },
    )


def _form_page(form: ContractForm, status: int = 200, contract: Contract | None = None) -> Any:
    asked = _asked(form)
    return render_template("contracts/form.html", form=form, asked=asked, contract=contract), status


@pages.get("/contracts/<reference>")
@needs("contract:read")
def detail(reference: str) -> Any:
    """Everything about one contract: what comes next, its lines, its money, its papers and its life."""
    return detail_page(queries.get_contract(reference))


def detail_page(contract: Contract, status: int = 200, alternatives: Sequence[str] = (), problem: str = "") -> Any:
    """The page of a contract; also the answer of an act that was refused, with what may be done instead."""
    zone = current().workshop.zone
    before, after = queries.kin_of(contract)
    made, taken = charges.charges_of(contract.id), credits.credits_of(contract.id)
    deposit, papers = charges.deposit_of(contract.id), documents.papers_of(contract)
    lines = quoting.priced(contract, zone)
    return render_template(
        "contracts/detail.html",
        contract=contract,
        before=before,
        after=after,
        menus=menus(actor(), contract),
        pauses=[row for row in service.pauses_of(contract) if row.until_on is None or row.until_on > clock.today(zone)],
        holders=queries.holders_of(contract),
        setbacks=alone.setbacks_of(contract),
        waiting=contested.held_back(made),
        contests=[row for row in contested.contests_of(contract) if row.status == "open"],
        proposals=[(row, links.proposal_url(row)) for row in proposals.open_proposals(contract)],
        signature=queries.signature_of(contract) if contract.signed_at else None,
        credits=taken,
        lines=lines,
        totals=quoting.totals_of(lines),
        balance=money.balance_of(made, taken, deposit),
        charges=made,
        deposit=deposit,
        document=next((row for row in reversed(papers) if row.kind == "contract"), None),
        papers=papers,
        sign_url=links.offer_url(contract) if contract.offer_round else "",
        life=told.timeline(contract),
        cards=beside.cards("contract", contract),
        forms={"receive": MethodForm(), "settle": SettleForm(), "cancel": ReasonForm(), "waive": ReasonForm()},
        deposit_words=words.DEPOSIT,
        problem=problem,
        alternatives=alternatives,
    ), status


@pages.post("/contracts/<reference>/send")
@needs("contract:write")
def send(reference: str) -> Any:
    """Hold the items and send the offer; when something is taken, say what else there is."""
    contract = queries.get_contract(reference)
    form = ReasonForm()
    with attempt(form, refusals.sentence) as tried:
        offers.send_offer(actor(), contract)
    if tried.refusal is not None:
        return _refused(reference, tried.refusal)
    flash(_("Offer %(code)s is on its way to %(name)s.", code=contract.reference, name=contract.customer.name), "done")
    return see("contracts.detail", reference=reference)


def _refused(reference: str, refusal: Refusal) -> Any:
    contract = queries.get_contract(reference)
    others = refusal.data.get("alternatives") or ()
    return detail_page(contract, refusal.status, alternatives=others, problem=refusals.sentence(refusal))


@pages.post("/contracts/<reference>/reopen")
@needs("contract:write")
def reopen(reference: str) -> Any:
    """Take an offer back to a draft, to change it."""
    offers.reopen_offer(actor(), queries.get_contract(reference))
    flash(_("Back to a draft. The items that were held are free again."), "done")
    return see("contracts.detail", reference=reference)


@pages.post("/contracts/<reference>/cancel")
@needs("contract:write")
def cancel(reference: str) -> Any:
    """Call it off, before anything went out."""
    form = ReasonForm()
    with attempt(form, refusals.sentence) as tried:
        offers.cancel_contract(actor(), queries.get_contract(reference), form.reason.data or "")
    if tried.refusal is not None:
        return _refused(reference, tried.refusal)
    flash(_("%(code)s is cancelled.", code=reference), "done")
    return see("contracts.detail", reference=reference)


@pages.get("/contracts/<reference>/contract.pdf")
@needs("contract:read")
def document(reference: str) -> Any:
    """The signed contract as it was kept; the offer as it stands before that."""
    contract = queries.get_contract(reference)
    kept = queries.document_of(contract)
    content = files.read(kept.file) if kept is not None else documents.render(contract)
    return pdf(content, contract.reference)


def pdf(content: bytes, reference: str) -> Response:
    """A PDF shown in the browser under a name of its own."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    return answer

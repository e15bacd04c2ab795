"""The staff's pages about customers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie_session
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.core import beside, listing
from service_app.core.access import needs
from service_app.core.forms import attempt, differences
from service_app.core.i18n import LANGUAGES
from service_app.core.web import actor, current, offer_undo, see
from service_app.customers import contact, operations, queries
from service_app.customers.contact import PostalAddress
from service_app.customers.forms import (
    COUNTRIES,
    KINDS,
    PURPOSES,
    SOURCES,
    AddressForm,
    ConsentForm,
    CustomerForm,
    MergeForm,
    NewCustomerForm,
    NoteForm,
)
from service_app.customers.listed import LIST
from service_app.customers.merging import merge_customers
from service_app.customers.models import Customer
from service_app.customers.queries import CustomerFilter
from service_app.lists import shown as lists

pages = Blueprint("customers", __name__, template_folder="templates")
pages.add_app_template_filter(contact.spoken_phone, "phone")

_REMOVED = "removed_address"


@pages.get("/customers")
@needs("customer:read")
def list_page() -> Any:
    """Customers, narrowed and sorted by the address of the page."""
    return lists.page(LIST, "customers/list.html")


@pages.get("/customers/new")
@needs("customer:write")
def new() -> Any:
    """An empty form."""
    form = NewCustomerForm(language=current().workshop.language)
    form.name.data = listing.asked("name")
    return _form_page(form)


@pages.post("/customers/new")
@needs("customer:write")
def create() -> Any:
    """Register, after showing who it may be already."""
    form = NewCustomerForm()
    if not form.validate():
        return _form_page(form, 422)
    with attempt(form, refusals.sentence) as tried:
        duplicates = [] if "anyway" in request.form else _possible_duplicates(form)
        if not duplicates:
            customer = operations.register_customer(actor(), form.facts(), form.address())
    if not tried.is_done:
        return _form_page(form, tried.status)
    if duplicates:
        return _form_page(form, 409, duplicates=duplicates)
    flash(_("%(name)s is registered as %(reference)s.", name=customer.name, reference=customer.reference))
    return see("customers.detail", reference=customer.reference)


def _possible_duplicates(form: NewCustomerForm) -> list[queries.Duplicate]:
    address = form.address()
    postcodes = [address.postcode] if address is not None else []
    return queries.find_duplicates(operations.clean_facts(form.facts()), postcodes)


def _form_page(form: Any, status: int = 200, **more: Any) -> Any:
    return render_template("customers/form.html", form=form, **more), status


@pages.get("/customers/<reference>")
@needs("customer:read")
def detail(reference: str) -> Any:
    """Everything about one customer; a merged one leads to whom it became."""
    customer = queries.get_by_reference(reference)
    if customer.merged_into_id is not None:
        return _lead_on(customer)
    return _detail_page(customer)


def _lead_on(customer: Customer) -> Any:
    kept = queries.standing(customer) or customer
    flash(_("%(merged)s was merged into %(kept)s.", merged=customer.reference, kept=kept.reference))
    return redirect(url_for("customers.detail", reference=kept.reference))


def _detail_page(customer: Customer, status: int = 200, **forms: Any) -> Any:
    page = render_template(
        "customers/detail.html",
        customer=customer,
        duplicates=queries.duplicates_of(customer),
        timeline=told.timeline(customer),
        actions=beside.cards("customer_actions", customer),
        cards=beside.cards("customer", customer),
        note_form=forms.get("note_form") or NoteForm(formdata=None),
        consent_form=ConsentForm.besides({row.purpose for row in customer.consents if row.withdrawn_at is None}),
        purposes=dict(PURPOSES),
        sources=dict(SOURCES),
        kinds=dict(KINDS),
        countries=dict(COUNTRIES),
        language_names=LANGUAGES,
    )
    return page, status


@pages.get("/customers/<reference>/edit")
@needs("customer:write")
def edit(reference: str) -> Any:
    """The form over a customer."""
    customer = _standing(reference)
    return _form_page(CustomerForm.over(customer), customer=customer)


@pages.post("/customers/<reference>/edit")
@needs("customer:write")
def change(reference: str) -> Any:
    """Keep what was changed; a stale form is shown again with both values."""
    customer = _standing(reference)
    form = CustomerForm()
    if not form.validate():
        return _form_page(form, 422, customer=customer)
    with attempt(form, refusals.sentence) as tried:
        operations.change_customer(actor(), customer, form.seen, form.facts())
    if tried.is_done:
        return see("customers.detail", reference=reference)
    stale = tried.refusal is not None and tried.refusal.code == "version.stale"
    both = differences(form, CustomerForm.over(customer)) if stale else []
    return _form_page(form, tried.status, customer=customer, differences=both)


def _standing(reference: str) -> Customer:
    customer = queries.standing(queries.get_by_reference(reference))
    assert customer is not None
    return customer


@pages.post("/customers/<reference>/notes")
@needs("customer:write")
def write_note(reference: str) -> Any:
    """One more note."""
    customer, form = _standing(reference), NoteForm()
    with attempt(form, refusals.sentence) as tried:
        operations.note_on_customer(actor(), customer, form.body.data)
    if not tried.is_done:
        return _detail_page(customer, tried.status, note_form=form)
    return see("customers.detail", reference=reference, _anchor="notes")


@pages.route("/customers/<reference>/addresses/new", methods=["GET", "POST"])
@needs("customer:write")
def new_address(reference: str) -> Any:
    """One more address."""
    customer, form = _standing(reference), AddressForm()
    if request.method == "GET":
        return _address_page(customer, form)
    with attempt(form, refusals.sentence) as tried:
        operations.add_address(actor(), customer, form.address())
    return _after_address(customer, form, tried)


@pages.route("/customers/<reference>/addresses/<int:address_id>", methods=["GET", "POST"])
@needs("customer:write")
def edit_address(reference: str, address_id: int) -> Any:
    """Correct an address."""
    customer = _standing(reference)
    address = operations.get_address(customer, address_id)
    form = AddressForm(obj=address)
    if request.method == "GET":
        return _address_page(customer, form, address=address)
    with attempt(form, refusals.sentence) as tried:
        operations.change_address(actor(), customer, address_id, form.address())
    return _after_address(customer, form, tried, address=address)


def _after_address(customer: Customer, form: AddressForm, tried: Any, **more: Any) -> Any:
    if tried.is_done:
        return see("customers.detail", reference=customer.reference, _anchor="addresses")
    return _address_page(customer, form, tried.status, **more)


def _address_page(customer: Customer, form: AddressForm, status: int = 200, **more: Any) -> Any:
    return render_template("customers/address.html", customer=customer, form=form, **more), status


@pages.post("/customers/<reference>/addresses/<int:address_id>/remove")
@needs("customer:write")
def remove_address(reference: str, address_id: int) -> Any:
    """Forget an address; it can be had back for as long as the toast stands."""
    customer = _standing(reference)
    removed = operations.remove_address(actor(), customer, address_id)
    cookie_session[_REMOVED] = {"customer": customer.reference, "address": vars(removed)}
    offer_undo(_("Address removed."), "customers.restore_address", reference=reference)
    return see("customers.detail", reference=reference, _anchor="addresses")


@pages.post("/customers/<reference>/addresses/restore")
@needs("customer:write")
def restore_address(reference: str) -> Any:
    """Give back the address that this person removed last."""
    customer = _standing(reference)
    removed = cookie_session.pop(_REMOVED, None)
    if removed and removed["customer"] == customer.reference:
        operations.add_address(actor(), customer, PostalAddress(**removed["address"]))
    return see("customers.detail", reference=reference, _anchor="addresses")


@pages.post("/customers/<reference>/consents")
@needs("customer:write")
def give_consent(reference: str) -> Any:
    """Keep that the customer agrees."""
    customer, form = _standing(reference), ConsentForm()
    if form.validate():
        operations.give_consent(actor(), customer, form.purpose.data, form.source.data)
    return see("customers.detail", reference=reference, _anchor="consents")


@pages.post("/customers/<reference>/consents/<purpose>/withdraw")
@needs("customer:write")
def withdraw_consent(reference: str, purpose: str) -> Any:
    """Keep that the customer no longer agrees."""
    customer = _standing(reference)
    operations.withdraw_consent(actor(), customer, purpose)
    return see("customers.detail", reference=reference, _anchor="consents")


@pages.get("/customers/<reference>/merge")
@needs("customer:merge")
def merge_page(reference: str) -> Any:
    """Two customers side by side, before they become one."""
    return _merge_page(_standing(reference), MergeForm(formdata=None, other=listing.asked("other")))


@pages.post("/customers/<reference>/merge")
@needs("customer:merge")
def merge(reference: str) -> Any:
    """Make them one."""
    keep, form = _standing(reference), MergeForm()
    other = queries.find_by_reference(form.other.data)
    if other is None:
        return _merge_page(keep, form)
    with attempt(form, refusals.sentence) as tried:
        merge_customers(actor(), keep, other)
    if not tried.is_done:
        return _merge_page(keep, form, tried.status)
    flash(_("%(merged)s is now part of %(kept)s.", merged=other.reference, kept=keep.reference))
    return see("customers.detail", reference=keep.reference)


def _merge_page(keep: Customer, form: MergeForm, status: int = 200) -> Any:
    typed = form.other.data
    other = queries.find_by_reference(typed) if typed else None
    candidates = [] if other is not None else _candidates(keep, typed)
    if typed and other is None and not candidates:
        form.other.errors = [_("Nobody is called “%(typed)s” here.", typed=typed)]
        status = 422
    sides = _sides(keep, other) if other is not None else []
    page = render_template(
        "customers/merge.html", keep=keep, other=other, form=form, candidates=candidates, sides=sides
    )
    return page, status


def _candidates(keep: Customer, typed: str | None) -> list[Customer]:
    """Whom a person may mean: those found by what was typed, else those who look the same."""
    if not typed:
        return [duplicate.customer for duplicate in queries.duplicates_of(keep)]
    found = queries.list_customers(CustomerFilter(text=typed)).rows[:10]
    return [customer for customer in found if customer.id != keep.id]


def _sides(keep: Customer, other: Customer) -> list[tuple[str, str, str]]:
    """What stands on either side, row by row."""
    return [
        (label, said(keep), said(other))
        for label, said in (
            (_("Name"), lambda one: one.name),
            (_("Who"), lambda one: str(dict(KINDS)[one.kind])),
            (_("Contact person"), lambda one: one.contact_name or ""),
            (_("E-mail"), lambda one: one.email or ""),
            (_("Phone"), lambda one: contact.spoken_phone(one.phone)),
            (_("VAT number"), lambda one: one.vat_number or ""),
            (_("Language"), lambda one: LANGUAGES[one.language]),
            (_("Addresses"), lambda one: "; ".join(f"{row.street}, {row.city}" for row in one.addresses)),
            (_("Remark"), lambda one: one.remark),
        )
    ]

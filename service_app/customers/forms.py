"""The shape of what is typed about a customer; the rules are in the operations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField

from service_app.core.forms import VersionedForm, choices_of
from service_app.core.i18n import LANGUAGES
from service_app.customers.contact import PostalAddress, spoken_phone
from service_app.customers.models import Customer
from service_app.customers.operations import CustomerFacts

KINDS = [("person", _l("Person")), ("organisation", _l("Organisation"))]
PURPOSES = [("news", _l("News of the workshop")), ("photos", _l("Photos in which they can be seen"))]
SOURCES = [
    ("counter", _l("said at the counter")),
    ("phone", _l("said by phone")),
    ("letter", _l("in writing")),
    ("web", _l("on the website")),
]
COUNTRIES = [
    ("BE", _l("Belgium")),
    ("NL", _l("Netherlands")),
    ("FR", _l("France")),
    ("LU", _l("Luxembourg")),
    ("DE", _l("Germany")),
    ("GB", _l("United Kingdom")),
]


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


class CustomerForm(VersionedForm):
    """What is known of a customer."""

    kind = RadioField(_l("Who"), choices=choices_of(KINDS), default="person")
    name = StringField(
        _l("Name"), filters=[tidy], render_kw={"autocomplete": "off", "maxlength": 200, "required": True}
    )
    contact_name = StringField(_l("Contact person"), filters=[tidy], description=_l("Whom to ask for there."))
    vat_number = StringField(_l("VAT number"), filters=[tidy], description=_l("Such as BE0403019261."))
    email = EmailField(_l("E-mail"), filters=[tidy], render_kw={"autocomplete": "off"})
    phone = TelField(_l("Phone"), filters=[tidy], description=_l("Belgian numbers need no country code."))
    language = RadioField(_l("Language of letters"), choices=choices_of(LANGUAGES.items()))
    remark = TextAreaField(_l("Remark"), filters=[tidy], description=_l("For staff only."), render_kw={"rows": 3})
    wants_reminders = BooleanField(_l("Send reminders before something is due"), default=True)
    is_blocked = BooleanField(_l("Blocked: no new contract until this is lifted"))

    @classmethod
    def over(cls, customer: Customer) -> Any:
        """The form filled from a customer, bare of what was posted."""
        form = cls(formdata=None, obj=customer)
        form.phone.data = spoken_phone(customer.phone)
        return form

    def facts(self) -> CustomerFacts:
        """What was typed, for the operations."""
        names = CustomerFacts.__dataclass_fields__
        return CustomerFacts(**{name: self[name].data for name in names if name in self})


class AddressForm(FlaskForm):  # type: ignore[misc]
    """A postal address."""

    label = StringField(_l("What it is for"), filters=[tidy], description=_l("Such as home, depot, invoices."))
    street = StringField(_l("Street and number"), filters=[tidy], render_kw={"autocomplete": "off"})
    postcode = StringField(_l("Postcode"), filters=[tidy], render_kw={"autocomplete": "off", "size": 8})
    city = StringField(_l("Town"), filters=[tidy], render_kw={"autocomplete": "off"})
    country = SelectField(_l("Country"), choices=choices_of(COUNTRIES), default="BE", validate_choice=False)

    def address(self) -> PostalAddress:
        """What was typed, for the operations."""
        label = self.label.data if "label" in self else ""
        return PostalAddress(self.street.data, self.postcode.data, self.city.data, self.country.data or "BE", label)


class NewCustomerForm(CustomerForm):
    """A customer and the first address, which may be left out."""

    street = AddressForm.street
    postcode = AddressForm.postcode
    city = AddressForm.city
    country = AddressForm.country

    def address(self) -> PostalAddress | None:
        """The address, or None when nothing of it was typed."""
        typed = PostalAddress(self.street.data, self.postcode.data, self.city.data, self.country.data or "BE")
        return typed if any((typed.street, typed.postcode, typed.city)) else None


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note about a customer."""

    body = TextAreaField(_l("New note"), filters=[tidy], render_kw={"rows": 3})


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """That a customer agreed, and how we know."""

    purpose = SelectField(_l("To what"), choices=choices_of(PURPOSES))
    source = SelectField(_l("How we know"), choices=choices_of(SOURCES))

    @classmethod
    def besides(cls, given: set[str]) -> Any:
        """The form with the purposes that are not agreed to yet."""
        form = cls(formdata=None)
        form.purpose.choices = choices_of((code, label) for code, label in PURPOSES if code not in given)
        return form


class MergeForm(FlaskForm):  # type: ignore[misc]
    """The other customer, by reference."""

    other = StringField(
        _l("Merge which customer into this one"),
        filters=[tidy],
        description=_l("A name, or a reference such as K-0007."),
    )

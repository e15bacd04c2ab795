"""How people write phone numbers, VAT numbers and addresses, and the one form in which we keep each."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from service_app.core import search
from service_app.core.errors import Invalid

HOME_REGION = "BE"
_BELGIAN_POSTCODE = re.compile(r"[1-9]\d{3}")
_LEGAL_FORMS = frozenset(["asbl", "bv", "bvba", "cv", "cvba", "nv", "sa", "sc", "scrl", "sprl", "srl", "vzw"])


@dataclass(frozen=True)
class PostalAddress:
    """An address as it was typed; `country` is an ISO 3166 code."""

    street: str
    postcode: str
    city: str
    country: str = HOME_REGION
    label: str = ""


def clean_phone(text: str | None) -> str | None:
    """The number in E.164, read as Belgian when it has no country code: 0470 12 34 56 -> +32470123456. None for
    nothing; refuses with `phone.invalid` what no network could ring."""
    if text is None or not text.strip():
        return None
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise Invalid("phone.invalid", field="phone") from error
    if not phonenumbers.is_valid_number(number):
        raise Invalid("phone.invalid", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken_phone(number: str | None) -> str:
    """An E.164 number as it is said here: 0470 12 34 56 for a Belgian one, +31 6 12 34 56 78 for another."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    is_home = parsed.country_code == phonenumbers.country_code_for_region(HOME_REGION)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def dialled_phone(number: str | None) -> str:
    """An E.164 number as it is dialled from anywhere, in groups: +32 470 12 34 56."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def clean_vat(text: str | None) -> str | None:
    """A European VAT number, compact and with its country: 0403.019.261 -> BE0403019261. None for nothing; refuses with
    `vat.invalid` when the check digits are wrong."""
    if text is None or not text.strip():
        return None
    bare = re.sub(r"[\s.\-/]", "", text).upper()
    try:
        return str(vat.validate(HOME_REGION + bare.zfill(10) if bare.isdigit() else bare))
    except ValidationError as error:
        raise Invalid("vat.invalid", field="vat_number") from error


def clean_address(address: PostalAddress) -> PostalAddress:
    """The address without stray spaces. Refuses with `field.required` a missing street or city and with
    `postcode.invalid` a Belgian postcode that is not four digits."""
    clean = PostalAddress(
        street=_required(address.street, "street"),
        postcode=_required(address.postcode, "postcode"),
        city=_required(address.city, "city"),
        country=(address.country or HOME_REGION).strip().upper(),
        label=address.label.strip(),
    )
    if clean.country == HOME_REGION and not _BELGIAN_POSTCODE.fullmatch(clean.postcode):
        raise Invalid("postcode.invalid", field="postcode")
    return clean


def _required(text: str, field: str) -> str:
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("field.required", field=field)
    return clean


def name_key(name: str) -> str:
    """What two spellings of one name have in common: its words without accents, case, order or legal form."""
    words = search.words_of(name)
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(sorted(kept or words))

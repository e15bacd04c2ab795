"""Numbers a text message can go to: E.164, mobile, in a country the workshop writes to (ISO 3166)."""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberType

# Numbers that are mobile, or that do not say (North America).
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

# Where workshops of the cluster have customers; what is not here is not offered, so a stolen form cannot ring the world.
COUNTRIES: tuple[str, ...] = ("BE", "NL", "FR", "LU", "DE", "GB", "ES", "IT", "PT", "PL", "RO")


def is_mobile_in(number: str | None, countries: Collection[str]) -> bool:
    """Whether an E.164 number is a valid mobile one in one of these countries."""
    if not number or not number.startswith("+"):
        return False
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in _MOBILE:
        return False
    return phonenumbers.region_code_for_number(parsed) in countries

"""What a workshop has set, and where the house's own default stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from service_app.core import brand
from service_app.core.i18n import LANGUAGES
from service_app.workshops import queries
from service_app.workshops.forms import WEEKDAYS
from service_app.workshops.hours import load_calendar
from service_app.workshops.models import HouseDefaults, Workshop


@dataclass(frozen=True)
class Setting:
    """One line: what it is, how it stands, whether the workshop set it, and where. `needed` is what nothing can be rented
    out without."""

    label: str
    value: Any
    is_set: bool
    endpoint: str
    is_needed: bool = False


def overview(workshop: Workshop, today: date) -> list[Setting]:
    """Every setting, in the order of the tabs."""
    defaults = queries.house_defaults()
    return [
        *_of_the_workshop(workshop),
        *_of_the_calendar(today),
        _terms(),
        *_of_letters(defaults),
        *_of_products(defaults),
    ]


def _of_the_workshop(workshop: Workshop) -> list[Setting]:
    page = "workshops.settings_page"
    address = ", ".join(part for part in (workshop.street, f"{workshop.postcode} {workshop.city}".strip()) if part)
    return [
        Setting(_("Address"), address or _("none: letters carry no address"), bool(workshop.street), page),
        Setting(_("E-mail"), workshop.email or _("none: customers cannot answer letters"), bool(workshop.email), page),
        Setting(_("Colour"), workshop.brand or _("the house’s own, %(colour)s", colour=brand.DEFAULT), bool(workshop.brand), page),
        Setting(_("Language of the house"), LANGUAGES[workshop.language], True, page),
        Setting(_("An offer stands"), ngettext("%(num)s day", "%(num)s days", workshop.offer_days), workshop.offer_days != 7, page),
    ]  # fmt: skip


def _of_the_calendar(today: date) -> list[Setting]:
    weekly, page = load_calendar().weekly, "workshops.hours_page"
    days = ", ".join(str(WEEKDAYS[day]) for day in sorted(weekly))
    ahead = len(queries.list_exceptions(today))
    return [
        Setting(_("The week"), days or _("always open"), bool(weekly), page),
        Setting(_("Days that differ"), ngettext("%(num)s day ahead", "%(num)s days ahead", ahead) if ahead else _("none ahead"),
                bool(ahead), page),
    ]  # fmt: skip


def _terms() -> Setting:
    versions = queries.list_terms()
    stands = _("Version %(number)s", number=versions[0].number) if versions else _("none: an offer needs them")
    return Setting(_("General terms"), stands, bool(versions), "workshops.terms_page", is_needed=True)


def _of_letters(defaults: HouseDefaults) -> list[Setting]:
    named = (
        (_("Greeting of letters"), defaults.letter_greeting, _("the house’s own")),
        (_("Closing of letters"), defaults.letter_closing, _("none")),
        (_("Foot of letters"), defaults.letter_footer, _("name, address, phone")),
    )
    return [
        Setting(
            label, ", ".join(LANGUAGES[code] for code in texts) or otherwise, bool(texts), "notifications.texts_page"
        )
        for label, texts, otherwise in named
    ]


def _of_products(defaults: HouseDefaults) -> list[Setting]:
    before, after = defaults.buffer_before_minutes, defaults.buffer_after_minutes
    lists = (
        (_("Checked when it goes out"), defaults.out_checklist),
        (_("Checked when it comes back"), defaults.in_checklist),
    )
    return [
        Setting(_("Kept free around a use"), _("%(before)s min before, %(after)s min after", before=before, after=after),
                bool(before or after), "catalogue.defaults_page"),
        *(
            Setting(label, _("the house’s own") if steps is None else ngettext("%(num)s step", "%(num)s steps", len(steps)),
                    steps is not None, "catalogue.defaults_page")
            for label, steps in lists
        ),
    ]  # fmt: skip

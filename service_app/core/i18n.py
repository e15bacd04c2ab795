"""Languages, and how dates, hours and money are said. Rows hold codes; words are chosen where a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from flask import Flask, g, has_app_context, has_request_context
from flask_babel import Babel, Domain, force_locale, get_locale, get_translations, gettext, refresh
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from service_app.core import clock

LANGUAGES: dict[str, str] = {"fr": "Français", "nl": "Nederlands", "en": "English"}
_BELGIAN = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_BE"}
DEFAULT_LANGUAGE = "fr"
DEFAULT_ZONE = "Europe/Brussels"


def language() -> str:
    """The language of the reader: one of LANGUAGES."""
    found = _kept("babel_locale") or get_locale()
    return found.language if found is not None else DEFAULT_LANGUAGE


def in_language(code: str) -> Any:
    """A context in which words come out in a language, for letters and documents."""
    return force_locale(code if code in LANGUAGES else DEFAULT_LANGUAGE)


def speak(code: str) -> None:
    """Answer the present request in this language."""
    g.language = code if code in LANGUAGES else DEFAULT_LANGUAGE
    refresh()


def zone() -> str:
    """The zone of the workshop we are in."""
    if has_request_context():
        return getattr(g, "zone", DEFAULT_ZONE)
    return DEFAULT_ZONE


def words(texts: Mapping[str, str] | None, code: str | None = None) -> str:
    """The text of a {language: text} column in the reader's language, else in the first that has one."""
    if not texts:
        return ""
    wanted = code or language()
    return texts.get(wanted) or next((text for text in texts.values() if text), "")


def named(what: str, more: object) -> str:
    """ "what: more", as the reader's language sets its colon."""
    return str(gettext("%(what)s: %(more)s", what=what, more=more))


def money(amount: Decimal | int | str | None, currency: str = "EUR") -> str:
    """An amount as the reader's language writes it in Belgium."""
    if amount is None:
        return ""
    return format_currency(Decimal(amount), currency, locale=_BELGIAN[language()])


def number(amount: Decimal | int | float) -> str:
    """A number without needless zeros, with the decimal sign of the reader's language: 0,5."""
    return str(format_decimal(amount, "#,##0.###", locale=language()))


def long_day(day: date | datetime, time_zone: str | None = None) -> str:
    """Monday 23 November (the year when it is not this one)."""
    civil = _civil(day, time_zone)
    pattern = {"en": "EEEE d MMMM", "fr": "EEEE d MMMM", "nl": "EEEE d MMMM"}[language()]
    if civil.year != clock.today(time_zone or zone()).year:
        pattern += " y"
    return format_date(civil, pattern, locale=_BELGIAN[language()])


def short_day(day: date | datetime, time_zone: str | None = None) -> str:
    """As people say it: today, tomorrow, yesterday, the weekday within six days, else 23 Nov (with the year if another)."""
    return _near_day(_civil(day, time_zone), clock.today(time_zone or zone()), language())


@lru_cache(maxsize=4096)
def _near_day(civil: date, today: date, code: str) -> str:
    """Kept between requests: a list says the same few days over and over."""
    away = (civil - today).days
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if away in near:
        return str(near[away])
    if 1 < away < 7:
        return format_date(civil, "EEEE", locale=_BELGIAN[code])
    return format_date(civil, "d MMM" if civil.year == today.year else "d MMM y", locale=_BELGIAN[code])


def hour(instant: datetime, time_zone: str | None = None) -> str:
    """14:30 on the workshop's clock."""
    return format_time(instant.astimezone(ZoneInfo(time_zone or zone())), "HH:mm", locale=_BELGIAN[language()])


def exact(instant: date | datetime, time_zone: str | None = None) -> str:
    """The full date, with the hour when there is one: for titles, print and documents."""
    return _exactly(instant, time_zone or zone(), language())


@lru_cache(maxsize=4096)
def _exactly(instant: date | datetime, time_zone: str, code: str) -> str:
    locale = _BELGIAN[code]
    if isinstance(instant, datetime):
        return format_datetime(instant.astimezone(ZoneInfo(time_zone)), "d MMMM y, HH:mm", locale=locale)
    return format_date(instant, "d MMMM y", locale=locale)


def _civil(day: date | datetime, time_zone: str | None) -> date:
    if isinstance(day, datetime):
        return day.astimezone(ZoneInfo(time_zone or zone())).date()
    return day


def _timed(text: str, when: date | datetime) -> Markup:
    machine = when.isoformat() if not isinstance(when, datetime) else when.isoformat(timespec="minutes")
    return Markup(f'<time datetime="{machine}" title="{escape(exact(when))}">{escape(text)}</time>')


def day_filter(when: date | datetime | None) -> Markup | str:
    """A day as people say it, exact on hover."""
    if when is None:
        return ""
    here = zone()
    return _day(when, clock.today(here), here, language())


@lru_cache(maxsize=4096)
def _day(when: date | datetime, _today: date, _zone: str, _language: str) -> Markup:
    """Kept between requests for a reader of that zone and language: a list shows the same days again and again."""
    return _timed(short_day(when), when)


def moment_filter(when: datetime | None) -> Markup | str:
    """A day and an hour as people say it, exact on hover."""
    return _timed(f"{short_day(when)} {hour(when)}", when) if when is not None else ""


def kilograms(mass_g: int, *, exact: bool = False) -> str:
    """A mass in kilograms as it is written here, without decimals from ten on: 1 284, 3,4; `exact` to the gram, where
    masses are added up before the reader's eyes."""
    pattern = "#,##0.###" if exact else "#,##0" if mass_g >= 10_000 else "#,##0.#"
    return format_decimal(Decimal(mass_g) / 1000, pattern, locale=_BELGIAN[language()])


def length(minutes: int) -> str:
    """A duration in hours and minutes: 1 h 20, 45 min."""
    whole, rest = divmod(int(timedelta(minutes=minutes).total_seconds()) // 60, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02d}" if rest else f"{whole} h"


class _Domain(Domain):
    """The catalogues, looked up once for a reader and not for each of the hundreds of texts of a page. What is kept goes
    with the language: Flask-Babel forgets it when the language changes or is forced for a letter."""

    def get_translations(self) -> Any:
        found = super().get_translations()
        if has_app_context():
            g._flask_babel.babel_translations = found
        return found


def _kept(name: str) -> Any:
    """What Flask-Babel keeps of the reader, without its own five looks for where that is."""
    try:
        return getattr(vars(g._get_current_object()).get("_flask_babel"), name, None)
    except RuntimeError:  # nobody reads: no request, no letter
        return None


def _catalogue() -> Any:
    return _kept("babel_translations") or get_translations()


def lazy(text: str) -> LazyString:
    """A text that is translated when it is shown: for tables of words. Imported as `_l`, so that it is found."""
    return LazyString(_translated, text)


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        return _Domain(domain=self.domain)


def _translated(text: str) -> str:
    return str(_catalogue().ugettext(text))


def _translated_many(one: str, many: str, number: int) -> str:
    return str(_catalogue().ungettext(one, many, number))


def install(app: Flask) -> None:
    """Give the app its languages and the templates their filters."""
    _Babel(
        app,
        locale_selector=lambda: getattr(g, "language", DEFAULT_LANGUAGE) if has_request_context() else None,
        timezone_selector=zone,
        default_locale=DEFAULT_LANGUAGE,
    )
    app.jinja_env.install_gettext_callables(_translated, _translated_many, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        money=money,
        day=day_filter,
        moment=moment_filter,
        hour=hour,
        exact=exact,
        long_day=long_day,
        words=words,
        named=named,
        kilograms=kilograms,
        number=number,
        duration=length,
    )
    app.jinja_env.globals.update(languages=list(LANGUAGES.items()))

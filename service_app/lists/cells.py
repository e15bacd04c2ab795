"""The cells most lists have. Each is a function of what a row says, to be called for each row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import g
from flask_babel import gettext

from service_app.core import clock, i18n, listing, marks

Get = Callable[[Any], Any]


def link(endpoint: str, name: str, get: Get) -> Get:
    """A code that leads to the page of the row."""

    def cell(row: Any) -> Any:
        return marks.code(get(row), _address(endpoint, name)(get(row)))

    return cell


def _address(endpoint: str, name: str) -> Callable[[str], str]:
    known = g.setdefault("addresses_of_rows", {})
    if endpoint not in known:
        known[endpoint] = listing.addresses(endpoint, name)
    found: Callable[[str], str] = known[endpoint]
    return found


def state(get: Get) -> Get:
    """A state as (tone, word)."""
    return lambda row: marks.state(*get(row)) if get(row) else ""


def words(get: Get) -> Get:
    """The text of a {language: text} column."""
    return lambda row: i18n.words(get(row))


def day(get: Get, otherwise: Callable[[], str] = lambda: "") -> Get:
    """A day, or an instant as its day; exact on hover."""
    return lambda row: i18n.day_filter(get(row)) if get(row) is not None else otherwise()


def on_day(get: Get) -> Get:
    """The day of an instant on the workshop's clock, for a file."""

    def value(row: Any) -> date | None:
        when = get(row)
        return clock.local(when, i18n.zone()).date() if isinstance(when, datetime) else when

    return value


def at_moment(get: Get) -> Get:
    """An instant on the workshop's clock, for a file."""
    return lambda row: clock.local(get(row), i18n.zone()).replace(tzinfo=None) if get(row) is not None else None


def moment(get: Get) -> Get:
    """An instant with its hour; exact on hover."""
    return lambda row: i18n.moment_filter(get(row)) if get(row) is not None else ""


def code(get: Get) -> Get:
    """A code in the mono face; nothing for none."""
    return lambda row: marks.code(get(row)) if get(row) else ""


def yes(get: Get) -> Get:
    """Yes or no."""
    return lambda row: gettext("yes") if get(row) else gettext("no")

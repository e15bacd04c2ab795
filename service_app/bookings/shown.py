"""What the templates of this room know beside their values: words, weekdays, the hour that may come twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from flask import Blueprint
from markupsafe import Markup

from service_app.bookings import queries, words
from service_app.core import clock, i18n


def install(pages: Blueprint) -> None:
    """Give the templates the filters and words of this room."""
    pages.add_app_template_filter(weekday_short, "weekday_short")
    pages.add_app_template_filter(absence_span, "absence_span")
    pages.add_app_template_filter(kind_word, "kind_word")
    pages.add_app_template_filter(weekday_name, "weekday_name")
    pages.add_app_template_filter(weekday_initial, "weekday_initial")
    pages.app_context_processor(known)


def known() -> dict[str, Any]:
    """The names every template of this room may use."""
    return {
        "booking_words": words,
        "visit_state": words.of_appointment,
        "visit_hour": words.hour,
        "slot_hour": words.hour,
        "slot_month": words.month,
        "who_of": queries.who,
        "weekly_facts": weekly_facts,
        "one_day": timedelta(days=1),
    }


def weekday_short(weekday: int) -> str:
    """Mon, lun., ma."""
    names = get_day_names("abbreviated", "stand-alone", locale=f"{i18n.language()}_BE")
    return str(names[weekday]).rstrip(".")


def weekday_name(day: date) -> str:
    """Monday."""
    return format_date(day, "EEEE", locale=f"{i18n.language()}_BE")


def weekday_initial(day: date) -> str:
    """Mo, lu, ma: as short as it can be told apart."""
    return format_date(day, "EEEEEE", locale=f"{i18n.language()}_BE").rstrip(".")[:2]


def absence_span(row: Any) -> Markup:
    """From when until when somebody is away: days alone when they are whole, else with the hours."""
    start, end = clock.local(row.starts_at, i18n.zone()), clock.local(row.ends_at, i18n.zone())
    if start.time() != time(0) or end.time() != time(0):
        return Markup("{} – {}").format(i18n.moment_filter(row.starts_at), i18n.moment_filter(row.ends_at))
    first, last = start.date(), end.date() - timedelta(days=1)
    said = Markup("{}").format(i18n.day_filter(first))
    return said if first == last else Markup("{} – {}").format(said, i18n.day_filter(last))


def kind_word(kind: str) -> str:
    """Bench, in the reader's language, small as within a sentence."""
    return str(words.KINDS[kind]).lower()


def weekly_facts(weekly: Mapping[int, Sequence[Any]], names: Sequence[Any]) -> list[tuple[str, str]]:
    """The own hours of somebody, one line a weekday."""
    return [
        (str(names[weekday]), ", ".join(f"{row.opens:%H:%M}–{row.closes:%H:%M}" for row in weekly[weekday]))
        for weekday in sorted(weekly)
    ]

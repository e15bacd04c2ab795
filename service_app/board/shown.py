"""What the page of the board is made of: the window, the lanes as they are drawn, and the addresses that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from babel.dates import format_date
from flask import render_template, url_for

from service_app.board import lanes, queries
from service_app.board.lanes import Bar, LaneKind, Wanted
from service_app.board.window import VIEWS, Window, digits, window_of
from service_app.board.words import NO_ITEM, TO_CHOOSE
from service_app.board.words import VIEWS as VIEW_WORDS
from service_app.core import clock
from service_app.core.errors import NotFound
from service_app.core.i18n import language
from service_app.core.listing import Pager
from service_app.core.web import current
from service_app.workshops import hours

NAMES = ("lanes", "view", "day", "as", "q", "product", "category", "place", "booked", "page", "size")


@dataclass(frozen=True)
class Place:
    """Where somebody stands on the board: what the address says."""

    args: Mapping[str, str]

    def address(self, **changes: Any) -> str:
        """The address of the board with some of it changed; None or '' takes one away."""
        values = {**self.args, **changes}
        return url_for("board.list_page", **{name: value for name, value in values.items() if value not in (None, "")})

    def __getitem__(self, name: str) -> str:
        return self.args.get(name, "").strip()

    @property
    def day(self) -> date:
        """The day asked for, today when there is none."""
        try:
            return max(date(1990, 1, 1), min(date.fromisoformat(self["day"]), date(2999, 1, 1)))
        except ValueError:
            return clock.today(current().workshop.zone)

    def window(self) -> Window:
        """The stretch that is shown."""
        view = self["view"] if self["view"] in VIEWS else self.kind()[0].view
        return window_of(view, self.day, current().workshop.zone)

    def wanted(self) -> Wanted:
        """What the lanes are narrowed to."""
        page = int(self["page"]) if self["page"].isdecimal() and len(self["page"]) < 6 else 1
        size = lanes.MOST if self["size"] == str(lanes.MOST) else lanes.PAGE
        return Wanted(
            self["q"], self["product"], self["category"], self["place"], self["booked"] == "1", max(page, 1), size
        )

    def kind(self) -> tuple[LaneKind, list[LaneKind]]:
        """The kind of lanes, and all that this person sees. Refuses with NotFound one that is not there."""
        known = lanes.kinds(current().can)
        found = next((kind for kind in known if kind.key == (self["lanes"] or known[0].key)), None)
        if found is None:
            raise NotFound("not_found")
        return found, known


def place_of(args: Mapping[str, str]) -> Place:
    """The place that arguments of an address mean; those that the board does not know are left out."""
    return Place({name: args[name] for name in NAMES if args.get(name)})


def place_in(view: str) -> Place:
    """The same from the query of an address, with or without its question mark."""
    return place_of(dict(parse_qsl(view.lstrip("?")[:1000])))


def board(template: str, place: Place) -> str:
    """A template with the board at a place."""
    window, wanted = place.window(), place.wanted()
    kind, known = place.kind()
    page = kind.load(window, wanted)
    waiting = queries.unassigned(window) if kind.key == "items" else []
    return render_template(
        template, place=place, window=window, wanted=wanted, kind=kind, kinds=known,
        groups_of=lanes.grouped(page.lanes), legend=kind.legend,
        days=_days(window, place), now=_now(window), pager=_pager(place, wanted, page.total),
        narrow=queries.narrowings() if kind.narrows else None,
        waiting=waiting, no_item=NO_ITEM, to_choose=TO_CHOOSE, view_words=VIEW_WORDS, title=title_of(window),
        draw=lambda bar: draw(window, bar), when=lambda start, end: when(start, end, window.zone),
        wall=lambda at: wall(at, window.zone), can_move=current().can(kind.writes),
    )  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A bar as the page has it, worked out once for each of hundreds: the class names of it and of its hatched stretches,
    its dates in words, and the moment that moves as the browser's part reads it."""

    bar: Bar
    names: str
    tails: list[str]
    when: str
    at: str


def draw(window: Window, bar: Bar) -> Drawn:
    """How a bar stands in a window."""
    left, width = window.place(bar.start, bar.end)
    row = f" row-{min(bar.row, 5)}" if bar.row else ""
    marks = (
        (" is-conflict", bar.is_conflict),
        (" is-open", bar.is_open),
        (" cut-left", bar.start < window.start),
        (" cut-right", bar.end is None or bar.end > window.end),
    )
    names = f"is-{bar.tone} of-{bar.kind} {digits((left, width))}{row}{''.join(name for name, holds in marks if holds)}"
    tails = []
    for start, end in bar.tails:
        place = window.place(start, end)
        if place[1] > 1:
            tails.append(f"{digits(place)}{row}")
    return Drawn(
        bar, names, tails, when(bar.start, bar.end, window.zone), wall(bar.at, window.zone) if bar.moves else ""
    )


@dataclass(frozen=True)
class Day:
    """A column: a day, or an hour of the one day that is shown."""

    text: str
    number: str
    is_closed: bool
    is_today: bool
    url: str = ""


def _days(window: Window, place: Place) -> list[Day]:
    if window.view == "day":
        return [Day(f"{hour:02d}", "", False, False) for hour in range(window.dawn, window.dusk)]
    calendar, today = hours.load_calendar(), clock.today(window.zone)
    return [
        Day(
            _named(day, "EEE", language()), str(day.day), not calendar.is_open_day(day), day == today,
            place.address(view="day", day=day.isoformat(), page=None),
        )
        for day in window.days
    ]  # fmt: skip


def _now(window: Window) -> str:
    """Where now is, '' when it is not shown."""
    now = clock.now()
    return digits((window.thousandth(now), 0)) if window.start <= now < window.end else ""


@lru_cache(maxsize=2048)
def _named(day: date, pattern: str, code: str) -> str:
    """Kept between requests: a board says the same few days hundreds of times."""
    return format_date(day, pattern, locale=f"{code}_BE").rstrip(".")


def title_of(window: Window) -> str:
    """The stretch in words: a day, 23 Nov – 6 Dec 2026, a month."""
    code = language()
    if window.view == "day":
        return _named(window.first, "EEEE d MMMM y", code)
    if window.view == "month":
        return _named(window.first, "MMMM y", code)
    return f"{_named(window.first, 'd MMM', code)} – {_named(window.last, 'd MMM y', code)}"


def when(start: datetime, end: datetime | None, zone: str) -> str:
    """Wed 25 Nov 10:00 – Fri 27 Nov 18:00; without an end, …"""
    return f"{_moment(start, zone)} – {_moment(end, zone) if end is not None else '…'}"


def _moment(instant: datetime, zone: str) -> str:
    at = clock.local(instant, zone)
    return f"{_named(at.date(), 'EEE d MMM', language())} {at.hour:02d}:{at.minute:02d}"


def wall(instant: datetime | None, zone: str) -> str:
    """A moment as the browser's part reads it: 2026-11-25T09:00."""
    return clock.local(instant, zone).isoformat()[:16] if instant is not None else ""


def _pager(place: Place, wanted: Wanted, total: int) -> Pager:
    has_more = wanted.page * wanted.size < total
    return Pager(
        wanted.page, total, place.address(page=wanted.page + 1) if has_more else None,
        place.address(page=wanted.page - 1 if wanted.page > 2 else None) if wanted.page > 1 else None,
    )  # fmt: skip

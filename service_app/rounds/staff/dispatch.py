"""A day's rounds: lanes, what is in none and why, and what can be done with them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app.core import clock
from service_app.core.access import needs
from service_app.core.i18n import language
from service_app.core.web import actor, current, see, wants_fragment
from service_app.rounds import queries
from service_app.rounds.forms import day_asked
from service_app.rounds.models import Round
from service_app.rounds.operations import changing, days
from service_app.rounds.staff.shared import pages, tabs


@pages.get("/rounds")
@needs("round:read")
def list_page() -> Any:
    """A day, tomorrow unless another one is asked for. An open page of today asks every few seconds with the tag of what it
    shows, and gets nothing as long as nothing happened."""
    day = day_asked(request.args.get("day", ""), queries.tomorrow())
    tag = _tag()
    if wants_fragment():
        return Response(status=204) if request.args.get("tag") == tag else _rides(day)
    today = clock.today(current().workshop.zone)
    return render_template(
        "rounds/day.html", plan=queries.last_plan(day), tabs=tabs("rounds.list_page"),
        waiting=queries.open_orders_on(day), days=[today + timedelta(days=away) for away in range(-1, 7)],
        has_vehicles=bool(queries.list_vehicles()), **_shown(day),
    )  # fmt: skip


def _tag() -> str:
    return f"{queries.newest_event()}-{language()}"


def _shown(day: date) -> dict[str, Any]:
    rides = queries.rounds_on(day)
    return {
        "day": day, "today": clock.today(current().workshop.zone), "rides": rides, "tag": _tag(),
        "loads": {ride.id: _load(ride) for ride in rides},
        "people": queries.list_people() if current().can("round:write") else [],
    }  # fmt: skip


def _rides(day: date) -> str:
    return render_template("rounds/_rides.html", **_shown(day))


def _load(ride: Round) -> tuple[int, int]:
    """(grams, litres) of all its orders together."""
    orders = [order for stop in ride.stops for order in stop.orders]
    return sum(order.grams for order in orders), sum(order.litres for order in orders)


@pages.post("/rounds/plan")
@needs("round:write")
def plan() -> Any:
    """Have a day planned."""
    day = day_asked(request.form.get("day", ""), queries.tomorrow())
    days.ask_for_plan(actor(), day)
    flash(_("The day is being planned. It takes some seconds: reload the page then."), "done")
    return see("rounds.list_page", day=day.isoformat())


@pages.post("/rounds/<reference>/publish")
@needs("round:write")
def publish(reference: str) -> Any:
    """Promise everybody their window."""
    ride = queries.get_round(reference)
    wanted = set(request.form.getlist("crew"))
    people = queries.list_people() if "asks_crew" in request.form else None
    crew = [each for each in people if str(each.id) in wanted] if people is not None else None
    told = days.publish(actor(), ride, request.form.get("driver", ""), crew)
    flash(ngettext("%(num)s customer is told.", "%(num)s customers are told.", told), "done")
    return see("rounds.list_page", day=ride.day.isoformat())


@pages.post("/rounds/stops/<int:stop_id>/move")
@needs("round:write")
def move_stop(stop_id: int) -> Any:
    """To another place of its round, or to another round."""
    stop = queries.get_stop(stop_id)
    to = queries.get_round(request.form.get("round", ""))
    changing.move_stop(actor(), stop, to, _number("seq", 1), _number("version", 0))
    if wants_fragment():  # dragged: the rounds as they are now
        return _rides(to.day), {
            "HX-Trigger": json.dumps({"toast": {"text": _("Moved. The hours are worked out anew.")}})
        }
    flash(_("Moved. The hours are worked out anew."), "done")
    return see("rounds.list_page", day=to.day.isoformat())


@pages.post("/rounds/stops/<int:stop_id>/lock")
@needs("round:write")
def lock_stop(stop_id: int) -> Any:
    """Keep it with its vehicle, or no longer."""
    stop = queries.get_stop(stop_id)
    changing.lock_stop(actor(), stop, request.form.get("lock") == "yes")
    return see("rounds.list_page", day=stop.round.day.isoformat())


@pages.post("/rounds/orders/<reference>/insert")
@needs("round:write")
def insert(reference: str) -> Any:
    """Put an open order into the rounds of a day, if every promise holds."""
    order = queries.get_order(reference)
    day = day_asked(request.form.get("day", ""), queries.tomorrow())
    rides = [ride for ride in queries.rounds_on(day) if ride.status in ("optimised", "published", "running")]
    ride = changing.insert(actor(), order, rides)
    flash(_("%(code)s is in %(round)s now.", code=order.reference, round=ride.reference), "done")
    return see("rounds.list_page", day=day.isoformat())


def _number(name: str, otherwise: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise

"""The driver's sheet. With a script it works without a connection and sends later what was tapped; without one each button is
an ordinary form. Both come to the same view, which does everything once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Response, flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app import refusals
from service_app.contracts.forms import drawing_in
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.forms import refused
from service_app.core.web import actor, see
from service_app.rounds import queries
from service_app.rounds.forms import grams_of
from service_app.rounds.operations import changing, filling, riding
from service_app.rounds.operations.riding import Done
from service_app.rounds.staff.shared import pages

_WORKER = Path(__file__).parent.parent / "worker.js"
MOST_PHOTOS = 4
_CLOCK_OFF = timedelta(days=30)


@pages.get("/rounds/<reference>/sheet")
@needs("round:read")
def sheet(reference: str) -> Any:
    """All stops of a round on one page, which the device keeps."""
    ride = queries.get_round(reference)
    stops = [stop for stop in ride.stops if stop.orders or stop.status != "waiting"]
    over = clock.day_bounds(ride.day + timedelta(days=1), queries.zone())[1]
    return render_template(
        "rounds/sheet.html", ride=ride, stops=stops, acts=queries.acts_of([each.id for each in stops]),
        until=int(over.timestamp() * 1000),
    )  # fmt: skip


@pages.get("/rounds/<reference>/worker.js")
@needs("round:read")
def worker(reference: str) -> Any:
    """The service worker; it stands beside the sheet because it may only serve what lies under its own address."""
    queries.get_round(reference)
    return Response(_WORKER.read_text("utf-8"), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@pages.post("/rounds/stops/<int:stop_id>/acts")
@needs("round:ride")
def act(stop_id: int) -> Any:
    """One act at a stop, whoever sends it and however often."""
    reference = queries.get_stop(stop_id).round.reference
    refusal = refused(lambda: _record(stop_id))
    is_script = request.headers.get("Accept", "").startswith("application/json")
    if is_script:
        if refusal is not None:
            return jsonify({"refused": refusals.sentence(refusal)}), refusal.status
        return jsonify({"status": queries.get_stop(stop_id).status})
    if refusal is not None:
        flash(refusals.sentence(refusal), "late")
    return see("rounds.sheet", reference=reference) if refusal is None else _back(reference, stop_id)


def _back(reference: str, stop_id: int) -> Any:
    return Response(status=303, headers={"Location": f"{url_for('rounds.sheet', reference=reference)}#stop-{stop_id}"})


def _record(stop_id: int) -> None:
    form = request.form
    data: dict[str, Any] = {
        "reason": form.get("reason", ""), "note": form.get("note", "")[:500], "name": form.get("name", "")[:80],
        "tags": [tag[:40] for tag in form.get("tags", "").upper().split()[:40]], "is_sure": "sure" in form,
        "dirty": "dirty" in form,
        "items": [line.strip()[:80] for line in form.get("items", "").splitlines() if line.strip()][:20],
    }  # fmt: skip
    if form.get("kg", "").strip():
        data["grams"] = grams_of(form["kg"])
    pictures = [file.read() for file in request.files.getlist("photo") if file.filename][:MOST_PHOTOS]
    key = form.get("key") or uuid4().hex
    drawing = drawing_in(form.get(f"sign-{stop_id}_drawing", ""))
    riding.record(actor(), queries.get_stop(stop_id), Done(key, form.get("act", ""), _at(), data, pictures, drawing))


def _at() -> datetime:
    """What the device's clock showed; ours when it sends none that can be read, or one that is weeks off: a sheet is of one
    day, and the first and the last years there are cannot be kept in every zone."""
    now = clock.now()
    try:
        found = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        return now
    return found if found.tzinfo is not None and abs(found - now) < _CLOCK_OFF else now


@pages.post("/rounds/<reference>/full")
@needs("round:ride")
def full(reference: str) -> Any:
    """The box is full: by the depot, and what does not fit any more another day."""
    left = filling.load_full(actor(), queries.get_round(reference))
    flash(
        ngettext(
            "%(num)s order has no place today any more.", "%(num)s orders have no place today any more.", len(left)
        )
        if left
        else _("Empty the box at the depot. The hours behind it are new."),
        "late" if left else "done",
    )
    return see("rounds.sheet", reference=reference)


@pages.post("/rounds/<reference>/hand-on")
@needs("round:ride")
def hand_on(reference: str) -> Any:
    """The shift is over: the rest to others."""
    ride = queries.get_round(reference)
    changing.hand_on(actor(), ride)
    return see("rounds.sheet", reference=reference)

"""The acts on a take-back, from the request until it is decided what becomes of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.takebacks import hazards, queries
from service_app.takebacks.models import DECISIONS, HEAVIEST_G, SOURCES, WAYS, CollectionDay, Takeback
from service_app.takebacks.windows import Window
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

HELD_FOR, ONE_STOP = timedelta(minutes=15), timedelta(days=14)
MOST_ATTEMPTS, SERVICE_MINUTES, MOST_TEXT, MOST_LINE = 2, 10, 2000, 200
# Those that the customer causes count as attempts and pause our promise; the others are ours.
FAILURES = ("nobody", "refused", "access", "not_ready", "too_heavy", "vehicle", "weather", "time")
THEIRS = ("nobody", "refused", "access", "not_ready")
BEFORE = ("eligible", "offered", "scheduled", "failed")
NOT_REACHED = ("vehicle", "weather", "time")


@dataclass(frozen=True)
class Ask:
    """What is to be taken back: grams and litres as the customer says. `is_owner`: who asks may hand it over."""

    what: str
    mass_g: int
    litres: int = 0
    hazards: tuple[str, ...] = ()
    way: str = "pickup"
    street: str = ""
    postcode: str = ""
    city: str = ""
    note: str = ""
    is_owner: bool = False
    must_by: date | None = None


@dataclass(frozen=True)
class DayFacts:
    """A route: see `CollectionDay`."""

    zone: str
    postcodes: tuple[str, ...]
    weekday: int
    starts: time
    ends: time
    window_minutes: int
    most_stops: int
    most_g: int
    most_litres: int


def save_day(actor: Actor, facts: DayFacts) -> CollectionDay:
    """The route of a zone on a weekday, new or changed. Refuses hours in which no window fits (`takeback.hours`) and no
    postcode. Leaves collection_day.saved; what is confirmed already is never moved by it."""
    length = datetime.combine(date.min, facts.ends) - datetime.combine(date.min, facts.starts)
    if length < timedelta(minutes=facts.window_minutes):
        raise Invalid("takeback.hours", field="ends")
    if not facts.zone.strip() or not facts.postcodes:
        raise Invalid("field.required", field="postcodes" if facts.zone.strip() else "zone")
    day = session().scalar(
        select(CollectionDay).where(CollectionDay.zone == facts.zone, CollectionDay.weekday == facts.weekday)
    )
    if day is None:
        day = CollectionDay(zone=facts.zone, weekday=facts.weekday)
        session().add(day)
    for name, value in vars(facts).items():
        setattr(day, name, list(value) if name == "postcodes" else value)
    session().flush()
    events.record("collection_day.saved", actor, [day], {"zone": day.zone, "weekday": day.weekday})
    return day


def ask(
    actor: Actor, customer: Customer, wanted: Ask, *, source: str, item: Item | None = None, key: str | None = None,
    own: Collection[int] = (),
) -> Takeback:  # fmt: skip
    """Somebody asks that something be taken back; the same key again finds it. What the same customer adds at the same
    address within fourteen days, before a window is confirmed, becomes one stop (takeback.merged). From the street a name
    and an address prove nothing, and whoever asks is led to what they asked for: there it joins nothing but what the same
    browser asked for (`own`: ids), and nobody else joins that.

    Refuses somebody who may not hand it over (`takeback.owner`), a load without sense (`takeback.load`), an unknown
    hazard. One with a hazard that is not ours to carry is kept as refused (takeback.refused). Leaves takeback.asked.
    """
    known = queries.takeback_of_key(key) if key else None
    if known is not None:
        return known
    _refuse_ask(wanted, source)
    address = address_key(wanted.street, wanted.postcode)[:MOST_LINE]
    since = clock.now() - ONE_STOP
    before = queries.same_stop(customer.id, address, since, source, own) if wanted.way == "pickup" else None
    if before is not None and not hazards.refused(wanted.hazards) and item is None:
        return _merge(actor, before, wanted)
    today = clock.today(get_workshop(customer.workshop_id).zone)
    takeback = Takeback(
        reference=next_reference(f"TB-{today.year}"), key=key, customer_id=customer.id, source=source, way=wanted.way,
        item_id=item.id if item is not None else None, what=wanted.what.strip()[:MOST_TEXT], mass_g=wanted.mass_g,
        litres=wanted.litres, hazards=list(dict.fromkeys(wanted.hazards)), is_wipe_needed=hazards.needs_wipe(wanted.hazards),
        street=_line(wanted.street), postcode=_line(wanted.postcode), city=_line(wanted.city), address_key=address,
        note=wanted.note.strip()[:MOST_TEXT], must_by=wanted.must_by,
    )  # fmt: skip
    session().add(takeback)
    session().flush()
    search.index("takeback", takeback.id, [takeback.reference, customer.name])
    events.record("takeback.asked", actor, about(takeback), {"source": source, "way": takeback.way})
    dangerous = hazards.refused(wanted.hazards)
    if dangerous:
        takeback.reason = dangerous[0]
        move(takeback, "refused")
        events.record("takeback.refused", actor, about(takeback), {"hazard": dangerous[0]})
    else:
        move(takeback, "eligible")
    return takeback


def _line(text: str) -> str:
    return text.strip()[:MOST_LINE]


def _refuse_ask(wanted: Ask, source: str) -> None:
    if not wanted.what.strip():
        raise Invalid("field.required", field="what")
    if not wanted.is_owner:
        raise Invalid("takeback.owner", field="is_owner")
    if not 0 < wanted.mass_g <= HEAVIEST_G or wanted.litres < 0:
        raise Invalid("takeback.load", field="kg", most=HEAVIEST_G // 1000)
    for field, value, known in (("way", wanted.way, WAYS), ("source", source, SOURCES)):
        if value not in known:
            raise Invalid("choice.unknown", field=field, value=value)
    if unknown := [code for code in wanted.hazards if code not in hazards.CODES]:
        raise Invalid("choice.unknown", field="hazards", value=unknown[0])
    if wanted.way == "pickup" and not (wanted.street.strip() and wanted.postcode.strip()):
        raise Invalid("takeback.address", field="street")


def _merge(actor: Actor, takeback: Takeback, more: Ask) -> Takeback:
    """One stop for what one address adds; a window that was held is chosen anew, for the load is another."""
    if takeback.mass_g + more.mass_g > HEAVIEST_G:
        raise Invalid("takeback.load", field="kg", most=HEAVIEST_G // 1000)
    takeback.what = f"{takeback.what}\n{more.what.strip()}"[:MOST_TEXT]
    takeback.mass_g += more.mass_g
    takeback.litres += more.litres
    takeback.hazards = sorted({*takeback.hazards, *more.hazards})
    takeback.is_wipe_needed = hazards.needs_wipe(takeback.hazards)
    if takeback.status == "offered":
        _free(takeback)
        move(takeback, "eligible")
    session().flush()
    events.record("takeback.merged", actor, about(takeback), {"mass_g": more.mass_g})
    return takeback


def address_key(street: str, postcode: str) -> str:
    """What two spellings of one address have in common."""
    return " ".join(search.words_of(street, postcode)) if street.strip() else ""


def about(takeback: Takeback) -> list[Any]:
    """What an event of it is about."""
    found: list[Any] = [takeback, takeback.customer]
    return found if takeback.item is None else [*found, takeback.item]


def hold_window(actor: Actor, takeback: Takeback, start: datetime) -> None:
    """Hold a window for fifteen minutes, under the lock of its route; one agreed on already is changed with
    `change_window`. Refuses with Conflict `takeback.window_taken` what is not offered (any more). Leaves
    takeback.held."""
    window = _take(takeback, start)
    _place(takeback, window)
    takeback.held_until = clock.now() + HELD_FOR
    if takeback.status != "offered":
        move(takeback, "offered")
    events.record("takeback.held", actor, about(takeback), {"window_start": window.start.isoformat()})


def _take(takeback: Takeback, start: datetime) -> Window:
    """The window that begins then, its route locked; see `hold_window`."""
    _lock_routes(takeback)
    found = next((each for each in queries.windows_for(takeback) if each.start == start), None)
    if found is None:
        raise Conflict("takeback.window_taken", field="start")
    return found


def _lock_routes(takeback: Takeback) -> None:
    ids = sorted(day.id for day in queries.serving(takeback.postcode))
    lock = select(CollectionDay.id).where(CollectionDay.id.in_(ids)).order_by(CollectionDay.id)
    session().execute(lock.with_for_update(key_share=True)).all()


def _place(takeback: Takeback, window: Window) -> None:
    takeback.collection_day_id, takeback.window_start, takeback.window_end = window.route_id, window.start, window.end


def _free(takeback: Takeback) -> None:
    takeback.collection_day_id = takeback.window_start = takeback.window_end = takeback.held_until = None


def confirm(actor: Actor, takeback: Takeback) -> None:
    """What is held is agreed, until the end of its fifteen minutes also when the cut-off came meanwhile: its place was kept.
    A hold that ran out is confirmed as long as nobody took its place. Pressed twice it is done once. Refuses with Conflict
    `takeback.window_taken`. Leaves takeback.confirmed (see `fetching`)."""
    if takeback.status == "scheduled":
        return
    if takeback.status != "offered" or takeback.window_start is None:
        raise Conflict("takeback.window_taken", field="start")
    _lock_routes(takeback)
    if takeback.held_until is None or takeback.held_until <= clock.now():
        _take(takeback, takeback.window_start)
    takeback.held_until = None
    move(takeback, "scheduled")
    events.record("takeback.confirmed", actor, about(takeback))


def change_window(actor: Actor, takeback: Takeback, start: datetime) -> None:
    """Another window for one that is agreed, in one step: the old one is kept when the new one is refused (Conflict
    `takeback.window_taken`), and after the cut-off (`takeback.too_late`). Leaves takeback.changed."""
    _refuse_late(takeback)
    _place(takeback, _take(takeback, start))
    session().flush()
    events.record("takeback.changed", actor, about(takeback))


def move_to(actor: Actor, takeback: Takeback, street: str, postcode: str, city: str) -> None:
    """The customer lives elsewhere by now. A window that is agreed is kept where its route serves the new door and has room
    for it; else it is free again and another one is chosen. Refuses no address (`takeback.address`), what is not fetched
    any more (`state.not_allowed`) and, from the customer, after the cut-off (`takeback.too_late`). Leaves takeback.moved."""
    if takeback.way != "pickup" or takeback.status not in BEFORE:
        raise Conflict("state.not_allowed", thing="takeback", state=takeback.status)
    if not (street.strip() and postcode.strip()):
        raise Invalid("takeback.address", field="street")
    if actor.kind == "customer":
        _refuse_late(takeback)
    was = (takeback.collection_day_id, takeback.window_start)
    takeback.street, takeback.postcode, takeback.city = street.strip(), postcode.strip(), city.strip()
    takeback.address_key = address_key(street, postcode)
    session().flush()
    _lock_routes(takeback)
    is_kept = was[1] is not None and was in [(each.route_id, each.start) for each in queries.windows_for(takeback)]
    if takeback.status in ("offered", "scheduled") and not is_kept:
        _free(takeback)
        move(takeback, "eligible")
    session().flush()
    facts = {"takeback_id": takeback.id, "had_window": was[1] is not None}
    events.record("takeback.moved", actor, about(takeback), facts)


def cancel(actor: Actor, takeback: Takeback, reason: str = "") -> None:
    """Not needed any more; what was held or planned is free. After the cut-off only staff may (`takeback.too_late`).
    Leaves takeback.cancelled."""
    if takeback.status == "cancelled":
        return
    if actor.kind == "customer":
        _refuse_late(takeback)
    takeback.reason = reason.strip()[:MOST_TEXT]
    move(takeback, "cancelled")
    events.record("takeback.cancelled", actor, about(takeback), {"takeback_id": takeback.id})


def _refuse_late(takeback: Takeback) -> None:
    zone = get_workshop(takeback.workshop_id).zone
    start = takeback.window_start
    if takeback.status == "scheduled" and start and clock.local(start, zone).date() < queries.first_day():
        raise Conflict("takeback.too_late")


def collected(actor: Actor, takeback_id: int) -> Takeback:
    """The driver has all of it. Told twice it is done once. Leaves takeback.collected."""
    takeback = queries.get_takeback_by_id(takeback_id)
    if takeback.status != "collected":
        move(takeback, "collected")
        events.record("takeback.collected", actor, about(takeback), {"takeback_id": takeback.id})
    return takeback


def partly_collected(actor: Actor, takeback_id: int, left: str, left_g: int, left_litres: int = 0) -> Takeback:
    """The driver has a part; what is left becomes a request of its own that waits for a window, and is returned. Refuses
    a rest that is not less than the whole (`takeback.rest`). Leaves takeback.partly_collected, and asked of the rest."""
    takeback = queries.get_takeback_by_id(takeback_id)
    if not 0 < left_g < takeback.mass_g or not 0 <= left_litres <= takeback.litres or not left.strip():
        raise Invalid("takeback.rest", field="kg")
    takeback.mass_g -= left_g
    takeback.litres -= left_litres
    move(takeback, "partly")
    events.record("takeback.partly_collected", actor, about(takeback), {"takeback_id": takeback.id, "left_g": left_g})
    wanted = Ask(
        left, left_g, left_litres, tuple(takeback.hazards), "pickup", takeback.street, takeback.postcode,
        takeback.city, takeback.note, True, takeback.must_by,
    )  # fmt: skip
    rest = ask(actor, takeback.customer, wanted, source=takeback.source)
    rest.rest_of_id = takeback.id
    session().flush()
    return rest


def failed(actor: Actor, takeback_id: int, reason: str) -> Takeback:
    """The driver came back without it. Only what the customer caused counts as an attempt. Refuses an unknown reason.
    Leaves takeback.failed."""
    if reason not in FAILURES:
        raise Invalid("choice.unknown", field="reason", value=reason)
    takeback = queries.get_takeback_by_id(takeback_id)
    takeback.reason = reason
    takeback.attempts += reason in THEIRS
    move(takeback, "failed")
    events.record("takeback.failed", actor, about(takeback), {"takeback_id": takeback.id, "reason": reason})
    return takeback


def offer_again(actor: Actor, takeback: Takeback) -> None:
    """After a failed visit new windows are offered, at most after two attempts of the customer's making; then it is
    brought here (`takeback.attempts`). Leaves takeback.offered_again: nothing is agreed, so no letter says it is."""
    if takeback.attempts >= MOST_ATTEMPTS:
        raise Conflict("takeback.attempts", most=MOST_ATTEMPTS)
    _free(takeback)
    move(takeback, "eligible")
    events.record("takeback.offered_again", actor, about(takeback), {"takeback_id": takeback.id})


def receive(actor: Actor, takeback: Takeback, came_g: int | None) -> None:
    """It is here, weighed in grams; without a weight the customer's word stands and is marked as estimated. Refuses a
    weight a hundred times off what was said (`takeback.scale`): kilograms and grams were mixed up. A pickup must have been
    fetched, or have failed and been brought. Leaves takeback.received."""
    if came_g is not None and not takeback.mass_g < came_g * 100 < takeback.mass_g * 10_000:
        raise Invalid("takeback.scale", field="kg")
    if takeback.status == "eligible" and takeback.way == "pickup":
        raise Conflict("takeback.not_fetched")
    takeback.came_g = takeback.mass_g if came_g is None else came_g
    takeback.is_estimated = came_g is None
    move(takeback, "received")
    events.record("takeback.received", actor, about(takeback), {"came_g": takeback.came_g})


def decide(actor: Actor, takeback: Takeback, decision: str, reason: str) -> None:
    """Waste or product, with the reason a controller reads. Refuses no reason (`takeback.reason`). Leaves
    takeback.decided."""
    if decision not in DECISIONS[1:]:
        raise Invalid("choice.unknown", field="decision", value=decision)
    if not reason.strip():
        raise Invalid("takeback.reason", field="reason")
    takeback.decision, takeback.decision_reason = decision, reason.strip()[:MOST_TEXT]
    move(takeback, "sorted")
    events.record("takeback.decided", actor, about(takeback), {"decision": decision})


def close(actor: Actor, takeback: Takeback, wiped_by: str = "") -> None:
    """All is done. What bears data is closed only with the name of who wiped it (`takeback.wipe`). Leaves
    takeback.closed."""
    if takeback.is_wipe_needed and not wiped_by.strip():
        raise Invalid("takeback.wipe", field="wiped_by")
    takeback.wiped_by = wiped_by.strip()[:120]
    move(takeback, "closed")
    events.record("takeback.closed", actor, about(takeback), {"was_wiped": bool(takeback.wiped_by)})

"""The workshop's pages of rounds, the driver's sheet without a script, and the customer's page."""

from __future__ import annotations

import base64
import re
from datetime import time, timedelta
from html import unescape
from io import BytesIO

from PIL import Image
from sqlalchemy import select

from service_app.bookings.models import Resource
from service_app.core import clock
from service_app.core.db import session
from service_app.core.files import StoredFile
from service_app.notifications.models import Message
from service_app.rounds import links, queries, words
from tests.counting import counted_statements
from tests.factories.bookings import a_day
from tests.factories.customers import a_customer
from tests.factories.rounds import a_planned_day, a_published, a_vehicle, an_order
from workers import sweeps


def test_a_day_from_an_order_typed_by_hand_to_the_promise_in_a_letter(client, scope, workshop, process):
    with scope(workshop):
        session().add(Resource(kind="vehicle", name="Omnium"))
        a_customer(name="Nora Lemmens", email="nora@example.be")
    day = a_day()
    page = client.get("/senne/rounds/setup").text
    vehicle = re.search(r"/senne/rounds/setup/vehicles/(\d+)", page)[0]
    sent = {"kind": "cargo_bike", "grams": "80", "litres": "600", "reach_km": "40", "speed_kmh": "14"}
    own = {f"v{vehicle.rsplit('/', 1)[1]}-{name}": value for name, value in sent.items()}
    assert client.post(vehicle, data=own | {name: "0" for name in own if "grams" in name}).status_code == 422
    assert client.post(vehicle, data=own).status_code == 303
    zone = {"name": "South", "postcodes": "1050, 1060", "weekdays": [str(day.weekday())]}
    assert client.post("/senne/rounds/setup/zones", data=zone).status_code == 303
    hours = {
        "starts": "09:00",
        "ends": "17:00",
        "break_starts": "",
        "break_ends": "",
        "cut_off": "15:30",
        "version": "0",
    }
    assert client.post("/senne/rounds/setup/hours", data=hours).status_code == 303
    order = {
        "customer": "Nora", "kind": "pickup", "address": "Rue Malibran 3", "postcode": "1050", "grams": "12,5",
        "litres": "60", "service_minutes": "10", "day": day.isoformat(), "from_hour": "09:00", "until": "13:00",
        "priority": "2",
    }  # fmt: skip
    short = client.post("/senne/rounds/orders/new", data=order | {"until": "09:05"})
    assert short.status_code == 422
    assert "10 minutes" in unescape(short.text)
    made = client.post("/senne/rounds/orders/new", data=order)
    with scope(workshop):
        assert queries.get_order(made.location.rsplit("/", 1)[1]).grams == 12_500
    assert "Rue Malibran 3" in client.get(made.location).text
    assert client.post("/senne/rounds/plan", data={"day": day.isoformat()}).status_code == 303
    assert sweeps.sweep(process, channel="planning") == 1
    page = unescape(client.get(f"/senne/rounds?day={day}").text)
    assert "Nora Lemmens" in page
    publish = re.search(r"/senne/rounds/[\w-]+/publish", page)[0]
    client.post(publish, data={"driver": "Dirk"})
    with scope(workshop):
        promised = queries.get_order(made.location.rsplit("/", 1)[1])
        assert promised.status == "promised"
        ride = queries.rounds_on(day)[0]
        assert (ride.status, ride.driver_name) == ("published", "Dirk")
    for channel in ("planning", "mail"):
        sweeps.sweep(process, channel)
    letters = unescape(client.get("/senne/letters").text)
    assert promised.reference in letters


def test_the_pages_show_moves_locks_and_what_is_in_no_round(client, scope, workshop):
    day = a_day()
    with scope(workshop):
        ride = a_planned_day(3, day)
        left = an_order(day)
        stop = ride.stops[0]
    page = client.get(f"/senne/rounds?day={day}").text
    assert left.reference in page
    assert (
        client.post(f"/senne/rounds/orders/{left.reference}/insert", data={"day": day.isoformat()}).status_code == 303
    )
    moved = {"round": ride.reference, "seq": "2", "version": "999"}
    assert client.post(f"/senne/rounds/stops/{stop.id}/move", data=moved).status_code == 409
    with scope(workshop):
        version = queries.get_stop(stop.id).version
    assert client.post(f"/senne/rounds/stops/{stop.id}/move", data=moved | {"version": version}).status_code == 303
    assert client.post(f"/senne/rounds/stops/{stop.id}/lock", data={"lock": "yes"}).status_code == 303
    with scope(workshop):
        assert queries.get_stop(stop.id).is_locked
        assert queries.get_order(left.reference).status == "planned"
    edit = client.get(f"/senne/rounds/orders/{left.reference}/edit").text
    assert left.address in edit
    assert client.post(f"/senne/rounds/orders/{left.reference}/call-off", data={"reason": "no"}).status_code == 303
    assert left.reference in client.get("/senne/rounds/orders").text


def test_a_longer_day_takes_no_more_statements(app, client, scope, workshop):
    day = a_day()
    with scope(workshop):
        a_planned_day(2, day)

    def statements():
        with counted_statements(app.database.engine) as found:
            assert client.get(f"/senne/rounds?day={day}").status_code == 200
        return len(found)

    statements()
    few = statements()
    with scope(workshop):
        a_planned_day(5, day)
    assert statements() == few


def test_the_sheet_works_without_a_script(client, scope, workshop, sign_in):
    with scope(workshop):
        ride = a_published(2)
        one, other = ride.stops
    driver = sign_in(workshop, "driver")
    page = driver.get(f"/senne/rounds/{ride.reference}/sheet").text
    assert page.count("data-act") == 2
    acts = f"/senne/rounds/stops/{one.id}/acts"
    odd = driver.post(acts, data={"act": "done", "kg": "5000"}, headers={"Accept": "application/json"})
    assert odd.status_code == 422
    assert "5000000" in odd.json["refused"]
    sent = {
        "act": "done",
        "kg": "5,2",
        "name": "Nora Lemmens",
        f"sign-{one.id}_drawing": a_drawing(),
        "key": "one-key-of-a-device",
        "at": "2019-01-01T00:00:00Z",
    }
    for _again in range(2):
        answer = driver.post(acts, data=sent, headers={"Accept": "application/json"})
        assert answer.json == {"status": "done"}
    plain = driver.post(f"/senne/rounds/stops/{other.id}/acts", data={"act": "failed", "reason": ""})
    assert plain.status_code == 303
    driver.post(f"/senne/rounds/stops/{other.id}/acts", data={"act": "failed", "reason": "nobody"})
    with scope(workshop):
        assert queries.get_round(ride.reference).status == "done"
        first, _failed = queries.acts_of([one.id, other.id])
        assert session().get_one(StoredFile, (workshop.id, first.data["signature"])).media_type == "image/jpeg"
        order = queries.get_stop(other.id).orders[0].reference
    page = client.get(f"/senne/rounds/orders/{order}?lang=en").text
    assert "nobody there" in page.lower()
    again = {"day": a_day(2).isoformat(), "from_hour": "09:00", "until": "12:00"}
    assert client.post(f"/senne/rounds/orders/{order}/reopen", data=again | {"until": "08:00"}).status_code == 422
    assert client.post(f"/senne/rounds/orders/{order}/reopen", data=again).status_code == 303


def test_a_driver_hands_on_what_is_left(client, scope, workshop):
    with scope(workshop):
        ride = a_published(2)
    assert client.post(f"/senne/rounds/{ride.reference}/hand-on").status_code == 303
    with scope(workshop):
        assert {order.left_reason for order in queries.open_orders_on(ride.day)} == {"time"}


def test_the_customer_answers_by_the_link_in_the_letter(app, scope, workshop, other_workshop):
    with scope(workshop):
        ride = a_published(2)
        first, second = (stop.orders[0] for stop in ride.stops)
        tokens = [links.token_of(order) for order in (first, second)]
    street = app.test_client()
    page = unescape(street.get(f"/senne/stop/{tokens[0]}?lang=en").text)
    assert "We come to you" in page
    assert street.get(f"/lumen/stop/{tokens[0]}").status_code == 404
    assert street.post(f"/senne/stop/{tokens[0]}", data={"reply": "note", "note": "Ring twice"}).status_code == 303
    assert street.post(f"/senne/stop/{tokens[1]}", data={"reply": "not_home"}).status_code == 303
    assert street.post(f"/senne/stop/{tokens[1]}", data={"reply": "not_home"}).status_code == 409
    assert "Thank you" in street.get(f"/senne/stop/{tokens[1]}?lang=en").text
    with scope(workshop):
        assert queries.get_order_by_id(first.id).note == "Ring twice"
        assert queries.get_order_by_id(second.id).status == "open"


def a_drawing():
    made = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(made, "PNG")
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()


def test_once_the_round_has_left_an_open_page_and_the_customers_hear_when(scope, workshop, sign_in, process, app):
    day = a_day()
    with clock.travelled(clock.at_local(day, time(7), "Europe/Brussels")):
        with scope(workshop):
            ride = a_published(2, day)
            first, second = ride.stops
            token = links.token_of(second.orders[0])
        client = sign_in(workshop)
        page = client.get(f"/senne/rounds?day={day}").text
        again = unescape(re.search(r'hx-get="([^"]+tag=[^"]+)"', page)[1])
        assert client.get(again, headers={"HX-Request": "true"}).status_code == 204
    with clock.travelled(first.planned_at + timedelta(minutes=40)):
        client = sign_in(workshop)
        client.post(f"/senne/rounds/stops/{first.id}/acts", data={"act": "arrive"})
        answer = client.get(again, headers={"HX-Request": "true"}).text
        assert "<html" not in answer
        with scope(workshop):
            ride = queries.get_round(ride.reference)
            expected = words.expected(ride, ride.stops[1])
            due = ride.stops[1].planned_at + timedelta(minutes=40)
            assert timedelta(0) <= expected - due < timedelta(minutes=6)
            assert expected.minute % 5 == 0
            assert f"about {words.hour(expected)}" in answer
            sweeps.sweep(process, channel="planning")
            told = session().scalars(select(Message).where(Message.kind == "order_on_its_way")).all()
            assert [message.payload["transport_order_id"] for message in told] == [second.orders[0].id], "not the first"
        hour = words.hour(expected)
        assert f"with you about {hour}" in app.test_client().get(f"/senne/stop/{token}?lang=en").text


def test_today_shows_the_rounds_that_leave(scope, workshop, sign_in):
    day = a_day()
    with clock.travelled(clock.day_bounds(day, "Europe/Brussels")[0] + timedelta(hours=7)):
        with scope(workshop):
            ride = a_published(1, day)
            a_vehicle("Unused")
        assert ride.reference in sign_in(workshop).get("/senne/").text


def test_who_may_only_read_rounds_rides_none(scope, workshop, sign_in):
    with scope(workshop):
        ride = a_published(2)
        stop, reference = ride.stops[0].id, ride.reference
    auditor, driver = sign_in(workshop, "auditor"), sign_in(workshop, "driver")
    page = auditor.get(f"/senne/rounds/{reference}/sheet").text
    assert "<form" not in page
    assert page.count("<section") == 2
    done = {"act": "done", "key": "k" * 12}
    assert auditor.post(f"/senne/rounds/stops/{stop}/acts", data=done).status_code == 403
    assert auditor.post(f"/senne/rounds/{reference}/hand-on").status_code == 403
    assert driver.post(f"/senne/rounds/stops/{stop}/acts", data=done).status_code == 303
    with scope(workshop):
        assert [each.status for each in queries.get_round(reference).stops] == ["done", "waiting"]


def test_what_a_device_sends_is_bounded_and_no_error(scope, workshop, sign_in):
    with scope(workshop):
        ride = a_published(1)
        stop, reference = ride.stops[0].id, ride.reference
    driver = sign_in(workshop, "driver")
    for kg in ("1e999999", "1e29", "nan"):
        answer = driver.post(
            f"/senne/rounds/stops/{stop}/acts", data={"act": "weigh", "kg": kg, "key": f"weigh-{kg}"},
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert answer.status_code == 422, kg
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        sent = {"act": "arrive", "at": at, "key": f"at-{at}", "tags": "x" * 5000}
        assert driver.post(f"/senne/rounds/stops/{stop}/acts", data=sent).status_code == 303
    assert driver.get(f"/senne/rounds/{reference}/sheet").status_code == 200
    with scope(workshop):
        acts = queries.acts_of([stop])
        assert [act.data["tags"] for act in acts] == [["X" * 40]] * 2
        assert all(abs(act.device_at - act.created_at) < timedelta(days=1) for act in acts)
    for day in ("0001-01-01", "9999-12-31"):
        assert driver.get("/senne/rounds", query_string={"day": day}).status_code == 200

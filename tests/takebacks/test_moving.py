"""A customer moves between the request and the round: the window is kept where its route serves the new door, else chosen
anew, and the order of the rounds goes along."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from service_app.core import access, clock, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.rounds import queries as rounds
from service_app.rounds.models import TransportOrder
from service_app.rounds.operations import days
from service_app.takebacks import fetching, links, operations, queries
from tests.factories.rounds import DISPATCHER, a_vehicle
from tests.factories.takebacks import a_route, a_scheduled
from tests.takebacks.test_fetching import swept

NEAR, FAR = ("Quai 9", "1081", "Koekelberg"), ("Rue du Bailli 5", "1050", "Ixelles")


def test_a_customer_who_moves_within_the_zone_keeps_the_window_and_the_driver_goes_there(scope, workshop, process):
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback = a_scheduled()
        was, key = takeback.window_start, takeback.id
    swept(process)
    with scope(workshop):
        days.plan_day(DISPATCHER, clock.local(was, "Europe/Brussels").date(), seconds=0.1)
        for ride in rounds.rounds_on(clock.local(was, "Europe/Brussels").date()):
            days.publish(DISPATCHER, ride)
        old = rounds.order_of(f"takeback:{key}")
        assert old.status == "promised"
        operations.move_to(access.customer("Nora"), queries.get_takeback_by_id(key), *NEAR)
        fetching.order_for(key)
        asked = session().scalars(select(jobs.Job.payload).where(jobs.Job.kind == days.JOB)).all()
        assert asked == [{"day": clock.local(was, "Europe/Brussels").date().isoformat()}], (
            "the day is planned once more"
        )
        takeback, order = queries.get_takeback_by_id(key), rounds.order_of(f"takeback:{key}")
        assert (takeback.status, takeback.window_start) == ("scheduled", was)
        assert (order.postcode, order.status, order.window_start) == ("1081", "open", was)
        assert [row.status for row in session().scalars(select(TransportOrder).order_by(TransportOrder.id))] == [
            "called_off", "open",
        ]  # fmt: skip


def test_a_customer_who_moves_out_of_the_zone_chooses_anew_and_nobody_rides_to_the_old_door(scope, workshop, process):
    with scope(workshop):
        a_vehicle()
        a_route()
        key = a_scheduled().id
    swept(process)
    with scope(workshop):
        takeback = queries.get_takeback_by_id(key)
        with pytest.raises(Invalid, match=r"takeback\.address"):
            operations.move_to(WORKER, takeback, " ", "1050", "")
        operations.move_to(WORKER, takeback, *FAR)
        assert (takeback.status, takeback.window_start, takeback.postcode) == ("eligible", None, "1050")
    swept(process)
    with scope(workshop):
        assert rounds.order_of(f"takeback:{key}") is None
        assert queries.windows_for(queries.get_takeback_by_id(key)) == []
        a_route(zone="South", postcodes=("1050",), starts=time(14), ends=time(18))
        assert queries.windows_for(queries.get_takeback_by_id(key))


def test_moving_is_told_on_the_street_and_by_staff_and_is_too_late_after_the_cut_off(app, client, scope, workshop):
    with scope(workshop):
        a_route()
        takeback = a_scheduled()
        page, token, start = f"/senne/take-backs/{takeback.reference}", links.token_of(takeback), takeback.window_start
    typed = dict(zip(("street", "postcode", "city"), NEAR, strict=True))
    street = app.test_client()
    assert street.post(f"/senne/take-back/{token}", data={"act": "moved", **typed, "street": ""}).status_code == 422
    assert street.post(f"/senne/take-back/{token}", data={"act": "moved", **typed}).status_code == 303
    assert 'value="Quai 9"' in street.get(f"/senne/take-back/{token}").text
    with clock.travelled(start - timedelta(hours=1)):
        assert street.post(f"/senne/take-back/{token}", data={"act": "moved", **typed}).status_code == 409
    assert client.post(f"{page}/move", data=typed | {"postcode": " "}).status_code == 422
    assert client.post(f"{page}/move", data=dict(zip(typed, FAR, strict=True))).status_code == 303
    with scope(workshop):
        takeback = queries.get_takeback(page.rsplit("/", 1)[1])
        assert (takeback.status, takeback.city) == ("eligible", "Ixelles")
        operations.cancel(WORKER, takeback)
        with pytest.raises(Conflict, match=r"state\.not_allowed"):
            operations.move_to(WORKER, takeback, *NEAR)

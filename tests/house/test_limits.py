"""How often one address may ask: the table names views, and the limit is kept."""

from __future__ import annotations

import socket
from dataclasses import replace

from config.settings import Settings
from service_app import create_app, limits
from service_app.core import jobs
from service_app.core.web import Ronde
from service_app.workshops.models import Workshop


def test_every_limit_is_put_on_a_view_that_there_is(app: Ronde) -> None:
    assert set(limits.LIMITS) <= set(app.view_functions)


def test_passport_is_shown_sixty_times_a_minute_and_then_says_when_to_come_back(
    settings: Settings, redis_url: str, workshop: Workshop
) -> None:
    asked = create_app(replace(settings, environment="development", redis_url=redis_url))
    try:
        client = asked.test_client()
        answers = [client.get("/p/1-ABCDEFGHJ", environ_base={"REMOTE_ADDR": "192.0.2.9"}) for _time in range(61)]
        assert [answer.status_code for answer in answers] == [404] * 60 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    finally:
        asked.database.engine.dispose()


def test_another_address_is_not_kept_waiting(settings: Settings, redis_url: str, workshop: Workshop) -> None:
    asked = create_app(replace(settings, environment="development", redis_url=redis_url))
    try:
        client = asked.test_client()
        for _time in range(61):
            client.get("/p/1-ABCDEFGHJ", environ_base={"REMOTE_ADDR": "192.0.2.10"})
        assert client.get("/p/1-ABCDEFGHJ", environ_base={"REMOTE_ADDR": "192.0.2.11"}).status_code == 404
    finally:
        asked.database.engine.dispose()


def test_a_door_keeps_its_own_limit_while_redis_is_away(settings: Settings, workshop: Workshop) -> None:
    nudges = list(jobs._nudge)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and never listens: whoever calls is refused at once
        away = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        asked = create_app(replace(settings, environment="development", redis_url=away))
        try:
            client = asked.test_client()
            assert limits.LIMITS["bookings_public.feed"] == "60 per hour"
            answers = [client.get("/senne/calendar/nothing.ics") for _time in range(61)]
            assert [answer.status_code for answer in answers] == [404] * 60 + [429]
        finally:
            asked.database.engine.dispose()
            jobs._nudge[:] = nudges

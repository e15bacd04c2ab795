"""Messages of which nobody knows whether they arrived: seen without being looked for, and ended by who asked."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, NotFound
from service_app.core.events import Event, EventAbout
from service_app.notifications import digests, doubtful
from service_app.notifications.models import Delivery, Message
from service_app.workshops.models import Workshop
from tests.browser import DESK, PHONE, Opened, faults
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from workers.process import Process

LIST = "/senne/letters?status=unknown"
FIGURE = "ronde_letters_unknown"


def seen(client: FlaskClient) -> tuple[bool, str]:
    """Whether Today leads to the list, and the figure."""
    lines = client.get("/metrics").text.splitlines()
    return LIST in client.get("/senne/").text, next(line for line in lines if line.startswith(FIGURE)).split()[-1]


@pytest.fixture
def doubted(workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]) -> int:
    """The id of a letter that the server took, hanging up before it said so."""
    with scope(workshop):
        a_sent(customer=a_customer(name="Nora Peeters"))
    post[0].hang_up = True
    sweep_all(posting)
    post[0].hang_up = False
    with scope(workshop):
        assert [message.status for message in messages()] == ["unknown"]
        return messages()[0].id


def test_letter_in_doubt_is_on_today_in_the_digest_and_in_the_figures_and_sent_again_it_is_gone_from_there(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int],
    client: FlaskClient, sign_in: Any, doubted: int,
) -> None:  # fmt: skip
    assert seen(client) == (True, "1")
    today = client.get("/senne/").text
    assert f'href="/senne/letters/{doubted}"' in today
    assert "Nora Peeters" in today
    assert LIST not in sign_in(workshop, "technician").get("/senne/").text, "who may read no letters is not bothered"
    assert f"/senne/letters/{doubted}" in client.get(LIST).text
    with scope(workshop):
        assert "the fate of 1 letter is unknown" in digests.waiting("counter", workshop)
        assert "the fate of 1 letter is unknown" not in digests.waiting("technician", workshop)
    with scope(other_workshop):
        assert doubtful.count_in_doubt() == 0
    page = client.get(f"/senne/letters/{doubted}").text
    assert f"/senne/letters/{doubted}/again" in page
    assert f"/senne/letters/{doubted}/arrived" in page
    assert client.post(f"/senne/letters/{doubted}/again").status_code == 303
    sweep_all(posting)
    assert len(post[0].letters) == 2
    assert seen(client) == (False, "0")
    assert f"/senne/letters/{doubted}/arrived" not in client.get(f"/senne/letters/{doubted}").text
    with scope(workshop):
        assert digests.waiting("counter", workshop) == []


def test_letter_that_somebody_knows_to_have_arrived_counts_as_sent_when_it_was_tried(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int], client: FlaskClient, doubted: int
) -> None:
    with scope(workshop):
        tried_at = session().scalars(select(Delivery.created_at)).one()
    for _twice in range(2):
        assert client.post(f"/senne/letters/{doubted}/arrived").status_code == 303
        with scope(workshop):
            message = messages()[0]
            assert (message.status, message.reason, message.sent_at) == ("sent", None, tried_at)
            told = session().scalars(select(Event).where(Event.name == "letter.arrived")).one()
            about = select(EventAbout.subject).where(EventAbout.event_id == told.id)
            assert set(session().scalars(about)) == {"message", "customer", "contract"}
            assert told.actor_kind == "staff"
    assert seen(client) == (False, "0")
    sweep_all(posting)
    assert len(post[0].letters) == 1, "nothing goes out again"
    assert client.post(f"/senne/letters/{doubted}/again").status_code == 409


def set_state(scope: Scoped, workshop: Workshop, message_id: int, state: str) -> None:
    with scope(workshop):
        session().execute(update(Message).where(Message.id == message_id).values(status=state))


def test_an_open_today_is_shown_anew_when_a_letter_gets_into_doubt(
    workshop: Workshop, scope: Scoped, client: FlaskClient, doubted: int
) -> None:
    """Nothing is recorded when an answer is lost, and an open page asks by the tag of what it shows."""
    set_state(scope, workshop, doubted, "queued")
    asks = re.search(r'hx-get="([^"]+tag=[^"]+)"', client.get("/senne/").text)
    assert asks is not None
    again = html.unescape(asks.group(1))
    assert client.get(again, headers={"HX-Request": "true"}).status_code == 204
    set_state(scope, workshop, doubted, "unknown")
    assert LIST in client.get(again, headers={"HX-Request": "true"}).text


def test_many_are_ended_from_the_list_and_only_what_is_in_doubt(
    workshop: Workshop, scope: Scoped, owner: Actor, sign_in: Any, client: FlaskClient, doubted: int
) -> None:
    assert sign_in(workshop, "auditor").post(f"/senne/letters/{doubted}/arrived").status_code == 403
    set_state(scope, workshop, doubted, "failed")
    with scope(workshop):
        with pytest.raises(NotFound):
            doubtful.note_arrived(owner, doubted + 1)
        with pytest.raises(Conflict, match=r"state\.not_allowed"):
            doubtful.note_arrived(owner, doubted)
    for state in ("queued", "unknown"):
        set_state(scope, workshop, doubted, state)
    client.post("/senne/lists/letters/acts", data={"act": "arrived", "row": str(doubted)})
    with scope(workshop):
        assert [message.status for message in messages()] == ["sent"]


@pytest.mark.journey
def test_where_it_is_seen_and_decided_the_pages_are_faultless(opened: Opened, doubted: int) -> None:
    for path in ("", f"letters/{doubted}"):
        page = opened(path, DESK)
        page.wait_for_load_state("networkidle")
        for look in ("desk", "phone"):
            if look == "phone":
                page.set_viewport_size(PHONE["viewport"])
            assert faults(page) == [], (path, look)
        page.context.close()

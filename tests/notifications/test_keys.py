"""Letters that let somebody in: their link works, and not everybody may read it."""

from __future__ import annotations

import re
from datetime import timedelta

from service_app.core import clock
from service_app.notifications import operations
from service_app.workshops import queries as members
from service_app.workshops.operations import people
from tests.factories.workshops import make_member
from tests.notifications.test_letters import job_states, messages, sweep_all

NEW = "deux lampes et un marteau"


def link_in(page: str, act: str) -> str:
    found = re.search(rf"http://localhost(/{act}/[\w.\-]+)", page)
    assert found, page
    return found[1]


def test_the_link_of_an_invitation_lets_a_colleague_in(workshop, scope, owner, process, client, app):
    with scope(workshop):
        people.invite_member(owner, "ana@example.be", "technician", "nl")
    sweep_all(process)
    with scope(workshop):
        letter = messages()[0]
        assert (letter.recipient, letter.language, letter.status) == ("ana@example.be", "nl", "sent")
    link = link_in(client.get(f"/senne/letters/{letter.id}").text, "join")
    ana = app.test_client()
    assert ana.post(link, data={"name": "Ana", "password": NEW}).location == "/senne/"
    assert ana.get("/senne/").status_code == 200


def test_the_link_of_a_letter_sets_a_forgotten_password(workshop, scope, process, client, app, database):
    email = make_member(database, workshop, "counter")
    assert app.test_client().post("/forgot", data={"email": email}).status_code == 303
    sweep_all(process)
    with scope(workshop):
        letter = messages()[0]
    link = link_in(client.get(f"/senne/letters/{letter.id}").text, "reset")
    hand = app.test_client()
    assert hand.post(link, data={"password": NEW}).status_code == 303
    assert hand.post("/sign-in", data={"email": email, "password": NEW}).status_code == 303


def test_a_key_to_the_house_is_read_by_owners_only(workshop, scope, owner, process, sign_in):
    with scope(workshop):
        people.invite_member(owner, "ana@example.be", "owner", "fr")
    sweep_all(process)
    with scope(workshop):
        letter = messages()[0]
    for role in ("manager", "counter", "auditor"):
        hand = sign_in(workshop, role)
        page = hand.get(f"/senne/letters/{letter.id}")
        assert page.status_code == 200
        assert "/join/" not in page.text
        assert hand.get(f"/senne/letters/{letter.id}/shown").status_code == 404


def test_a_letter_for_a_new_password_is_not_sent_when_its_link_is_dead(workshop, scope, posting, post, database):
    make_member(database, workshop, "counter")
    with scope(workshop), clock.travelled(clock.now() - timedelta(hours=2)):
        member = members.list_members()[0]
        operations.write_letter("reset", {"event_id": 1, "member_id": member.id, "letter": "reset"})
    sweep_all(posting)
    assert post[0].letters == []
    with scope(workshop):
        assert job_states() == ["expired"]


def test_who_only_reads_sends_nothing_again(workshop, scope, owner, process, sign_in):
    with scope(workshop):
        people.invite_member(owner, "ana@example.be", "counter", "fr")
    sweep_all(process)
    with scope(workshop):
        letter = messages()[0]
    assert sign_in(workshop, "auditor").post(f"/senne/letters/{letter.id}/again").status_code == 403

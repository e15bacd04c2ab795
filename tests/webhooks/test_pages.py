"""The pages: an endpoint is made, tested and switched by its owner; the log tells each call and sends again."""

from __future__ import annotations

from html import unescape

import pytest

from service_app.webhooks import queries, words
from service_app.webhooks.operations import CHANNEL
from tests.browser import DESK, PHONE, Opened, faults
from workers import sweeps


def test_an_owner_makes_one_tests_it_and_sends_again(client, sign_in, scope, workshop, process, receiver, endpoint):
    made = client.post(
        "/senne/settings/webhooks/new",
        data={"name": "Shop", "url": "https://shop.example/hook", "names": ["item.lost"]},
    )
    assert made.status_code == 303
    page = client.get(made.location).text
    assert "https://shop.example/hook" in page
    assert "whsec_" in page
    assert "whsec_" not in sign_in(workshop, "auditor").get(made.location).text
    refused = client.post("/senne/settings/webhooks/new", data={"name": "Inside", "url": "https://192.168.1.1/"})
    assert refused.status_code == 422
    assert "private network" in refused.text
    here = f"/senne/settings/webhooks/{endpoint.id}"
    assert 'value="item.lost"' in client.get(f"{made.location}/edit").text
    sent = client.post(f"{here}/test")
    receiver.status, receiver.body = 500, b"<b>broken</b>"
    sweeps.sweep(process, CHANNEL)
    log = client.get(sent.location).text
    assert "(500)" in log
    assert "<h1" in log
    assert "Webhook tested" in log, "a fact is said in words"
    assert "webhook.tested" in client.get(here).text, "and by the name a program knows"
    assert "<b>broken" not in log
    assert "<b>broken</b>" in unescape(log)
    assert client.post(f"{sent.location}/again").status_code == 409, "it is under way already"
    assert client.post(f"{here}/off").status_code == 303
    assert client.post(f"{here}/test").status_code == 409
    assert client.post(f"{here}/on").status_code == 303
    stale = client.post(f"{here}/edit", data={"name": "Late", "url": "https://a.example/", "version": "1"})
    assert stale.status_code == 409
    with scope(workshop):
        assert queries.get_endpoint(endpoint.id).name == "Books"


@pytest.mark.journey
def test_the_pages_are_faultless(opened: Opened, scope, workshop, owner, process, receiver, client, endpoint) -> None:
    delivery = client.post(f"/senne/settings/webhooks/{endpoint.id}/test").location.rpartition("/")[2]
    receiver.status, receiver.body = 503, b"closed for lunch"
    sweeps.sweep(process, CHANNEL)
    client.post(f"/senne/settings/webhooks/{endpoint.id}/secret")
    for path in ("", "/new", f"/{endpoint.id}", f"/{endpoint.id}/edit", f"/deliveries/{delivery}"):
        page = opened(f"settings/webhooks{path}", DESK)
        page.wait_for_load_state("networkidle")
        for look in ("desk", "phone"):
            if look == "phone":
                page.set_viewport_size(PHONE["viewport"])
            assert faults(page) == [], (path, look)
        page.context.close()


def test_every_fact_that_can_be_chosen_stands_under_a_word():
    assert {name.partition(".")[0] for name in words.OFFERED} == set(words.NOUNS)

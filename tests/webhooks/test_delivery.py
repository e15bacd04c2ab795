"""From a fact to a receiver and back: signed, at least once, told apart by its id, given up when that is due."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select, text
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service_app.core import clock, events, jobs, tenancy
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.core.events import Event
from service_app.core.jobs import Job
from service_app.notifications import digests
from service_app.webhooks import operations, queries, sending, signing
from service_app.webhooks.models import WebhookDelivery, WebhookEndpoint
from service_app.webhooks.operations import CHANNEL, EndpointFacts
from tests.factories.customers import a_customer
from tests.faults.test_killed import eventually
from workers import schedule, sweeps, webhooks


def happen(scope, workshop, name="customer.noted", customer=None):
    with scope(workshop):
        return events.record(name, WORKER, [customer or a_customer(name="Nora Lemmens")])


def work(process):
    webhooks.gather(process)
    return sweeps.sweep(process, CHANNEL)


def hurry(scope, workshop):
    """What waits is due now."""
    with scope(workshop):
        session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
        for endpoint in session().scalars(select(WebhookEndpoint)):
            endpoint.not_before = None


def standing(scope, workshop):
    """The state of each delivery by the fact's name, and of the endpoint with its reason."""
    with scope(workshop):
        rows = session().execute(
            select(Event.name, WebhookDelivery.status).join(Event, Event.id == WebhookDelivery.event_id)
        )
        found = session().scalars(select(WebhookEndpoint)).one()
        return dict(rows.all()), (found.status, found.reason)


def test_the_published_vector_is_reproduced():
    """The example of the specification's own libraries."""
    signed = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_fact_arrives_signed_once_and_names_nobody(scope, workshop, other_workshop, endpoint, process, receiver):
    fact = happen(scope, workshop)
    happen(scope, other_workshop)
    assert work(process) >= 1
    work(process)
    told = {json.loads(body)["type"]: (headers, body) for _path, headers, body in receiver.calls}
    assert len(receiver.calls) == len(told), "nothing twice"
    headers, body = told["customer.noted"]
    with scope(workshop):
        secret = signing.secret_of(queries.get_endpoint(endpoint.id))
    said = Webhook(secret).verify(body, headers)
    assert said["data"]["event_id"] == fact
    assert said["data"]["workshop"] == "senne"
    assert said["data"]["about"][0]["kind"] == "customer"
    assert b"Nora" not in body
    assert headers["webhook-id"] == f"evt_{fact}_{endpoint.id}"
    assert receiver.calls[0][0] == "/hook?from=ronde"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"senne", b"lumen"), headers)


def test_only_what_was_chosen_is_told_and_nothing_from_before(scope, workshop, owner, process, receiver):
    with scope(workshop):
        customer = a_customer()
    happen(scope, workshop, "customer.noted", customer)
    with scope(workshop):
        operations.create_endpoint(owner, EndpointFacts("Books", receiver.url, ["customer.noted"], local=True))
    after = happen(scope, workshop, "customer.noted", customer)
    happen(scope, workshop, "customer.called", customer)
    work(process)
    assert [json.loads(body)["data"]["event_id"] for _path, _headers, body in receiver.calls] == [after]


def _until_settled(scope, workshop, endpoint, process, late: int) -> None:
    """Work on until the cursor has passed a fact: it waits for every transaction of that time, also those of others who
    use the same server, as the other processes of the tests do."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        work(process)
        with scope(workshop):
            if queries.get_endpoint(endpoint.id).settled_to >= late:
                return
        time.sleep(0.1)


def test_a_fact_still_in_flight_below_the_cursor_is_told_too(scope, workshop, endpoint, process, receiver, database):
    """A transaction takes its id first and commits last, after later facts were told in several sweeps."""
    with scope(workshop):
        customer = a_customer()
    began, may_end = threading.Event(), threading.Event()

    def slowly():
        with database.transaction(tenancy.workshop(workshop.id)):
            early.append(events.record("customer.called", WORKER, [customer]))
            began.set()
            assert may_end.wait(30)

    early: list[int] = []
    thread = threading.Thread(target=slowly)
    thread.start()
    assert began.wait(30)
    late = happen(scope, workshop, "customer.noted", customer)
    for _time in range(3):
        work(process)
    with scope(workshop):
        assert queries.get_endpoint(endpoint.id).settled_to < early[0] < late
    may_end.set()
    thread.join()
    _until_settled(scope, workshop, endpoint, process, late)
    told = [json.loads(body)["data"]["event_id"] for _path, _headers, body in receiver.calls]
    assert {early[0], late} <= set(told)
    assert len(told) == len(set(told))
    with scope(workshop):
        assert queries.get_endpoint(endpoint.id).settled_to >= late, "the cursor went on once that was over"


def test_a_refusal_is_tried_again_with_the_same_id_and_waits_longer_each_time(
    scope, workshop, endpoint, process, receiver
):
    with scope(workshop):
        customer = a_customer()
    work(process)
    receiver.calls.clear()
    receiver.status, receiver.body, receiver.headers = 503, b"full", {"Retry-After": "7200"}
    happen(scope, workshop, "customer.noted", customer)
    work(process)
    with scope(workshop):
        wait = session().scalar(text("SELECT max(run_at) - now() FROM job WHERE kind = 'webhooks.send'"),
                                execution_options={"scoped_by_hand": True})  # fmt: skip
        assert wait > timedelta(minutes=110), "the other side asked for two hours"
        delivery = queries.deliveries_of(queries.get_endpoint(endpoint.id))[0]
        attempt = queries.attempts_of(delivery)[0]
        assert (attempt.outcome, attempt.code, attempt.detail) == ("refused", 503, "full")
        assert queries.get_endpoint(endpoint.id).failing_since is not None
    receiver.status, receiver.headers = 200, {}
    hurry(scope, workshop)
    work(process)
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.calls}) * 2 == len(receiver.calls)
    assert set(standing(scope, workshop)[0].values()) == {"taken"}
    with scope(workshop):
        assert queries.get_endpoint(endpoint.id).failing_since is None
    assert list(sending.WAITS) == sorted(sending.WAITS)
    assert sum(sending.WAITS, timedelta()) > timedelta(days=2)


def waits(scope, workshop):
    """For how long each delivery that is under way still waits."""
    with scope(workshop):
        left = "SELECT run_at - now() FROM job WHERE kind = 'webhooks.send' AND state = 'ready'"
        return list(session().scalars(text(left), execution_options={"scoped_by_hand": True}))


def test_a_receiver_that_asks_for_time_is_left_alone_by_all_its_deliveries_which_come_back_one_after_the_other(
    scope, workshop, owner, endpoint, process, receiver, client
):
    with scope(workshop):
        customer = a_customer()
    work(process)
    receiver.calls.clear()
    receiver.status, receiver.headers = 429, {"Retry-After": "3600"}
    for _fact in range(20):
        happen(scope, workshop, "customer.noted", customer)
    work(process)
    work(process)
    assert len(receiver.calls) == 1, "it asked for an hour"
    left = waits(scope, workshop)
    assert len(left) == 20
    assert min(left) > timedelta(minutes=55)
    assert max(left) < timedelta(hours=1, minutes=13)
    assert max(left) - min(left) > timedelta(minutes=1), "not all at once"
    here = f"/senne/settings/webhooks/{endpoint.id}"
    assert "It asked not to be called until" in client.get(here).text
    client.post(f"{here}/test")
    work(process)
    assert len(receiver.calls) == 2, "a person waits for the test"
    hurry(scope, workshop)
    receiver.status, receiver.headers = 200, {}
    work(process)
    assert set(standing(scope, workshop)[0].values()) == {"taken"}


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("date", timedelta(minutes=110), timedelta(hours=2, minutes=25)),
        ("99999999", timedelta(hours=23), timedelta(hours=29)),
        ("9" * 5000, timedelta(hours=23), timedelta(hours=29)),
        ("soon", timedelta(0), timedelta(seconds=7)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta(0), timedelta(seconds=7)),
    ],
)
def test_what_a_receiver_asks_for_is_read_as_a_number_or_a_date_and_is_a_day_at_most(
    scope, workshop, endpoint, process, receiver, asked, least, most
):
    at = format_datetime(clock.now() + timedelta(hours=2), usegmt=True)
    receiver.status, receiver.headers = 503, {"Retry-After": at if asked == "date" else asked}
    happen(scope, workshop)
    work(process)
    left = waits(scope, workshop)
    assert least - timedelta(minutes=1) < min(left)
    assert max(left) < most
    with scope(workshop):
        held = queries.get_endpoint(endpoint.id).not_before
        assert (held is not None) == (least > timedelta(0))


def test_a_receiver_that_is_gone_is_disabled_at_once_and_the_rest_is_not_sent(
    scope, workshop, endpoint, process, receiver, owner
):
    receiver.status = 410
    with scope(workshop):
        customer = a_customer()
    for _time in range(3):
        happen(scope, workshop, "customer.noted", customer)
    work(process)
    assert len(receiver.calls) == 1
    assert standing(scope, workshop)[1] == ("disabled", "gone")
    with scope(workshop):
        assert sorted(row.status for row in queries.deliveries_of(endpoint, most=9)).count("failed") == 1
        with pytest.raises(Conflict):
            operations.replay(owner, queries.deliveries_of(endpoint, "skipped")[0])
        operations.switch_on(owner, queries.get_endpoint(endpoint.id))
        known = queries.deliveries_of(endpoint, most=9)
    receiver.status = 200
    work(process)
    assert len(receiver.calls) == 1 + len(known), "what was not taken is sent, with what was not sent"
    assert standing(scope, workshop)[1] == ("on", None)
    assert set(standing(scope, workshop)[0].values()) == {"taken"}


def told(receiver):
    """The ids of the facts that came in, in order."""
    return [json.loads(body)["data"]["event_id"] for _path, _headers, body in receiver.calls]


def test_what_happened_while_it_was_disabled_is_told_once_it_is_switched_on_and_its_owner_sees_the_trouble(
    scope, workshop, endpoint, process, receiver, client, sign_in
):
    with scope(workshop):
        customer = a_customer()
    receiver.status = 410
    refused = happen(scope, workshop, "customer.noted", customer)
    work(process)
    receiver.calls.clear()
    missed = [happen(scope, workshop, "customer.called", customer) for _time in range(2)]
    work(process)
    assert receiver.calls == [], "nothing is sent to what is gone"

    here = f"/senne/settings/webhooks/{endpoint.id}"
    assert here in client.get("/senne/").text
    assert here not in sign_in(workshop, "counter").get("/senne/").text, "who cannot mend it is not bothered"
    assert "what it missed in the last thirty days is sent then" in client.get(here).text
    figures = client.get("/metrics").text
    assert 'ronde_webhooks{state="disabled"} 1' in figures
    assert 'ronde_webhooks{state="on"} 0' in figures
    with scope(workshop):
        assert "1 webhook takes nothing" in digests.waiting("owner", workshop)
        assert "1 webhook takes nothing" not in digests.waiting("counter", workshop)

    receiver.status = 200
    assert client.post(f"{here}/on").status_code == 303
    work(process)
    work(process)
    assert set(missed) | {refused} <= set(told(receiver))
    assert len(told(receiver)) == len(set(told(receiver))), "each of them once"
    assert here not in client.get("/senne/").text
    assert 'ronde_webhooks{state="disabled"} 0' in client.get("/metrics").text


def test_what_is_missed_by_one_that_somebody_switched_off_is_not_told(
    scope, workshop, endpoint, process, receiver, client
):
    here = f"/senne/settings/webhooks/{endpoint.id}"
    client.post(f"{here}/off")
    missed = happen(scope, workshop, "customer.noted")
    assert "not even once it is on again" in client.get(here).text
    client.post(f"{here}/on")
    after = happen(scope, workshop, "customer.called")
    work(process)
    assert after in told(receiver)
    assert missed not in told(receiver)


def test_what_was_missed_is_told_as_far_back_as_deliveries_stay(scope, workshop, owner, endpoint, process, receiver):
    with scope(workshop):
        customer = a_customer()
    receiver.status = 410
    happen(scope, workshop, "customer.noted", customer)
    work(process)
    receiver.status = 200
    receiver.calls.clear()
    with clock.travelled(clock.now() - operations.DELIVERIES_STAY - timedelta(hours=1)):
        too_old = happen(scope, workshop, "customer.noted", customer)
    with clock.travelled(clock.now() - operations.DELIVERIES_STAY + timedelta(hours=1)):
        old = happen(scope, workshop, "customer.noted", customer)
    with scope(workshop):
        operations.switch_on(owner, queries.get_endpoint(endpoint.id))
    work(process)
    assert old in told(receiver)
    assert too_old not in told(receiver)


def test_what_fails_for_five_days_is_disabled_and_a_single_fact_is_given_up_after_three(
    scope, workshop, endpoint, process, receiver
):
    receiver.status = 302
    receiver.headers = {"Location": receiver.url}
    happen(scope, workshop)
    work(process)
    for _call in sending.WAITS:
        hurry(scope, workshop)
        work(process)
    before = len(receiver.calls)
    assert set(standing(scope, workshop)[0].values()) == {"failed"}, "a redirect is an answer and is not followed"
    assert standing(scope, workshop)[1] == ("on", None)
    with scope(workshop):
        assert {job.state for job in session().scalars(select(Job).where(Job.kind == operations.JOB))} == {"done"}
        session().scalars(select(WebhookEndpoint)).one().failing_since = clock.now() - timedelta(days=5)
    happen(scope, workshop, "customer.called")
    work(process)
    assert len(receiver.calls) > before
    assert standing(scope, workshop)[1] == ("disabled", "failing")


def test_during_a_change_of_secret_both_sign_and_a_test_goes_to_one_alone(
    scope, workshop, owner, endpoint, process, receiver
):
    with scope(workshop):
        former = signing.secret_of(queries.get_endpoint(endpoint.id))
        operations.renew_secret(owner, queries.get_endpoint(endpoint.id))
        present = signing.secret_of(queries.get_endpoint(endpoint.id))
        operations.create_endpoint(owner, EndpointFacts("Other", receiver.url, ["item.lost"], local=True))
        operations.send_test(owner, queries.get_endpoint(endpoint.id))
    assert former != present
    work(process)
    ((_path, headers, body),) = receiver.calls
    for secret in (former, present):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.tested"
    with scope(workshop), clock.travelled(clock.now() + timedelta(hours=25)):
        assert signing.valid_secrets(queries.get_endpoint(endpoint.id)) == [present]


def test_former_secret_that_leaked_is_ended_before_its_day_is_over_and_signs_no_more(
    scope, workshop, owner, endpoint, process, receiver, client, sign_in
):
    here = f"/senne/settings/webhooks/{endpoint.id}"
    ends = f"{here}/secret/former/end"
    assert ends not in client.get(here).text, "there is none to end"
    assert client.post(ends).status_code == 303
    with scope(workshop):
        former = signing.secret_of(queries.get_endpoint(endpoint.id))
    client.post(f"{here}/secret")
    page = client.get(here).text
    assert ends in page
    assert 'commandfor="end-former"' in page, "it is asked first whether that is meant"
    assert sign_in(workshop, "auditor").post(ends).status_code == 403
    for _twice in range(2):
        assert client.post(ends).status_code == 303
    page = client.get(here).text
    assert ends not in page
    assert former not in page
    with scope(workshop):
        present = signing.secret_of(queries.get_endpoint(endpoint.id))
        assert len(session().scalars(select(Event).where(Event.name == "webhook.former_secret_ended")).all()) == 1
        operations.send_test(owner, queries.get_endpoint(endpoint.id))
    receiver.calls.clear()
    work(process)
    ((_path, headers, body),) = receiver.calls
    assert len(headers["webhook-signature"].split(" ")) == 1
    assert Webhook(present).verify(body, headers)["type"] == "webhook.tested"
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(body, headers)
    assert client.post(f"{here}/secret").status_code == 303, "and the new one can be renewed at once"


def test_second_change_of_secret_within_the_day_is_refused_and_the_first_still_signs(
    scope, workshop, owner, endpoint, process, receiver, client
):
    with scope(workshop):
        first = signing.secret_of(queries.get_endpoint(endpoint.id))
    address = f"/senne/settings/webhooks/{endpoint.id}"
    assert client.post(f"{address}/secret").status_code == 303
    with scope(workshop):
        until = queries.get_endpoint(endpoint.id).former_until
    refused = client.post(f"{address}/secret")
    assert refused.status_code == 409
    assert f"{clock.local(until, workshop.zone):%H:%M}" in refused.text, "it says until when"
    with scope(workshop):
        operations.send_test(owner, queries.get_endpoint(endpoint.id))
    work(process)
    _path, headers, body = receiver.calls[-1]
    assert Webhook(first).verify(body, headers)["type"] == "webhook.tested"
    with scope(workshop), clock.travelled(clock.now() + timedelta(hours=25)):
        operations.renew_secret(owner, queries.get_endpoint(endpoint.id))


def test_who_may_not_and_what_cannot_be_is_refused(scope, workshop, owner, endpoint):
    from service_app.core.access import staff

    refused = {
        "http://books.example/": "webhook.address", "https://u:p@books.example/": "webhook.address",
        "https://10.0.0.1/": "webhook.private", "https://[::1]/": "webhook.private", "": "field.required",
        "https://books.example:25/": "webhook.address", "ftp://books.example": "webhook.address",
    }  # fmt: skip
    with scope(workshop):
        for url, code in refused.items():
            with pytest.raises(Invalid) as refusal:
                operations.create_endpoint(owner, EndpointFacts("x", url))
            assert (refusal.value.code, refusal.value.field) == (code, "url"), url
        with pytest.raises(Invalid):
            operations.create_endpoint(owner, EndpointFacts("x", "https://books.example/", ["portal.asked"]))
        with pytest.raises(Forbidden):
            operations.create_endpoint(staff("Cas", 1, "counter"), EndpointFacts("x", "https://books.example/"))
        with pytest.raises(Conflict):
            operations.change_endpoint(
                owner, queries.get_endpoint(endpoint.id), 99, EndpointFacts("x", "https://a.example")
            )


@pytest.mark.parametrize(
    ("ended", "status"),
    [("dead", "failed"), ("cancelled", "failed"), ("done", "failed"), ("gone", "failed"), ("ready", "waiting")],
)
def test_delivery_that_no_job_brings_any_more_has_failed_and_can_be_asked_for_anew(
    scope, workshop, other_workshop, owner, endpoint, process, receiver, ended, status
):
    """Whoever ended the job died before that followed from it; what still has a job, and what goes elsewhere, is left alone."""

    def look():
        return schedule.BY_NAME["end_left_behind"].do(process)

    with scope(other_workshop):
        theirs = operations.create_endpoint(owner, EndpointFacts("Theirs", receiver.url, local=True))
        operations.send_test(owner, theirs)
    with scope(workshop):
        delivery_id = operations.send_test(owner, endpoint).id
        (job,) = session().scalars(select(Job).where(Job.kind == operations.JOB))
        if ended == "gone":
            session().delete(job)
        else:
            job.state = ended
    assert look() == (status == "failed")
    assert look() == 0
    with scope(workshop):
        found = queries.get_delivery(delivery_id)
        assert (found.status, found.ended_at is not None) == (status, status == "failed")
    with scope(other_workshop):
        assert session().scalars(select(WebhookDelivery.status)).all() == ["waiting"]
    if status == "failed":
        work(process)
        assert len(receiver.calls) == 1, "that of the other workshop"
        with scope(workshop):
            operations.replay(owner, queries.get_delivery(delivery_id))
        assert look() == 0, "it has a job again"
    work(process)
    assert len(receiver.calls) == 2
    with scope(workshop):
        assert queries.get_delivery(delivery_id).status == "taken"


def test_reaper_that_dies_before_what_follows_leaves_no_delivery_waiting(
    scope, workshop, owner, endpoint, process, receiver
):
    with scope(workshop):
        operations.send_test(owner, endpoint)
        (job,) = session().scalars(select(Job).where(Job.kind == operations.JOB))
        job.state, job.lost_count, job.lease_until = "leased", jobs.LOST_LIMIT - 1, clock.now() - timedelta(hours=1)
    with process.database.transaction(tenancy.platform("reap")):
        assert [row.state for row in jobs.reap()] == ["dead"]
    sweeps.reap(process)
    assert standing(scope, workshop)[0] == {"webhook.tested": "waiting"}, "nobody takes that job back a second time"
    assert schedule.BY_NAME["end_left_behind"].do(process) == 1
    assert standing(scope, workshop)[0] == {"webhook.tested": "failed"}
    assert receiver.calls == []


def test_deliveries_are_forgotten_after_thirty_days_and_never_told_again(scope, workshop, endpoint, process, receiver):
    """The cursor settles once every transaction of that time is over, also those of whoever else uses the server."""
    happen(scope, workshop)

    def is_settled():
        work(process)
        with scope(workshop):
            row = queries.get_endpoint(endpoint.id)
            return row.settled_to == row.seen_to > 0

    eventually(is_settled, "the cursor settles")
    before = len(receiver.calls)
    with scope(workshop), clock.travelled(clock.now() + timedelta(days=31)):
        assert operations.forget_old() == before
    work(process)
    assert len(receiver.calls) == before

"""The door: signing in and out, limits, sessions, passwords."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app import create_app
from service_app.accounts import operations
from service_app.accounts.models import Account, SignInAttempt, SignInSession
from service_app.accounts.staff import offer_sign_ins
from service_app.core import beside, clock, jobs, tenancy
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound, TooMany
from tests.factories.workshops import PASSWORD, make_member

NEW = "deux lampes et un marteau"


@pytest.fixture
def email(workshop, database):
    return make_member(database, workshop, "counter")


@pytest.fixture
def door(database):
    """A transaction in which nobody is anywhere, as the door has it."""
    return lambda: database.transaction(tenancy.platform("test"))


def account_of(email):
    return session().scalars(select(Account).where(Account.email == email)).one()


def try_in(email, password="wrong wrong wrong", ip="192.0.2.1"):
    return operations.sign_in(email=email, password=password, ip=ip, user_agent="Test")


def test_the_token_is_kept_as_a_hash_only(email, door):
    with door():
        token = try_in(email, PASSWORD)
        assert session().get(SignInSession, operations.digest(token))
        assert session().get(SignInSession, token) is None


def test_ten_wrong_tries_close_the_door_for_the_address_and_not_for_others(email, door, workshop, database):
    other = make_member(database, workshop, "driver")
    with door():
        assert [try_in(email) for _ in range(10)] == [None] * 10
        with pytest.raises(TooMany) as refused:
            try_in(email, PASSWORD)
        assert 0 < refused.value.data["seconds"] <= 600
        assert try_in(other, PASSWORD)


def test_the_door_opens_again_when_the_window_has_passed(email, door):
    with door():
        for _ in range(10):
            try_in(email)
        with clock.travelled(clock.now() + timedelta(minutes=11)):
            assert try_in(email, PASSWORD)


def test_one_address_trying_many_names_is_stopped_too(door):
    with door():
        for number in range(50):
            try_in(f"nobody-{number}@example.be")
        with pytest.raises(TooMany):
            try_in("somebody@example.be")


def test_unknown_and_wrong_look_the_same(app, email):
    known = app.test_client().post("/sign-in?lang=en", data={"email": email, "password": "wrong wrong wrong"})
    unknown = app.test_client().post(
        "/sign-in?lang=en", data={"email": "no@example.be", "password": "wrong wrong wrong"}
    )
    assert (known.status_code, unknown.status_code) == (422, 422)
    sentence = "Address and password do not belong together"
    assert sentence in known.text
    assert sentence in unknown.text


@pytest.fixture
def without_redis(settings):
    """A browser at a web process whose Redis does not answer; as in development, so that the request limiter runs."""
    nudges = list(jobs._nudge)
    app = create_app(replace(settings, environment="development", redis_url="redis://127.0.0.1:1/0"))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    app.database.engine.dispose()
    jobs._nudge[:] = nudges


def test_limits_hold_when_redis_is_dead(without_redis, email):
    wrong = {"email": email, "password": "wrong wrong wrong"}
    assert [without_redis.post("/sign-in", data=wrong).status_code for _ in range(10)] == [422] * 10
    answer = without_redis.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_signing_in_works_when_redis_is_dead(without_redis, email):
    assert without_redis.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    assert without_redis.get("/me").status_code == 200


def test_an_idle_session_ends_and_a_used_one_ends_after_twelve_hours(email, door):
    with door():
        token = try_in(email, PASSWORD)
        start = clock.now()
        with clock.travelled(start + timedelta(minutes=31)):
            assert operations.resume_session(token) is None
        for minutes in range(0, 12 * 60, 20):
            with clock.travelled(start + timedelta(minutes=minutes)):
                assert operations.resume_session(token)
        with clock.travelled(start + timedelta(hours=12, minutes=1)):
            assert operations.resume_session(token) is None


def test_a_suspended_person_is_out_at_once(email, door):
    with door():
        token = try_in(email, PASSWORD)
        account_of(email).is_suspended = True
        session().flush()
        assert operations.resume_session(token) is None
        assert try_in(email, PASSWORD) is None


def test_a_new_password_signs_the_other_browsers_out(email, door):
    with door():
        here, there = try_in(email, PASSWORD), try_in(email, PASSWORD)
        operations.change_password(account_of(email), PASSWORD, NEW, operations.digest(here))
        session().expire_all()
        assert operations.resume_session(here)
        assert operations.resume_session(there) is None
        assert try_in(email, PASSWORD) is None
        assert try_in(email, NEW)


@pytest.mark.parametrize(
    ("new", "code"), [("too short", "password.too_short"), ("aaaaaaaaaaaaaaaa", "password.guessable")]
)
def test_a_weak_password_is_refused(email, door, new, code):
    with door(), pytest.raises(Invalid, match=code.replace(".", r"\.")):
        operations.change_password(account_of(email), PASSWORD, new, "")


def test_a_wrong_present_password_changes_nothing(email, door):
    with door(), pytest.raises(Invalid, match=r"password\.wrong"):
        operations.change_password(account_of(email), "not this one at all", NEW, "")


def token_of(link):
    return link.rsplit("/", 1)[1]


def test_a_link_sets_a_new_password_once_and_for_an_hour(email, door):
    with door():
        account = account_of(email)
        signed_in = try_in(email, PASSWORD)
        token = token_of(operations.reset_link(account, clock.now()))
        with clock.travelled(clock.now() + timedelta(minutes=61)), pytest.raises(NotFound, match=r"link\.gone"):
            operations.account_of_reset(token)
        operations.reset_password(operations.account_of_reset(token), NEW)
        session().flush()
        session().expire_all()
        assert operations.resume_session(signed_in) is None
        with pytest.raises(NotFound, match=r"link\.gone"):
            operations.account_of_reset(token)
        assert try_in(email, NEW)


def test_a_link_for_another_act_sets_no_password(door):
    from service_app.core import links

    with door(), pytest.raises(NotFound, match=r"link\.unknown"):
        operations.account_of_reset(links.sign("join", 1, 2))


def test_letters_for_a_new_password_are_counted(email, door):
    with door():
        for _ in range(5):
            operations.find_for_reset(email, "192.0.2.1")
        with pytest.raises(TooMany):
            operations.find_for_reset(email, "192.0.2.2")
        assert session().scalars(select(SignInAttempt)).all()


def test_a_forgotten_password_is_set_anew_on_the_page(app, email, door, scope, workshop):
    client = app.test_client()
    known = client.post("/forgot?lang=en", data={"email": email})
    unknown = client.post("/forgot?lang=en", data={"email": "nobody@example.be"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    with door():
        path = operations.reset_link(account_of(email), clock.now()).removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert client.get(path).status_code == 404
    assert client.post("/sign-in", data={"email": email, "password": NEW}).status_code == 303


def test_sessions_are_listed_and_ended_one_by_one_and_all_but_this(client, app, email):
    first, second, third = app.test_client(), app.test_client(), app.test_client()
    for browser in (first, second, third):
        browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    page = first.get("/me").text
    hashes = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(hashes) == 2
    first.post("/me/sessions/end", data={"session": hashes[0]})
    assert sorted(browser.get("/me").status_code for browser in (second, third)) == [200, 302]
    first.post("/me/sessions/end")
    assert [browser.get("/me").status_code for browser in (first, second, third)] == [200, 302, 302]


def test_the_demos_people_are_offered_at_the_door(app, email):
    offer_sign_ins([("Counter of Atelier Senne", email)], PASSWORD)
    try:
        page = app.test_client().get("/sign-in").text
        assert "Counter of Atelier Senne" in page
        assert f'value="{email}"' in page
    finally:
        del beside._slots["sign_in"]
    assert "Counter of Atelier Senne" not in app.test_client().get("/sign-in").text


def test_nobody_ends_the_session_of_somebody_else(client, app, email):
    mine = app.test_client()
    mine.post("/sign-in", data={"email": email, "password": PASSWORD})
    token = mine.get_cookie("ronde").value
    assert client.post("/me/sessions/end", data={"session": operations.digest(token)}).status_code == 404
    assert mine.get("/me").status_code == 200


def test_language_is_kept_with_the_account(client):
    assert client.post("/language", data={"language": "nl", "next": "/me"}).location == "/me"
    assert 'lang="nl"' in client.get("/me").text


def test_preferences_and_password_are_changed_on_the_page(client):
    assert client.post("/me", data={"name": "Olga", "language": "en"}).status_code == 303
    assert 'value="Olga"' in client.get("/me").text
    assert client.post("/me", data={"name": "", "language": "en"}).status_code == 422
    wrong = client.post("/me/password", data={"old_password": "nope nope nope", "password": NEW})
    assert wrong.status_code == 422
    assert 'id="old_password-error"' in wrong.text
    assert client.post("/me/password", data={"old_password": PASSWORD, "password": NEW}).status_code == 303


def test_many_tries_at_once_count_as_many(email, database, workshop):
    def one(_number):
        try:
            with database.transaction(tenancy.platform("test")):
                return try_in(email)
        except TooMany:
            return "too many"

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(one, range(30)))
    assert answers.count(None) == 10
    assert answers.count("too many") == 20

"""The customer's door: a letter lets in once, for ten minutes, in the browser that asked or with its code."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text

from config.settings import Settings
from service_app import create_app
from service_app.accounts.models import SignInAttempt
from service_app.accounts.operations import digest
from service_app.core import clock, jobs
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, NotFound, TooMany
from service_app.core.jobs import Job
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.notifications import operations
from service_app.notifications.models import Message
from service_app.portal.models import PortalLink, PortalSession
from service_app.portal.operations import entering
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.portal import come_in, the_link
from tests.factories.rentals import again
from tests.mail import Sink
from tests.workers.conftest import Made
from workers import sweeps
from workers.process import Process

NORA = "nora@example.be"


@pytest.fixture
def nora(workshop: Workshop, scope: Scoped) -> str:
    with scope(workshop):
        a_customer(name="Nora Lemmens", email=NORA, language="en")
    return NORA


@pytest.fixture
def browser(app: Ronde) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, email: str = NORA) -> int:
    return client.post("/senne/my/sign-in", data={"email": email}).status_code


def secrets_of(workshop: Workshop, scope: Scoped) -> tuple[str, str]:
    """Token and code of the latest letter."""
    with scope(workshop):
        salt = the_link().salt
    return entering.token_of(salt), entering.code_of(salt)


def test_a_visitor_is_sent_to_the_door_and_comes_back_to_where_they_wanted(workshop, nora, browser, scope):
    answer = browser.get("/senne/my/money")
    assert answer.location == "/senne/my/sign-in?next=/senne/my/money?"
    page = browser.get(answer.location)
    assert 'value="/senne/my/money?"' in page.text
    browser.post("/senne/my/sign-in", data={"email": nora, "next": "/senne/my/money"})
    _token, code = secrets_of(workshop, scope)
    assert browser.post("/senne/my/sign-in/code", data={"code": code}).location == "/senne/my/money"


def test_the_link_shows_a_button_and_lets_in_once_in_the_browser_that_asked(workshop, nora, browser, scope):
    ask(browser)
    token, _code = secrets_of(workshop, scope)
    for _look in range(3):  # a mail server that looks uses nothing up
        assert 'method="post"' in browser.get(f"/senne/my/in/{token}").text
    assert browser.post(f"/senne/my/in/{token}").location == "/senne/my/"
    assert "Nora Lemmens" in browser.get("/senne/my/").text
    assert browser.post(f"/senne/my/in/{token}").status_code == 404
    assert browser.get(f"/senne/my/in/{token}").status_code == 404


def test_another_browser_needs_the_code_of_the_letter(app, workshop, nora, browser, scope):
    ask(browser)
    token, code = secrets_of(workshop, scope)
    other = app.test_client()
    assert "six digits" in other.get(f"/senne/my/in/{token}?lang=en").text
    assert other.post(f"/senne/my/in/{token}").status_code == 422
    assert other.get("/senne/my/").status_code == 302
    assert other.post(f"/senne/my/in/{token}", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303
    assert other.get("/senne/my/").status_code == 200


def test_a_code_is_worth_nothing_in_a_browser_that_did_not_ask(app, workshop, nora, browser, scope):
    ask(browser)
    _token, code = secrets_of(workshop, scope)
    assert app.test_client().post("/senne/my/sign-in/code", data={"code": code}).status_code == 422


def test_a_code_in_the_digits_of_another_script_is_a_wrong_one(workshop, nora, browser, scope):
    ask(browser)
    _token, code = secrets_of(workshop, scope)
    arabic = "".join(chr(0x0660 + int(digit)) for digit in code)
    for typed in (arabic, "１２３４５６", "²³¹²³¹", "💶"):
        assert browser.post("/senne/my/sign-in/code", data={"code": typed}).status_code == 422
    assert browser.post("/senne/my/sign-in/code", data={"code": code}).status_code == 303


def test_five_wrong_codes_end_a_link(workshop, nora, browser, scope):
    ask(browser)
    token, code = secrets_of(workshop, scope)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _try in range(5):
        assert browser.post("/senne/my/sign-in/code", data={"code": wrong}).status_code == 422
    assert browser.post("/senne/my/sign-in/code", data={"code": code}).status_code == 422
    assert browser.post(f"/senne/my/in/{token}").status_code == 404


def test_a_link_is_over_after_ten_minutes(workshop, nora, scope):
    with scope(workshop):
        link = entering.ask_link(nora, "browser", "10.0.0.1", "en")
        with clock.travelled(clock.now() + timedelta(minutes=10, seconds=1)), pytest.raises(NotFound):
            entering.come_in(link, "browser", None, ip="", user_agent="")
        with clock.travelled(clock.now() + timedelta(minutes=9)):
            assert entering.come_in(link, "browser", None, ip="", user_agent="")


def test_token_and_code_are_kept_nowhere(
    workshop: Workshop, nora: str, scope: Scoped, posting: Process, post: tuple[Sink, int], admin: Engine, sign_in
) -> None:
    with scope(workshop):
        link = entering.ask_link(nora, "browser-value", "10.0.0.1", "en")
        token, code = entering.token_of(link.salt), entering.code_of(link.salt)
        assert link.token_hash == digest(token)
        assert len(token) * 4 >= 128
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    assert f"{code[:3]} {code[3:]}" in str(post[0].letters[0]["Subject"])
    with scope(workshop):
        message = session().scalars(select(Message).where(Message.kind == "portal_link")).one()
        assert message.status == "sent"
        reference = _customer().reference
    # As a word of its own: a digest or the millionths of an instant may hold any six digits.
    as_written = re.compile(rf"(?<![\w.]){code[:3]} ?{code[3:]}(?!\w)")
    with admin.begin() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            for row in connection.exec_driver_sql(f'SELECT kept::text FROM "{table}" kept').scalars():
                assert token not in row, table
                assert "browser-value" not in row, table
                assert not as_written.search(row), table
    auditor = sign_in(workshop, "auditor")
    for page in ("letters", f"letters/{message.id}", f"customers/{reference}", "jobs", "lists/letters/export.csv"):
        answer = auditor.get(f"/senne/{page}")
        assert answer.status_code == 200, page
        shown = answer.text
        assert token not in shown, page
        assert not as_written.search(shown), page
    assert nora in auditor.get("/senne/letters").text


def test_an_answer_to_a_key_does_not_come_in_where_staff_reads(
    workshop: Workshop, nora: str, scope: Scoped, make: Made, post: tuple[Sink, int]
) -> None:
    posting = make(
        smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False, reply_mailbox="replies@mail.ronde.example"
    )
    with scope(workshop):
        entering.ask_link(nora, "b", "10.0.0.1", "en")
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    letter = post[0].letters[0]
    assert str(letter["To"]) == nora
    assert "replies+" not in str(letter["Reply-To"])


def test_an_unknown_address_gets_the_same_answer_and_the_same_work(app, workshop, nora, scope):
    known, stranger = app.test_client(), app.test_client()
    answers = [client.post("/senne/my/sign-in", data={"email": email}) for client, email in
               ((known, nora), (stranger, "nobody@example.be"))]  # fmt: skip
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1
    pages = [client.get("/senne/my/sign-in/code").text for client in (known, stranger)]
    assert "Nora" not in pages[0]
    assert _without_token(pages[0]) == _without_token(pages[1])
    wrong = [client.post("/senne/my/sign-in/code", data={"code": "12"}).status_code for client in (known, stranger)]
    assert wrong == [422, 422]
    with scope(workshop):
        assert session().scalar(select(func.count(PortalLink.id))) == 2
        assert session().scalar(select(func.count(Job.id)).where(Job.kind == "notifications.write")) == 2


def _without_token(page: str) -> str:
    return re.sub(r'(value|content)="[^"]{60,}"|X-CSRFToken": "[^"]+"', "", page)


def test_the_letter_goes_to_the_customer_and_to_nobody_unknown(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        a_customer(email=NORA, language="en")
        entering.ask_link("nobody@example.be", "b", "10.0.0.1", "en")
        code = entering.code_of(entering.ask_link(NORA, "b", "10.0.0.1", "en").salt)
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    assert [str(letter["To"]) for letter in post[0].letters] == [NORA]
    plain = post[0].letters[0].get_body(("plain",))
    assert plain is not None
    assert f"{code[:3]} {code[3:]}" in plain.get_content()
    assert "/senne/my/in/" in plain.get_content()


def test_five_questions_an_hour_for_an_address_and_twenty_for_an_ip(workshop, nora, scope):
    with scope(workshop):
        for _time in range(5):
            entering.ask_link(nora, "b", "10.0.0.1", "en")
        with pytest.raises(TooMany):
            entering.ask_link(nora.upper(), "b", "10.0.0.2", "en")
        for number in range(15):
            entering.ask_link(f"someone{number}@example.be", "b", "10.0.0.1", "en")
        with pytest.raises(TooMany):
            entering.ask_link("one-more@example.be", "b", "10.0.0.1", "en")
        with clock.travelled(clock.now() + timedelta(hours=1, minutes=1)):
            entering.ask_link(nora, "b", "10.0.0.1", "en")
        assert session().scalar(select(func.count(SignInAttempt.id))) > 20


def test_too_many_questions_are_refused_on_the_page_without_redis(app, nora):
    assert not app.config["RATELIMIT_ENABLED"]
    assert [ask(app.test_client()) for _time in range(6)] == [303] * 5 + [429]


def test_sessions_are_rows_that_idle_out_after_seven_days_and_end_after_thirty(workshop, nora, scope):
    with scope(workshop):
        link = entering.ask_link(nora, "b", "10.0.0.1", "en")
        token = entering.come_in(link, "b", None, ip="10.0.0.1", user_agent="Firefox/9 Windows")
        assert token
        row = session().scalars(select(PortalSession)).one()
        assert token not in (row.token_hash, row.email_hash)
        now = clock.now()
        with clock.travelled(now + timedelta(days=6)):
            assert entering.resume_session(token)
        with clock.travelled(now + timedelta(days=14)):
            assert entering.resume_session(token) is None
        row.last_seen_at = now + timedelta(days=29)
        with clock.travelled(now + timedelta(days=29, hours=23)):
            assert entering.resume_session(token)
        with clock.travelled(now + timedelta(days=30, minutes=1)):
            assert entering.resume_session(token) is None


def test_another_address_ends_every_session(workshop, nora, scope, browser):
    come_in(browser, nora)
    with scope(workshop):
        session().scalars(select(PortalSession)).one().customer.email = "new@example.be"
    assert browser.get("/senne/my/").status_code == 302


def test_signing_out_ends_the_session_and_not_the_cookie_alone(nora, browser):
    come_in(browser, nora)
    value = browser.get_cookie("ronde-my-senne").value
    browser.post("/senne/my/sign-out")
    assert browser.get_cookie("ronde-my-senne") is None
    browser.set_cookie("ronde-my-senne", value)
    assert browser.get("/senne/my/").status_code == 302


def test_a_session_of_one_workshop_opens_nothing_at_another(nora, browser, other_workshop):
    come_in(browser, nora)
    browser.set_cookie("ronde-my-lumen", browser.get_cookie("ronde-my-senne").value)
    assert browser.get("/lumen/my/").status_code == 302
    assert browser.get("/nowhere/my/").status_code == 404


def test_a_member_of_staff_is_nobody_in_the_portal(client, workshop):
    assert client.get("/senne/my/").location.startswith("/senne/my/sign-in")


def test_the_workshop_sends_a_link_that_needs_its_code(app, workshop, nora, client, scope):
    with scope(workshop):
        reference = again(_customer()).reference
    assert client.post(f"/senne/customers/{reference}/sign-in-link").status_code == 303
    token, code = secrets_of(workshop, scope)
    other = app.test_client()
    assert other.post(f"/senne/my/in/{token}").status_code == 422
    assert other.post(f"/senne/my/in/{token}", data={"code": code}).status_code == 303


def _customer():
    return session().scalars(select(Customer)).first()


def test_a_customer_without_an_address_is_sent_no_link(workshop, scope, owner: Actor):
    with scope(workshop), pytest.raises(Conflict):
        entering.send_link(owner, a_customer(email=None))


def test_old_links_and_sessions_are_forgotten(workshop, nora, scope):
    with scope(workshop):
        link = entering.ask_link(nora, "b", "10.0.0.1", "en")
        entering.come_in(link, "b", None, ip="", user_agent="")
        assert entering.forget_old() == 0
        with clock.travelled(clock.now() + timedelta(days=62)):
            assert entering.forget_old() == 2


def test_a_letter_that_comes_late_is_not_sent(workshop, nora, scope):
    with scope(workshop):
        link = entering.ask_link(nora, "b", "10.0.0.1", "en")
        operations.write_letter("portal_link", {"event_id": 1, "letter": "portal_link", "portal_link_id": link.id})
        message = session().scalars(select(Message)).one()
        assert message.not_after == link.expires_at


def test_many_at_once_come_in_once(workshop: Workshop, scope: Scoped, nora: str) -> None:
    with scope(workshop):
        link_id = entering.ask_link(nora, "b", "10.0.0.1", "en").id

    def try_it(_number: int) -> bool:
        try:
            with scope(workshop):
                link = session().scalars(select(PortalLink).where(PortalLink.id == link_id)).one()
                return entering.come_in(link, "b", None, ip="", user_agent="") is not None
        except NotFound:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_it, range(6))) == 1
    with scope(workshop):
        assert session().scalar(select(func.count(PortalSession.id))) == 1


def test_many_questions_at_once_count_as_many(workshop: Workshop, scope: Scoped, nora: str) -> None:
    def ask_once(_number: int) -> bool:
        try:
            with scope(workshop):
                entering.ask_link(nora, "b", "10.0.0.1", "en")
            return True
        except TooMany:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask_once, range(8))) == 5


def test_over_https_the_cookies_are_bound_to_the_host(settings: Settings, nora: str) -> None:
    nudges = list(jobs._nudge)
    app = create_app(replace(settings, base_url="https://localhost"))
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        browser = app.test_client()
        answer = browser.post("/senne/my/sign-in", data={"email": nora}, base_url="https://localhost")
        cookies = [value for name, value in answer.headers.items() if name == "Set-Cookie"]
        asks = next(cookie for cookie in cookies if cookie.startswith("__Host-ronde-asks-senne="))
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in asks.split(";")}
        assert "Domain" not in asks
    finally:
        app.database.engine.dispose()
        jobs._nudge[:] = nudges


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/senne/customers", "/lumen/my/", "https://evil.example/senne/my/", "/senne/my/\\evil",
     "/senne/my/../customers"],
)  # fmt: skip
def test_nobody_is_led_out_of_their_own_rooms(workshop, nora, browser, scope, target):
    browser.post("/senne/my/sign-in", data={"email": nora, "next": target})
    _token, code = secrets_of(workshop, scope)
    assert browser.post("/senne/my/sign-in/code", data={"code": code}).location == "/senne/my/"

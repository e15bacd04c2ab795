"""The edge: forged posts, cookies, sessions, redirects, headers. With the checks on, as in production."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from service_app import create_app
from service_app.accounts.staff import own_path
from service_app.core import jobs
from service_app.core.web import SECURITY_HEADERS
from tests.factories.workshops import PASSWORD, make_member
from tests.house.test_access import asked


@pytest.fixture
def strict(settings, workshop):
    """The application with everything switched on, over https."""
    nudges = list(jobs._nudge)
    app = create_app(replace(settings, base_url="https://localhost"))
    app.testing = True
    yield app
    app.database.engine.dispose()
    jobs._nudge[:] = nudges


def browser(app):
    return app.test_client()


HTTPS = {"base_url": "https://localhost"}


def token_on(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def come_in(client, email):
    """Sign in as a browser does, with the form's own token; returns the answer."""
    page = client.get("/sign-in", **HTTPS).text
    return client.post(
        "/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token_on(page)},
        headers={"Referer": "https://localhost/sign-in"}, **HTTPS,
    )  # fmt: skip


@pytest.fixture
def email(database, workshop):
    return make_member(database, workshop, "owner")


def test_every_post_without_the_forms_token_is_refused(strict, email):
    client = browser(strict)
    assert come_in(client, email).status_code == 303
    endpoints = {rule.endpoint for rule in strict.url_map.iter_rules() if rule.endpoint != "static"}
    posts = [route for route in asked(strict, endpoints) if route.method == "POST"]
    assert len(posts) > 30
    wrong = {}
    for route in posts:
        status = client.post(route.path, headers={"Referer": "https://localhost/"}, **HTTPS).status_code
        if status != 400 and status != 409:
            wrong[route.endpoint] = status
    assert wrong == {}


def test_a_post_that_another_site_started_is_refused_though_it_knows_the_token(strict, email):
    client = browser(strict)
    come_in(client, email)
    page = client.get("/senne/customers/new", **HTTPS).text
    form = {"csrf_token": token_on(page), "kind": "person", "name": "Nora", "language": "fr"}
    honest = {"Referer": "https://localhost/senne/customers/new"}
    forged = client.post("/senne/customers/new", data=form, headers=honest | {"Sec-Fetch-Site": "cross-site"}, **HTTPS)
    assert forged.status_code == 403
    elsewhere = client.post("/senne/customers/new", data=form, headers={"Referer": "https://evil.example/"}, **HTTPS)
    assert elsewhere.status_code in (400, 409)
    assert client.post("/senne/customers/new", data=form, headers=honest, **HTTPS).status_code == 303


def test_cookies_are_bound_to_the_host_and_out_of_reach_of_scripts(strict, email):
    answer = come_in(browser(strict), email)
    cookies = [value for name, value in answer.headers.items() if name == "Set-Cookie"]
    assert any(cookie.startswith("__Host-ronde=") for cookie in cookies)
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_signing_in_gives_a_session_of_its_own_whatever_the_browser_had(strict, email):
    client = browser(strict)
    client.set_cookie("__Host-ronde", "planted-by-somebody-else", secure=True)
    come_in(client, email)
    first = client.get_cookie("__Host-ronde").value
    assert first != "planted-by-somebody-else"
    come_in(other := browser(strict), email)
    assert other.get_cookie("__Host-ronde").value != first


def test_a_form_from_before_signing_in_is_worth_nothing_after_it(strict, email):
    client = browser(strict)
    before = token_on(client.get("/sign-in", **HTTPS).text)
    come_in(client, email)
    answer = client.post(
        "/language", data={"language": "nl", "csrf_token": before}, headers={"Referer": "https://localhost/"}, **HTTPS
    )
    assert answer.status_code in (400, 409)


def test_signing_out_ends_the_session_and_not_the_cookie_alone(strict, email):
    client = browser(strict)
    come_in(client, email)
    value = client.get_cookie("__Host-ronde").value
    page = client.get("/me", **HTTPS).text
    client.post("/sign-out", data={"csrf_token": token_on(page)}, headers={"Referer": "https://localhost/"}, **HTTPS)
    assert client.get_cookie("__Host-ronde") is None
    client.set_cookie("__Host-ronde", value, secure=True)
    assert client.get("/me", **HTTPS).location.startswith("/sign-in")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t\\evil.example", "evil.example", "http:evil.example", "/ok\r\nSet-Cookie: x=1", "", None],
)  # fmt: skip
def test_nobody_is_led_to_another_site(target):
    assert own_path(target) is None


@pytest.mark.parametrize("target", ["/", "/senne/customers?q=nora&page=2", "/me#password", "/senne/customers/K-0001"])
def test_one_is_led_on_to_a_page_of_ours(target):
    assert own_path(target) == target


def test_the_door_leads_on_and_never_away(app, workshop, database):
    email = make_member(database, workshop, "counter")
    signing_in = {"email": email, "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=signing_in | {"next": "//evil.example"}).location == "/"
    onward = app.test_client().post("/sign-in", data=signing_in | {"next": "/senne/customers"})
    assert onward.location == "/senne/customers"


def test_who_must_sign_in_first_comes_back_to_where_they_wanted(app, workshop):
    assert app.test_client().get("/senne/customers?q=nora").location == "/sign-in?next=/senne/customers?q%3Dnora"


@pytest.mark.parametrize("path", ["/sign-in", "/senne/customers", "/me", "/no/such/page", "/senne/customers/K-9999", "/health",
                                  "/static/favicon.svg"])  # fmt: skip
def test_every_answer_carries_the_headers(client, path):
    answer = client.get(path)
    for name in SECURITY_HEADERS:
        assert name in answer.headers, name
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    answer.close()


@pytest.mark.parametrize("path", ["/senne/customers", "/me", "/senne/customers/K-9999"])
def test_no_cache_keeps_a_page_of_somebody(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_over_https_browsers_are_told_to_stay_there(strict):
    assert "max-age" in browser(strict).get("/sign-in", **HTTPS).headers["Strict-Transport-Security"]


def test_a_host_that_is_not_ours_is_not_answered(strict):
    assert browser(strict).get("/sign-in", base_url="https://evil.example").status_code == 400

"""The edge: forged posts, cookies, sessions, redirects, headers. With the checks on, as in production."""

from __future__ import annotations

import gzip
import io
import random
import re
from dataclasses import replace

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from service_app import create_app
from service_app.accounts.models import SignInAttempt
from service_app.accounts.staff import own_path
from service_app.catalogue import operations as catalogue
from service_app.core import files, jobs, tenancy
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.web import SECURITY_HEADERS
from service_app.front import put_in_front
from service_app.items import operations as items
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_item
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


# A mail program presses it for its reader (RFC 8058): the signed link is all it can bring, and it can only silence.
# A provider reports: its signature over the body is its right (tests/notifications/test_notices.py).
WITHOUT_A_FORM = {"notifications_public.silence", "notifications_public.take_notice"}


def test_every_post_without_the_forms_token_is_refused(strict, email):
    client = browser(strict)
    assert come_in(client, email).status_code == 303
    endpoints = {rule.endpoint for rule in strict.url_map.iter_rules() if rule.endpoint != "static"}
    posts = [route for route in asked(strict, endpoints) if route.method == "POST"]
    assert len(posts) > 30
    wrong = {}
    for route in posts:
        status = client.post(route.path, headers={"Referer": "https://localhost/"}, **HTTPS).status_code
        if status not in (400, 409) and route.endpoint not in WITHOUT_A_FORM:
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


NO_TEXT = "a\0b"


def test_what_no_database_keeps_is_no_error_of_ours(client, app, workshop):
    visitor = app.test_client()
    assert visitor.post("/sign-in", data={"email": NO_TEXT, "password": "x"}).status_code == 422
    assert visitor.post("/forgot", data={"email": NO_TEXT}).status_code == 422
    assert client.get("/senne/customers", query_string={"q": NO_TEXT}).status_code in (200, 404)
    assert client.get("/senne/customers/a%00b").status_code == 404
    assert client.post("/me/sessions/end", data={"session": NO_TEXT}).status_code == 422
    assert "cannot be read" in client.post("/senne/settings/terms", data={"fr": NO_TEXT}).text


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_no_key_can_have_names_nothing(client, number):
    assert client.get(f"/senne/people/{number}").status_code == 404
    assert client.get(f"/senne/letters/{number}").status_code == 404
    assert client.get(f"/senne/settings/terms/{number}").status_code == 404
    assert client.post(f"/senne/people/invitations/{number}/withdraw").status_code == 404


def test_a_version_nobody_saw_is_a_stale_one(client, workshop, scope):
    with scope(workshop):
        reference = a_customer().reference
    for version in ("9" * 5000, "²", "-1", ""):
        form = {"name": "Nora", "kind": "person", "language": "fr", "version": version}
        assert client.post(f"/senne/customers/{reference}/edit", data=form).status_code == 409


@pytest.fixture
def in_front(settings):
    """`in_front(**settings)` is a browser at the application as gunicorn serves it."""
    made, nudges = [], list(jobs._nudge)

    def serve(**changes):
        told = replace(settings, **changes)
        app = create_app(told)
        app.config["WTF_CSRF_ENABLED"] = False
        put_in_front(app, told)
        made.append(app)
        return app.test_client()

    yield serve
    for app in made:
        app.database.engine.dispose()
    jobs._nudge[:] = nudges


def test_static_files_carry_the_headers_too_and_are_nobody_elses(in_front):
    answer = in_front(base_url="https://localhost").get("/static/favicon.svg", **HTTPS)
    assert answer.status_code == 200
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    answer.close()


def test_what_the_build_named_by_its_content_is_kept_for_good_and_comes_squeezed(in_front):
    client = in_front()
    names = re.findall(r"/static/dist/[^\"]+\.(?:css|js)", client.get("/sign-in").text)
    assert names
    for name in names:
        answer = client.get(name, headers={"Accept-Encoding": "gzip, br"})
        squeezed = "br" if len(answer.data) > 1000 or "app-" in name else None  # a script of a line stays as it is
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, squeezed), name
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()
    plain = client.get("/static/favicon.svg")
    assert "immutable" not in plain.headers["Cache-Control"]
    plain.close()


def test_pages_come_squeezed_to_who_takes_that_and_never_twice_in_the_same_length(strict):
    client = browser(strict)
    whole = client.get("/sign-in", **HTTPS)
    assert "Content-Encoding" not in whole.headers
    assert "Accept-Encoding" in whole.headers["Vary"]
    assert "Cookie" in whole.headers["Vary"]
    lengths = set()
    for _each in range(8):
        answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip"}, **HTTPS)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "</html>" in gzip.decompress(answer.data).decode()
        assert len(answer.data) < len(whole.data)
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        lengths.add(len(answer.data))
    assert len(lengths) > 1
    refused = client.get("/sign-in", headers={"Accept-Encoding": "gzip;q=0"}, **HTTPS)
    assert "Content-Encoding" not in refused.headers


def tried_from(client, database):
    """The address under which a failed sign-in with a forwarded one is counted."""
    sent = {
        "X-Forwarded-For": "203.0.113.7, 198.51.100.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    answer = client.post("/sign-in", data={"email": "no@example.be", "password": "wrong wrong wrong"}, headers=sent)
    assert answer.status_code == 422
    with database.transaction(tenancy.platform("test")):
        keys = set(session().scalars(select(SignInAttempt.key)))
    return {key for key in keys if key.startswith("ip:")}, answer


def test_what_a_proxy_says_is_taken_from_the_proxies_that_are_there(in_front, database, workshop):
    keys, answer = tried_from(in_front(trusted_proxies=1), database)
    assert keys == {"ip:198.51.100.9"}
    assert "Strict-Transport-Security" in answer.headers


def test_without_a_proxy_nobody_chooses_their_own_address(in_front, database, workshop):
    keys, answer = tried_from(in_front(), database)
    assert keys == {"ip:127.0.0.1"}
    assert "Strict-Transport-Security" not in answer.headers


def test_a_photo_has_no_rights_in_a_browser(client, app, workshop, scope, owner):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    with scope(workshop):
        product = a_product()
        item = an_item(product)
        photo = items.add_photo(owner, item, out.getvalue(), "red.jpg")
        code, photo_id = item.public_code, photo.id
        catalogue.photograph_product(owner, product, out.getvalue(), "red.jpg")
    for browser, path in (
        (client, f"/senne/items/photos/{photo_id}"), (client, f"/senne/products/{product.code}/photo"),
        (app.test_client(), f"/p/{code}/photo"),
    ):  # fmt: skip
        answer = browser.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg"), path
        assert "sandbox" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def picture(kind, **options):
    out = io.BytesIO()
    Image.effect_noise((60, 50), 80).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def pictures():
    """Bytes that claim to be pictures: other kinds, broken ones, and ones that are something else as well."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield from (
        svg,
        b"",
        b"GIF89a" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + svg,
        b"<?php echo 1 ?>",
        picture("GIF"),
        picture("BMP"),
    )
    chance = random.Random(7)
    for whole in (picture("JPEG"), picture("PNG"), picture("WEBP")):
        yield whole + svg
        for _time in range(60):
            broken = bytearray(whole)
            for _hit in range(chance.randint(1, 12)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            yield bytes(broken[: chance.randint(len(broken) // 2, len(broken))])


def test_a_picture_is_encoded_anew_or_refused_and_never_an_error(workshop, scope):
    kept = refused = 0
    with scope(workshop):
        for content in pictures():
            try:
                stored = files.read(files.store_picture(content, "photo"))
            except Invalid:
                refused += 1
                continue
            kept += 1
            assert stored[:2] in (b"\xff\xd8", b"\x89P")
            assert b"<script" not in stored
    assert kept > 3
    assert refused > 3


def test_text_in_a_picture_does_not_come_through(workshop, scope):
    out = io.BytesIO()
    about = PngInfo()
    about.add_text("Comment", "<script>alert(1)</script>")
    Image.new("RGBA", (9, 9)).save(out, "PNG", pnginfo=about)
    with scope(workshop):
        stored = files.read(files.store_picture(out.getvalue() + b"<script>", "photo"))
    assert b"script" not in stored


def test_signing_in_again_ends_the_session_the_browser_had(app, workshop, database):
    email, client = make_member(database, workshop, "counter"), app.test_client()
    form = {"email": email, "password": PASSWORD}
    client.post("/sign-in", data=form)
    before = client.get_cookie("ronde").value
    client.post("/sign-in", data=form)
    thief = app.test_client()
    thief.set_cookie("ronde", before)
    assert thief.get("/me").location.startswith("/sign-in")
    assert client.get("/me").status_code == 200

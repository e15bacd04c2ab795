"""A real browser against the real application: for journeys and for what only a browser can tell.

`served(app)` gives the address, `chromium()` the browser, `signed_in(browser, address, client)` a page with that
client's session, `axe(page)` what the accessibility engine finds, as sentences; `faults(page)` by day and by night.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

import service_app

AXE = Path(service_app.__file__).parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

DESK = {"viewport": {"width": 1360, "height": 860}}
NIGHT = {**DESK, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}

Opened = Callable[..., Page]

expect.set_options(timeout=20_000)  # what is expected comes sooner; a machine with other work may be late


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a port of this machine."""
    server = make_server("127.0.0.1", 0, _closing(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _closing(app: Flask) -> WSGIApplication:
    """The application with answers that are closed whatever comes: this server forgets to where the browser hangs up."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """The machine's own Chromium, with further flags where a test needs them."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail("no Chromium on this machine: apt-get install chromium")
    with _driver() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


_running: list[Playwright] = []


@contextmanager
def _driver() -> Iterator[Playwright]:
    """The one driver of this process: a second cannot be started beside it."""
    if _running:
        yield _running[0]
        return
    with sync_playwright() as playwright:
        _running.append(playwright)
        yield playwright
        _running.clear()


def signed_in(browser: Browser, address: str, client: FlaskClient, look: dict[str, Any] | None = None) -> Page:
    """A page that carries the session of a test client."""
    session = client.get_cookie("ronde", domain="localhost")
    assert session is not None, "the client is not signed in"
    context = browser.new_context(reduced_motion="reduce", locale="en-BE", **(look or DESK))
    context.add_cookies([{"name": "ronde", "value": session.value, "url": address}])
    return context.new_page()


def faults(page: Page) -> list[str]:
    """What axe finds in both themes, and what sticks out to the right; of a page that is opened once."""
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    found += [f"by night: {fault}" for fault in axe(page)]
    page.emulate_media(color_scheme="light")
    wide = page.evaluate("document.documentElement.scrollWidth - screen.width")
    return found + squeezed(page) + ([f"{wide} px too wide"] if wide > 0 else [])


def squeezed(page: Page) -> list[str]:
    """Names whose buttons beside them leave them no more room than for a few letters a line."""
    bodies = "[...document.querySelectorAll('.ticket-body')].map(body => [body.clientWidth, body.textContent.trim()])"
    return [f"{text[:30]!r} in {width} px" for width, text in page.evaluate(bodies) if text and 0 < width < 80]


def axe(page: Page) -> list[str]:
    """What axe finds on the page as it is read: styled, in its own type. One sentence a fault."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => new Promise(drawn => requestAnimationFrame(() => drawn(true))))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
    return [f"{fault['id']}: {fault['help']} {fault['nodes'][0]['target']}" for fault in found["violations"]]

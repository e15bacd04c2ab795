"""Somebody is invited, comes in, changes workshop, and leaves: as people do it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service_app.core.web import Ronde
from service_app.workshops import queries
from service_app.workshops.operations import people
from tests import browser as real
from tests.factories.workshops import PASSWORD, make_member

pytestmark = pytest.mark.journey


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


def new_page(browser: Browser, look: dict) -> Page:
    page = browser.new_context(reduced_motion="reduce", locale="en-BE", **look).new_page()
    page.set_default_timeout(15_000)
    return page


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_a_colleague_is_invited_joins_and_leaves(browser, address, workshop, other_workshop, scope, database):
    boss_email = make_member(database, workshop, "owner")
    boss = new_page(browser, real.DESK)
    sign_in(boss, address, boss_email)
    boss.get_by_role("link", name="People").click()
    boss.get_by_role("link", name="Invite somebody").click()
    boss.get_by_label("E-mail").fill("ana@example.be")
    boss.get_by_label("Technician", exact=False).check()
    boss.get_by_label("Nederlands").check()
    boss.get_by_role("button", name="Send the invitation").click()
    expect(boss.locator(".ticket", has_text="ana@example.be")).to_be_visible()

    with scope(workshop):
        invitation = queries.list_open_invitations()[0]
        link = people.join_link(invitation).replace("http://localhost", address)
    ana = new_page(browser, real.PHONE)
    ana.goto(link)
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Atelier Senne")
    ana.get_by_label("Your name").fill("Ana Peeters")
    ana.get_by_label("Password").fill("short")
    ana.get_by_role("button", name="Join").click()
    expect(ana.locator("#password-error")).to_be_visible()
    ana.get_by_label("Password").fill("drie stoelen en een lamp")
    ana.get_by_role("button", name="Join").click()
    ana.wait_for_url("**/senne/")

    with scope(other_workshop):
        boss_there = people.Actor(kind="staff", name="Lou", permissions=people_rights())
        further = people.join_link(people.invite_member(boss_there, "ana@example.be", "counter", "nl"))
    ana.goto(further.replace("http://localhost", address))
    ana.get_by_role("button", name="Join").click()
    ana.wait_for_url("**/lumen/")
    ana.get_by_role("button", name="More").click()
    ana.locator(".switcher summary").click()
    ana.get_by_role("link", name="Atelier Senne").click()
    ana.wait_for_url("**/senne/")

    boss.reload()
    boss.get_by_role("link", name="Ana Peeters").click()
    boss.get_by_role("button", name="Ana Peeters leaves").click()
    boss.locator(".toast-act").focus()  # who is about to undo has the time they need
    ana.reload()
    expect(ana.locator(".error-ticket")).to_be_visible()
    boss.locator(".toast-act").click()
    expect(boss.locator("tr", has_text="Ana Peeters")).to_contain_text("works here")
    ana.reload()
    expect(ana.locator(".error-ticket")).to_have_count(0)
    for page in (boss, ana):
        page.context.close()


def people_rights() -> frozenset[str]:
    from service_app.core.access import ROLES

    return ROLES["owner"]

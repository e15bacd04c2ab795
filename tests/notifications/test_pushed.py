"""A notice in a real browser: the page registers its worker, which shows what the product sealed and sent, once, and leads to
the right page. (The way between the browser's maker and the browser is theirs; here the words are put in by hand.)"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from service_app.core.web import Ronde
from service_app.notifications import choosing, pushing
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import PHONE, faults
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.portal import come_in
from tests.factories.repairs import a_received
from tests.notifications.test_texts import BrowserOfOurs, Service, outgoing_process, service, sweep
from workers.process import Process

__all__ = ["outgoing_process", "service"]

_SHOWN = """async () => (await (await navigator.serviceWorker.getRegistration()).getNotifications())
    .map(one => ({title: one.title, body: one.body, tag: one.tag, lang: one.lang, url: one.data.url}))"""
_PRESSED = """async () => {
    const [shown] = await self.registration.getNotifications();
    self.opened = new Promise(done => { self.clients.openWindow = async url => done(url); });
    self.dispatchEvent(new NotificationEvent('notificationclick', {notification: shown}));
    return [await self.opened, (await self.registration.getNotifications()).length];
}"""


@pytest.mark.slow
def test_notice_is_shown_once_on_the_phone_and_leads_to_its_page(
    app: Ronde, workshop: Workshop, scope: Scoped, browser: Browser, service: Service, outgoing_process: Process
) -> None:
    ours = BrowserOfOurs()
    with scope(workshop):
        person = a_customer(email="nora@example.be", language="en")
        keys = (pushing._written(ours.public), pushing._written(ours.auth))
        pushing.subscribe(person, f"{service.url}/phone", *keys, "", local=True)
        choosing.keep_choice(person, "repairs", "push")
        a_received(person)
    sweep(outgoing_process)
    told = ours.open(service.calls[0][2])
    with real.served(app) as address:
        cookie = come_in(app.test_client(), "nora@example.be").get_cookie("ronde-my-senne")
        assert cookie is not None
        context = browser.new_context(reduced_motion="reduce", locale="en-BE", **PHONE)  # type: ignore[arg-type]
        context.add_cookies([{"name": "ronde-my-senne", "value": cookie.value, "url": address}])
        context.grant_permissions(["notifications"], origin=address)
        page = context.new_page()
        page.goto(f"{address}/senne/my/ways")
        page.wait_for_load_state("load")
        protocol = context.new_cdp_session(page)
        known: list[str] = []
        protocol.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda said: known.extend(one["registrationId"] for one in said["registrations"]),
        )
        protocol.send("ServiceWorker.enable")
        with context.expect_event("serviceworker") as begun:
            page.get_by_role("button", name="Show notices here").click()
        worker = begun.value
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        assert page.evaluate("Notification.permission") == "granted"
        assert faults(page) == []
        for _time in range(2):
            words = {"origin": address, "registrationId": known[0], "data": json.dumps(told)}
            protocol.send("ServiceWorker.deliverPushMessage", words)
        page.wait_for_function(f"({_SHOWN})().then(shown => shown.length > 0)")
        assert page.evaluate(_SHOWN) == [told]
        assert told["title"].startswith("Atelier Senne: ")
        led_to, left = worker.evaluate(_PRESSED)
        assert (led_to, left) == (told["url"], 0), "pressed, it is gone"
        answer = page.goto(led_to.replace("http://localhost", address))
        assert answer is not None
        assert answer.ok
        assert "Atelier Senne" in page.content()
        context.close()

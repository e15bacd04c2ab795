"""What waits, in a real browser: an amendment to be signed, a contract that was passed over, what calling it off costs; on
a phone, by day and by night, without a fault that axe finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import update

from service_app.contracts import links, proposals
from service_app.contracts.allowed import Subject
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import service
from service_app.contracts.operations.offers import Wish
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import DESK, PHONE, faults
from tests.conftest import Scoped
from tests.contracts.test_cancelling import a_late_one
from tests.factories.customers import a_customer
from tests.factories.life import a_subscription


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


@pytest.fixture
def pages(app: Ronde, workshop: Workshop, scope: Scoped) -> dict[str, str]:
    """The addresses of what waits, by what it is."""
    with scope(workshop), clock.travelled(clock.now() - timedelta(days=40)):
        stuck = a_subscription("31")
        stuck.customer.language = "en"
    with scope(workshop):
        late = a_late_one(customer=a_customer(language="en")).reference
        broken = {"pricing": "monthly"}
        session().execute(update(ContractLine).where(ContractLine.contract_id == stuck.id).values(price=broken))
        service.charge_recurring(WORKER)
    with app.app_context(), scope(workshop):
        contract = a_subscription("31")
        contract.language, line = "en", contract.lines[0]
        wish = Wish(line.product, line.plan, clock.now() + timedelta(days=1), None)
        row = proposals.propose(WORKER, Subject(contract), "add_line", {"wish": wish})
        return {
            "amendment": links.proposal_url(row).removeprefix("http://localhost"),
            "contract": f"/senne/contracts/{contract.reference}",
            "passed over": "/senne/jobs",
            "extend": f"/senne/contracts/{contract.reference}/add-line",
            "call off": f"/senne/contracts/{late}/call-off",
            "signed": f"/senne/contracts/{late}",
        }


@pytest.mark.parametrize("look", [PHONE, DESK], ids=["phone", "desk"])
def test_what_waits_is_shown_without_fault(
    pages: dict[str, str],
    address: str,
    browser: Browser,
    workshop: Workshop,
    sign_in: Callable[..., FlaskClient],
    look: dict[str, object],
) -> None:
    page = real.signed_in(browser, address, sign_in(workshop), look)
    found = {}
    for what, path in pages.items():
        page.goto(f"{address}{path}")
        if seen := faults(page):
            found[what] = seen
    page.context.close()
    assert found == {}

"""A customer who is signed in to their own pages, and contracts they can do something with; inside a workshop's
transaction."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import PlanRules
from service_app.contracts.models import Contract
from service_app.contracts.operations import money, offers
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.portal.models import PortalLink
from service_app.portal.operations import entering
from service_app.workshops.queries import find_workshop
from tests.factories.catalogue import a_monthly_plan, a_product
from tests.factories.rentals import a_sent, an_item, hand_all_over


def the_link() -> PortalLink:
    """The latest link that was asked for."""
    link = session().scalars(select(PortalLink).order_by(PortalLink.id.desc())).first()
    assert link is not None
    return link


def come_in(browser: FlaskClient, email: str, workshop: str = "senne") -> FlaskClient:
    """Ask for a link and come in by its code, as a person does."""
    assert browser.post(f"/{workshop}/my/sign-in", data={"email": email}).status_code == 303
    database = browser.application.database  # type: ignore[attr-defined]
    with database.transaction(tenancy.platform("the code of a letter")):
        found = find_workshop(workshop)
        assert found is not None
    with database.transaction(tenancy.workshop(found.id)):
        code = entering.code_of(the_link().salt)
    answer = browser.post(f"/{workshop}/my/sign-in/code", data={"code": code})
    assert answer.status_code == 303, answer.text[:600]
    return browser


def a_ruled_plan(product: Product, rules: PlanRules, **facts: Any) -> Plan:
    """79.00 a month with rules; no term and no notice unless given."""
    plan = a_monthly_plan(product, **{"min_term_months": None, "notice_days": None} | facts)
    plan.rules = rules.to_json()
    session().flush()
    return plan


def a_subscription(rules: PlanRules | None = None, *, is_paid: bool = True, **facts: Any) -> Contract:
    """By the month, signed at a distance, out since now; paid unless said otherwise."""
    plan_facts = {
        name: facts.pop(name) for name in ("min_term_months", "notice_days", "monthly_amount") if name in facts
    }
    product = a_product()
    for _number in range(2):
        an_item(product)
    plan = a_ruled_plan(product, rules or PlanRules(), **plan_facts)
    contract = a_sent(Wish(product, plan, clock.now(), None), **facts)
    signing = Signing(contract.customer.name, is_distance=True)
    offers.sign_offer(access.customer(contract.customer.name), contract, contract.offer_round, signing)
    hand_all_over(contract)
    if is_paid and money.balance(contract).open:
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
    return contract

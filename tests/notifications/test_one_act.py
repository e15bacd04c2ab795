"""Everything in a letter works from its signed link for that one thing: what a letter proposes is what its button opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service_app.contracts import links
from service_app.contracts.operations import endings, pauses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.portal.acts import FACES
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.rentals import again
from tests.notifications.test_letters import messages
from tests.notifications.test_life_of_a_contract import FACTS, RULES, START, _written, a_monthly, composed
from workers import planners
from workers.process import Process

# Letters that propose something to do, and the act of their button. The others lead to the contract and its papers.
PROPOSED = {
    "handed_over": "report_outage",
    "noticed": "withdraw_notice",
    "pause_planned": "resume",
    "paused": "resume",
    "plan_change_planned": "keep_plan",
    "works_again": "report_outage",
}


@pytest.mark.parametrize("fact", FACTS)
def test_button_of_a_letter_opens_what_the_letter_proposes(
    fact: str, workshop: Workshop, scope: Scoped, process: Process, app: Ronde
) -> None:
    make, happen, expected = FACTS[fact]
    with process.context(), scope(workshop), clock.travelled(START):
        happen(make("en"))
        told = {message.kind: composed(workshop, message) for message in _written() if message.kind in expected}
        buttons = {kind: letter.button for kind, letter in told.items() if letter is not None and letter.button}
    with clock.travelled(START):
        for kind, (_label, address) in buttons.items():
            path = address.removeprefix("http://localhost")
            answer = app.test_client().get(f"{path}?lang=en")
            assert answer.status_code == 200, kind
            if kind not in PROPOSED:
                assert "/senne/sign/" in path, kind
                assert 'name="agreed"' not in answer.text, "what was signed is not signed again"
                continue
            token = path.rsplit("/", 1)[1]
            with app.app_context(), scope(workshop):
                assert links.read_act(token, workshop.id).operation == PROPOSED[kind]
            assert str(FACES[PROPOSED[kind]].confirm) in answer.text or 'method="post"' in answer.text, kind


def test_letter_of_a_pause_ends_it_with_one_press(
    workshop: Workshop, scope: Scoped, process: Process, app: Ronde
) -> None:
    with process.context(), scope(workshop), clock.travelled(START):
        contract = a_monthly("en")
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 10), until_on=date(2026, 10, 25))
        path = links.act_url(contract, "resume").removeprefix("http://localhost")
        version, sign = contract.version, links.offer_url(contract).removeprefix("http://localhost")
    browser = app.test_client()
    with clock.travelled(START):
        assert "Your contract" in browser.get(f"{sign}?lang=en").text, "a contract that rests is still a contract"
        assert browser.get(f"{sign}/contract.pdf").mimetype == "application/pdf"
        answer = browser.post(path, data={"version": version, "key": "one-press"})
        assert answer.location == f"{path}/done"
        assert "over from today" in browser.get(answer.location).text
    with scope(workshop):
        assert again(contract).status == "active"


def test_term_that_ends_is_renewed_and_one_that_renews_is_refused_from_their_letters(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    for style, operation in (("asked", "renew"), ("automatic", "do_not_renew")):
        with process.context(), scope(workshop), clock.travelled(START):
            contract = a_monthly("en", replace(RULES, renewal=style))
            assert contract.renews_on == date(2027, 1, 10)
        with clock.travelled(START.replace(month=12, day=20)):
            planners.in_every_workshop(process, "remind_renewals", planners.remind_renewals)
            with process.context(), scope(workshop):
                message = next(row for row in messages() if row.kind == "renewal" and row.contract_id == contract.id)
                letter = composed(workshop, message)
                assert letter is not None
                assert letter.button is not None
                token = letter.button[1].rsplit("/", 1)[1]
                assert links.read_act(token, workshop.id) == links.LinkedAct(operation, contract.id, None)
        with scope(workshop), clock.travelled(START.replace(month=12, day=21)):
            do = endings.renew_contract if operation == "renew" else endings.do_not_renew
            do(WORKER, again(contract), ANEW)

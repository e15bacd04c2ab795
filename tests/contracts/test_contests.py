"""A customer who sees it differently: nothing is collected meanwhile, a second person decides, and the money follows."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.models import Charge
from service_app.contracts import allowed, contested, documents, links
from service_app.contracts.allowed import Subject
from service_app.contracts.models import Contest, Contract, ContractLine
from service_app.contracts.operations import contests, handovers, inspections, money
from service_app.contracts.operations.acts import ANEW, Asked, acts_of
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.queries import list_to_settle
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.core.events import Event
from service_app.core.web import Ronde
from service_app.desk.queries import the_day
from service_app.items.models import ItemPhoto
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_act_pages import did, page_of
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.portal import come_in
from tests.factories.rentals import a_wish, again, an_active, an_item
from tests.notifications.test_life_of_a_contract import _written, composed
from workers.process import Process

ZONE = "Europe/Brussels"
NORA = access.customer("Nora Lemmens")
ADA = access.staff("Ada Counter", 501, "counter")  # who inspects
BO = access.staff("Bo Manager", 502, "manager")  # who looks again
LEVER = Finding("damage", "brake lever", Decimal("40.00"), charged_share=50)
DIRT = Finding("cleaning", "frame", Decimal("12.00"))
WEAR = Finding("damage", "tyre", Decimal("30.00"), is_wear=True)


def inspected(*findings: Finding, paid: bool = True, photos: Any = ()) -> Contract:
    """A rental that is back and was inspected by Ada; the rent is paid unless said otherwise, the deposit of 150 held."""
    product = a_product()
    an_item(product)
    who = a_customer(name="Nora Lemmens", email="nora@example.be", language="en")
    contract = an_active(a_wish(product, a_day_plan(product)), customer=who)
    if paid:
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
    inspection = handovers.take_back(ADA, contract.lines[0], Found())
    inspections.finish_inspection(ADA, inspection, Verdict("C", "in_stock", findings, photos=photos))
    return contract


def contest(contract: Contract, words: str = "The scratch was there before.", **more: Any) -> Contest:
    contests.contest_inspection(NORA, contract.lines[0], ANEW, words=words, **more)
    return the_contest(contract)


def the_contest(contract: Contract) -> Contest:
    return contested.contests_of(contract)[0]


def settle(contract: Contract) -> None:
    money.settle_up(BO, contract, method="card", use_deposit=True, release_method="transfer")


def damage_of(contract: Contract, part: str) -> int:
    inspection = contested.inspection_of(contract.lines[0])
    assert inspection is not None
    return next(damage.id for damage in inspection.damages if damage.part == part)


def happened(name: str) -> int:
    return len(session().scalars(select(Event.id).where(Event.name == name)).all())


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG")
    return out.getvalue()


def test_what_is_contested_is_not_collected_and_as_much_of_the_deposit_stays(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER, DIRT, paid=False)
        rent = money.balance(contract).open - Decimal(32)
        contest(contract)
        now = money.balance(contract)
        assert (now.contested, now.to_collect, now.deposit_held) == (Decimal(32), rent, Decimal(150))
        money.settle_up(BO, contract, method="card", use_deposit=False, release_method="transfer")
        now, deposit = money.balance(contract), charges.deposit_of(contract.id)
        assert (now.open, now.to_collect, now.deposit_held) == (Decimal(32), Decimal(0), Decimal(32))
        assert deposit is not None
        assert (deposit.status, contract.status, contract.money_status) == ("held", "active", "due")
        assert [(row.kind, row.amount) for row in deposit.movements] == [
            ("received", Decimal(150)), ("released", Decimal(118)),
        ]  # fmt: skip
        settle(contract)
        assert money.balance(contract).deposit_held == Decimal(32), "asked again it is still left alone"
        assert happened("deposit.released") == 0


def test_no_credit_is_set_off_against_it_and_nobody_waives_it_by_the_way(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        contest(contract)
        rows = {row.kind: row for row in charges.charges_of(contract.id)}
        credits.make_credit(WORKER, rows["rent"], contested_price("5.00"), "gesture")
        money.refresh_money(contract)
        now = money.balance(contract)
        assert (now.contested, now.to_give_back) == (Decimal(20), Decimal(5))
        with pytest.raises(Conflict, match=r"charge\.contested"):
            money.waive(BO, contract, rows["damage"], "a gesture")


def contested_price(amount: str) -> Any:
    from service_app.charges.pricing import Price

    return Price(Decimal(amount), "rounding", {})


def test_a_second_person_upholds_it_and_then_it_is_kept_from_the_deposit(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        contest(contract)
        act = contests.decide_contest(BO, contract.lines[0], ANEW, outcome="upheld", reason="The photo shows it whole.")
        row = the_contest(contract)
        assert (row.status, row.decided_by, row.reason) == ("upheld", "Bo Manager", "The photo shows it whole.")
        assert act.outcome == {"contest": row.id, "outcome": "upheld", "less": "0.00"}
        assert money.balance(contract).to_collect == Decimal(20)
        settle(contract)
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert (deposit.status, contract.status) == ("partly_retained", "ended")
        with pytest.raises(Conflict, match=r"allowed\.not_contested"):
            contests.decide_contest(BO, contract.lines[0], ANEW, outcome="dropped", reason="After all.")


def test_an_amount_that_changes_is_credited_with_what_it_was(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER, DIRT)
        contest(contract)
        lever, dirt, line = damage_of(contract, "brake lever"), damage_of(contract, "frame"), contract.lines[0]
        for odd in (Decimal("20.01"), Decimal("-1")):
            with pytest.raises(Invalid, match=r"contest\.not_more"):
                contests.decide_contest(BO, line, ANEW, outcome="changed", reason="So.", amounts={lever: odd})
        with pytest.raises(Invalid, match=r"contest\.nothing_changed"):
            contests.decide_contest(BO, line, ANEW, outcome="changed", reason="So.", amounts={lever: Decimal(20)})
        with pytest.raises(Invalid, match=r"contest\.reason_needed"):
            contests.decide_contest(BO, line, ANEW, outcome="dropped", reason="  ")
        with pytest.raises(Invalid, match=r"choice\.unknown"):
            contests.decide_contest(BO, line, ANEW, outcome="doubled", reason="So.")
        assert the_contest(contract).status == "open"
        changes = {lever: Decimal("7.50")}
        contests.decide_contest(BO, line, ANEW, outcome="changed", reason="An old scratch.", amounts=changes)
        taken = credits.credits_of(contract.id)
        assert [(row.amount, row.rule, row.figures) for row in taken] == [
            (Decimal("12.50"), contested.RULE, {"part": "brake lever", "before": "20.00", "after": "7.50"})
        ]
        assert money.balance(contract).to_collect == Decimal("19.50")
        inspection = contested.inspection_of(line)
        assert inspection is not None
        assert {damage.id: amount for damage, amount in contested.outcomes_of(inspection)} == {
            lever: Decimal("7.50"), dirt: Decimal(12),
        }  # fmt: skip


def test_every_amount_at_nothing_is_dropped(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        contest(contract)
        nothing = {damage_of(contract, "brake lever"): Decimal(0)}
        contests.decide_contest(BO, contract.lines[0], ANEW, outcome="changed", reason="Wear.", amounts=nothing)
        assert the_contest(contract).status == "dropped"
        assert (money.balance(contract).open, contract.money_status) == (Decimal(0), "settled")
        settle(contract)
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert (deposit.status, contract.status) == ("released", "ended")


def test_contested_after_the_deposit_was_kept_it_is_given_back_and_a_further_statement_says_so(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        contract = inspected(LEVER)
        settle(contract)
        assert contract.status == "ended"
        documents.keep_up(contract.id)
        contest(contract)
        assert money.balance(contract).open == 0, "what was paid stays where it is until then"
        contests.decide_contest(BO, contract.lines[0], ANEW, outcome="dropped", reason="It was there before.")
        assert (money.balance(contract).to_give_back, contract.money_status) == (Decimal(20), "due")
        assert [row.id for row in list_to_settle()] == [contract.id], "an ended contract that owes stands on Today"
        documents.keep_up(contract.id)
        statements = [row for row in documents.papers_of(contract) if row.kind == "deposit"]
        assert [row.number for row in statements] == [3, 4]
        said = [str(row.snapshot["blocks"]) for row in statements]
        assert "second look" not in said[0]
        assert "brake lever, looked at again: 0,00" in said[1].replace("\xa0", " ")
        assert documents.keep_up(contract.id) == []
        settle(contract)
        assert (money.balance(contract).to_give_back, contract.money_status) == (Decimal(0), "settled")
        assert list_to_settle() == []


def test_who_inspected_does_not_decide_but_may_give_in(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        line = contract.lines[0]
        contest(contract)
        owner = access.staff("Ada Counter", 501, "owner")
        for inspector in (ADA, owner):
            with pytest.raises(Conflict, match=r"allowed\.second_person"):
                contests.decide_contest(inspector, line, ANEW, outcome="upheld", reason="I saw it.")
        with pytest.raises(Conflict, match=r"allowed\.decide_instead"):
            contests.give_in(BO, line, ANEW, reason="Leave it.")
        for actor, reason in (
            (access.staff("Di", 503, "driver"), "access.missing_right"),
            (NORA, "allowed.staff_only"),
        ):
            found = allowed.why_not("decide_contest", actor, Subject(contract, line))
            assert found is not None
            assert found[0] == reason
        with pytest.raises(Forbidden):
            contests.decide_contest(access.staff("Di", 503, "driver"), line, ANEW, outcome="upheld", reason="So.")
        contests.give_in(ADA, line, ANEW, reason="I mixed it up.")
        assert (the_contest(contract).status, money.balance(contract).open) == ("dropped", Decimal(0))
        assert happened("inspection.decided") == 1


def test_what_nobody_signed_in_inspected_anybody_with_the_right_decides(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        inspections.finish_inspection(WORKER, inspection, Verdict("C", "in_stock", [LEVER]))
        contest(contract)
        contests.decide_contest(ADA, contract.lines[0], ANEW, outcome="upheld", reason="So.")
        assert the_contest(contract).status == "upheld"


def test_contested_once_and_the_same_words_sent_twice_are_one(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        line, key = contract.lines[0], Asked(key="once")
        with pytest.raises(Invalid, match=r"contest\.words_needed"):
            contest(contract, "  ")
        photo = (a_picture(), "lever.jpg")
        first = contests.contest_inspection(NORA, line, key, words="It was so.", photo=photo)
        again_act = contests.contest_inspection(NORA, line, key, words="It was so.", photo=photo)
        assert first.id == again_act.id
        with pytest.raises(Invalid, match=r"act\.other_wish"):
            contests.contest_inspection(NORA, line, key, words="It was so.", photo=(b"other", "lever.jpg"))
        with pytest.raises(Conflict, match=r"allowed\.contested_already"):
            contest(contract, "And another thing.")
        assert [act.operation for act in acts_of(contract)] == ["contest"]
        assert (happened("inspection.contested"), the_contest(contract).photo is not None) == (1, True)


def test_only_within_the_days_and_only_what_costs_something(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        nothing, wear, dear = inspected(), inspected(WEAR), inspected(LEVER)
        out = an_active()
        for contract in (nothing, wear):
            with pytest.raises(Conflict, match=r"allowed\.nothing_to_contest"):
                contest(contract)
        with pytest.raises(Conflict, match=r"allowed\.line_out"):
            contest(out)
        inspection = contested.inspection_of(dear.lines[0])
        assert inspection is not None
        last = clock.day_bounds(contested.last_day(inspection), ZONE)[1]
    with scope(workshop), clock.travelled(last + timedelta(seconds=1)), pytest.raises(Conflict, match=r"contest_over"):
        contest(again(dear))
    with scope(workshop), clock.travelled(last - timedelta(seconds=1)):
        assert contest(again(dear)).status == "open"


def test_photos_of_an_inspection_are_kept_and_go_with_the_letter(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        contract = inspected(LEVER, photos=[(a_picture(), "lever.jpg")])
        kept = session().scalars(select(ItemPhoto.occasion)).all()
        assert kept == ["inspection"]
        letter: Any = composed(workshop, next(each for each in _written() if each.kind == "inspected"))
        assert [(name, kind) for name, kind, _content in letter.attachments] == [("1.jpg", "image/jpeg")]
        assert "brake lever: 50 % of" in str(letter.facts).replace("\xa0", " ")
        assert contract.reference


def test_what_costs_nothing_is_not_written_about(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with process.context(), scope(workshop):
        inspected(WEAR)
        assert [each.kind for each in _written() if each.kind == "inspected"] == []


def test_customer_contests_from_the_link_of_the_letter_and_hears_what_was_decided(
    app: Ronde, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        contract = inspected(LEVER)
        letter: Any = composed(workshop, next(each for each in _written() if each.kind == "inspected"))
        path = letter.button[1].removeprefix("http://localhost")
    browser = app.test_client()
    page = browser.get(f"{path}?lang=en").text
    hidden = dict(re.findall(r'name="(version|key)"[^>]*value="([^"]*)"', page))
    assert browser.post(path, data=hidden | {"words": " "}).status_code == 422
    typed = {"words": "It was there before.", "photo": (io.BytesIO(a_picture()), "lever.jpg")}
    assert browser.post(path, data=hidden | typed).status_code == 303
    assert browser.get(f"{path}/done?lang=en").status_code == 200
    assert "It was contested already" in browser.get(f"{path}?lang=en").text
    with process.context(), scope(workshop):
        row = the_contest(again(contract))
        assert (row.words, row.by_name, row.photo is not None) == ("It was there before.", "Nora Lemmens", True)
        told: Any = composed(workshop, next(each for each in _written() if each.kind == "contested"))
        assert "It was there before." in str(told.facts)
        contests.decide_contest(BO, again(contract).lines[0], ANEW, outcome="dropped", reason="You are right.")
        told = composed(workshop, next(each for each in _written() if each.kind == "contest_decided"))
        assert "You are right." in str(told.facts)
        assert "You pay nothing for it" in str(told.paragraphs)
        assert composed(workshop, next(each for each in _written() if each.kind == "contested")) is None, (
            "it is decided"
        )


def test_letter_of_the_deposit_carries_the_link_while_there_is_time(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        contract = inspected(LEVER)
        settle(contract)
        message = next(each for each in _written() if each.kind == "deposit")
        letter: Any = composed(workshop, message)
        token = letter.button[1].rsplit("/", 1)[1]
        assert links.read_act(token, workshop.id).operation == "contest"
        with clock.travelled(clock.now() + timedelta(days=9)):
            letter = composed(workshop, message)
        assert "/sign/" in letter.button[1]
        assert "differently" not in str(letter.paragraphs)


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_letters_are_written_in_the_customers_language(
    language: str, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        contract = inspected(LEVER)
        contract.language = language
        for said in ("inspected", "contested", "contest_decided"):
            if said == "contested":
                contest(contract)
            if said == "contest_decided":
                contests.decide_contest(BO, contract.lines[0], ANEW, outcome="upheld", reason="Photo.")
            letter: Any = composed(workshop, next(each for each in _written() if each.kind == said))
            text = " ".join(
                [letter.subject, *letter.paragraphs, letter.button[0], *(label for label, _value in letter.facts)]
            )
            for english in ("looked", "differently", "Somebody", "What "):
                assert english not in text, (said, text)


def test_staff_see_it_on_today_and_on_the_contract_and_decide_on_its_page(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = inspected(LEVER, DIRT, photos=[(a_picture(), "found.jpg")])
        contest(contract, "It was there before.", photo=(a_picture(), "lever.jpg"))
        lever = damage_of(contract, "brake lever")
        assert [row.id for row in the_day(ZONE).contested] == [the_contest(contract).id]
        assert list_to_settle() == [], "it waits for the decision, not for its money"
    today = client.get("/senne/?lang=en").text
    assert "inspected by Ada Counter" in today
    detail = client.get(f"/senne/contracts/{contract.reference}").text
    for said in ("It was there before.", "Contested, not collected before it is decided", "/1/decide-contest"):
        assert said in detail, said
    assert "/1/give-in" not in detail
    assert "Waive" not in detail, "a contested charge is not waived by the way"
    assert "Photos of what was found" in client.get(f"/senne/contracts/{contract.reference}/1/inspect").text
    photo = f"/senne/contracts/{contract.reference}/1/contest/photo"
    assert client.get(photo).mimetype == "image/jpeg"
    address, hidden, page = page_of(client, contract, "decide-contest")
    assert "brake lever: charged 20,00" in page.replace("\xa0", " ")
    assert "One more" not in page
    typed = {
        "outcome": "changed", "reason": "An old scratch.",
        "amounts-0-damage": str(lever), "amounts-0-amount": "8,00",
    }  # fmt: skip
    looked = client.post(address, data=hidden | typed | {"look": "1"}).text
    assert "8,00" in looked
    assert "Taken off" in looked
    assert client.post(address, data=hidden | typed | {"amounts-0-amount": "88"}).status_code == 422
    assert client.post(address, data=hidden | typed).status_code == 303
    with scope(workshop):
        assert the_contest(again(contract)).status == "changed"
        assert money.balance(again(contract)).to_collect == Decimal(20)
        assert the_day(ZONE).contested == []
    assert "brake lever, looked at again" in client.get(f"/senne/contracts/{contract.reference}").text


def test_who_inspected_reads_what_to_do_when_nobody_else_is_there(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        contract = an_active(a_wish(product, a_day_plan(product)))
        handovers.take_back(WORKER, contract.lines[0], Found())
    here = f"/senne/contracts/{contract.reference}/1"
    found = {"grade": "C", "next_use": "in_stock", "findings-0-kind": "damage", "findings-0-part": "bell",
             "findings-0-cost": "9", "findings-0-share": "100"}  # fmt: skip
    assert client.post(f"{here}/inspect", data=found).status_code == 303
    did(client, contract, "contest", words="It rang.")
    refused = client.get(f"{here}/decide-contest?lang=en")
    assert refused.status_code == 409
    assert "Invite a second person" in refused.text
    assert f"{here}/give-in" in client.get(f"/senne/contracts/{contract.reference}").text
    did(client, contract, "give-in", reason="It does ring.")
    with scope(workshop):
        assert the_contest(again(contract)).status == "dropped"


def test_customer_contests_from_their_own_pages_and_sees_how_it_stands(
    app: Ronde, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        contract = inspected(LEVER)
        other = an_active(customer=a_customer(email="other@example.be"))
        assert other.id
    browser = come_in(app.test_client(), "nora@example.be")
    address = f"/senne/my/contracts/{contract.reference}"
    assert f"{address}/1/contest" in browser.get(address).text
    page = browser.get(f"{address}/1/contest").text
    assert 'enctype="multipart/form-data"' in page
    hidden = dict(re.findall(r'name="(version|key)"[^>]*value="([^"]*)"', page))
    stranger = come_in(app.test_client(), "other@example.be")
    assert stranger.post(f"{address}/1/contest", data=hidden | {"words": "Mine."}).status_code == 404
    for _time in range(2):
        assert browser.post(f"{address}/1/contest", data=hidden | {"words": "It was so."}).status_code == 303
    page = browser.get(address).text
    assert "Somebody else looks at it" in page
    assert "not collected before it is decided" in page
    assert f"{address}/1/contest" not in page
    with scope(workshop):
        assert len(session().scalars(select(Contest.id)).all()) == 1
        contests.decide_contest(
            BO, again(contract).lines[0], ANEW, outcome="upheld", reason="The photo shows it whole."
        )
    page = browser.get(address).text
    assert "it stays as it was charged. The photo shows it whole." in page


def test_findings_of_a_line_keep_their_charges_apart(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = inspected(LEVER, DIRT, WEAR)
        inspection = contested.inspection_of(contract.lines[0])
        assert inspection is not None
        stakes = contested.stakes_of(inspection)
        assert [(stake.damage.part, stake.amount) for stake in stakes] == [("brake lever", 20), ("frame", 12)]
        made = session().scalars(select(Charge).order_by(Charge.id)).all()
        assert contested.held_back(made) == frozenset()
        contest(contract)
        assert contested.held_back(made) == {stake.charge.id for stake in stakes}
        assert session().scalars(select(ContractLine.status)).all() == ["closed"]

"""Something of ours while theirs lies here: free, signed for, in one custody, and called in when theirs is collected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service_app.charges import operations as charges
from service_app.contracts import documents
from service_app.contracts.operations import lateness, loans, service
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.invariants import broken
from service_app.repairs import links, queries
from service_app.repairs.operations import ending, lending
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import again, an_item
from tests.factories.repairs import a_case, a_ready, a_received


def a_loaner(tag: str = "LEEN-1"):
    product = a_product()
    a_day_plan(product)
    return an_item(product, tag=tag)


def test_lent_free_of_charge_and_called_in_when_theirs_is_collected(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        case, item = a_ready(), a_loaner()
        line = lending.lend(WORKER, case, item, "Nora Lemmens")
        assert (item.status, item.custodian_customer_id, line.contract.status) == ("out", case.customer_id, "active")
        assert (line.ends_at, charges.deposit_of(line.contract_id)) == (None, None)
        assert loans.is_loan(line.contract)
        assert [one.signer_name for one in line.contract.signatures] == ["Nora Lemmens"]
        documents.make_document(line.contract_id)
        reference = case.reference
    with scope(workshop), clock.travelled(clock.now() + timedelta(days=70)):
        service.charge_recurring(WORKER)
        lateness.mark_overdue(WORKER)
        case = queries.get_case(reference)
        line = queries.loan_out(case)
        assert (line.status, charges.charges_of(line.contract_id)) == ("out", []), "nothing is charged and nothing late"
        ending.hand_back(WORKER, case, HandBack("Nora Lemmens", "card"))
        assert line.status == "out"
        assert clock.now() < line.due_at
        assert list(broken()) == []
    with scope(workshop), clock.travelled(clock.now() + timedelta(days=74)):
        lateness.mark_overdue(WORKER)
        line = queries.loan_out(queries.get_case(reference))
        assert line.status == "overdue", "who keeps it is reminded like anybody"
        assert charges.charges_of(line.contract_id) == []


def test_what_comes_back_over_the_counter_with_theirs_is_looked_at(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        case, _lent = a_ready(), a_loaner()
        reference, token = case.reference, links.token_of(case)
    page = client.get(f"/senne/repairs/{reference}").text
    assert f"/senne/repairs/{reference}/do/lend" in page
    wrong = client.post(f"/senne/repairs/{reference}/do/lend", data={"tag": "NOBODY", "signer_name": "Nora"})
    assert wrong.status_code in (400, 409, 422)
    assert "NOBODY" in wrong.text
    lent = client.post(f"/senne/repairs/{reference}/do/lend", data={"tag": "leen-1", "signer_name": "Nora Lemmens"})
    assert lent.status_code == 303, lent.text
    assert "LEEN-1" in client.get(f"/senne/repairs/{reference}").text
    assert "LEEN-1" in client.get(f"/senne/repair/{token}").text
    assert "is_loan_back" in client.get(f"/senne/repairs/{reference}/do/hand_back").text
    back = client.post(
        f"/senne/repairs/{reference}/do/hand_back",
        data={"taken_by": "Nora Lemmens", "paid_by": "card", "is_loan_back": "y"},
    )
    assert back.status_code == 303, back.text
    with scope(workshop):
        assert queries.loan_of(queries.get_case(reference)).status == "returned"
        assert "LEEN-1" not in client.get(f"/senne/repair/{token}").text


def test_one_at_a_time_only_what_is_free_and_only_to_somebody(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        case, item, other = a_received(), a_loaner(), a_loaner("LEEN-2")
        bare = an_item(a_product())
        ours = a_case(None, an_item(a_product()))
        with pytest.raises(Conflict, match=r"loan\.no_plan"):
            lending.lend(WORKER, case, bare, "Nora")
        with pytest.raises(Invalid, match=r"signature\.name_needed"):
            lending.lend(WORKER, case, item, " ")
    with scope(workshop):
        case, item, other = queries.get_case(case.reference), again(item), again(other)
        lending.lend(WORKER, case, item, "Nora Lemmens")
        with pytest.raises(Conflict, match=r"repair\.lent_already"):
            lending.lend(WORKER, case, other, "Nora Lemmens")
        with pytest.raises(Conflict, match=r"handover\.not_in_stock"):
            lending.lend(WORKER, a_received(), item, "Bo Claes")
        with pytest.raises(Conflict, match=r"repair\.nobody_to_lend_to"):
            lending.lend(WORKER, queries.get_case(ours.reference), other, "Bo Claes")

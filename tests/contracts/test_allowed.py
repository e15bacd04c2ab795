"""The decision table: every row is an operation, every operation has a row, every state has a reason."""

from __future__ import annotations

import pytest

from service_app import refusals
from service_app.contracts import allowed
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import dates, endings, lines, losses, pauses, swaps  # noqa: F401
from service_app.contracts.operations.acts import OPERATIONS
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import START, a_subscription
from tests.factories.rentals import a_draft


def test_every_row_of_the_table_is_an_operation_and_the_other_way_round() -> None:
    assert set(allowed.TABLE) == set(OPERATIONS)


def test_every_state_of_a_contract_and_a_line_has_its_reason() -> None:
    assert set(allowed.CONTRACT_IS) == set(Contract.__states__["status"])
    assert set(allowed.LINE_IS) == set(ContractLine.__states__["status"])
    reasons = {*allowed.CONTRACT_IS.values(), *allowed.LINE_IS.values()}
    assert {code for code in reasons if code not in refusals.SENTENCES} == set()


def test_every_state_that_a_row_names_exists() -> None:
    for operation, row in allowed.TABLE.items():
        assert set(row.contract) <= set(allowed.CONTRACT_IS), operation
        assert set(row.line) <= set(allowed.LINE_IS), operation
        assert row.permission in access.PERMISSIONS, operation


@pytest.mark.parametrize("role", sorted(access.ROLES))
def test_a_role_is_offered_what_it_has_the_right_to(workshop: Workshop, scope: Scoped, role: str) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription()
        offered = {choice.operation for choice in allowed.choices(access.staff("Jo", 1, role), contract)}
    rights = access.ROLES[role]
    assert {operation for operation in offered if allowed.TABLE[operation].permission not in rights} == set()
    if "contract:write" in rights:
        assert {"pause", "swap", "give_notice"} <= offered


def test_customer_is_offered_only_what_customers_may(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        offered = {choice.operation for choice in allowed.choices(access.customer("Nora"), a_subscription())}
    assert offered <= {operation for operation, row in allowed.TABLE.items() if row.customer}
    assert "report_lost" not in offered


def test_nothing_can_be_done_with_a_draft_but_send_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_draft()
        for choice in allowed.choices(WORKER, contract):
            assert choice.reason == ("allowed.contract_draft", {}), choice.operation

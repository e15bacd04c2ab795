"""Every state that a row can be in has its word: a page that shows it never breaks on it."""

from __future__ import annotations

import pytest

from service_app import refusals
from service_app.bookings.models import Appointment, WaitingEntry
from service_app.charges.models import Deposit
from service_app.contracts.models import Contract, ContractLine
from service_app.core.i18n import in_language
from service_app.desk.words import WORKS
from service_app.imports.models import ImportRun
from service_app.items.models import Item
from service_app.notifications import kinds, letters
from service_app.notifications import words as of_letters
from service_app.notifications.models import Message
from service_app.repairs.models import PartUse, RepairCase, RepairQuote
from service_app.reports.models import ItemReport
from service_app.scanning.models import StockTake
from service_app.states_said import STATES
from workers.handlers import HANDLERS
from workers.schedule import SCHEDULE


@pytest.mark.parametrize(
    ("row", "axis"),
    [
        (Contract, "status"),
        (Contract, "money_status"),
        (ContractLine, "status"),
        (Deposit, "status"),
        (Item, "status"),
        (StockTake, "status"),
        (ItemReport, "status"),
        (Message, "status"),
        (ImportRun, "status"),
        (Appointment, "status"),
        (WaitingEntry, "status"),
        (RepairCase, "status"),
        (RepairCase, "money_status"),
        (RepairQuote, "status"),
        (PartUse, "status"),
    ],
)
def test_every_state_has_its_word(row, axis):
    assert set(row.__states__[axis]) == set(STATES[row.__tablename__, axis])


def test_every_letter_has_its_word(app):
    assert set(letters._KINDS) == set(of_letters.KINDS)
    assert set(kinds.KINDS) == set(of_letters.KINDS)


def test_every_work_in_the_background_has_its_word():
    assert {entry.name for entry in SCHEDULE} | set(HANDLERS) <= set(WORKS)


def test_refusal_names_a_state_as_people_call_it(app):
    with app.test_request_context("/?lang=en"), in_language("fr"):
        said = refusals.say("state.not_allowed", {"thing": "item", "axis": "status", "state": "on_bench", "to": "out"})
        unknown = refusals.say("state.not_allowed", {"thing": "x", "axis": "status", "state": "odd", "to": "out"})
    assert "«\u00a0à l’établi\u00a0»" in said
    assert "«\u00a0odd\u00a0»" in unknown

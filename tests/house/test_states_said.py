"""Every state that a row can be in has its word: a page that shows it never breaks on it."""

from __future__ import annotations

import pytest

from service_app.charges.models import Deposit
from service_app.contracts import words as of_contracts
from service_app.contracts.models import Contract, ContractLine
from service_app.desk.words import WORKS
from service_app.imports import listed as of_imports
from service_app.imports.models import ImportRun
from service_app.items import words as of_items
from service_app.items.models import Item
from service_app.notifications import letters
from service_app.notifications import words as of_letters
from service_app.notifications.models import Message
from service_app.reports import words as of_reports
from service_app.reports.models import ItemReport
from service_app.scanning import words as of_scanning
from service_app.scanning.models import StockTake
from workers.handlers import HANDLERS
from workers.schedule import SCHEDULE


@pytest.mark.parametrize(
    ("row", "axis", "table"),
    [
        (Contract, "status", of_contracts.CONTRACT),
        (Contract, "money_status", of_contracts.MONEY),
        (ContractLine, "status", of_contracts.LINE),
        (Deposit, "status", of_contracts.DEPOSIT),
        (Item, "status", of_items.STATES),
        (StockTake, "status", of_scanning.TAKES),
        (ItemReport, "status", of_reports.STATES),
        (Message, "status", of_letters.STATES),
        (ImportRun, "status", of_imports.STATES),
    ],
)
def test_every_state_has_its_word(row, axis, table):
    assert set(row.__states__[axis]) == set(table)


def test_every_letter_has_its_word(app):
    assert set(letters._KINDS) == set(of_letters.KINDS)


def test_every_work_in_the_background_has_its_word():
    assert {entry.name for entry in SCHEDULE} | set(HANDLERS) <= set(WORKS)

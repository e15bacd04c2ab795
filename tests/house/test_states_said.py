"""Every state that a row can be in has its word: a page that shows it never breaks on it."""

from __future__ import annotations

import pytest

from service_app.bookings import words as of_bookings
from service_app.bookings.models import Appointment, WaitingEntry
from service_app.charges.models import Deposit
from service_app.contracts import words as of_contracts
from service_app.contracts.models import Contract, ContractLine
from service_app.items import words as of_items
from service_app.items.models import Item
from service_app.reports import words as of_reports
from service_app.reports.models import ItemReport
from service_app.scanning import words as of_scanning
from service_app.scanning.models import StockTake


@pytest.mark.parametrize(
    ("row", "axis", "table"),
    [
        (Contract, "status", of_contracts.CONTRACT),
        (Contract, "money_status", of_contracts.MONEY),
        (ContractLine, "status", of_contracts.LINE),
        (Deposit, "status", of_contracts.DEPOSIT),
        (Item, "status", of_items.STATES),
        (Appointment, "status", of_bookings.STATES),
        (WaitingEntry, "status", of_bookings.WAITING),
        (StockTake, "status", of_scanning.TAKES),
        (ItemReport, "status", of_reports.STATES),
    ],
)
def test_every_state_has_its_word(row, axis, table):
    assert set(row.__states__[axis]) == set(table)

"""`ronde price-month`: what a month comes to, from the command line, without writing anything."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest
from rich.console import Console
from sqlalchemy import func, select

from migrations.setup import RuntimeUrls
from service_app.charges.models import Charge, Credit
from service_app.cli import months
from service_app.contracts.operations import service
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.workshops.models import Workshop
from tests.conftest import SECRET, Scoped
from tests.factories.life import START, a_subscription, at

Ronde = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ronde(urls: RuntimeUrls) -> Ronde:
    """`ronde("price-month", …)` in a process of its own, over the database of the tests."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DATABASE_URL": urls.worker, "SECRET_KEY": SECRET, "RONDE_ENV": "test"}
        line = [sys.executable, "-m", "service_app.cli", *arguments]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    return run


def figures_of(text: str) -> dict[str, str]:
    """What the report says, without how fast it was."""
    found = re.search(
        r"(?P<month>\S+): (?P<lines>\d+) lines, (?P<days>\d+) days served, (?P<price>\S+)\s+"
        r"not charged yet (?P<to_charge>\S+), to be credited (?P<to_credit>\S+)\s+.*sha256\s+(?P<sha256>\w{64})",
        text,
    )
    assert found is not None, text
    return found.groupdict()


def test_a_month_is_priced_from_the_command_line_and_replayed_gives_the_same_figures(
    workshop: Workshop, scope: Scoped, ronde: Ronde
) -> None:
    with scope(workshop), clock.travelled(START):
        for amount in ("31", "24", "36"):
            a_subscription(amount)
        written = session().scalar(select(func.count()).select_from(Charge))
    first = ronde("price-month", "2026-11", "--dry-run")
    assert first.returncode == 0, first.stderr
    before = figures_of(first.stdout)
    assert (before["month"], before["lines"], before["days"]) == ("2026-11", "3", "90"), "10 November to 9 December"
    assert (before["price"], before["to_charge"], before["to_credit"]) == ("91.00", "91.00", "0.00")
    assert figures_of(ronde("price-month", "2026-11", "--dry-run").stdout) == before
    with scope(workshop), clock.travelled(at("2026-11-10")):
        assert session().scalar(select(func.count()).select_from(Charge)) == written, "nothing was written"
        assert session().scalar(select(func.count()).select_from(Credit)) == 0
        assert service.charge_recurring(WORKER) == 3
    after = figures_of(ronde("price-month", "2026-11", "--dry-run", "--workshop", workshop.slug).stdout)
    assert after == before | {"to_charge": "0.00"}, "charged meanwhile, and the same figures and hash"


def test_what_cannot_be_priced_is_said(workshop: Workshop, other_workshop: Workshop, ronde: Ronde) -> None:
    for arguments, said in (
        (("2026-11",), "--dry-run"),
        (("November", "--dry-run"), "2026-11"),
        (("2026-11", "--dry-run"), "--workshop"),
        (("2026-11", "--dry-run", "--workshop", "nowhere"), workshop.slug),
    ):
        answer = ronde("price-month", *arguments)
        assert answer.returncode != 0
        assert said in answer.stdout + answer.stderr


def test_progress_is_told_on_a_terminal_as_a_bar_and_else_in_lines(
    workshop: Workshop, scope: Scoped, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(workshop), clock.travelled(START):
        a_subscription("31")
        shown, plain = io.StringIO(), io.StringIO()
        months.run(date(2026, 11, 1), Console(file=shown, force_terminal=True, width=100))
        assert "1/1" in shown.getvalue()
        monkeypatch.setattr(months, "EVERY", 1)
        months.run(date(2026, 11, 1), Console(file=plain, force_terminal=False))
        assert plain.getvalue().splitlines() == ["1 of 1 lines"]

"""Every rule that can stand on a charge or a credit says itself, in every language."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from flask_babel import force_locale

from service_app.charges.explained import KINDS, METHODS, RULES, explain
from service_app.charges.models import CHARGE_KINDS
from service_app.charges.models import METHODS as SETTLED_BY
from service_app.core.web import Ronde
from tests.house import source

FIGURES: dict[str, Any] = {
    "days": 3, "as_days": 7, "day_amount": "9.00", "from_days": 3, "whole": "63.00", "so_far": "72.00", "period_days": 31,
    "month_amount": "24.00", "units": 120, "included": 50, "unit_amount": "0.10", "floor": "4.00", "cap": "20.00",
    "due": "2026-11-20T17:00:00+00:00", "back": "2026-11-23T10:00:00+00:00", "in_at": "2026-11-23T10:00:00+00:00",
    "part": "brake lever", "cost": "40.00", "share": "50", "months": 6, "rest": "150.00", "percent": 50, "used": 6,
    "shorter_month": "32.00", "base": "600.00", "paid": "270.00", "credit": "270.00", "replacement": "4200.00",
    "value": "2000.00", "tag": "T-0001", "hours": 48, "amount": "5.00",
    "before": "20.00", "after": "7.50",
}  # fmt: skip


def rules_written() -> set[str]:
    """The rule of each `Price(amount, rule, …)` in the product's source, and of what is chosen between two."""
    found: set[str] = set()
    for path in source.files():
        for called, node in source.calls(path):
            if called in ("Price", "_credit") and len(node.args) > 1:
                found |= set(source.texts(node.args[1 if called == "Price" else -2]))
        if "pricing" in path.parts:
            found |= {
                text
                for node in ast.walk(source.tree(path))
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule"
                for text in source.texts(node.value)
            }
    return found - {"rule"}  # a kept fee read again by its own rule


def test_every_rule_written_in_the_source_has_its_sentence() -> None:
    written = rules_written()
    assert {"tiers", "further_days", "month", "unserved_days", "lost_capped", "taken_back", "service_credit"} <= written
    assert written <= RULES, written - RULES


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_rule_is_said_in_every_language(app: Ronde, language: str) -> None:
    with app.test_request_context("/"), force_locale(language):
        said = {rule: explain(rule, FIGURES, "EUR") for rule in sorted(RULES)}
    assert [rule for rule, sentence in said.items() if not sentence or "%(" in sentence or "%%" in sentence] == []


def test_a_reduction_and_closed_days_are_mentioned(app: Ronde) -> None:
    figures = FIGURES | {"reduction": "solidarity", "percent": 30, "free_days": 1}
    with app.test_request_context("/"), force_locale("en"):
        said = explain("tiers", figures, "EUR")
    assert said == "3 days at 9,00\xa0€ a day, 1 day not charged because we are closed (solidarity tariff, 30 % less)"


def test_the_amounts_of_a_service_credit_are_read_without_its_month(app: Ronde) -> None:
    with app.test_request_context("/"), force_locale("en"):
        said = explain("service_credit", FIGURES | {"percent": 100}, "EUR")
    assert said == "out of order for 3 days beyond 48 hours: 100 % of the price of these days"


def test_every_kind_and_way_to_settle_has_its_name() -> None:
    assert set(CHARGE_KINDS) == set(KINDS)
    assert set(SETTLED_BY) == set(METHODS)

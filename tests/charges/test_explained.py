"""Whatever an amount is called after, a person is told why it is what it is."""

from __future__ import annotations

import ast
import re

from service_app.charges import explained
from service_app.charges.models import CHARGE_KINDS, METHODS
from tests.house import source


def rules() -> dict[str, str]:
    """Rule -> file, of every price that is made: the second argument of `Price`, or what was chosen for it above."""
    found = {}
    for path in source.files():
        for called, node in source.calls(path):
            if called == "Price" and len(node.args) > 1:
                found |= dict.fromkeys(source.texts(node.args[1]), source.name(path))
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
                words = (text for text in source.texts(node.value) if re.fullmatch(r"[a-z]+_?[a-z_]*", text))
                found |= dict.fromkeys(words, source.name(path))
    return found


def test_every_rule_that_makes_an_amount_explains_itself() -> None:
    assert len(rules()) > 20
    assert {rule: where for rule, where in rules().items() if rule not in explained._RULES} == {}


def test_every_kind_of_charge_and_every_way_to_pay_has_a_word() -> None:
    assert set(explained.KINDS) == set(CHARGE_KINDS)
    assert set(explained.METHODS) == set(METHODS)

"""What a quote comes to, who pays, and what is advised: the tables of the docstrings, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_app.core.errors import Invalid
from service_app.repairs.advice import Inputs, advise
from service_app.repairs.coverage import Facts, decide
from service_app.repairs.quoting import Line, Option, Quote, check, seal

LABOUR = Line("labour", "Labour", Decimal("0.75"), Decimal("48.00"))
CABLE = Line("part", "Brake cable", Decimal(1), Decimal("7.50"), 3)
TODAY = date(2027, 3, 1)


def quote(*options: Option, **facts: object) -> Quote:
    return Quote("The cable broke", options or (Option("New cable", (LABOUR, CABLE), 2),), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("is_in_price", "approved"),
    [(True, Decimal("43.50")), (False, Decimal("58.50"))],
    ids=["in the price", "beside it"],
)
def test_fee_of_the_diagnosis_falls_away_or_stands_beside(is_in_price: bool, approved: Decimal) -> None:
    offered = quote(diagnosis_amount=Decimal("15.00"), is_diagnosis_in_price=is_in_price)
    assert offered.due(1) == offered.ceiling(1) == approved


@pytest.mark.parametrize(
    ("came_to", "charged"),
    [(None, "43.50"), ("30.00", "30.00"), ("60.00", "60.00"), ("66.20", "60.00")],
)
def test_estimate_is_charged_up_to_its_maximum(came_to: str | None, charged: str) -> None:
    offered = quote(Option("New cable", (LABOUR, CABLE), 2, most_amount=Decimal("60.00")))
    assert offered.due_after(1, Decimal(came_to) if came_to else None) == Decimal(charged)


AMOUNTS = st.decimals(0, 1000, places=2)
LINES = st.builds(
    Line, st.sampled_from(["labour", "part", "fee"]), st.just("x"), st.decimals("0.01", 40, places=2), AMOUNTS
)  # fmt: skip
OPTIONS = st.builds(Option, st.just("One"), st.lists(LINES, min_size=1, max_size=5).map(tuple), st.integers(0, 30))


@given(st.lists(OPTIONS, min_size=1, max_size=3).map(tuple), AMOUNTS, st.booleans(), AMOUNTS)
def test_what_is_kept_comes_back_the_same_and_nothing_above_the_ceiling_is_owed(
    options: tuple[Option, ...], fee: Decimal, is_in_price: bool, came_to: Decimal
) -> None:
    offered = Quote("x", options, fee, is_in_price)
    back = Quote.from_json(offered.to_json())
    assert back == offered
    assert seal(back.to_json()) == seal(offered.to_json())
    for number in range(1, len(options) + 1):
        assert offered.due_after(number, came_to) <= offered.ceiling(number)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Quote("", (Option("A", (LABOUR,), 1),)), "repair.defect_needed"),
        (Quote("x", ()), "repair.options"),
        (Quote("x", (Option("A", (LABOUR,), 1),) * 4), "repair.options"),
        (Quote("x", (Option("", (LABOUR,), 1),)), "field.required"),
        (Quote("x", (Option("A", (), 1),)), "repair.lines"),
        (Quote("x", (Option("A", (LABOUR,), 400),)), "number.out_of_range"),
        (Quote("x", (Option("A", (Line("labour", "", Decimal(1), Decimal(1)),), 1),)), "repair.line_words"),
        (Quote("x", (Option("A", (Line("labour", "a", Decimal(0), Decimal(1)),), 1),)), "repair.line_amount"),
        (Quote("x", (Option("A", (Line("labour", "a", Decimal(1), Decimal(-1)),), 1),)), "repair.line_amount"),
        (Quote("x", (Option("A", (Line("part", "a", Decimal("0.5"), Decimal(1), 3),), 1),)), "repair.whole_parts"),
        (Quote("x", (Option("A", (LABOUR,), 1, most_amount=Decimal(1)),)), "repair.most_below_price"),
    ],
)
def test_quote_nobody_can_be_asked_for_is_refused(wrong: Quote, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(wrong)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(), "none"),
        (Facts(contract="C-1"), "contract"),
        (Facts(is_ours=True), "contract"),
        (Facts(repaired="R-1", repair_guaranteed_until=TODAY, contract="C-1"), "repair_guarantee"),
        (Facts(repaired="R-1", repair_guaranteed_until=date(2027, 2, 28)), "none"),
        (Facts(legally_guaranteed_until=TODAY), "legal_guarantee"),
        (Facts(legally_guaranteed_until=date(2027, 2, 28)), "none"),
    ],
)
def test_first_rule_that_holds_says_who_pays(facts: Facts, code: str) -> None:
    assert decide(facts, TODAY).code == code


@pytest.mark.parametrize(
    ("inputs", "verdict", "better_by"),
    [
        (Inputs(Decimal(60), 12, Decimal(8), Decimal(120), Decimal(70), Decimal(35)), "repair", "86.00"),
        (Inputs(Decimal(90), 3, Decimal(8), Decimal(40), Decimal(10), Decimal(35)), "replace", "61.00"),
        (Inputs(Decimal(10), 0, Decimal(0), Decimal(10)), "repair", "0.00"),
    ],
)
def test_advice_is_the_larger_of_two_sums(inputs: Inputs, verdict: str, better_by: str) -> None:
    given_advice = advise(inputs)
    assert (given_advice.verdict, given_advice.better_by) == (verdict, Decimal(better_by))

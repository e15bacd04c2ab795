"""What a second look would mean for what was charged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext

from service_app.contracts import contested
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen.parts import Body, Foreseen, Row, in_money, line_of
from service_app.core.money import ZERO


def contest(subject: Subject, _body: Body) -> Foreseen:
    """How much waits meanwhile."""
    inspection = contested.inspection_of(line_of(subject))
    stakes = contested.stakes_of(inspection) if inspection is not None else []
    whole = in_money(subject, sum((stake.amount for stake in stakes), ZERO))
    return Foreseen(facts=[(gettext("Waits until it is decided"), whole)])


def decide_contest(subject: Subject, body: Body) -> Foreseen:
    """What each finding would come to, and what that takes off."""
    outcome = body["outcome"]
    if outcome == "upheld":
        return Foreseen(notes=[("ok", gettext("Everything stays as it was charged, and can be collected."))])
    return _less(subject, body.get("amounts", {}) if outcome == "changed" else {}, outcome == "dropped")


def give_in(subject: Subject, _body: Body) -> Foreseen:
    """All of it is taken off."""
    return _less(subject, {}, True)


def _less(subject: Subject, amounts: Mapping[int, Decimal], is_all: bool) -> Foreseen:
    inspection = contested.inspection_of(line_of(subject))
    rows = []
    for stake in contested.stakes_of(inspection) if inspection is not None else []:
        left = ZERO if is_all else amounts.get(stake.damage.id, stake.amount)
        if left < stake.amount:
            detail = gettext("%(after)s instead of %(before)s", after=in_money(subject, left),
                             before=in_money(subject, stake.amount))  # fmt: skip
            rows.append(Row(stake.damage.part, left - stake.amount, detail))
    return Foreseen(rows=rows, sum_word=gettext("Taken off"))

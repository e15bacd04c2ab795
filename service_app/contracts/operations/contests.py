"""A customer who sees it differently what an inspection charged, and the second look that decides.

The right to contest is the customer's; staff may write it down for them. It is decided by a second person: one who may
inspect and did not inspect this. A promise that somebody else looks at it is worth something only without an exception, so
the owner has none either, and the coordinator of the cluster sees no workshop's data. Where the only one who could decide
is who inspected, two ways are left, and the page says them: invite a second person (any role that inspects; the membership
can end the same day), or give in, which needs no second look because it takes from nobody but the workshop. A second look
lowers an amount or leaves it, never raises it: nobody should pay for having asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from service_app.charges import credits
from service_app.charges.pricing import Price
from service_app.contracts import contested
from service_app.contracts.contested import Stake
from service_app.contracts.models import Contest, Inspection
from service_app.contracts.operations.acts import Act, operation
from service_app.core import clock, events, files
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO, to_cents
from service_app.core.states import move

OUTCOMES = ("upheld", "changed", "dropped")
MOST_WORDS = 2000


@operation("contest")
def contest_inspection(act: Act, words: str, photo: tuple[bytes, str] | None = None) -> None:
    """The customer sees it differently: from now on nothing of what the inspection charged is collected, by hand, out of
    the deposit or out of a credit, until it is decided. What was paid already stays where it is until then.

    `photo` is bytes and a file name. Refuses empty words (`contest.words_needed`) and what is no picture. Leaves
    inspection.contested.
    """
    inspection, said = _inspection(act), words.strip()[:MOST_WORDS]
    if not said:
        raise Invalid("contest.words_needed", field="words")
    stored = files.store_picture(*photo) if photo is not None else None
    row = Contest(
        inspection_id=inspection.id, words=said, photo_file_id=stored.id if stored is not None else None,
        by_name=act.actor.name,
    )  # fmt: skip
    session().add(row)
    session().flush()
    stakes = contested.stakes_of(inspection)
    act.outcome = {"contest": row.id, "amount": sum((stake.amount for stake in stakes), ZERO)}
    _record("inspection.contested", act, row)


@operation("decide_contest")
def decide_contest(act: Act, outcome: str, reason: str, amounts: Mapping[int, Decimal] | None = None) -> None:
    """A second person says what holds: the amounts are `upheld`, `changed` (`amounts`: damage id to the new amount) or
    `dropped`. What is less is credited: set off against what is owed, else given back.

    Refuses an outcome that is none, no reason (`contest.reason_needed`, the customer reads it), an amount below nothing or
    above what was charged (`contest.not_more`), and a change that changes nothing. Leaves inspection.decided.
    """
    if outcome not in OUTCOMES:
        raise Invalid("choice.unknown", field="outcome", value=outcome)
    wanted = {"upheld": None, "changed": amounts or {}, "dropped": {}}[outcome]
    _decide(act, outcome, reason, wanted)


@operation("give_in")
def give_in(act: Act, reason: str) -> None:
    """Who inspected gives in: nothing of it is charged. Refuses no reason. Leaves inspection.decided."""
    _decide(act, "dropped", reason, {})


def _decide(act: Act, outcome: str, reason: str, wanted: Mapping[int, Decimal] | None) -> None:
    inspection, said = _inspection(act), reason.strip()[:MOST_WORDS]
    row = contested.contest_of(inspection)
    if row is None:
        raise Conflict("allowed.not_contested")
    if not said:
        raise Invalid("contest.reason_needed", field="reason")
    stakes = contested.stakes_of(inspection)
    less = {stake.charge.id: _less(stake, outcome, wanted) for stake in stakes}
    if outcome == "changed" and not any(less.values()):
        raise Invalid("contest.nothing_changed", field="amounts")
    row.reason, row.decided_at, row.decided_by = said, clock.now(), act.actor.name
    move(row, "dropped" if stakes and _is_all(stakes, less) else outcome)
    for stake in stakes:
        _credit(act, row, stake, less[stake.charge.id])
    act.outcome = {"contest": row.id, "outcome": row.status, "less": sum(less.values(), ZERO)}
    _record("inspection.decided", act, row)


def _is_all(stakes: list[Stake], less: Mapping[int, Decimal]) -> bool:
    return all(less[stake.charge.id] == stake.amount for stake in stakes)


def _less(stake: Stake, outcome: str, wanted: Mapping[int, Decimal] | None) -> Decimal:
    """How much less is charged for a finding; what a change does not name stays."""
    if wanted is None:
        return ZERO
    left = ZERO if outcome == "dropped" else to_cents(wanted.get(stake.damage.id, stake.amount))
    if not ZERO <= left <= stake.amount:
        raise Invalid("contest.not_more", field="amounts", part=stake.damage.part, amount=str(stake.amount))
    return stake.amount - left


def _credit(act: Act, row: Contest, stake: Stake, less: Decimal) -> None:
    figures = {"part": stake.damage.part, "before": str(stake.amount), "after": str(stake.amount - less)}
    credits.make_credit(act.actor, stake.charge, Price(less, contested.RULE, figures), f"contest:{row.id}")


def _inspection(act: Act) -> Inspection:
    inspection = contested.inspection_of(act.line)
    if inspection is None:
        raise Conflict("allowed.nothing_to_contest")
    return inspection


def _record(name: str, act: Act, row: Contest) -> None:
    item = [act.line.item] if act.line.item is not None else []
    about = [act.contract, act.contract.customer, *item, act.line, row]
    events.record(name, act.actor, about, {"outcome": row.status} if row.status != "open" else None)

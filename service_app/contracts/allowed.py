"""ONE decision table: which operation is allowed on a contract or a line, when, and by whom.

Pages read it to show a button, or the reason why there is none; `operations.acts` reads the same row before it acts. A
row names the states in which the operation makes sense, what else must hold, the right a member of staff needs, and
whether the customer may do it alone. The first thing that does not hold is the reason given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges.pricing import Terms
from service_app.contracts import contested
from service_app.contracts.models import Contract, ContractLine, Handover, Inspection, Pause
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden
from service_app.core.money import ZERO
from service_app.items.queries import components_of
from service_app.workshops.queries import get_workshop

RUNNING = ("active", "notice")
LIVING = ("signed", *RUNNING, "paused")
OUT = ("out", "overdue")

Reason = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Subject:
    """What an operation is asked for: a contract, and the line concerned when it is about one."""

    contract: Contract
    line: ContractLine | None = None

    @property
    def terms(self) -> list[Terms]:
        """The figures of the line, or of every line that is not over."""
        lines = [self.line] if self.line is not None else live_lines(self.contract)
        return [Terms.from_json(line.price) for line in lines]


Check = Callable[[Subject], Reason | None]
Who = Callable[[Actor, Subject], Reason | None]


def live_lines(contract: Contract) -> list[ContractLine]:
    """The lines that are planned or out."""
    return [line for line in contract.lines if line.status in ("planned", *OUT)]


def _monthly(subject: Subject) -> Reason | None:
    if any(terms.pricing == "monthly" for terms in subject.terms):
        return None
    return "allowed.monthly_only", {}


def _by_day(subject: Subject) -> Reason | None:
    line = subject.line
    if line is not None and line.ends_at is not None:
        return None
    return "allowed.needs_an_end", {}


def _pausable(subject: Subject) -> Reason | None:
    if any(terms.rules.pause_days_per_year for terms in subject.terms):
        return None
    return "allowed.plan_has_no_pause", {}


def _has_begun(subject: Subject) -> Reason | None:
    line = subject.line
    return None if line is not None and line.starts_at <= clock.now() else ("allowed.not_begun", {})


def _paid_up(subject: Subject) -> Reason | None:
    made = charges.charges_of(subject.contract.id)
    waits = contested.held_back(made)
    owed = sum((charges.open_amount(row) for row in made if row.id not in waits), ZERO)
    return ("allowed.something_owed", {"amount": str(owed)}) if owed > ZERO else None


def _not_overdue(subject: Subject) -> Reason | None:
    late = any(line.status == "overdue" for line in subject.contract.lines)
    return ("allowed.something_overdue", {}) if late else None


def _sold_at_all(subject: Subject) -> Reason | None:
    if all(terms.rules.buy_out_from_months is not None for terms in subject.terms):
        return None
    return "allowed.plan_sells_nothing", {}


def _renews(subject: Subject) -> Reason | None:
    return None if subject.contract.renews_on is not None else ("allowed.no_renewal", {})


def may_withdraw(contract: Contract) -> bool:
    """Whether the right to withdraw still runs, whatever the contract's state."""
    return _can_withdraw(Subject(contract)) is None


def _can_withdraw(subject: Subject) -> Reason | None:
    """Fourteen days from the signing, for people who signed at a distance (CDE VI.47)."""
    contract = subject.contract
    if not contract.is_distance or contract.customer.kind != "person" or contract.signed_at is None:
        return "allowed.no_withdrawal", {}
    zone = get_workshop(contract.workshop_id).zone
    signed_on = clock.local(contract.signed_at, zone).date()
    if (clock.today(zone) - signed_on).days > WITHDRAWAL_DAYS:
        return "allowed.withdrawal_over", {"days": WITHDRAWAL_DAYS}
    return None


def _has_outage(subject: Subject) -> Reason | None:
    return None if subject.line is None or has_open_outage(subject.line) else ("allowed.works_already", {})


def _no_outage(subject: Subject) -> Reason | None:
    return ("allowed.reported_already", {}) if subject.line is not None and has_open_outage(subject.line) else None


def _no_next_plan(subject: Subject) -> Reason | None:
    line = subject.line
    return ("allowed.plan_change_planned", {}) if line is not None and line.next_plan_on is not None else None


def _next_plan(subject: Subject) -> Reason | None:
    line = subject.line
    return ("allowed.no_plan_change", {}) if line is None or line.next_plan_on is None else None


def _not_replaced(subject: Subject) -> Reason | None:
    """Nothing else may be done with what was swapped in advance and only has to come back."""
    line = subject.line
    return ("allowed.replaced_already", {}) if line is not None and is_awaited(line) else None


def _not_ending(subject: Subject) -> Reason | None:
    """Under notice a line by the month runs to the contract's last day, no longer and no shorter."""
    is_monthly = any(terms.pricing == "monthly" for terms in subject.terms)
    return ("allowed.contract_notice", {}) if subject.contract.status == "notice" and is_monthly else None


def _nothing_awaited(subject: Subject) -> Reason | None:
    waits = any(is_awaited(line) for line in subject.contract.lines if line.status in OUT)
    return ("allowed.replaced_already", {}) if waits else None


def is_awaited(line: ContractLine) -> bool:
    """Whether a line was swapped in advance and only has to come back."""
    return any(other.predecessor_id == line.id for other in line.contract.lines)


def _has_pause(subject: Subject) -> Reason | None:
    """A pause that runs, or one that is planned and can be called off."""
    today = clock.today(get_workshop(subject.contract.workshop_id).zone)
    ahead = select(Pause.id).where(Pause.contract_id == subject.contract.id)
    ahead = ahead.where(Pause.until_on.is_(None) | (Pause.until_on > today))
    return None if session().scalar(ahead.limit(1)) is not None else ("allowed.no_pause", {})


def _kit(subject: Subject) -> Reason | None:
    item = subject.line.item if subject.line is not None else None
    return None if item is not None and components_of(item) else ("allowed.no_kit", {})


def _component_lost(subject: Subject) -> Reason | None:
    """Something of the kit that this line did not bring back is lost still."""
    line = subject.line
    lost = {part.tag for part in components_of(line.item) if part.status == "lost"} if line and line.item else set()
    if line is None or not lost:
        return "allowed.nothing_lost", {}
    back = select(Handover.missing).where(Handover.contract_line_id == line.id, Handover.direction == "in")
    missing = session().scalars(back).first() or []
    return None if lost & set(missing) else ("allowed.nothing_lost", {})


def _inspected(subject: Subject) -> Inspection | None:
    return contested.inspection_of(subject.line) if subject.line is not None else None


def _contestable(subject: Subject) -> Reason | None:
    """It was inspected a few days ago at most, something was charged for what was found, and nobody contested it yet."""
    inspection = _inspected(subject)
    if inspection is None:
        return "allowed.nothing_to_contest", {}
    if contested.contest_of(inspection) is not None:
        return "allowed.contested_already", {}
    if not contested.stakes_of(inspection):
        return "allowed.nothing_to_contest", {}
    is_over = clock.today(get_workshop(inspection.workshop_id).zone) > contested.last_day(inspection)
    return ("allowed.contest_over", {"days": contested.DAYS}) if is_over else None


def _contested(subject: Subject) -> Reason | None:
    inspection = _inspected(subject)
    row = contested.contest_of(inspection) if inspection is not None else None
    return None if row is not None and row.status == "open" else ("allowed.not_contested", {})


def _second_person(actor: Actor, subject: Subject) -> Reason | None:
    """Who inspected does not decide whether they were right."""
    return ("allowed.second_person", {}) if _is_inspector(actor, subject) else None


def _inspector_alone(actor: Actor, subject: Subject) -> Reason | None:
    """Giving in is for who may not decide; everybody else decides."""
    return None if _is_inspector(actor, subject) else ("allowed.decide_instead", {})


def _is_inspector(actor: Actor, subject: Subject) -> bool:
    inspection = _inspected(subject)
    if inspection is None or actor.account_id is None:
        return False
    return contested.inspector_id(inspection) == actor.account_id


def has_open_outage(line: ContractLine) -> bool:
    """Whether the thing of a line was reported and does not work yet."""
    return any(outage.ended_at is None for outage in line.outages)


WITHDRAWAL_DAYS = 14


@dataclass(frozen=True)
class Row:
    """When an operation is allowed. `line` empty: it is about the contract as a whole. `who`: beyond the right, it matters
    who asks."""

    permission: str
    contract: tuple[str, ...]
    line: tuple[str, ...] = ()
    customer: bool = False
    checks: tuple[Check, ...] = ()
    who: Who | None = None


TABLE: dict[str, Row] = {
    # about a line
    "extend": Row("contract:write", (*RUNNING, "paused"), OUT, True, (_by_day, _not_replaced, _not_ending)),
    "shorten": Row("contract:write", (*RUNNING, "paused"), OUT, False, (_by_day, _not_replaced, _not_ending)),
    "reschedule": Row("contract:write", ("signed", *RUNNING), ("planned",), False, (_not_ending,)),
    "remove_line": Row("contract:write", ("signed", *RUNNING), ("planned",)),
    "no_show": Row("contract:write", ("signed", *RUNNING), ("planned",), False, (_has_begun,)),
    "substitute": Row("contract:handover", ("signed", *RUNNING), ("planned",)),
    "swap": Row("contract:write", (*RUNNING, "paused"), OUT, True, (_not_replaced,)),
    "change_plan": Row("contract:write", ("active",), OUT, True, (_monthly, _no_next_plan, _not_replaced)),
    "keep_plan": Row("contract:write", ("active",), OUT, True, (_next_plan,)),
    "report_lost": Row("contract:write", (*RUNNING, "paused"), OUT, False),
    "report_found": Row("contract:write", (*RUNNING, "paused", "ended"), ("lost",)),
    "buy_out": Row(
        "contract:settle", (*RUNNING, "paused"), OUT, False, (_sold_at_all, _not_overdue, _paid_up, _not_replaced)
    ),
    "report_outage": Row("contract:write", RUNNING, OUT, True, (_no_outage,)),
    "end_outage": Row("contract:write", (*RUNNING, "paused"), OUT, False, (_has_outage,)),
    "read_meter": Row("contract:handover", (*RUNNING, "paused"), OUT, True),
    "swap_component": Row("contract:handover", (*RUNNING, "paused"), OUT, False, (_kit,)),
    "find_component": Row(
        "contract:handover", (*RUNNING, "paused", "ended"), ("returned", "closed"), False, (_component_lost,)
    ),
    "contest": Row("contract:write", (*RUNNING, "paused", "ended"), ("closed",), True, (_contestable,)),
    "decide_contest": Row(
        "contract:inspect", (*RUNNING, "paused", "ended"), ("closed",), False, (_contested,), _second_person
    ),
    "give_in": Row(
        "contract:inspect", (*RUNNING, "paused", "ended"), ("closed",), False, (_contested,), _inspector_alone
    ),
    "correct_dates": Row("contract:correct", (*RUNNING, "paused"), (*OUT, "returned", "closed")),
    # about the contract
    "call_off": Row("contract:write", ("signed",), (), True),
    "add_line": Row("contract:write", ("signed", *RUNNING)),
    "pause": Row("contract:write", ("active",), (), True, (_monthly, _pausable, _not_overdue)),
    "resume": Row("contract:write", ("paused", "active"), (), True, (_has_pause,)),
    "give_notice": Row("contract:write", ("active", "paused"), (), True, (_monthly,)),
    "end_early": Row("contract:write", ("active", "paused"), (), True, (_monthly,)),
    "withdraw_notice": Row("contract:write", ("notice",), (), True),
    "withdraw": Row("contract:write", ("signed", "active"), (), True, (_can_withdraw,)),
    "warn": Row("contract:write", (*RUNNING, "paused")),
    "end_for_cause": Row("contract:correct", (*RUNNING, "paused")),
    "renew": Row("contract:write", ("active",), (), True, (_renews,)),
    "do_not_renew": Row("contract:write", ("active",), (), True, (_renews,)),
    "transfer": Row("contract:write", ("active",), (), False, (_not_overdue, _nothing_awaited)),
    "change_holders": Row("contract:write", ("signed", *RUNNING, "paused")),
}


CONTRACT_IS = {
    "draft": "allowed.contract_draft",
    "sent": "allowed.contract_sent",
    "expired": "allowed.contract_expired",
    "signed": "allowed.contract_signed",
    "active": "allowed.contract_active",
    "paused": "allowed.contract_paused",
    "notice": "allowed.contract_notice",
    "ended": "allowed.contract_ended",
    "cancelled": "allowed.contract_cancelled",
}
LINE_IS = {
    "planned": "allowed.line_planned",
    "out": "allowed.line_out",
    "overdue": "allowed.line_overdue",
    "returned": "allowed.line_returned",
    "closed": "allowed.line_closed",
    "cancelled": "allowed.line_cancelled",
    "lost": "allowed.line_lost",
    "replaced": "allowed.line_replaced",
    "bought_out": "allowed.line_bought_out",
}


def why_not(operation: str, actor: Actor, subject: Subject) -> Reason | None:
    """The reason why this actor cannot do this now, as a refusal's code and data; None when it is allowed."""
    row = TABLE[operation]
    if actor.kind == "customer" and not row.customer:
        return "allowed.staff_only", {}
    if actor.kind == "staff" and not actor.can(row.permission):
        return "access.missing_right", {"permission": row.permission, "role": actor.role}
    if subject.contract.status not in row.contract:
        return CONTRACT_IS[subject.contract.status], {}
    if row.line and (subject.line is None or subject.line.status not in row.line):
        return LINE_IS[subject.line.status] if subject.line is not None else "allowed.line_needed", {}
    reason = next(filter(None, (check(subject) for check in row.checks)), None)
    return row.who(actor, subject) if reason is None and row.who is not None else reason


def must(operation: str, actor: Actor, subject: Subject) -> None:
    """Refuse with Forbidden when the right is missing, else with Conflict and the reason."""
    reason = why_not(operation, actor, subject)
    if reason is None:
        return
    code, data = reason
    raise Forbidden(code, **data) if code == "access.missing_right" else Conflict(code, **data)


@dataclass(frozen=True)
class Choice:
    """An operation on a page: possible, or why not."""

    operation: str
    contract: Contract
    line: ContractLine | None
    reason: Reason | None


def choices(actor: Actor, contract: Contract) -> Iterator[Choice]:
    """Every operation that this actor has the right to, about the contract and about each of its lines; those that make
    no sense in the present state of a line are left out."""
    for operation, row in TABLE.items():
        if (actor.kind == "customer" and not row.customer) or (actor.kind == "staff" and not actor.can(row.permission)):
            continue
        if not row.line:
            yield Choice(operation, contract, None, why_not(operation, actor, Subject(contract)))
            continue
        for line in contract.lines:
            if line.status in row.line:
                yield Choice(operation, contract, line, why_not(operation, actor, Subject(contract, line)))

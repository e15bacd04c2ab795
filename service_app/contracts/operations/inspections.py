"""The look at what came back: grade, findings, charges, and what the thing does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service_app.catalogue.models import Product
from service_app.charges import pricing
from service_app.contracts import contested
from service_app.contracts.models import Damage, Inspection
from service_app.contracts.operations import kits
from service_app.contracts.operations.money import charge_line, end_if_done, refresh_money
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.money import ZERO, to_cents
from service_app.core.states import move
from service_app.items import custody
from service_app.items.models import GRADES
from service_app.items.operations import add_photo

NEXT_USES = ("in_stock", "on_bench", "retired")
# Which part of what putting it right costs is proposed: scratched, in need of repair, to be replaced. Our own judgement,
# after what workshops charge; the person who inspects may write any other amount.
SHARES = {"light": Decimal("0.25"), "moderate": Decimal("0.5"), "heavy": Decimal(1)}


@dataclass(frozen=True)
class Finding:
    """Damage, a missing part or dirt: what it costs to put right and which share of that the customer bears (percent).
    Normal wear is zero whatever the share says. `severity` where the cost was proposed."""

    kind: str
    part: str
    cost_amount: Decimal
    charged_share: int = 100
    is_wear: bool = False
    severity: str | None = None


def proposals(product: Product) -> dict[str, dict[str, Decimal]]:
    """What is proposed for each part that has a price, by severity: {"Saddle": {"light": 8.75, …}}."""
    return {
        row["part"]: {severity: to_cents(Decimal(row["amount"]) * share) for severity, share in SHARES.items()}
        for row in product.repair_prices
    }


def propose(product: Product, part: str, severity: str) -> Finding:
    """The finding that is proposed for a part. Refuses a severity that is none, and a part without a price."""
    amount = proposals(product).get(part, {}).get(severity)
    if amount is None:
        raise Invalid("choice.unknown", field="findings", value=f"{part} {severity}".strip())
    return Finding("damage", part, amount, severity=severity)


@dataclass(frozen=True)
class Verdict:
    """The outcome of an inspection."""

    grade: str
    next_use: str = "in_stock"
    findings: Sequence[Finding] = ()
    answers: dict[str, Any] | None = None
    remark: str = ""
    photos: Sequence[tuple[bytes, str]] = ()


def finish_inspection(actor: Actor, inspection: Inspection, verdict: Verdict) -> None:
    """Grade the item, charge what is chargeable, free the item (or send it to the bench) and close the line.

    Refuses an unknown grade or next use, and a finding without a part or with a negative cost. Leaves
    inspection.finished, item.graded and line.closed; the contract ends when nothing is open.
    """
    _refuse_odd(verdict)
    line, item = inspection.line, inspection.item
    inspection.grade_after, inspection.next_use = verdict.grade, verdict.next_use
    inspection.answers, inspection.remark = verdict.answers or {}, verdict.remark.strip()
    inspection.by_name, inspection.final_at = actor.name, clock.now()
    move(inspection, "final")
    for content, name in verdict.photos:
        add_photo(actor, item, content, name, occasion="inspection", contract_line_id=line.id)
    for finding in (*verdict.findings, *_components_missing(inspection, verdict)):
        _write_down(actor, inspection, finding)
    grade_before, item.grade, item.loops = item.grade, verdict.grade, item.loops + 1
    move(item, verdict.next_use)
    kits.settle_along(item)
    _free(inspection, verdict)
    move(line, "closed")
    about = [line.contract, line.contract.customer, item, line]
    data = {"grade_before": grade_before, "grade": verdict.grade, "next_use": verdict.next_use}
    events.record("inspection.finished", actor, about, data)
    events.record("line.closed", actor, [line.contract, line])
    refresh_money(line.contract)
    end_if_done(actor, line.contract)


def _refuse_odd(verdict: Verdict) -> None:
    if verdict.grade not in GRADES:
        raise Invalid("inspection.unknown_grade", field="grade")
    if verdict.next_use not in NEXT_USES:
        raise Invalid("inspection.unknown_next_use", field="next_use")
    for finding in verdict.findings:
        if not finding.part.strip():
            raise Invalid("inspection.part_needed", field="findings")
        if finding.cost_amount < 0 or not 0 <= finding.charged_share <= 100:
            raise Invalid("inspection.odd_cost", field="findings", part=finding.part)


def _components_missing(inspection: Inspection, verdict: Verdict) -> list[Finding]:
    """Components that did not come back and that no finding names: each at what a new one costs."""
    named = {finding.part.strip() for finding in verdict.findings}
    return [
        Finding("missing", part.tag, part.product.replacement_amount or ZERO)
        for part in kits.missing_from(inspection.line)
        if part.tag not in named
    ]


def _write_down(actor: Actor, inspection: Inspection, finding: Finding) -> None:
    row = Damage(
        inspection_id=inspection.id,
        kind=finding.kind,
        part=finding.part.strip(),
        is_wear=finding.is_wear,
        cost_amount=finding.cost_amount,
        charged_share=0 if finding.is_wear else finding.charged_share,
        severity=finding.severity,
    )
    session().add(row)
    session().flush()
    amount = to_cents(row.cost_amount * row.charged_share / 100)
    figures = {"part": row.part, "cost": str(row.cost_amount), "share": row.charged_share}
    charge_line(actor, inspection.line, finding.kind, contested.key_of(row), pricing.Price(amount, "finding", figures))


def _free(inspection: Inspection, verdict: Verdict) -> None:
    if verdict.next_use == "in_stock":
        custody.end_buffer(inspection.contract_line_id, clock.now())

"""ONE table: event name -> the jobs it sets off. Read it to know what happens after something happened.

An event that sets nothing off stands in SILENT: it is a fact for the timeline only. An event in neither is refused when
it is recorded.
"""

from __future__ import annotations

from service_app.core.events import Reaction


def letter(kind: str) -> Reaction:
    """Write the letter of this kind to whom it concerns."""
    return Reaction("notifications.write", channel="mail", data={"letter": kind})


REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "contract.sent": (letter("offer"),),
    "contract.signed": (Reaction("contracts.document", channel="documents"), letter("signed")),
    "line.handed_over": (letter("handed_over"),),
    "line.returned": (letter("returned"),),
    "line.overdue": (letter("overdue"),),
    "care.due": (letter("care_due"),),
    "member.invited": (letter("invitation"),),
    "account.reset": (letter("reset"),),
}

SILENT: frozenset[str] = frozenset(
    {
        "allocation.displaced",
        "care.done",
        "care.skipped",
        "care_plan.changed",
        "care_plan.created",
        "charge.made",
        "charge.settled",
        "charge.waived",
        "contract.cancelled",
        "contract.changed",
        "contract.corrected",
        "contract.drafted",
        "contract.ended",
        "contract.expired",
        "contract.holders",
        "contract.notice_withdrawn",
        "contract.noticed",
        "contract.pause_planned",
        "contract.paused",
        "contract.renewed",
        "contract.reopened",
        "contract.resumed",
        "contract.transferred",
        "contract.warned",
        "contract.withdrawn",
        "credit.made",
        "credit.refunded",
        "customer.changed",
        "customer.consented",
        "customer.created",
        "customer.merged",
        "customer.noted",
        "deposit.cancelled",
        "deposit.changed",
        "deposit.received",
        "deposit.released",
        "deposit.retained",
        "hours.changed",
        "import.finished",
        "inspection.finished",
        "invitation.withdrawn",
        "item.changed",
        "item.created",
        "item.graded",
        "item.moved",
        "item.photographed",
        "item.retired",
        "line.added",
        "line.at_risk",
        "line.bought_out",
        "line.bound",
        "line.closed",
        "line.component_found",
        "line.component_swapped",
        "line.found",
        "line.lost",
        "line.metered",
        "line.out_of_order",
        "line.plan_change_planned",
        "line.plan_changed",
        "line.plan_kept",
        "line.removed",
        "line.substituted",
        "line.swapped",
        "line.works_again",
        "member.changed",
        "member.joined",
        "member.left",
        "plan.changed",
        "plan.created",
        "product.changed",
        "product.created",
        "terms.published",
        "workshop.added",
        "workshop.changed",
    }
)

ALL: dict[str, tuple[Reaction, ...]] = REACTIONS | dict.fromkeys(SILENT, ())

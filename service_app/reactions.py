"""ONE table: event name -> the jobs it sets off. Read it to know what happens after something happened.

A credit is told by the letter of what brought it about (a return, a swap, a pause, an outage, a correction), with its
amount and its reason; a letter for itself would be a second one about the same thing. So credit.made writes none.

An event that sets nothing off stands in SILENT: it is a fact for the timeline only. An event in neither is refused when
it is recorded.
"""

from __future__ import annotations

from dataclasses import replace

from service_app.contracts.operations.dates import SETTLES
from service_app.core.events import Reaction
from service_app.notifications.kinds import KINDS


def letter(kind: str) -> Reaction:
    """Write the letter of this kind to whom it concerns. Writing calls nobody, so no channel that is paused holds it up: what
    goes by text or by push goes, and a customer's own list shows the rest."""
    return Reaction("notifications.write", channel="planning", data={"letter": kind}, priority=KINDS[kind].priority)


def settled(reaction: Reaction) -> Reaction:
    """The same once the change has stood for a while: what is undone on the board at once is told to nobody. A little
    later than that, for the job's clock is the database's."""
    return replace(reaction, wait_seconds=int(SETTLES.total_seconds()) + 5)


# Something is free again: the first who waits for it is offered it.
WAITING = Reaction("bookings.serve_waiting", channel="planning")
CONTRACT = Reaction("contracts.document", channel="documents")
PAPERS = Reaction("contracts.papers", channel="documents")
FORM = Reaction("repairs.form", channel="documents")
# A repair that was to come with an appointment does not come without it.
# What a fact about a thing calls for, and what becomes of a visit whose appointment fell through.
CARE_AFTER_RETURN = Reaction("care.call_for", channel="planning", data={"because": "return"})
CARE_BY_GRADE = Reaction("care.call_for", channel="planning", data={"because": "grade"})
CARE_AFTER_FAILURE = Reaction("care.call_for", channel="planning", data={"because": "failure"})
CARE_STAYED_AWAY = Reaction("care.stayed_away", channel="planning")
CARE_CALLED_OFF = Reaction("care.called_off", channel="planning")
CARE_TO_REPAIR = Reaction("repairs.from_care", channel="planning")
REPAIR_OFF = Reaction("repairs.call_off", channel="planning")

# What became of a thing is told to whoever gave it back; what leaves has its papers.
CERTIFICATES = Reaction("materials.certify", channel="documents")
TRACEABILITY = Reaction("materials.papers", channel="documents")

# A take-back that is agreed is an order of the rounds, and what became of the order is told to it.
FETCHED = Reaction("takebacks.order", channel="planning")
RIDDEN = Reaction("takebacks.hear", channel="planning")
SWAPPED = Reaction("takebacks.swapped", channel="planning")

# What is on its way home is in the driver's hand; what takes off income takes it off the thing's ledger.
IN_HAND = Reaction("recovery.hand", channel="planning")
LEDGER = Reaction("recovery.enter", channel="planning")
# What one member says to another about a thing is carried between their books.
PASSED = Reaction("recovery.pass", channel="planning")

REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "passing.agreed": (PASSED,),
    "passing.declined": (PASSED,),
    "passing.offered": (PASSED,),
    "passing.received": (PASSED,),
    "passing.withdrawn": (PASSED,),
    "charge.waived": (LEDGER,),
    "credit.made": (LEDGER,),
    "takeback.collected": (IN_HAND,),
    "contract.sent": (letter("offer"),),
    "contract.signed": (CONTRACT, letter("signed")),
    "contract.amendment_proposed": (letter("proposal"),),
    "contract.cancelled": (letter("cancelled"),),
    "contract.changed": (PAPERS, letter("amended")),
    "contract.corrected": (letter("corrected"),),
    "contract.holders": (PAPERS, letter("amended")),
    "contract.noticed": (PAPERS, letter("noticed")),
    "contract.notice_withdrawn": (letter("notice_withdrawn"),),
    "contract.pause_planned": (PAPERS, letter("pause_planned")),
    "contract.paused": (PAPERS, letter("paused")),
    "contract.renewed": (PAPERS, letter("renewed")),
    "contract.resumed": (letter("resumed"),),
    "contract.transferred": (CONTRACT, PAPERS, letter("transferred")),
    "contract.warned": (letter("warned"),),
    "contract.withdrawn": (PAPERS, letter("withdrawn")),
    "deposit.released": (PAPERS, letter("deposit")),
    "inspection.contested": (letter("contested"),),
    "inspection.decided": (PAPERS, letter("contest_decided")),
    "inspection.finished": (letter("inspected"), CARE_BY_GRADE),
    "line.added": (PAPERS, letter("amended")),
    "line.bought_out": (letter("bought_out"),),
    "line.found": (letter("found"),),
    "line.handed_over": (PAPERS, letter("handed_over")),
    "line.lost": (letter("lost"),),
    "line.out_of_order": (letter("out_of_order"),),
    "line.overdue": (letter("overdue"),),
    "line.plan_change_planned": (PAPERS, letter("plan_change_planned")),
    "line.plan_changed": (PAPERS, letter("plan_changed")),
    "line.plan_kept": (letter("plan_kept"),),
    "line.removed": (PAPERS, letter("amended")),
    "line.rescheduled": (settled(PAPERS), settled(letter("amended"))),
    "line.returned": (PAPERS, letter("returned"), CARE_AFTER_RETURN),
    "line.substituted": (PAPERS, letter("amended")),
    "line.swapped": (PAPERS, letter("swapped"), SWAPPED),
    "line.works_again": (letter("works_again"),),
    # Who came after all, or was put down as not come by mistake: the same job looks how the appointment stands by now.
    "appointment.arrived": (CARE_STAYED_AWAY,),
    "appointment.undone": (CARE_STAYED_AWAY,),
    "appointment.booked": (letter("appointment_booked"),),
    "appointment.cancelled": (letter("appointment_cancelled"), WAITING, REPAIR_OFF, CARE_CALLED_OFF),
    "appointment.moved": (settled(letter("appointment_moved")), WAITING),
    "appointment.no_show": (WAITING, CARE_STAYED_AWAY),
    "appointment.proposed": (letter("appointment_proposed"),),
    "resource.present": (WAITING,),
    "waiting.joined": (letter("waiting_joined"),),
    "waiting.left": (WAITING,),
    "waiting.offered": (letter("waiting_offered"),),
    "waiting.passed": (WAITING,),
    "member.joined": (Reaction("bookings.furnish", channel="planning"),),
    "care.due": (letter("care_due"),),
    "care.failed": (CARE_TO_REPAIR, CARE_AFTER_FAILURE),
    "care.held_back": (letter("care_held_back"),),
    "care.let_go": (letter("care_let_go"),),
    "item.graded": (CARE_BY_GRADE,),
    "customer.asked": (letter("customer_asked"),),
    "item.reported": (letter("item_reported"),),
    "repair.approved": (letter("repair_approved"),),
    "repair.asked": (letter("repair_asked"),),
    "repair.cancelled": (letter("repair_cancelled"),),
    "repair.declined": (letter("repair_stopped"),),
    "repair.expired": (letter("repair_stopped"),),
    "repair.handed_back": (letter("repair_handed_back"),),
    "repair.not_collected": (letter("repair_not_collected"),),
    "repair.quote_waiting": (letter("repair_quote_waiting"),),
    "repair.quoted": (FORM, letter("repair_quoted")),
    "repair.ready": (letter("repair_ready"),),
    "repair.received": (letter("repair_received"),),
    "repair.unrepairable": (letter("repair_stopped"),),
    "repair.waiting": (letter("repair_waiting"),),
    "hub.full": (letter("hub_full"),),
    "certificate.made": (letter("takeback_certificate"),),
    "material_batch.closed": (CERTIFICATES,),
    "material_batch.transferred": (TRACEABILITY,),
    "takeback.closed": (CERTIFICATES,),
    "takeback.cancelled": (letter("takeback_cancelled"), FETCHED),
    "takeback.changed": (settled(letter("takeback_planned")), FETCHED),
    "takeback.confirmed": (letter("takeback_planned"), FETCHED),
    "takeback.moved": (letter("takeback_moved"), FETCHED),
    "takeback.failed": (letter("takeback_failed"),),
    "order.done": (RIDDEN,),
    "order.failed": (letter("order_failed"), RIDDEN),
    "order.on_its_way": (letter("order_on_its_way"),),
    "order.partly_done": (RIDDEN,),
    "order.promised": (letter("order_promised"),),
    "portal.asked": (letter("portal_link"),),
    "member.invited": (letter("invitation"),),
    "account.reset": (letter("reset"),),
}

SILENT: frozenset[str] = frozenset(
    {
        "allocation.displaced",
        "appointment.accepted",
        "appointment.declined",
        "appointment.done",
        "appointment.doubted",
        "appointment.reassigned",
        "care.answered",
        "care.asked_anew",
        "care.begun",
        "channel.paused",
        "channel.resumed",
        "care.called",
        "care.done",
        "care.escalated",
        "care.joined",
        "care.seen",
        "care.put_back",
        "care.skipped",
        "care_plan.changed",
        "care_plan.created",
        "charge.made",
        "charge.settled",
        "claim.accepted",
        "claim.asked",
        "claim.refused",
        "claim.settled",
        "claim.withdrawn",
        "collection_day.saved",
        "contract.amendment_withdrawn",
        "contract.drafted",
        "contract.ended",
        "contract.expired",
        "contract.reopened",
        "credit.refunded",
        "customer.answered",
        "customer.called",
        "customer.changed",
        "customer.consented",
        "customer.created",
        "customer.merged",
        "customer.not_told",
        "customer.noted",
        "customer.reachable",
        "customer.told_otherwise",
        "customer.unreachable",
        "customer.wrote",
        "deposit.cancelled",
        "deposit.changed",
        "deposit.partly_released",
        "deposit.received",
        "deposit.retained",
        "hours.changed",
        "hub.saved",
        "import.finished",
        "invitation.withdrawn",
        "item.changed",
        "item.counted",
        "item.created",
        "item.found",
        "item.lost",
        "item.missing",
        "item.moved",
        "item.photographed",
        "item.report_handled",
        "item.retired",
        "job.driven_again",
        "job.set_aside",
        "letter.arrived",
        "line.at_risk",
        "line.bound",
        "line.closed",
        "line.component_found",
        "line.component_swapped",
        "line.metered",
        "line.not_fetched",
        "line.unbound",
        "material_batch.allocated",
        "material_batch.loaded",
        "material_batch.opened",
        "material_batch.quarantined",
        "material_batch.released",
        "material_batch.sorted",
        "material_batch.unsorted",
        "material_batch.weighed",
        "member.changed",
        "member.left",
        "order.answered",
        "order.called_off",
        "order.changed",
        "order.placed",
        "order.reopened",
        "battery.described",
        "battery.read",
        "passport.closed_to",
        "passport.shown_to",
        "part.added",
        "part.changed",
        "part.corrected",
        "part.harvested",
        "part.put_back",
        "part.received",
        "part.used",
        "past_repair.imported",
        "past_repair.recorded",
        "plan.changed",
        "plan.created",
        "portal.entered",
        "product.changed",
        "product.created",
        "repair.abandoned",
        "repair.begun",
        "repair.checked",
        "repair.coverage_changed",
        "repair.diagnosed",
        "repair.found_more",
        "repair.given_up",
        "repair.lent",
        "repair.paid",
        "repair.quote_viewed",
        "repair.waived",
        "repair.worked",
        "repair.worked_on",
        "repair_terms.changed",
        "resource.absent",
        "resource.changed",
        "resource.created",
        "round.finished",
        "round.planned",
        "round.published",
        "round.started",
        "service.changed",
        "service.created",
        "sms.budget_spent",
        "stock_take.cancelled",
        "stock_take.finished",
        "stock_take.started",
        "takeback.asked",
        "takeback.decided",
        "takeback.held",
        "takeback.merged",
        "takeback.offered_again",
        "takeback.partly_collected",
        "takeback.received",
        "takeback.refused",
        "takeback.unplanned",
        "cascade_rates.changed",
        "cascade_reason.saved",
        "harvest.closed",
        "harvest.opened",
        "harvest.part_out",
        "intake.adopted",
        "intake.closed",
        "intake.given_back",
        "intake.graded",
        "intake.opened",
        "intake.quarantined",
        "intake.scanned",
        "intake.wiped",
        "item.entered",
        "next_life.chosen",
        "passing.came",
        "passing.passed",
        "passing.planned",
        "part.fitted",
        "refurbishment.begun",
        "refurbishment.cancelled",
        "refurbishment.checked",
        "refurbishment.cost_passed",
        "refurbishment.done",
        "refurbishment.opened",
        "refurbishment.worked",
        "refurbishment.worked_on",
        "terms.published",
        "waiting.taken",
        "webhook.changed",
        "webhook.created",
        "webhook.disabled",
        "webhook.former_secret_ended",
        "webhook.secret_renewed",
        "webhook.tested",
        "workshop.added",
        "workshop.changed",
        "workshop.left",
    }
)

ALL: dict[str, tuple[Reaction, ...]] = REACTIONS | dict.fromkeys(SILENT, ())

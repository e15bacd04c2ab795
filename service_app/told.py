"""ONE table: event name -> what a timeline says of it. Events hold codes; the words and the names are found when read.

A name without words is found by a house test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from service_app.accounts.models import Account
from service_app.core import events
from service_app.core.db import session
from service_app.core.events import Event

WORDS: dict[str, Any] = {
    "account.reset": _l("Password reset asked"),
    "allocation.displaced": _l("Another use took its place"),
    "appointment.arrived": _l("Arrived"),
    "appointment.booked": _l("Appointment made"),
    "appointment.cancelled": _l("Appointment cancelled"),
    "appointment.done": _l("Appointment done"),
    "appointment.moved": _l("Appointment moved"),
    "appointment.no_show": _l("Nobody came"),
    "appointment.proposed": _l("Another moment proposed"),
    "appointment.reassigned": _l("Somebody else does it"),
    "appointment.undone": _l("A step taken back"),
    "care.answered": _l("The customer said how it is looked after"),
    "care.begun": _l("Care begun"),
    "care.called": _l("The customer was called about care"),
    "care.done": _l("Care done"),
    "care.due": _l("Care is due"),
    "care.escalated": _l("Did not come twice: to be settled"),
    "care.failed": _l("A check of the care failed"),
    "care.held_back": _l("Held back until its care is done"),
    "care.let_go": _l("Goes out again"),
    "care.skipped": _l("Care skipped"),
    "care_plan.changed": _l("Care plan changed"),
    "care_plan.created": _l("Care plan made"),
    "charge.made": _l("Charged"),
    "charge.settled": _l("Charge paid"),
    "charge.waived": _l("Charge waived"),
    "contract.amendment_proposed": _l("Amendment sent to be signed"),
    "contract.amendment_withdrawn": _l("Amendment taken back"),
    "contract.cancelled": _l("Contract cancelled"),
    "contract.changed": _l("Contract changed"),
    "contract.corrected": _l("Dates corrected"),
    "contract.drafted": _l("Contract drafted"),
    "contract.ended": _l("Contract ended"),
    "contract.expired": _l("Offer expired"),
    "contract.holders": _l("Holders changed"),
    "contract.notice_withdrawn": _l("Notice taken back"),
    "contract.noticed": _l("Notice given"),
    "contract.pause_planned": _l("Pause planned"),
    "contract.paused": _l("Paused"),
    "contract.renewed": _l("Renewed"),
    "contract.reopened": _l("Offer taken back to a draft"),
    "contract.resumed": _l("Goes on after the pause"),
    "contract.sent": _l("Offer sent"),
    "contract.signed": _l("Contract signed"),
    "contract.transferred": _l("Handed to another customer"),
    "contract.warned": _l("Formal notice given"),
    "contract.withdrawn": _l("Withdrawn from"),
    "credit.made": _l("Credited"),
    "credit.refunded": _l("Paid back"),
    "customer.answered": _l("Done what the customer asked"),
    "customer.asked": _l("The customer asked for something"),
    "customer.called": _l("The customer was called"),
    "customer.changed": _l("Customer changed"),
    "customer.consented": _l("Consent changed"),
    "customer.not_told": _l("A letter did not arrive"),
    "customer.reachable": _l("Written to again"),
    "customer.told_otherwise": _l("Told by phone or in person"),
    "customer.unreachable": _l("E-mail address does not work"),
    "customer.wrote": _l("Answered by e-mail"),
    "customer.created": _l("Registered"),
    "customer.merged": _l("Merged with another customer"),
    "customer.noted": _l("Note written"),
    "deposit.cancelled": _l("Deposit no longer asked"),
    "deposit.changed": _l("Deposit changed"),
    "deposit.partly_released": _l("Part of the deposit given back"),
    "deposit.received": _l("Deposit received"),
    "deposit.released": _l("Deposit given back"),
    "deposit.retained": _l("Deposit kept, wholly or in part"),
    "hours.changed": _l("Opening hours changed"),
    "import.finished": _l("Import finished"),
    "inspection.contested": _l("The customer sees it differently"),
    "inspection.decided": _l("Looked at again and decided"),
    "inspection.finished": _l("Inspected"),
    "invitation.withdrawn": _l("Invitation withdrawn"),
    "item.changed": _l("Item changed"),
    "item.counted": _l("Counted in a stock-take"),
    "item.created": _l("Taken into the fleet"),
    "item.found": _l("Here again"),
    "item.graded": _l("Graded"),
    "item.lost": _l("Lost, with nobody"),
    "item.missing": _l("Missing in a stock-take"),
    "item.moved": _l("Moved"),
    "item.photographed": _l("Photographed"),
    "item.report_handled": _l("Report handled"),
    "item.reported": _l("Reported from the street"),
    "item.retired": _l("Retired"),
    "line.added": _l("One thing more"),
    "line.at_risk": _l("At risk: the item may not be back in time"),
    "line.bought_out": _l("Bought by the customer"),
    "line.bound": _l("Item chosen"),
    "line.closed": _l("Line closed"),
    "line.component_found": _l("Component found again"),
    "line.component_swapped": _l("Component swapped"),
    "line.found": _l("Found again"),
    "line.handed_over": _l("Handed over"),
    "line.lost": _l("Lost"),
    "line.metered": _l("Meter read"),
    "line.not_fetched": _l("Not fetched"),
    "line.out_of_order": _l("Reported out of order"),
    "line.overdue": _l("Overdue"),
    "line.plan_change_planned": _l("Change of plan asked for"),
    "line.plan_changed": _l("Plan changed for this line"),
    "line.plan_kept": _l("Change of plan called off"),
    "line.removed": _l("One thing less"),
    "line.rescheduled": _l("Other dates"),
    "line.returned": _l("Returned"),
    "line.substituted": _l("Another product instead"),
    "line.swapped": _l("Swapped"),
    "line.unbound": _l("Choice of the item taken back"),
    "line.works_again": _l("Works again"),
    "member.changed": _l("Role changed"),
    "member.invited": _l("Invited"),
    "member.joined": _l("Joined the workshop"),
    "member.left": _l("Left the workshop"),
    "order.answered": _l("The customer answered"),
    "order.called_off": _l("Order called off"),
    "order.changed": _l("Order changed"),
    "order.done": _l("Fetched or brought"),
    "order.failed": _l("It did not work out at the door"),
    "order.on_its_way": _l("Told when we are there"),
    "order.partly_done": _l("Fetched or brought in part"),
    "order.placed": _l("To fetch or bring"),
    "order.promised": _l("A window promised"),
    "order.reopened": _l("Another moment looked for"),
    "part.added": _l("Part added"),
    "part.changed": _l("Part changed"),
    "part.corrected": _l("Stock of a part corrected"),
    "part.harvested": _l("Part harvested"),
    "part.put_back": _l("Part put back"),
    "part.received": _l("Parts came in"),
    "part.used": _l("Part fitted"),
    "past_repair.imported": _l("Repairs of others taken in"),
    "past_repair.recorded": _l("Repair written into the history"),
    "plan.changed": _l("Plan changed"),
    "plan.created": _l("Plan made"),
    "portal.asked": _l("Sign-in link sent"),
    "portal.entered": _l("Signed in to the customer’s pages"),
    "product.changed": _l("Product changed"),
    "product.created": _l("Product made"),
    "repair.abandoned": _l("Not collected: kept until it is decided"),
    "repair.approved": _l("Quote approved"),
    "repair.asked": _l("Repair asked for"),
    "repair.begun": _l("Examination begun"),
    "repair.cancelled": _l("Repair cancelled"),
    "repair.checked": _l("Repair checked"),
    "repair.coverage_changed": _l("Who pays for the repair changed"),
    "repair.declined": _l("Quote declined"),
    "repair.diagnosed": _l("Diagnosis written"),
    "repair.expired": _l("Quote ran out"),
    "repair.given_up": _l("Left to the workshop for reuse"),
    "repair.handed_back": _l("Handed back after the repair"),
    "repair.lent": _l("Something lent meanwhile"),
    "repair.not_collected": _l("Asked to collect it"),
    "repair.paid": _l("Repair paid"),
    "repair.quote_viewed": _l("Quote seen"),
    "repair.quote_waiting": _l("Reminded of the quote"),
    "repair.quoted": _l("Quote sent"),
    "repair.ready": _l("Repair ready"),
    "repair.received": _l("Received for repair"),
    "repair.unrepairable": _l("Cannot be repaired"),
    "repair.waiting": _l("Waits for a part"),
    "repair.waived": _l("Price of the repair let go"),
    "repair.worked": _l("Repair done and tested"),
    "repair.worked_on": _l("Repair begun"),
    "repair_terms.changed": _l("Terms of repairs changed"),
    "collection_day.saved": _l("Collection day changed"),
    "material_batch.allocated": _l("Balance closed"),
    "material_batch.closed": _l("Batch closed"),
    "material_batch.loaded": _l("Load put in"),
    "material_batch.opened": _l("Batch opened"),
    "material_batch.quarantined": _l("Put in quarantine"),
    "material_batch.released": _l("Released from quarantine"),
    "material_batch.sorted": _l("Fraction added"),
    "material_batch.transferred": _l("Handed over to a recoverer"),
    "material_batch.unsorted": _l("Fraction removed"),
    "material_batch.weighed": _l("Batch weighed"),
    "takeback.asked": _l("Take-back asked for"),
    "takeback.cancelled": _l("Take-back cancelled"),
    "takeback.changed": _l("Window changed"),
    "takeback.closed": _l("Take-back closed"),
    "takeback.collected": _l("Collected"),
    "takeback.confirmed": _l("Window confirmed"),
    "takeback.decided": _l("Waste or product decided"),
    "takeback.failed": _l("Could not be collected"),
    "takeback.held": _l("Window held"),
    "takeback.merged": _l("Added to what was asked"),
    "takeback.offered_again": _l("Windows offered again"),
    "takeback.partly_collected": _l("Collected in part"),
    "takeback.received": _l("Received"),
    "takeback.refused": _l("Take-back refused"),
    "takeback.unplanned": _l("No round can have it: see to it by hand"),
    "resource.absent": _l("Absence entered"),
    "resource.changed": _l("Hours, skills or name changed"),
    "resource.created": _l("Added to the planning"),
    "resource.present": _l("Absence taken away"),
    "round.finished": _l("Round over"),
    "round.planned": _l("Round planned"),
    "round.published": _l("Round published"),
    "round.started": _l("Round on the road"),
    "service.changed": _l("Service changed"),
    "service.created": _l("Service made"),
    "stock_take.cancelled": _l("Stock-take cancelled"),
    "stock_take.finished": _l("Stock-take finished"),
    "stock_take.started": _l("Stock-take begun"),
    "terms.published": _l("General terms published"),
    "waiting.joined": _l("Put on the waiting list"),
    "waiting.left": _l("Left the waiting list"),
    "waiting.offered": _l("A free slot offered"),
    "waiting.passed": _l("The offer was passed on"),
    "waiting.taken": _l("The offered slot taken"),
    "webhook.changed": _l("Webhook changed"),
    "webhook.created": _l("Webhook made"),
    "webhook.disabled": _l("Webhook disabled"),
    "webhook.secret_renewed": _l("Secret of a webhook renewed"),
    "webhook.tested": _l("Webhook tested"),
    "workshop.added": _l("Workshop joined the cluster"),
    "workshop.changed": _l("Workshop changed"),
    "cascade_reason.saved": _l("Reason of the cascade saved"),
    "harvest.closed": _l("Taken apart, the rest weighed"),
    "harvest.opened": _l("Its parts are harvested"),
    "harvest.part_out": _l("A part taken out"),
    "intake.adopted": _l("Became ours"),
    "intake.closed": _l("Taken in, differences written down"),
    "intake.given_back": _l("Given back, not ours"),
    "intake.graded": _l("Looked at and graded"),
    "intake.opened": _l("Intake opened"),
    "intake.quarantined": _l("Into quarantine"),
    "intake.scanned": _l("Scanned in"),
    "intake.wiped": _l("Data wiped"),
    "item.entered": _l("Entered in the ledger earlier"),
    "next_life.chosen": _l("Next life chosen"),
    "part.fitted": _l("Fits another product"),
    "refurbishment.begun": _l("Refurbishment begun"),
    "refurbishment.cancelled": _l("Refurbishment cancelled"),
    "refurbishment.checked": _l("Refurbishment checked"),
    "refurbishment.cost_passed": _l("It costs more than it makes"),
    "refurbishment.done": _l("Fit again, a new loop begins"),
    "refurbishment.opened": _l("Refurbishment planned"),
    "refurbishment.worked": _l("Refurbishment finished"),
    "refurbishment.worked_on": _l("Time or parts put in"),
}

FIELDS: dict[str, Any] = {
    "accessories": _l("accessories"),
    "addresses": _l("addresses"),
    "bench": _l("bench"),
    "brand": _l("brand"),
    "category": _l("category"),
    "circular_model": _l("circular model"),
    "code": _l("code"),
    "contact_name": _l("contact person"),
    "description": _l("description"),
    "email": _l("e-mail"),
    "end_of_life_route": _l("route at end of life"),
    "fractions": _l("fractions"),
    "function": _l("function"),
    "hazard_classes": _l("hazards"),
    "is_active": _l("offered or not"),
    "is_blocked": _l("blocked or not"),
    "kind": _l("person or organisation"),
    "kit": _l("kit"),
    "language": _l("language"),
    "mass_g": _l("mass"),
    "materials": _l("materials"),
    "name": _l("name"),
    "phone": _l("phone"),
    "photo": _l("photo"),
    "recoverable_parts": _l("recoverable parts"),
    "remark": _l("remark"),
    "repair_category_id": _l("category for repairs"),
    "replacement_amount": _l("replacement value"),
    "skills": _l("skills"),
    "tools": _l("tools"),
    "vat_number": _l("VAT number"),
    "wants_reminders": _l("reminders"),
}

_SHOWN_AS_THEY_ARE = ("reference", "contract", "tag", "code", "grade", "amount", "merged")


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    title: str
    detail: str
    is_now: bool = False


def timeline(thing: Any, limit: int = 50) -> list[Entry]:
    """The facts about a row as a person reads them, newest first."""
    return told(events.timeline(thing, limit))


def told(happened: Iterable[Event]) -> list[Entry]:
    """Events as lines: what, and who or which."""
    facts = list(happened)
    names = _names({fact.actor_account_id for fact in facts if fact.actor_account_id})
    return [
        Entry(fact.at, str(WORDS[fact.name]), _detail(fact, names), is_now=place == 0)
        for place, fact in enumerate(facts)
    ]


def _names(account_ids: set[int]) -> dict[int, str]:
    if not account_ids:
        return {}
    rows = session().execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row.id: row.name for row in rows}


def _detail(fact: Event, names: dict[int, str]) -> str:
    fields = [str(FIELDS[name]) for name in fact.data.get("fields", ()) if name in FIELDS]
    codes = [str(fact.data[key]) for key in _SHOWN_AS_THEY_ARE if fact.data.get(key)]
    who = names.get(fact.actor_account_id or 0, "")
    if not who and fact.actor_kind == "customer":
        who = gettext("by the customer")
    return " · ".join(part for part in (", ".join(fields), ", ".join(codes), who) if part)

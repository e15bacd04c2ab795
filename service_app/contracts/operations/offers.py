"""From a wish to a signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.charges.pricing import Price, cancellation_fee, deposit, rent, rental_days
from service_app.charges.pricing import Terms as PriceTerms
from service_app.contracts.allowed import may_withdraw
from service_app.contracts.models import Contract, ContractLine, Signature
from service_app.contracts.operations import alone
from service_app.contracts.operations.money import refresh_money
from service_app.core import clock, events, files, search
from service_app.core.access import Actor
from service_app.core.db import append, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move, move_axes
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.workshops import hours
from service_app.workshops.models import Terms, Workshop
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Wish:
    """A line as it is asked for: a product on a plan over a stretch (ends_at None: open-ended), with the percentage that
    the solidarity tariff or a discount takes off (`reduction`: 'solidarity', 'discount' or '')."""

    product: Product
    plan: Plan
    starts_at: datetime
    ends_at: datetime | None
    reduction: str = ""
    reduction_percent: int = 0


@dataclass(frozen=True)
class Signing:
    """How somebody signed: the name, a drawing (PNG bytes) or None when it was typed, from where. `is_distance`: not at
    the workshop, so that the right to withdraw holds."""

    signer_name: str
    drawing: bytes | None = None
    language: str = "fr"
    ip: str | None = None
    user_agent: str | None = None
    is_distance: bool = False


def terms_of(plan: Plan, currency: str) -> PriceTerms:
    """The plan's figures as they stand now."""
    rules = PlanRules.from_json(plan.rules)
    return PriceTerms(
        pricing=plan.pricing,
        currency=currency,
        tiers=tuple((tier.from_days, tier.day_amount) for tier in plan.tiers),
        monthly_amount=plan.monthly_amount,
        deposit_amount=deposit(rules, plan.deposit_amount, plan.product.replacement_amount),
        late_amount=plan.late_amount,
        late_grace_minutes=plan.late_grace_minutes,
        late_open_days_only=plan.late_open_days_only,
        late_cap_amount=plan.late_cap_amount,
        min_term_months=plan.min_term_months,
        notice_days=plan.notice_days,
        rules=rules,
    )


def draft_contract(
    actor: Actor,
    customer: Customer,
    wishes: Sequence[Wish],
    *,
    remark: str = "",
    external_ref: str | None = None,
    anchor_day: int | None = None,
) -> Contract:
    """A draft with its lines, nothing blocked yet. Refuses a blocked customer, a plan of another product, a length
    outside the plan's limits. Leaves contract.drafted."""
    if customer.is_blocked:
        raise Conflict("contract.customer_blocked", customer=customer.reference)
    if not wishes:
        raise Invalid("contract.no_lines", field="lines")
    workshop = get_workshop(customer.workshop_id)
    contract = Contract(
        reference=next_contract_reference(workshop),
        kind=PlanRules.from_json(wishes[0].plan.rules).kind,
        customer_id=customer.id,
        language=customer.language,
        currency=workshop.currency,
        starts_at=min(wish.starts_at for wish in wishes),
        ends_at=_latest_end(wishes),
        remark=remark,
        external_ref=external_ref,
        anchor_day=anchor_day,
    )
    session().add(contract)
    session().flush()
    _write_lines(contract, wishes, workshop)
    _index(contract, customer)
    events.record("contract.drafted", actor, [contract, customer])
    return contract


def next_contract_reference(workshop: Workshop) -> str:
    """The next number of the year's contracts."""
    return next_reference(f"C-{clock.today(workshop.zone).year}")


def _latest_end(wishes: Sequence[Wish]) -> datetime | None:
    ends = [wish.ends_at for wish in wishes]
    return None if None in ends else max(end for end in ends if end is not None)


def _write_lines(contract: Contract, wishes: Sequence[Wish], workshop: Workshop) -> None:
    for position, wish in enumerate(wishes, start=1):
        check_wish(wish, workshop)
        new_line(contract, position, wish)
    session().expire(contract, ["lines"])


def new_line(contract: Contract, position: int, wish: Wish) -> ContractLine:
    """A planned line of a wish, with the figures of its plan as they stand now and the reduction it is given."""
    terms = terms_of(wish.plan, contract.currency)
    line = ContractLine(
        contract_id=contract.id,
        position=position,
        product_id=wish.product.id,
        plan_id=wish.plan.id,
        price=terms.reduced(wish.reduction, wish.reduction_percent).to_json(),
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        due_at=hours.load_calendar().due_end(wish.ends_at) if wish.ends_at is not None else None,
        planned_ends_at=wish.ends_at,
    )
    session().add(line)
    session().flush()
    return line


def check_wish(wish: Wish, workshop: Workshop) -> None:
    """Refuse with the field what cannot be offered."""
    if not 0 <= wish.reduction_percent <= 100:
        raise Invalid("number.out_of_range", field="reduction_percent", least=0, most=100)
    if wish.plan.product_id != wish.product.id:
        raise Invalid("contract.plan_of_other_product", field="plan", plan=wish.plan.code)
    Stretch(wish.starts_at, wish.ends_at)
    if wish.ends_at is None:
        if wish.plan.pricing == "tiers":
            raise Invalid("contract.end_needed", field="ends_at")
        return
    days = rental_days(wish.starts_at, wish.ends_at, workshop.zone)
    if wish.plan.min_days is not None and days < wish.plan.min_days:
        raise Invalid("contract.too_short", field="ends_at", least=wish.plan.min_days, days=days)
    if wish.plan.max_days is not None and days > wish.plan.max_days:
        raise Invalid("contract.too_long", field="ends_at", most=wish.plan.max_days, days=days)


def _index(contract: Contract, customer: Customer) -> None:
    search.index("contract", contract.id, [contract.reference, customer.name, customer.reference])


def change_draft(actor: Actor, contract: Contract, wishes: Sequence[Wish], *, remark: str | None = None) -> None:
    """Other lines for a draft. Leaves contract.changed."""
    if contract.status != "draft":
        raise Conflict("state.not_allowed", thing="contract", axis="status", state=contract.status, to="draft")
    if not wishes:
        raise Invalid("contract.no_lines", field="lines")
    for line in list(contract.lines):
        session().delete(line)
    session().flush()
    contract.starts_at, contract.ends_at = min(wish.starts_at for wish in wishes), _latest_end(wishes)
    if remark is not None:
        contract.remark = remark
    _write_lines(contract, wishes, get_workshop(contract.workshop_id))
    events.record("contract.changed", actor, [contract])


def send_offer(actor: Actor, contract: Contract) -> None:
    """Hold an item for each line until the offer expires and send the customer the link to sign.

    Refuses with Conflict `availability.none` and alternatives when a line finds nothing, `contract.no_terms` when the
    workshop has published no terms. Leaves contract.sent.
    """
    workshop = get_workshop(contract.workshop_id)
    terms = current_terms()
    expires_at = clock.now() + timedelta(days=workshop.offer_days)
    for line in in_lock_order(contract.lines):
        availability.book(
            line.product,
            Stretch(line.starts_at, line.held_until),
            kind="hold",
            contract_line_id=line.id,
            expires_at=expires_at,
        )
    contract.terms_id, contract.terms_sha256 = terms.id, terms_hash(contract.language, terms)
    contract.offer_round += 1
    contract.offer_expires_at, contract.sent_at = expires_at, clock.now()
    move(contract, "sent")
    events.record("contract.sent", actor, [contract, contract.customer], {"round": contract.offer_round})


def in_lock_order(lines: Sequence[ContractLine]) -> list[ContractLine]:
    """Products are locked in the order of their ids, so that two who book never wait for each other; lines of the same
    product, whoever begins first."""
    return sorted(lines, key=lambda line: (line.product_id, line.starts_at, line.id))


def current_terms() -> Terms:
    """The newest terms of the workshop."""
    terms = session().scalars(select(Terms).order_by(Terms.number.desc()).limit(1)).first()
    if terms is None:
        raise Conflict("contract.no_terms")
    return terms


def terms_hash(language: str, terms: Terms) -> str:
    """The hash of the terms in the language they are read in: the customer's, or the first there is."""
    return terms.sha256[language] if language in terms.sha256 else next(iter(terms.sha256.values()))


def offer_snapshot(contract: Contract) -> dict[str, Any]:
    """What was offered, as data: the basis of the document and of the hash that the signature keeps."""
    return {
        "reference": contract.reference, "round": contract.offer_round, "customer": contract.customer_id,
        "currency": contract.currency, "terms": contract.terms_sha256,
        "lines": [
            {
                "position": line.position, "product": line.product.code, "plan": line.plan.code,
                "starts_at": line.starts_at.isoformat(), "ends_at": line.ends_at.isoformat() if line.ends_at else None,
                "price": line.price,
            }
            for line in contract.lines
        ],
    }  # fmt: skip


def offer_sha256(contract: Contract) -> str:
    """SHA-256 (hex) of the offer's snapshot."""
    return hashlib.sha256(json.dumps(offer_snapshot(contract), sort_keys=True).encode()).hexdigest()


def sign_offer(actor: Actor, contract: Contract, offer_round: int, signing: Signing) -> None:
    """The customer accepts: every hold becomes a reservation, or a reservation is made anew if the hold ran out.

    Refuses an older round (`offer.superseded`), an expired offer (`offer.expired`), a blank name, and with Conflict
    `availability.none` an item that is gone. Leaves contract.signed.
    """
    _refuse_unsignable(contract, offer_round, signing)
    _reserve(contract)
    total = sum((PriceTerms.from_json(line.price).deposit_amount for line in contract.lines), ZERO)
    moves = {"status": "signed"}
    if contract.money_status == "clear" and total > ZERO:  # nothing was charged yet: the deposit alone is owed
        moves["money_status"] = "due"
    move_axes(contract, moves, is_distance=signing.is_distance, signed_at=clock.now())
    write_signature(contract, signing)
    charges.ask_deposit(contract.id, total, contract.currency)
    if contract.money_status != "due":
        refresh_money(contract)
    events.record("contract.signed", actor, [contract, contract.customer], {"round": offer_round})


def write_signature(contract: Contract, signing: Signing) -> None:
    """That the customer signed the round of the offer that stands, with the terms it was sent with."""
    drawing = files.store_picture(signing.drawing, "signature.png") if signing.drawing else None
    session().flush()
    append(
        Signature,
        contract_id=contract.id, offer_round=contract.offer_round, signer_name=signing.signer_name.strip(),
        method="drawn" if drawing is not None else "typed", drawing_file_id=drawing.id if drawing is not None else None,
        language=signing.language, terms_id=contract.terms_id, terms_sha256=contract.terms_sha256,
        offer_sha256=offer_sha256(contract), at=clock.now(), ip=signing.ip,
        user_agent=(signing.user_agent or "")[:300] or None,
    )  # fmt: skip


def has_expired(contract: Contract) -> bool:
    """Whether the offer's time is over, swept or not."""
    return contract.offer_expires_at is not None and contract.offer_expires_at <= clock.now()


def _refuse_unsignable(contract: Contract, offer_round: int, signing: Signing) -> None:
    if offer_round != contract.offer_round:
        raise Conflict("offer.superseded")
    if contract.status == "expired" or (contract.status == "sent" and has_expired(contract)):
        raise Conflict("offer.expired")
    if contract.status != "sent":
        raise Conflict("offer.not_open", state=contract.status)
    refuse_nameless(signing)


def refuse_nameless(signing: Signing) -> None:
    """Refuse a signature without a name."""
    if len(signing.signer_name.strip()) < 2:
        raise Invalid("signature.name_needed", field="signer_name")


def _reserve(contract: Contract) -> None:
    confirmed = availability.confirm_holds([line.id for line in contract.lines])
    left = [line for line in contract.lines if line.id not in confirmed]
    if left:
        _refuse_moved_on(contract)
    for line in in_lock_order(left):
        availability.forget(line.id, "hold")
        availability.book(
            line.product, Stretch(line.starts_at, line.held_until), kind="reservation", contract_line_id=line.id
        )


def _refuse_moved_on(contract: Contract) -> None:
    """Who clicked at the same moment took the holds: that is no reason to say that nothing is left."""
    stands = session().scalar(select(Contract.status).where(Contract.id == contract.id).with_for_update())
    if stands != contract.status:
        raise Conflict("state.moved_on", thing="contract", axis="status", state=contract.status, to="signed")


def reopen_offer(actor: Actor, contract: Contract) -> None:
    """Back to a draft, to change it and send it again; the holds are given back. Leaves contract.reopened."""
    move(contract, "draft")
    for line in contract.lines:
        availability.forget(line.id, "hold")
    events.record("contract.reopened", actor, [contract])


def cancel_contract(actor: Actor, contract: Contract, reason: str = "") -> None:
    """Off before anything went out, by us or before it was signed: holds and reservations are given back, a deposit still
    due is no longer asked; one that was received must be given back first. It costs nothing; at the customer's wish see
    `cancelling.call_off`. Leaves contract.cancelled."""
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "held":
        raise Conflict("contract.deposit_held")
    move(contract, "cancelled")
    for line in contract.lines:
        availability.forget(line.id, "hold", "reservation")
        move(line, "cancelled")
    if deposit is not None and deposit.status == "due":
        charges.cancel_deposit(actor, deposit)
    refresh_money(contract)
    events.record("contract.cancelled", actor, [contract, contract.customer], {"reason": reason[:300]})


def cancellation_fees(contract: Contract) -> dict[int, Price]:
    """What cancelling now costs a customer, by line; shown before they do it. Nothing before the signature, nor while the
    law lets them withdraw."""
    if contract.status != "signed" or may_withdraw(contract):
        return {}
    zone = get_workshop(contract.workshop_id).zone
    found = {}
    for line in contract.lines:
        if line.status != "planned":  # taken away before
            continue
        terms = PriceTerms.from_json(line.price)
        hours_before = (line.starts_at - clock.now()).total_seconds() / 3600
        fee = cancellation_fee(terms, hours_before, _whole_price(line, terms, zone))
        if fee is not None:
            found[line.id] = fee
    return found


def _whole_price(line: ContractLine, terms: PriceTerms, zone: str) -> Price:
    if terms.pricing == "monthly" or line.ends_at is None:
        return Price(terms.month_amount, "month", {})
    return rent(terms, rental_days(line.starts_at, line.ends_at, zone))


def expire_offers(actor: Actor, limit: int = 200) -> int:
    """Offers whose time ran out, in the current workshop: expired, their holds given back. Leaves contract.expired."""
    due = select(Contract).where(Contract.status == "sent", Contract.offer_expires_at <= clock.now())
    due = due.where(Contract.id.not_in(alone.resting("expire_offers")))
    found = session().scalars(due.order_by(Contract.id).limit(limit).with_for_update(skip_locked=True)).all()
    return alone.each_alone("expire_offers", found, partial(_expire, actor))


def _expire(actor: Actor, contract: Contract) -> None:
    move(contract, "expired")
    for line in contract.lines:
        availability.forget(line.id, "hold")
    events.record("contract.expired", actor, [contract, contract.customer])

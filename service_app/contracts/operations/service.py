"""What is served, and bringing charges in step with it.

A line is served over its stretches of civil days, less the pauses of its contract. Whatever changes that (hand-over,
return, pause, swap, notice, correction) writes stretches or pauses and then calls `reckon`: for each month it charges the
days that are served and not charged, and credits those charged and not served (`charges.pricing`, "In step"). Nobody
computes a refund anywhere else; that served days and charged days are the same is not checked but made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select

from service_app.charges import credits, pricing
from service_app.charges.credits import Standing
from service_app.charges.pricing import Days, Piece, Terms
from service_app.contracts.models import Contract, ContractLine, Pause, ServiceStretch
from service_app.contracts.operations.money import charge_line, refresh_money
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.queries import units_used
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

DAY = timedelta(days=1)
FOREVER = date.max


def begin_service(line: ContractLine, from_on: date, until_on: date | None = None) -> ServiceStretch:
    """Served from this day on. Refuses with Conflict `service.twice` a day that is served already."""
    over = [
        stretch
        for stretch in line.stretches
        if stretch.from_on < (until_on or FOREVER) and from_on < (stretch.until_on or FOREVER)
    ]
    if over:
        raise Conflict("service.twice", day=over[0].from_on.isoformat())
    stretch = ServiceStretch(contract_line_id=line.id, from_on=from_on, until_on=until_on)
    session().add(stretch)
    session().flush()
    session().expire(line, ["stretches"])
    return stretch


def stop_service(line: ContractLine, until_on: date) -> None:
    """Not served from this day on: what goes on beyond it is cut, what begins later is gone."""
    for stretch in list(line.stretches):
        if stretch.from_on >= until_on:
            session().delete(stretch)
        elif stretch.until_on is None or stretch.until_on > until_on:
            stretch.until_on = until_on
    session().flush()
    session().expire(line, ["stretches"])


def first_day(line: ContractLine) -> date | None:
    """The first civil day the line is served, or None before it went out."""
    return line.stretches[0].from_on if line.stretches else None


def planned_days(line: ContractLine) -> tuple[date, date | None]:
    """[first, until) of a line that goes out now: a rental by the day is served for the days it was promised, a monthly
    line from its hand-over to its planned end, or on and on."""
    zone = get_workshop(line.workshop_id).zone
    if Terms.from_json(line.price).pricing == "tiers":
        first = clock.local(line.starts_at, zone).date()
        return first, first + DAY * pricing.rental_days(line.starts_at, line.ends_at or line.starts_at, zone)
    first = clock.local(line.out_at or line.starts_at, zone).date()
    if line.ends_at is None:
        return first, None
    return first, max(clock.local(line.ends_at, zone).date(), first) + DAY


def begin_term(line: ContractLine, first: date) -> None:
    """The first monthly hand-over sets the anchor day, the minimum term and the day of renewal; later ones can only make
    the term longer."""
    contract, terms = line.contract, Terms.from_json(line.price)
    if terms.pricing != "monthly":
        return
    contract.anchor_day = contract.anchor_day or first.day
    if terms.min_term_months and line.predecessor_id is None:
        until = pricing.add_months(first, terms.min_term_months)
        contract.min_term_until = max(until, contract.min_term_until or until)
    if terms.rules.renewal != "open" and contract.min_term_until is not None:
        contract.renews_on = contract.min_term_until


def move_end(actor: Actor, line: ContractLine, ends_at: datetime) -> None:
    """Another planned end for what is out: until when it is held, due and (where days are paid by their number) served.
    A booking in the way is moved to another item, else refused with Conflict `availability.none`."""
    use = availability.allocation_of(line.id, "use")
    due_at = hours.load_calendar().due_end(ends_at)
    if use is None or custody.stretch_to(actor, use, due_at, line.product):
        raise Conflict("availability.none", product=line.product.code, alternatives=[])
    is_later = line.ends_at is None or ends_at > line.ends_at
    line.ends_at, line.due_at = ends_at, due_at
    if line.status == "overdue" and due_at > clock.now():
        move(line, "out")
    terms = Terms.from_json(line.price)
    if line.stretches and (is_later or terms.pricing == "monthly" or terms.rules.early_refund == "unused"):
        until = planned_days(line)[1]
        line.stretches[-1].until_on = until
        session().flush()
    ends = [other.ends_at for other in line.contract.lines if other.status in ("planned", "out", "overdue")]
    line.contract.ends_at = None if None in ends else max((end for end in ends if end is not None), default=ends_at)


def end_with_return(actor: Actor, line: ContractLine, in_at: datetime) -> None:
    """What came back is no longer served: by the month from the next day (under a notice whose plan gives nothing back,
    from its last day), by the day from the day after the days used when the plan gives unused days back."""
    terms, contract = Terms.from_json(line.price), line.contract
    zone = get_workshop(line.workshop_id).zone
    until = clock.local(in_at, zone).date() + DAY
    if terms.pricing == "tiers":
        if terms.rules.early_refund == "none" or line.ends_at is None or in_at >= line.ends_at:
            return
        first = clock.local(line.starts_at, zone).date()
        until = first + DAY * pricing.rental_days(line.starts_at, max(in_at, line.starts_at), zone)
    elif contract.status == "notice" and contract.ends_on is not None and terms.rules.early_refund == "none":
        until = max(until, contract.ends_on)
    stop_service(line, until)
    reckon(actor, line)


def served(line: ContractLine) -> list[Days]:
    """The civil days served, as stretches [start, end); an open one ends in the far future. Pauses count for monthly
    lines alone: a rental by the day is paid for the time it is promised."""
    whole = [(row.from_on, row.until_on or FOREVER) for row in line.stretches]
    if Terms.from_json(line.price).pricing != "monthly":
        return whole
    return pricing.without(whole, [(row.from_on, row.until_on or FOREVER) for row in pauses_of(line.contract)])


def pauses_of(contract: Contract) -> Sequence[Pause]:
    """The pauses of a contract in order."""
    found = select(Pause).where(Pause.contract_id == contract.id).order_by(Pause.from_on)
    return session().scalars(found).all()


def anchor_of(line: ContractLine) -> int:
    """The day of the month on which periods begin: the contract's, set by its first monthly hand-over."""
    first = first_day(line)
    return line.contract.anchor_day or (first.day if first is not None else 1)


def reckon(actor: Actor, line: ContractLine, *, since: date | None = None) -> None:
    """Bring the charges of a line in step with its service, for every month that has begun by today (from the one that
    `since` lies in; None: from the first)."""
    terms, first = Terms.from_json(line.price), first_day(line)
    if first is None:
        _credit_all(actor, line)
        return
    if terms.pricing == "tiers":
        _reckon_rental(actor, line, terms)
        return
    today = clock.today(get_workshop(line.workshop_id).zone)
    parts, standing = served(line), credits.standing_of(line.id, "recurring")
    origin = min((days[0] for row in standing for days in row.days), default=first)
    for start, end in months(line, min(origin, first), max(today, line.billed_until or today)):
        if since is not None and end < since:  # the month that ended then is still to be charged by its use
            continue
        if start > today and not any(pricing.within(row.days, start, end) for row in standing):
            break
        wanted = pricing.within(parts, start, end) if start <= today else []
        _in_step(actor, line, terms, (start, end), wanted, standing)
        if terms.rules.use_amount is not None and end <= today:
            _charge_use(actor, line, terms, (start, end), wanted)
        if start <= today:
            line.billed_until = max(end, line.billed_until or end)
    session().flush()


def months(line: ContractLine, first: date, until: date) -> Iterable[Days]:
    """The periods of a line that begin by `until`, from its first day."""
    anchor, number = anchor_of(line), 0
    while pricing.nth_anchor(first, anchor, number) <= until:
        yield pricing.period(first, anchor, number)
        number += 1


def _in_step(
    actor: Actor, line: ContractLine, terms: Terms, month: Days, wanted: Sequence[Days], standing: Sequence[Standing]
) -> None:
    start, end = month
    charged = {row.charge.id: pricing.within(row.days, start, end) for row in standing if row.charge.status != "waived"}
    forgiven = [days for row in standing if row.charge.status == "waived" for days in row.days]
    whole = pricing.whole_days(end, anchor_of(line))
    by_id = {row.charge.id: row.charge for row in standing}
    for piece in pricing.restate(terms, whole, charged, pricing.without(wanted, forgiven)):
        if piece.of is not None:
            key = f"{piece.start.isoformat()}/{piece.end.isoformat()}"
            credits.make_credit(actor, by_id[piece.of], piece.price, key, (piece.start, piece.end))
        else:
            _charge_piece(actor, line, piece)


def _charge_piece(actor: Actor, line: ContractLine, piece: Piece) -> None:
    """The key counts how often these days were charged: charged, credited and served after all is a further charge."""
    times = sum(1 for row in credits.standing_of(line.id, "recurring") if row.charge.period_start == piece.start)
    key = piece.start.isoformat() if not times else f"{piece.start.isoformat()}+{times}"
    charge_line(actor, line, "recurring", key, piece.price, (piece.start, piece.end))


def _charge_use(actor: Actor, line: ContractLine, terms: Terms, month: Days, wanted: Sequence[Days]) -> None:
    start, end = month
    days = sum((until - begin).days for begin, until in wanted)
    if line.item_id is None or not days:
        return
    zone = get_workshop(line.workshop_id).zone
    units = units_used(line.item_id, clock.day_bounds(start, zone)[0], clock.day_bounds(end, zone)[0])
    price = pricing.use(terms, units, days, pricing.whole_days(end, anchor_of(line)))
    charge_line(actor, line, "use", start.isoformat(), price, month)


def _reckon_rental(actor: Actor, line: ContractLine, terms: Terms) -> None:
    """A rental by the day stands charged at the price of the length it has now."""
    parts = served(line)
    start, end = parts[0][0], parts[-1][1]
    days = (end - start).days
    free = pricing.free_days(start, days, hours.load_calendar().is_open_day) if terms.rules.closed_days_free else 0
    standing = credits.standing_of(line.id, "rent")
    so_far = sum((credits.left_of_charge(row.charge) for row in standing), ZERO)
    price = pricing.changed_length(pricing.rent(terms, days, free), so_far)
    if not standing:
        charge_line(actor, line, "rent", "planned", pricing.rent(terms, days, free), (start, end))
    elif price is not None and price.amount > 0:
        begin = max(row.charge.period_end or start for row in standing)
        key = f"until:{end.isoformat()}+{len(standing)}"
        charge_line(actor, line, "rent", key, price, (min(begin, end), end))
    elif price is not None:
        _credit_rental(actor, standing, price, end)


def _credit_rental(actor: Actor, standing: Sequence[Standing], price: pricing.Price, end: date) -> None:
    """Take it off the latest charge first; each credit names the days beyond the new end that it takes off."""
    left = -price.amount
    for row in reversed(standing):
        cut = pricing.within(row.days, end, FOREVER)
        if left <= 0 or not cut:
            continue
        part = pricing.Price(min(left, credits.left_of_charge(row.charge)), price.rule, price.figures)
        made = credits.make_credit(actor, row.charge, part, f"until:{end.isoformat()}", (cut[0][0], cut[-1][1]))
        left -= made.amount if made is not None else 0


def charge_recurring(actor: Actor, limit: int = 200) -> int:
    """Charge every monthly period that has begun, in the current workshop; running it again charges nothing twice, and
    what somebody works on at this moment comes with the next run."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = (
        select(ContractLine)
        .where(ContractLine.status.in_(("out", "overdue")), ContractLine.billed_until <= today)
        .order_by(ContractLine.contract_id, ContractLine.id)
        .limit(limit)
    )
    lines = session().scalars(due.with_for_update(skip_locked=True)).all()
    for line in lines:
        if session().scalars(_free(line.contract_id)).first() is None:
            continue
        reckon(actor, line, since=line.billed_until)
        refresh_money(line.contract)
    return len(lines)


def _free(contract_id: int) -> Select[int]:
    return select(Contract.id).where(Contract.id == contract_id).with_for_update(skip_locked=True)


def keep_serving(actor: Actor, line: ContractLine) -> None:
    """A monthly line is kept beyond its end: it is charged on from the day after its last until it comes back, whenever
    that is noticed. What was swapped in advance, or withdrawn from, had days to come back in that cost nothing: it is
    served again from the day after it was due. A rental by the day pays late days instead."""
    if Terms.from_json(line.price).pricing != "monthly" or not line.stretches:
        return
    last = line.stretches[-1]
    if last.until_on is None:
        return
    had_days = line.contract.end_reason == "withdrawn" or any(
        other.predecessor_id == line.id for other in line.contract.lines
    )
    if had_days and line.due_at is not None:
        due_on = clock.local(line.due_at, get_workshop(line.workshop_id).zone).date()
        begin_service(line, max(last.until_on, due_on + DAY))
    else:
        last.until_on = None
        session().flush()
    reckon(actor, line)


def move_start(line: ContractLine, from_on: date) -> None:
    """The first stretch begins on another day. Refuses one at or after its end."""
    first = line.stretches[0]
    if first.until_on is not None and from_on >= first.until_on:
        raise Conflict("correction.wrong_order", field="out_at")
    first.from_on = from_on
    session().flush()


def _credit_all(actor: Actor, line: ContractLine) -> None:
    """What was charged for the days of a line that was served for none is taken off."""
    for kind in ("recurring", "rent"):
        for row in credits.standing_of(line.id, kind):
            for days in row.days:
                amount = credits.left_of_charge(row.charge)
                price = pricing.Price(amount, "not_served", {"days": (days[1] - days[0]).days})
                credits.make_credit(actor, row.charge, price, f"{days[0].isoformat()}/{days[1].isoformat()}", days)


def await_return(actor: Actor, line: ContractLine, back_at: datetime) -> None:
    """What is out and no longer wanted there is due at this instant (or when the door opens next)."""
    due_at = hours.load_calendar().due_end(back_at)
    use = availability.allocation_of(line.id, "use")
    if use is None or custody.stretch_to(actor, use, due_at, line.product):
        raise Conflict("availability.none", product=line.product.code, alternatives=[])
    line.ends_at, line.due_at = back_at, due_at
    session().flush()

"""What is served, and bringing charges in step with it.

A line is served over its stretches of civil days, less the pauses of its contract. Whatever changes that (hand-over,
return, pause, swap, notice, correction) writes stretches or pauses and then calls `reckon`: for each month it charges the
days that are served and not charged, and credits those charged and not served (`charges.pricing`, "In step"). Nobody
computes a refund anywhere else; that served days and charged days are the same is not checked but made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from service_app.charges import credits, pricing
from service_app.charges.credits import Standing
from service_app.charges.pricing import Days, Piece, Terms
from service_app.contracts.models import Contract, ContractLine, Pause, ServiceStretch
from service_app.contracts.operations import alone, use
from service_app.contracts.operations.money import charge_line, refresh_money
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, kept, session
from service_app.core.errors import Conflict
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability, custody
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


def serve_again(line: ContractLine, today: date) -> None:
    """Found with the customer: served from today to its planned end, or the contract's; by the month also beyond, when
    that is over and the plan charges until it is back."""
    terms, until = Terms.from_json(line.price), planned_days(line)[1]
    begin = max([today, *(row.until_on for row in line.stretches if row.until_on is not None)])
    if terms.pricing == "monthly" and line.contract.status == "notice":
        until = min(until or FOREVER, line.contract.ends_on or FOREVER)
    if until is None or until > begin:
        begin_service(line, begin, until)
    elif terms.pricing == "monthly" and terms.rules.bill_until_return and line.contract.end_reason != "withdrawn":
        begin_service(line, begin)


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


def begin_as_planned(line: ContractLine) -> date:
    """Served from the hand-over as planned; what replaces another thing not beyond the days that were left, nor beyond
    the end of a contract under notice. The first day."""
    first, until = planned_days(line)
    limits = [until, line.contract.ends_on if line.contract.status == "notice" else None]
    if line.predecessor_id is not None and Terms.from_json(line.price).pricing == "tiers":
        before = session().get_one(ContractLine, (line.workshop_id, line.predecessor_id))
        limits.append(planned_days(before)[1])
    last = min((day for day in limits if day is not None), default=None)
    if last is None or last > first:
        begin_service(line, first, last)
    return first


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
            reckon(actor, line)
            return
        first = clock.local(line.starts_at, zone).date()
        until = first + DAY * pricing.rental_days(line.starts_at, max(in_at, line.starts_at), zone)
    elif contract.status == "notice" and contract.ends_on is not None and terms.rules.early_refund == "none":
        until = max(until, contract.ends_on)
    stop_service(line, until)
    reckon(actor, line)


def correct_end(actor: Actor, line: ContractLine, before: datetime, in_at: datetime) -> None:
    """It came back at another instant than was written down: what ended with the return ends then."""
    zone, terms = get_workshop(line.workshop_id).zone, Terms.from_json(line.price)
    last, until = line.stretches[-1] if line.stretches else None, clock.local(in_at, zone).date() + DAY
    if last is not None and last.until_on is not None and in_at > before:
        if terms.pricing == "tiers":
            last.until_on = max(last.until_on, planned_days(line)[1] or last.until_on)
        elif last.until_on == clock.local(before, zone).date() + DAY and line.contract.end_reason != "withdrawn":
            last.until_on = until if terms.rules.bill_until_return else last.until_on
        session().flush()
    end_with_return(actor, line, in_at)


def served(line: ContractLine) -> list[Days]:
    """The civil days served, as stretches [start, end); an open one ends in the far future. Pauses count for monthly
    lines alone: a rental by the day is paid for the time it is promised."""
    whole = [(row.from_on, row.until_on or FOREVER) for row in line.stretches]
    if Terms.from_json(line.price).pricing != "monthly":
        return whole
    return pricing.without(whole, [(row.from_on, row.until_on or FOREVER) for row in pauses_of(line.contract)])


_PAUSES = kept(select(Pause).where(Pause.contract_id == bindparam("contract_id")).order_by(Pause.from_on))


def pauses_of(contract: Contract) -> Sequence[Pause]:
    """The pauses of a contract in order."""
    return session().scalars(_PAUSES, {"contract_id": contract.id}).all()


def anchor_of(line: ContractLine) -> int:
    """The day of the month on which periods begin: the contract's, set by its first monthly hand-over."""
    first = first_day(line)
    return line.contract.anchor_day or (first.day if first is not None else 1)


def reckon(actor: Actor, line: ContractLine, *, since: date | None = None) -> None:
    """Bring the charges of a line in step with its service, for every month that has begun by today (`since`: but not
    for those that ended before this day; the one that ended on it may have use to charge)."""
    terms = Terms.from_json(line.price)
    if terms.pricing == "tiers":
        _reckon_rental(actor, line, terms)
        return
    today = clock.today(get_workshop(line.workshop_id).zone)
    parts, standing = served(line), credits.standing_of(line.id, "recurring")
    begins = [row.charge.period_start for row in standing if row.charge.period_start]
    begins += [stretch.from_on for stretch in line.stretches[:1]]  # also when it begins in a pause
    if not begins:
        return
    for start, end in months(line, min(begins), max(today, line.billed_until or today)):
        if since is not None and end < since:
            continue
        if start > today and not any(pricing.within(row.days, start, end) for row in standing):
            break
        wanted = pricing.within(parts, start, end) if start <= today else []
        _in_step(actor, line, terms, (start, end), wanted, standing)
        if terms.rules.use_amount is not None and (end <= today or line.status not in ("out", "overdue")):
            use.charge_use(actor, line, terms, (start, end), wanted, pricing.whole_days(end, anchor_of(line)))
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
    within = [row for row in standing if row.charge.period_start and start <= row.charge.period_start < end]
    charged = {
        row.charge.id: pricing.Charged(pricing.within(row.days, start, end), row.amount)
        for row in within
        if row.charge.status != "waived"
    }
    forgiven = [days for row in within if row.charge.status == "waived" for days in row.days]
    whole = pricing.whole_days(end, anchor_of(line))
    by_id = {row.charge.id: row.charge for row in within}
    for piece in pricing.restate(terms, whole, charged, pricing.without(wanted, forgiven)):
        if piece.of is None:
            _charge_piece(actor, line, piece)
        elif piece.start == piece.end:
            key = f"rounding/{credits.left_of_charge(by_id[piece.of])}"
            credits.make_credit(actor, by_id[piece.of], piece.price, key)
        else:
            key = f"{piece.start.isoformat()}/{piece.end.isoformat()}"
            credits.make_credit(actor, by_id[piece.of], piece.price, key, (piece.start, piece.end))


def _charge_piece(actor: Actor, line: ContractLine, piece: Piece) -> None:
    """The key counts how often these days were charged: charged, credited and served after all is a further charge."""
    times = sum(1 for row in credits.standing_of(line.id, "recurring") if row.charge.period_start == piece.start)
    key = piece.start.isoformat() if not times else f"{piece.start.isoformat()}+{times}"
    charge_line(actor, line, "recurring", key, piece.price, (piece.start, piece.end))


def _reckon_rental(actor: Actor, line: ContractLine, terms: Terms) -> None:
    """A rental by the day stands charged at the price of the length it has now; what was waived counts as charged."""
    parts, standing = served(line), credits.standing_of(line.id, "rent")
    if not parts:
        _credit_rent(actor, standing)
        return
    start, end = parts[0][0], parts[-1][1]
    days = (end - start).days
    free = pricing.free_days(start, days, hours.load_calendar().is_open_day) if terms.rules.closed_days_free else 0
    so_far = sum((row.amount for row in standing), ZERO)
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
    """Take it off the latest charge first; each credit names the days beyond the new end that it takes off, if any."""
    left = -price.amount
    for row in reversed(standing):
        part = min(left, row.amount)
        if part <= ZERO:
            continue
        cut = pricing.within(row.days, end, FOREVER)
        key, days = f"until:{end.isoformat()}/{row.amount}", (cut[0][0], cut[-1][1]) if cut else None
        credits.make_credit(actor, row.charge, pricing.Price(part, price.rule, price.figures), key, days)
        left -= part


def charge_recurring(actor: Actor, limit: int = 200) -> int:
    """Charge every monthly period that has begun, in the current workshop; running it again charges nothing twice, what
    somebody works on at this moment comes with the next run, and a contract that cannot be charged holds up no other."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    lines: list[ContractLine] = []
    for those in (ContractLine.status.in_(("out", "overdue")), _paid_to_the_end()):
        due = (
            select(ContractLine)
            .where(those, ContractLine.billed_until <= today)
            .where(ContractLine.contract_id.not_in(alone.resting("charge_recurring")))
            .order_by(ContractLine.contract_id, ContractLine.id)
            .limit(limit)
        )
        lines += session().scalars(due.with_for_update(skip_locked=True)).all()
    return alone.each_alone("charge_recurring", lines, partial(_charge_due, actor))


def _paid_to_the_end() -> ColumnElement[bool]:
    """What came back under a notice before its last day, on a plan that gives nothing back; also when the notice was taken
    back for the rest."""
    more = ServiceStretch.until_on > ContractLine.billed_until
    return and_(
        ContractLine.status.in_(("returned", "closed")),
        ContractLine.contract_id.in_(select(Contract.id).where(Contract.status.in_(("active", "notice", "paused")))),
        select(ServiceStretch.id).where(ServiceStretch.contract_line_id == ContractLine.id, more).exists(),
    )


def _charge_due(actor: Actor, line: ContractLine) -> bool:
    if session().scalars(_free(line.contract_id)).first() is None:
        return False
    reckon(actor, line, since=line.billed_until)
    refresh_money(line.contract)
    return True


def _free(contract_id: int) -> Select[int]:
    return select(Contract.id).where(Contract.id == contract_id).with_for_update(skip_locked=True)


def keep_serving(actor: Actor, line: ContractLine) -> None:
    """A monthly line is kept beyond its end: it is charged on from the day after its last until it comes back, whenever
    that is noticed. What was swapped in advance had days to come back in that cost nothing: it is served again from the
    day after it was due. A rental by the day pays late days instead, and after a withdrawal nothing is charged."""
    if Terms.from_json(line.price).pricing != "monthly" or line.contract.end_reason == "withdrawn":
        return
    last = line.stretches[-1] if line.stretches else None
    if last is not None and last.until_on is None:
        return
    is_awaited = any(other.predecessor_id == line.id for other in line.contract.lines)
    if last is not None and not is_awaited:
        last.until_on = None
        session().flush()
    elif line.due_at is not None:
        due_on = clock.local(line.due_at, get_workshop(line.workshop_id).zone).date() + DAY
        begin_service(line, max(due_on, last.until_on) if last is not None and last.until_on is not None else due_on)
    reckon(actor, line)


def move_start(line: ContractLine, from_on: date) -> None:
    """The first stretch begins on another day. Refuses one at or after its end."""
    first = line.stretches[0]
    if first.until_on is not None and from_on >= first.until_on:
        raise Conflict("correction.wrong_order", field="out_at")
    first.from_on = from_on
    session().flush()


def _credit_rent(actor: Actor, standing: Sequence[Standing]) -> None:
    """What was charged for the days of a rental that was served for none is taken off."""
    for row in standing:
        for days in row.days[:1]:
            price = pricing.Price(row.amount, "not_served", {"days": (row.days[-1][1] - days[0]).days})
            key = f"{days[0].isoformat()}/{row.days[-1][1].isoformat()}"
            credits.make_credit(actor, row.charge, price, key, (days[0], row.days[-1][1]))


def await_return(actor: Actor, line: ContractLine, back_at: datetime) -> None:
    """What is out and no longer wanted there is due at this instant (or when the door opens next)."""
    due_at = hours.load_calendar().due_end(back_at)
    use = availability.allocation_of(line.id, "use")
    if use is None or custody.stretch_to(actor, use, due_at, line.product):
        raise Conflict("availability.none", product=line.product.code, alternatives=[])
    if line.out_at is not None and back_at <= line.starts_at:  # fetched early, and over before it was to begin
        line.starts_at = line.out_at
    line.ends_at, line.due_at = back_at, due_at
    session().flush()

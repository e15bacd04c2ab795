"""ONE table: what must always hold in a workshop's rows, each as a query for the rows in which it does not.

Constraints and operations make these true; the sweep asks again every hour (`workers.schedule`), and `ronde check` asks at
once, after a restore for example. A row found is a fault of ours, never of the person who wrote it: it is logged with its
name, kept for the page of the background work and the figures until it holds again, and never mended silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import UniqueConstraint, select, text
from sqlalchemy.orm import Mapped

from service_app.core.db import Base, Recorded, current_workshop_id, session
from service_app.core.tenancy import WorkshopRow

log = structlog.get_logger()


class BrokenInvariant(WorkshopRow, Recorded, Base):
    """An invariant that did not hold when it was last asked: in how many rows, the first of them, and since when that is
    known."""

    __tablename__ = "broken_invariant"
    __table_args__ = (UniqueConstraint("workshop_id", "name"),)

    name: Mapped[str]
    count: Mapped[int]
    first: Mapped[str]


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold: its name, how many rows, and the first of them."""

    name: str
    count: int
    first: str


_NET = """
    SELECT c.id, c.amount, c.status, c.contract_id,
           coalesce((SELECT sum(amount) FROM credit k WHERE k.workshop_id = c.workshop_id AND k.charge_id = c.id), 0) AS credited,
           coalesce((SELECT sum(amount) FROM settlement s
                      WHERE s.workshop_id = c.workshop_id AND s.charge_id = c.id), 0) AS settled
      FROM charge c WHERE c.workshop_id = :workshop
"""

INVARIANTS: dict[str, str] = {
    "a route has no more than it carries": """
        SELECT d.zone FROM takeback t JOIN collection_day d ON d.workshop_id = t.workshop_id AND d.id = t.collection_day_id
         WHERE t.workshop_id = :workshop AND t.status = 'scheduled'
         GROUP BY d.id, d.zone, d.most_g, d.most_litres, t.window_start::date
        HAVING sum(t.mass_g) > d.most_g OR sum(t.litres) > d.most_litres""",
    "a closed batch of material has lost or handed over what went in": """
        SELECT b.reference FROM material_batch b WHERE b.workshop_id = :workshop AND b.status IN ('allocated', 'closed')
           AND (b.in_g <> b.loss_g + (SELECT coalesce(sum(f.mass_g), 0) FROM material_fraction f
                                       WHERE f.workshop_id = b.workshop_id AND f.batch_id = b.id)
                OR b.status = 'closed' AND EXISTS (SELECT 1 FROM material_fraction f WHERE f.workshop_id = b.workshop_id
                                                      AND f.batch_id = b.id AND f.transfer_id IS NULL))""",
    "an appointment to come has somebody who does it": """
        SELECT a.reference FROM appointment a WHERE a.workshop_id = :workshop AND a.status = 'booked' AND a.starts_at > now()
           AND NOT EXISTS (SELECT 1 FROM occupation o WHERE o.workshop_id = a.workshop_id AND o.appointment_id = a.id)""",
    "what is called off keeps nobody busy": """
        SELECT a.reference FROM appointment a WHERE a.workshop_id = :workshop AND a.status IN ('cancelled', 'expired')
           AND EXISTS (SELECT 1 FROM occupation o WHERE o.workshop_id = a.workshop_id AND o.appointment_id = a.id)""",
    "on the shelf is what came in less what went": """
        SELECT p.code FROM part p WHERE p.workshop_id = :workshop AND p.on_hand <> coalesce((
            SELECT sum(m.quantity) FROM part_move m WHERE m.workshop_id = p.workshop_id AND m.part_id = p.id), 0)""",
    "no more of a part is promised than lies there": """
        SELECT p.code FROM part p WHERE p.workshop_id = :workshop AND p.on_hand < coalesce((
            SELECT sum(u.quantity) FROM part_use u
             WHERE u.workshop_id = p.workshop_id AND u.part_id = p.id AND u.status = 'reserved'), 0)""",
    "a thing on its way home is in one hand": """
        SELECT i.tag FROM item i JOIN custody_stretch s ON s.workshop_id = i.workshop_id AND s.item_id = i.id
         WHERE i.workshop_id = :workshop AND s.until_at IS NULL AND (s.hand = 'hub' AND i.status IN ('out', 'sold')
            OR 1 < (SELECT count(*) FROM custody_stretch o WHERE o.workshop_id = s.workshop_id AND o.item_id = s.item_id
                       AND o.until_at IS NULL))""",
    "every ledger entry comes from an event about its thing": """
        SELECT i.tag FROM item_entry e JOIN item i ON i.workshop_id = e.workshop_id AND i.id = e.item_id
         WHERE e.workshop_id = :workshop AND NOT EXISTS (
            SELECT 1 FROM event_about a WHERE a.workshop_id = e.workshop_id AND a.event_id = e.event_id
               AND (a.subject = 'item' AND a.subject_id = e.item_id OR a.subject = 'charge' AND EXISTS (
                    SELECT 1 FROM charge c JOIN contract_line l ON l.workshop_id = c.workshop_id AND l.id = c.contract_line_id
                     WHERE c.workshop_id = a.workshop_id AND c.id = a.subject_id)))""",
    "a harvest loses no gram": """
        SELECT h.reference FROM harvest h WHERE h.workshop_id = :workshop AND h.status = 'closed'
           AND h.in_g <> h.rest_g + h.loss_g + (SELECT coalesce(sum(p.mass_g), 0) FROM harvest_part p
                WHERE p.workshop_id = h.workshop_id AND p.harvest_id = h.id AND p.is_shelved)""",
    "a refurbishment costs what went into it": """
        SELECT r.reference FROM refurbishment r WHERE r.workshop_id = :workshop AND r.cost_cents <> (
            SELECT coalesce(sum(w.cost_cents), 0) FROM refurbishment_work w
             WHERE w.workshop_id = r.workshop_id AND w.refurbishment_id = r.id)""",
    "nothing is promised twice": """
        SELECT a.id::text FROM allocation a JOIN allocation b
            ON b.workshop_id = a.workshop_id AND b.item_id = a.item_id AND b.id > a.id AND b.during && a.during
         WHERE a.workshop_id = :workshop""",
    "what is out is out once, with the customer of its contract": """
        SELECT i.tag FROM item i WHERE i.workshop_id = :workshop AND i.status = 'out' AND i.kit_item_id IS NULL AND 1 <> (
            SELECT count(*) FROM contract_line l JOIN contract c ON c.workshop_id = l.workshop_id AND c.id = l.contract_id
             WHERE l.workshop_id = i.workshop_id AND l.item_id = i.id AND l.status IN ('out', 'overdue')
               AND c.customer_id = i.custodian_customer_id)""",
    "a line that is out has its item out": """
        SELECT l.id::text FROM contract_line l LEFT JOIN item i ON i.workshop_id = l.workshop_id AND i.id = l.item_id
         WHERE l.workshop_id = :workshop AND l.status IN ('out', 'overdue') AND i.status IS DISTINCT FROM 'out'""",
    "a line that is out blocks its item": """
        SELECT l.id::text FROM contract_line l
         WHERE l.workshop_id = :workshop AND l.status IN ('out', 'overdue') AND NOT EXISTS (
            SELECT 1 FROM allocation a WHERE a.workshop_id = l.workshop_id AND a.item_id = l.item_id
               AND a.contract_line_id = l.id AND a.kind = 'use')""",
    "no more is credited than was charged": f"SELECT id::text FROM ({_NET}) n WHERE credited > amount",
    "no more is settled than was charged": f"SELECT id::text FROM ({_NET}) n WHERE settled > amount",
    "a charge is settled when all of it is": f"""
        SELECT id::text FROM ({_NET}) n WHERE (status = 'settled') <> (settled = amount) AND status <> 'waived'""",
    "no more of a credit is used than there is": """
        SELECT k.id::text FROM credit k WHERE k.workshop_id = :workshop AND k.amount < coalesce((
            SELECT sum(s.amount) FROM settlement s WHERE s.workshop_id = k.workshop_id AND s.credit_id = k.id), 0)
          + coalesce((SELECT sum(r.amount) FROM refund r WHERE r.workshop_id = k.workshop_id AND r.credit_id = k.id), 0)""",
    "a deposit is never below nothing": """
        SELECT deposit_id::text FROM deposit_movement WHERE workshop_id = :workshop GROUP BY deposit_id
        HAVING sum(CASE WHEN kind = 'received' THEN amount ELSE -amount END) < 0""",
    "no month is charged from a day that is not served": """
        SELECT c.id::text FROM charge c WHERE c.workshop_id = :workshop AND c.kind = 'recurring' AND c.status <> 'waived'
           AND NOT EXISTS (SELECT 1 FROM service_stretch s WHERE s.workshop_id = c.workshop_id
                              AND s.contract_line_id = c.contract_line_id AND s.from_on < c.period_end
                              AND (s.until_on IS NULL OR c.period_start < s.until_on))
           AND c.amount > coalesce((SELECT sum(k.amount) FROM credit k
                                     WHERE k.workshop_id = c.workshop_id AND k.charge_id = c.id), 0)""",
    "nobody owes on a contract that has ended": f"""
        SELECT c.reference FROM contract c WHERE c.workshop_id = :workshop AND c.status = 'ended' AND c.money_status <> 'due'
           AND EXISTS (SELECT 1 FROM ({_NET}) n WHERE n.contract_id = c.id AND n.status = 'open' AND n.settled < n.amount)""",
    "nothing is collected of what is contested": """
        SELECT c.id::text FROM contest k
          JOIN inspection i ON i.workshop_id = k.workshop_id AND i.id = k.inspection_id
          JOIN damage d ON d.workshop_id = i.workshop_id AND d.inspection_id = i.id
          JOIN charge c ON c.workshop_id = i.workshop_id AND c.contract_line_id = i.contract_line_id
                       AND c.key = 'damage:' || d.id
         WHERE k.workshop_id = :workshop AND k.status = 'open' AND EXISTS (
            SELECT 1 FROM settlement s WHERE s.workshop_id = c.workshop_id AND s.charge_id = c.id
               AND s.method <> 'credit' AND s.at > k.created_at)""",
    "a contract that was signed says by whom and when": """
        SELECT c.reference FROM contract c WHERE c.workshop_id = :workshop AND c.status IN ('signed', 'active', 'paused',
               'notice', 'ended') AND (c.signed_at IS NULL OR NOT EXISTS (
            SELECT 1 FROM signature s WHERE s.workshop_id = c.workshop_id AND s.contract_id = c.id))
           AND c.external_ref IS NULL""",
    "no job is held past its lease": """
        SELECT kind || ' ' || id FROM job
         WHERE workshop_id = :workshop AND state = 'leased' AND lease_until < now() - interval '60 seconds'""",
}


def broken() -> Iterator[Broken]:
    """The invariants that do not hold in the current workshop."""
    values = {"workshop": current_workshop_id()}
    for name, question in INVARIANTS.items():
        found = session().execute(text(question), values, execution_options={"scoped_by_hand": True}).scalars().all()
        if found:
            yield Broken(name, len(found), str(found[0]))


def ask() -> int:
    """Ask in the current workshop, log and keep what does not hold; nothing is ever left to do, so the answer is 0."""
    known = {row.name: row for row in not_holding()}
    for each in broken():
        log.error("invariant_broken", invariant=each.name, count=each.count, first=each.first)
        row = known.pop(each.name, None)
        if row is None:
            session().add(BrokenInvariant(name=each.name, count=each.count, first=each.first))
        else:
            row.count, row.first = each.count, each.first
    for row in known.values():
        session().delete(row)
    return 0


def not_holding() -> Sequence[BrokenInvariant]:
    """What did not hold in the current workshop when it was last asked."""
    return session().scalars(select(BrokenInvariant).order_by(BrokenInvariant.name)).all()

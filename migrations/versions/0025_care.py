"""Care that never forgets: plans of every kind, duties, visits with their photos, and the states of an occurrence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("care_duty", "care_visit", "care_photo")
_EDGES = {
    "": ("forecast",),
    "forecast": ("planned", "in_progress", "done", "skipped", "missed", "superseded"),
    "planned": ("notified", "in_progress", "done", "skipped", "missed", "superseded"),
    "notified": ("booked", "in_progress", "done", "skipped", "missed", "escalated", "superseded"),
    "booked": ("notified", "in_progress", "done", "skipped", "missed", "escalated", "superseded"),
    "in_progress": ("planned", "done", "done_partial", "superseded"),
    "missed": ("escalated",),
    "escalated": ("booked", "in_progress", "done", "skipped", "superseded"),
}
_BEFORE = {"": ("planned",), "planned": ("notified", "done", "skipped"), "notified": ("done", "skipped")}
_CHECKS = {
    "of_one": "num_nonnulls(product_id, item_id, contract_id) = 1",
    "kind": "kind IN ('time', 'return', 'meter', 'season', 'condition', 'once')",
    "unit": "unit IN ('day', 'week', 'month')",
    "basis": "basis IN ('fixed', 'completion')",
    "place": "place IN ('workshop', 'home', 'self')",
    "severity": "severity IN ('none', 'warn', 'stop_lending', 'stop_use')",
    "every": "kind <> 'time' OR every BETWEEN 1 AND 1000",
    "meter_step": "kind <> 'meter' OR meter_step > 0",
    "once": "kind <> 'once' OR starts_on IS NOT NULL",
}
_PLAN = ("item_id", "contract_id", "skill_id")
_ADDED = (
    "item_id", "contract_id", "kind", "unit", "meter_step", "season", "grade", "basis", "starts_on", "early_days",
    "late_days", "horizon_days", "is_shifted_later", "excluded", "included", "checklist", "skill_id", "place", "severity",
    "is_kept_in_pause", "needs_photo", "needs_signature", "serial_from", "serial_to",
)  # fmt: skip


def upgrade() -> None:
    """The columns, the tables behind the wall, the states."""
    _plans()
    op.add_column("item", _number("meter_offset", "0"))
    op.add_column("item", _text("held_back", ""))
    op.create_table("care_duty", *_own(), *_duty(), *_keys("care_duty", care_plan_id="care_plan", item_id="item"))
    op.create_table(
        "care_visit", *_own(), *_visit(),
        *_keys(
            "care_visit", item_id="item", customer_id="customer", appointment_id="appointment",
            signature_file_id="stored_file",
        ),
    )  # fmt: skip
    op.create_table(
        "care_photo", *_own(), _key("visit_id"), _key("file_id"), _made(),
        sa.UniqueConstraint("workshop_id", "visit_id", "file_id", name="uq_care_photo_workshop_id_visit_id_file_id"),
        *_keys("care_photo", visit_id="care_visit", file_id="stored_file"),
    )  # fmt: skip
    _occurrences()
    _indexes()
    _states(_BEFORE, _EDGES)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _plans() -> None:
    op.drop_constraint(op.f("ck_care_plan_every_months"), "care_plan", type_="check")
    op.alter_column("care_plan", "every_months", new_column_name="every", nullable=True)
    op.alter_column("care_plan", "product_id", nullable=True)
    for column in (
        _key("item_id", may_miss=True), _key("contract_id", may_miss=True), _text("kind", "time"), _text("unit", "month"),
        sa.Column("meter_step", sa.Integer()), _json("season"), _text("grade", may_miss=True), _text("basis", "fixed"),
        sa.Column("starts_on", sa.Date()), _number("early_days", "14"), _number("late_days", "14"),
        _number("horizon_days", "90"), _yes("is_shifted_later", "false"), _json("excluded"), _json("included"),
        _json("checklist"), _key("skill_id", may_miss=True), _text("place", "workshop"), _text("severity", "warn"),
        _yes("is_kept_in_pause", "false"), _yes("needs_photo", "false"), _yes("needs_signature", "false"),
        _text("serial_from", ""), _text("serial_to", ""),
    ):  # fmt: skip
        op.add_column("care_plan", column)
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_care_plan_{name}"), "care_plan", rule)
    for column in _PLAN:
        target = column.removesuffix("_id")
        op.create_foreign_key(
            f"fk_care_plan_workshop_id_{column}", "care_plan", target, ["workshop_id", column], ["workshop_id", "id"]
        )


def _occurrences() -> None:
    for column in (
        sa.Column("window_from", sa.Date()), sa.Column("window_until", sa.Date()), _yes("is_extra", "false"),
        _yes("needs_photo", "false"), _yes("needs_signature", "false"), _key("visit_id", may_miss=True),
    ):  # fmt: skip
        op.add_column("care_occurrence", column)
    op.execute("UPDATE care_occurrence SET window_from = due_on - 14, window_until = due_on + 14")
    op.alter_column("care_occurrence", "window_from", nullable=False)
    op.alter_column("care_occurrence", "window_until", nullable=False)
    op.alter_column("care_occurrence", "status", server_default="forecast")
    op.create_foreign_key(
        "fk_care_occurrence_workshop_id_visit_id", "care_occurrence", "care_visit", ["workshop_id", "visit_id"],
        ["workshop_id", "id"],
    )  # fmt: skip
    # What was written by the plans of before goes on from its last day.
    op.execute("""
        INSERT INTO care_duty (workshop_id, care_plan_id, item_id, anchor_on, last_on, last_number, look_on)
        SELECT o.workshop_id, o.care_plan_id, o.item_id, i.acquired_on, max(o.due_on) + 6, max(o.number), current_date
          FROM care_occurrence o JOIN item i ON i.workshop_id = o.workshop_id AND i.id = o.item_id
         GROUP BY o.workshop_id, o.care_plan_id, o.item_id, i.acquired_on""")


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _text(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=may_miss)


def _key(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True))


def _number(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _json(name: str, default: str = "[]") -> sa.Column:
    return sa.Column(name, JSONB(), server_default=default, nullable=False)


def _duty() -> list[sa.Column | sa.Constraint]:
    return [
        _key("care_plan_id"), _key("item_id"), sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date()), _number("last_number", "0"), _number("base_meter", "0"),
        _key("last_ref", may_miss=True), sa.Column("look_on", sa.Date(), nullable=False),
        sa.Column("paused_on", sa.Date()), _yes("is_open", "true"), _made(),
        sa.UniqueConstraint(
            "workshop_id", "care_plan_id", "item_id", name="uq_care_duty_workshop_id_care_plan_id_item_id"
        ),
    ]  # fmt: skip


def _visit() -> list[sa.Column | sa.Constraint]:
    return [
        _key("item_id"), sa.Column("on_day", sa.Date(), nullable=False), _key("customer_id", may_miss=True),
        _key("appointment_id", may_miss=True), _text("way", ""), _at("answered_at"), sa.Column("called_on", sa.Date()),
        _number("no_shows", "0"), _at("started_at"), _at("ended_at"), _json("results", "{}"), _text("parts", ""),
        sa.Column("minutes", sa.Integer()), sa.Column("cost_amount", sa.Numeric(12, 2)), sa.Column("meter", sa.Integer()),
        _key("signature_file_id", may_miss=True), _number("version", "1"), _made(),
        sa.CheckConstraint("way IN ('', 'workshop', 'home', 'self', 'swap')", name=op.f("ck_care_visit_way")),
    ]  # fmt: skip


def _keys(table: str, **targets: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        *(
            sa.ForeignKeyConstraint(
                ["workshop_id", column], [f"{target}.workshop_id", f"{target}.id"],
                name=f"fk_{table}_workshop_id_{column}",
            )
            for column, target in targets.items()
        ),
    ]  # fmt: skip


def _indexes() -> None:
    for name, table, columns, where in (
        ("ix_care_plan_item", "care_plan", ["item_id"], "item_id IS NOT NULL"),
        ("ix_care_plan_contract", "care_plan", ["contract_id"], "contract_id IS NOT NULL"),
        ("ix_care_duty_look", "care_duty", ["look_on", "id"], "is_open"),
        ("ix_care_duty_item", "care_duty", ["item_id"], None),
        ("ix_care_visit_item", "care_visit", ["item_id", "ended_at"], None),
        ("ix_care_visit_open", "care_visit", ["on_day"], "ended_at IS NULL"),
        ("ix_care_visit_appointment", "care_visit", ["appointment_id"], "appointment_id IS NOT NULL"),
        ("ix_care_occurrence_visit", "care_occurrence", ["visit_id"], "visit_id IS NOT NULL"),
    ):
        given = {"postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, table, ["workshop_id", *columns], **given)


def _states(before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]]) -> None:
    gone = [(left, to) for left, targets in before.items() for to in targets if to not in after.get(left, ())]
    new = [(left, to) for left, targets in after.items() for to in targets if to not in before.get(left, ())]
    for left, to in gone:
        op.execute(
            f"DELETE FROM state_edge WHERE table_name = 'care_occurrence' AND came_from = '{left}' AND goes_to = '{to}'"
        )
    for left, to in new:
        op.execute(f"INSERT INTO state_edge VALUES ('care_occurrence', 'status', '{left}', '{to}')")


def downgrade() -> None:
    """As it was before: what the plans of before could not say is lost."""
    _states(_EDGES, _BEFORE)
    op.execute("ALTER TABLE care_occurrence DISABLE TRIGGER USER")
    op.execute("DELETE FROM care_occurrence WHERE status NOT IN ('planned', 'notified', 'done', 'skipped')")
    op.execute("ALTER TABLE care_occurrence ENABLE TRIGGER USER")
    op.execute(
        "DELETE FROM care_occurrence o USING care_plan p WHERE p.workshop_id = o.workshop_id AND p.id = o.care_plan_id"
        " AND (p.product_id IS NULL OR p.kind <> 'time' OR p.unit <> 'month')"
    )
    op.alter_column("care_occurrence", "status", server_default="planned")
    for column in ("window_from", "window_until", "is_extra", "needs_photo", "needs_signature", "visit_id"):
        op.drop_column("care_occurrence", column)
    for table in ("care_photo", "care_visit", "care_duty"):
        op.drop_table(table)
    op.drop_column("item", "held_back")
    op.drop_column("item", "meter_offset")
    op.execute("DELETE FROM care_plan WHERE product_id IS NULL OR kind <> 'time' OR unit <> 'month'")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_care_plan_{name}"), "care_plan", type_="check")
    for column in _ADDED:
        op.drop_column("care_plan", column)
    op.alter_column("care_plan", "product_id", nullable=False)
    op.alter_column("care_plan", "every", new_column_name="every_months", nullable=False)
    op.create_check_constraint(op.f("ck_care_plan_every_months"), "care_plan", "every_months BETWEEN 1 AND 120")

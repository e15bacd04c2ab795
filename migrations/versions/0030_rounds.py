"""Rounds: what vehicles carry, zones and rules, orders, plans of a day, rounds with their stops, what drivers did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = (
    "round_rules", "round_zone", "round_vehicle", "day_plan", "round", "round_stop", "transport_order", "driver_act",
)  # fmt: skip
_ABSENCES = ("ill", "leave", "training", "broken", "other")
_EDGES = {
    "round": {
        "": ("planned",),
        "planned": ("optimised", "dropped"),
        "optimised": ("published", "dropped"),
        "published": ("running", "dropped"),
        "running": ("done",),
    },
    "round_stop": {
        "": ("waiting",),
        "waiting": ("arrived", "done", "partly", "failed"),
        "arrived": ("done", "partly", "failed"),
    },
    "transport_order": {
        "": ("open",),
        "open": ("planned", "called_off"),
        "planned": ("open", "promised", "called_off"),
        "promised": ("done", "partly", "failed", "open", "called_off"),
        "partly": ("open", "called_off"),
        "failed": ("open", "called_off"),
    },
}


def upgrade() -> None:
    """The tables, each behind the wall, with their states."""
    op.create_table(
        "day_plan",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_day_plan_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_day_plan")),
    )
    op.create_index("ix_day_plan_day", "day_plan", ["workshop_id", "day", "id"], unique=False)
    op.create_table(
        "round_rules",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("break_starts", sa.Time(), nullable=True),
        sa.Column("break_ends", sa.Time(), nullable=True),
        sa.Column("cut_off", sa.Time(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("window_minutes", sa.Integer(), server_default="150", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "starts < ends AND (break_starts IS NULL) = (break_ends IS NULL)", name=op.f("ck_round_rules_hours")
        ),
        sa.CheckConstraint("window_minutes BETWEEN 60 AND 360", name=op.f("ck_round_rules_window")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_rules_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round_rules")),
        sa.UniqueConstraint("workshop_id", name=op.f("uq_round_rules_workshop_id")),
    )
    op.create_table(
        "round_zone",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("postcodes", JSONB(), server_default="[]", nullable=False),
        sa.Column("weekdays", JSONB(), server_default="[]", nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("most > 0", name=op.f("ck_round_zone_most")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_zone_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round_zone")),
        sa.UniqueConstraint("workshop_id", "name", name=op.f("uq_round_zone_workshop_id_name")),
    )
    op.create_table(
        "round_vehicle",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="cargo_bike", nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("litres", sa.Integer(), nullable=False),
        sa.Column("reach_km", sa.Integer(), nullable=False),
        sa.Column("speed_kmh", sa.Integer(), nullable=False),
        sa.Column("offers", JSONB(), server_default="[]", nullable=False),
        sa.Column("zones", JSONB(), server_default="[]", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('cargo_bike', 'van')", name=op.f("ck_round_vehicle_kind")),
        sa.CheckConstraint(
            "grams > 0 AND litres > 0 AND reach_km > 0 AND speed_kmh > 0", name=op.f("ck_round_vehicle_figures")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "resource_id"],
            ["resource.workshop_id", "resource.id"],
            name=op.f("fk_round_vehicle_workshop_id_resource_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_vehicle_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round_vehicle")),
        sa.UniqueConstraint("workshop_id", "resource_id", name=op.f("uq_round_vehicle_workshop_id_resource_id")),
    )
    op.create_table(
        "round",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("driver_name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "plan_id"],
            ["day_plan.workshop_id", "day_plan.id"],
            name=op.f("fk_round_workshop_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "vehicle_id"],
            ["round_vehicle.workshop_id", "round_vehicle.id"],
            name=op.f("fk_round_workshop_id_vehicle_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round")),
        sa.UniqueConstraint("workshop_id", "reference", name=op.f("uq_round_workshop_id_reference")),
    )
    op.create_index("ix_round_day", "round", ["workshop_id", "day"], unique=False)
    op.create_index(
        "uq_round_vehicle_day",
        "round",
        ["workshop_id", "vehicle_id", "day"],
        unique=True,
        postgresql_where=sa.text("status <> 'dropped'"),
    )
    op.create_table(
        "round_stop",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("trip", sa.Integer(), server_default="1", nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_locked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "round_id"],
            ["round.workshop_id", "round.id"],
            name=op.f("fk_round_stop_workshop_id_round_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_stop_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round_stop")),
    )
    op.create_index("ix_round_stop_round", "round_stop", ["workshop_id", "round_id", "seq"], unique=False)
    op.create_table(
        "driver_act",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("data", JSONB(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('arrive', 'weigh', 'scan', 'extra', 'done', 'partly', 'failed')", name=op.f("ck_driver_act_kind")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "stop_id"],
            ["round_stop.workshop_id", "round_stop.id"],
            name=op.f("fk_driver_act_workshop_id_stop_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_driver_act_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_driver_act")),
        sa.UniqueConstraint("workshop_id", "client_key", name=op.f("uq_driver_act_workshop_id_client_key")),
    )
    op.create_index("ix_driver_act_stop", "driver_act", ["workshop_id", "stop_id"], unique=False)
    op.create_table(
        "transport_order",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("litres", sa.Integer(), nullable=False),
        sa.Column("service_minutes", sa.Integer(), server_default="8", nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("must_by", sa.Date(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="2", nullable=False),
        sa.Column("needs", JSONB(), server_default="[]", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('pickup', 'delivery', 'both')", name=op.f("ck_transport_order_kind")),
        sa.CheckConstraint("placed_by IN ('pin', 'server', 'postcode')", name=op.f("ck_transport_order_placed_by")),
        sa.CheckConstraint(
            "(promised_from IS NULL) = (promised_until IS NULL)", name=op.f("ck_transport_order_promise")
        ),
        sa.CheckConstraint(
            "grams >= 0 AND litres >= 0 AND service_minutes BETWEEN 1 AND 240", name=op.f("ck_transport_order_figures")
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name=op.f("ck_transport_order_priority")),
        sa.CheckConstraint("window_start < window_end", name=op.f("ck_transport_order_window")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_transport_order_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "stop_id"],
            ["round_stop.workshop_id", "round_stop.id"],
            name=op.f("fk_transport_order_workshop_id_stop_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_transport_order_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_transport_order")),
        sa.UniqueConstraint("workshop_id", "reference", name=op.f("uq_transport_order_workshop_id_reference")),
    )
    op.create_index("ix_transport_order_customer", "transport_order", ["workshop_id", "customer_id"], unique=False)
    op.create_index(
        "ix_transport_order_status", "transport_order", ["workshop_id", "status", "window_start"], unique=False
    )
    op.create_index("ix_transport_order_stop", "transport_order", ["workshop_id", "stop_id"], unique=False)
    op.create_index(
        "uq_transport_order_subject",
        "transport_order",
        ["workshop_id", "subject"],
        unique=True,
        postgresql_where=sa.text("subject <> '' AND status NOT IN ('done', 'called_off')"),
    )
    _absences((*_ABSENCES, "round"))
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _absences(reasons: tuple[str, ...]) -> None:
    name = op.f("ck_resource_absence_reason")
    op.drop_constraint(name, "resource_absence", type_="check")
    op.create_check_constraint(name, "resource_absence", f"reason IN {reasons}")


def _states(table: str, edges: dict[str, tuple[str, ...]]) -> None:
    for came_from, targets in edges.items():
        for to in targets:
            op.execute(f"INSERT INTO state_edge VALUES ('{table}', 'status', '{came_from}', '{to}')")
    op.execute(
        f"CREATE TRIGGER status_begins BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
    )
    op.execute(
        f"CREATE TRIGGER status_moves BEFORE UPDATE OF status ON {table} FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
    )


def downgrade() -> None:
    """As it was before."""
    op.execute("DELETE FROM resource_absence WHERE reason = 'round'")
    _absences(_ABSENCES)
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table in _EDGES:
        op.execute(f"DELETE FROM state_edge WHERE table_name = '{table}'")

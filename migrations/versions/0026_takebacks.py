"""Take-backs: the days on which a zone is served, and what is asked to come home."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("collection_day", "takeback")
_EDGES = {
    "takeback": {
        "": ("new",),
        "new": ("eligible", "refused"),
        "eligible": ("offered", "received", "cancelled"),
        "offered": ("scheduled", "eligible", "cancelled"),
        "scheduled": ("collected", "partly", "failed", "eligible", "cancelled"),
        "failed": ("eligible", "received", "cancelled"),
        "collected": ("received",),
        "partly": ("received",),
        "received": ("sorted",),
        "sorted": ("closed",),
    },
}


def upgrade() -> None:
    """The tables, each behind the wall, with the states of a take-back."""
    op.create_table("collection_day", *_own(), *_day(), *_keys("collection_day"))
    op.create_table(
        "takeback", *_own(), *_takeback(),
        *_keys(
            "takeback", customer_id="customer", item_id="item", collection_day_id="collection_day", rest_of_id="takeback"
        ),
    )  # fmt: skip
    op.create_index("ix_takeback_status", "takeback", ["workshop_id", "status", "id"])
    op.create_index("ix_takeback_customer", "takeback", ["workshop_id", "customer_id"])
    op.create_index("ix_takeback_window", "takeback", ["workshop_id", "collection_day_id", "window_start"])
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _text(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=may_miss)


def _key(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _at(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=may_miss)


def _number(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _json(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, JSONB(), server_default=default, nullable=False)


def _big(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(name))


def _day() -> list[sa.Column | sa.Constraint]:
    return [
        _text("zone"), _json("postcodes", "[]"), _number("weekday"),
        sa.Column("starts", sa.Time(), nullable=False), sa.Column("ends", sa.Time(), nullable=False),
        _number("window_minutes", "120"), _number("most_stops"), _big("most_g"), _number("most_litres"),
        _yes("is_active", "true"), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "zone", "weekday", name="uq_collection_day_workshop_id_zone_weekday"),
        _check("ck_collection_day_shape", "weekday BETWEEN 0 AND 6 AND starts < ends"),
        _check("ck_collection_day_window", "window_minutes BETWEEN 30 AND 480"),
        _check("ck_collection_day_capacity", "most_stops > 0 AND most_g > 0 AND most_litres > 0"),
    ]  # fmt: skip


def _takeback() -> list[sa.Column | sa.Constraint]:
    return [
        _text("reference"), _text("key", may_miss=True), _key("customer_id"), _key("item_id", may_miss=True),
        _key("rest_of_id", may_miss=True), _text("status", "new"), _text("source"), _text("way", "pickup"),
        _text("what"), _big("mass_g"), _number("litres", "0"), _json("hazards", "[]"),
        _yes("is_wipe_needed", "false"), _text("wiped_by", ""), _text("street", ""), _text("postcode", ""),
        _text("city", ""), _text("address_key", ""), _text("note", ""), sa.Column("must_by", sa.Date(), nullable=True),
        _key("collection_day_id", may_miss=True), _at("window_start", may_miss=True), _at("window_end", may_miss=True),
        _at("held_until", may_miss=True), _number("attempts", "0"), _text("reason", ""), _big("came_g", may_miss=True),
        _yes("is_estimated", "false"), _text("decision", ""), _text("decision_reason", ""), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_takeback_workshop_id_reference"),
        sa.UniqueConstraint("workshop_id", "key", name="uq_takeback_workshop_id_key"),
        _check("ck_takeback_source", "source IN ('public', 'portal', 'passport', 'contract', 'hub', 'staff')"),
        _check("ck_takeback_way", "way IN ('pickup', 'drop_off')"),
        _check("ck_takeback_decision", "decision IN ('', 'product', 'waste')"),
        _check("ck_takeback_decision_reason", "decision = '' OR decision_reason <> ''"),
        _check("ck_takeback_load", "mass_g BETWEEN 0 AND 2000000 AND litres >= 0"),
        _check("ck_takeback_held", "status <> 'offered' OR held_until IS NOT NULL"),
        _check(
            "ck_takeback_window",
            "status NOT IN ('offered', 'scheduled') OR (window_start < window_end AND collection_day_id IS NOT NULL)",
        ),
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
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table in _EDGES:
        op.execute(f"DELETE FROM state_edge WHERE table_name = '{table}'")

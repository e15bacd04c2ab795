"""Webhooks: endpoints, deliveries, attempts. The worker may look for endpoints that listen, in any workshop, from the
platform's scope only; it reads their rows to know where to gather, and may change none there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_HERE = "NULLIF(current_setting('app.workshop_id', true), '')"
_OWN = f"workshop_id = {_HERE}::bigint"
_TABLES = ("webhook_endpoint", "webhook_delivery", "webhook_attempt")
_EDGES = {
    "webhook_endpoint": {"": ("on",), "on": ("off", "disabled"), "off": ("on",), "disabled": ("on", "off")},
    "webhook_delivery": {
        "": ("waiting",),
        "waiting": ("taken", "failed", "skipped"),
        "taken": ("waiting",),
        "failed": ("waiting",),
        "skipped": ("waiting",),
    },
}


def upgrade() -> None:
    """The tables, each behind the wall, with their states."""
    op.create_table("webhook_endpoint", *_own(), *_endpoint(), *_keys("webhook_endpoint"))
    op.create_table(
        "webhook_delivery", *_own(), *_delivery(),
        *_keys("webhook_delivery", endpoint_id="webhook_endpoint", event_id="event"),
    )  # fmt: skip
    op.create_table("webhook_attempt", *_own(), *_attempt(), *_keys("webhook_attempt", delivery_id="webhook_delivery"))
    op.create_index("ix_webhook_delivery_event", "webhook_delivery", ["workshop_id", "event_id"])
    op.create_index("ix_webhook_delivery_old", "webhook_delivery", ["workshop_id", "created_at"])
    op.create_index("ix_webhook_attempt_delivery", "webhook_attempt", ["workshop_id", "delivery_id"])
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    op.execute(f"CREATE POLICY worker_finds ON webhook_endpoint FOR SELECT TO ronde_worker USING ({_HERE} IS NULL)")


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _text(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=may_miss)


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _number(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=default is None)


def _key(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=False)


def _endpoint() -> list[sa.Column | sa.Constraint]:
    return [
        _text("name"), _text("url"), sa.Column("names", JSONB(), server_default="[]", nullable=False),
        _text("status", "on"), _text("reason", may_miss=True), _text("salt"), _number("secret_round", "1"),
        _at("former_until"), _key("settled_to", "0"), _key("seen_to", "0"), _key("seen_before", "0"),
        _at("failing_since"), _at("last_taken_at"), _number("version", "1"), _made(),
        sa.CheckConstraint("reason IN ('gone', 'failing')", name=op.f("ck_webhook_endpoint_reason")),
    ]  # fmt: skip


def _delivery() -> list[sa.Column | sa.Constraint]:
    return [
        _key("endpoint_id"), _key("event_id"), _text("status", "waiting"), _number("round", "1"), _at("ended_at"), _made(),
        sa.UniqueConstraint(
            "workshop_id", "endpoint_id", "event_id", name="uq_webhook_delivery_workshop_id_endpoint_id_event_id"
        ),
    ]  # fmt: skip


def _attempt() -> list[sa.Column | sa.Constraint]:
    return [
        _key("delivery_id"), _text("outcome"), _number("code"), _text("detail", ""), _number("milliseconds", "0"), _made(),
        sa.CheckConstraint(
            "outcome IN ('taken', 'gone', 'refused', 'unreachable', 'forbidden')", name=op.f("ck_webhook_attempt_outcome")
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

"""Addresses that are written to no more, what customers answer, and letters that came back after they had gone."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("suppression", "inbound_message")
_BEFORE = "outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown')"
_NOW = "outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown', 'bounced', 'bounced_softly', 'complained')"


def upgrade() -> None:
    """Two tables behind the wall; a sent letter may turn out not to have arrived; a person may have told it otherwise."""
    op.create_table(
        "suppression", *_own(),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        *_keys("suppression"),
        sa.UniqueConstraint("workshop_id", "address", name="uq_suppression_workshop_id_address"),
        sa.CheckConstraint("reason IN ('hard_bounce', 'soft_bounces', 'complaint')", name="ck_suppression_reason"),
        sa.CheckConstraint("address = lower(address)", name="ck_suppression_address_lower"),
    )  # fmt: skip
    op.create_table(
        "inbound_message", *_own(),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        *_keys("inbound_message", message_id="message", customer_id="customer", contract_id="contract"),
        sa.UniqueConstraint("workshop_id", "key", name="uq_inbound_message_workshop_id_key"),
    )  # fmt: skip
    op.create_index("ix_inbound_message_customer", "inbound_message", ["workshop_id", "customer_id", "id"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_inbound_message_unread", "inbound_message", ["workshop_id", "id"], postgresql_where=unread)
    op.add_column("message", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_message_recipient", "message", ["workshop_id", "recipient", "id"])
    op.execute("INSERT INTO state_edge VALUES ('message', 'status', 'sent', 'failed')")
    op.drop_constraint("ck_delivery_outcome", "delivery")
    op.create_check_constraint("ck_delivery_outcome", "delivery", _NOW)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _keys(table: str, **points: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint(
                ["workshop_id", column],
                [f"{to}.workshop_id", f"{to}.id"],
                name=f"fk_{table}_workshop_id_{column}",
            )
            for column, to in points.items()
        ),
    ]


def downgrade() -> None:
    """Without them."""
    op.execute("DELETE FROM delivery WHERE outcome IN ('bounced', 'bounced_softly', 'complained')")
    op.drop_constraint("ck_delivery_outcome", "delivery")
    op.create_check_constraint("ck_delivery_outcome", "delivery", _BEFORE)
    op.execute("DELETE FROM state_edge WHERE table_name = 'message' AND came_from = 'sent' AND goes_to = 'failed'")
    op.drop_index("ix_message_recipient", "message")
    op.drop_column("message", "told_at")
    for table in reversed(_TABLES):
        op.drop_table(table)

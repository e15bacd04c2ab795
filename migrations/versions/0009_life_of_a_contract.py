"""The life of a contract: stretches served, pauses, acts, credits and refunds, holders, outages, meter readings; the
further states and reasons; the rules of plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"

_NEW_TABLES = (
    "contract_holder", "pause", "meter_reading", "contract_act", "outage", "service_stretch", "credit", "refund",
)  # fmt: skip
_APPEND_ONLY = ("contract_act", "credit", "refund", "meter_reading")

_NEW_EDGES = (
    ("contract", "active", "paused"),
    ("contract", "active", "notice"),
    ("contract", "paused", "active"),
    ("contract", "paused", "notice"),
    ("contract", "paused", "ended"),
    ("contract", "notice", "active"),
    ("contract", "notice", "ended"),
    ("contract_line", "out", "replaced"),
    ("contract_line", "out", "lost"),
    ("contract_line", "out", "bought_out"),
    ("contract_line", "overdue", "replaced"),
    ("contract_line", "overdue", "lost"),
    ("contract_line", "overdue", "bought_out"),
    ("contract_line", "lost", "out"),
    ("contract_line", "lost", "returned"),
    ("contract_line", "lost", "closed"),
    ("item", "out", "sold"),
    ("item", "lost", "out"),
    ("deposit", "held", "due"),
)

_CHECKS = (
    ("charge", "kind", "kind IN ('rent', 'recurring', 'late', 'damage', 'missing', 'cleaning')",
     "kind IN ('rent', 'recurring', 'use', 'one_off', 'late', 'damage', 'missing', 'cleaning', 'fee', 'lost', 'buy_out')"),
    ("settlement", "method", "method IN ('cash', 'card', 'transfer', 'deposit')",
     "method IN ('cash', 'card', 'transfer', 'deposit', 'credit')"),
    ("settlement", "credit", None, "(method = 'credit') = (credit_id IS NOT NULL)"),
    ("contract", "kind", None,
     "kind IN ('rental', 'subscription', 'care', 'use', 'shared', 'refurbishment', 'take_back')"),
    ("contract", "end_reason", None,
     "end_reason IS NULL OR end_reason IN ('planned', 'notice', 'withdrawn', 'for_cause', 'by_us', 'transferred',"
     " 'bought_out', 'lost')"),
    ("contract", "notice", None, "status <> 'notice' OR ends_on IS NOT NULL"),
    ("contract_line", "next_plan", None, "(next_plan_id IS NULL) = (next_plan_on IS NULL)"),
    ("item", "kit", None, "kit_item_id IS NULL OR kit_item_id <> id"),
    ("contract_document", "kind", "kind IN ('offer', 'contract')",
     "kind IN ('offer', 'contract', 'amendment', 'hand_over', 'return', 'termination_quote', 'termination', 'deposit',"
     " 'withdrawal')"),
)  # fmt: skip

_BACKFILL = """
    INSERT INTO service_stretch (workshop_id, contract_line_id, from_on, until_on)
    SELECT l.workshop_id, l.id, (l.out_at AT TIME ZONE w.zone)::date,
           CASE WHEN l.price ->> 'pricing' = 'tiers'
                THEN greatest((l.ends_at AT TIME ZONE w.zone)::date, (l.out_at AT TIME ZONE w.zone)::date + 1)
                WHEN l.in_at IS NOT NULL THEN (l.in_at AT TIME ZONE w.zone)::date + 1 END
      FROM contract_line l JOIN workshop w ON w.id = l.workshop_id
     WHERE l.out_at IS NOT NULL
"""


def upgrade() -> None:
    """Tables, columns, walls, edges and guards; what is out already is served from its hand-over on."""
    _make_tables()
    _add_columns()
    for table, name, _before, after in _CHECKS:
        op.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS ck_{table}_{name}')
        op.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT ck_{table}_{name} CHECK ({after})')
    for table, came_from, to in _NEW_EDGES:
        op.execute(f"INSERT INTO state_edge VALUES ('{table}', 'status', '{came_from}', '{to}')")
    # The owner of the tables is held by the wall too; while the old lines are read it is lowered for the owner alone.
    op.execute("ALTER TABLE contract_line NO FORCE ROW LEVEL SECURITY")
    op.execute(_BACKFILL)
    op.execute("ALTER TABLE contract_line FORCE ROW LEVEL SECURITY")
    for table in _NEW_TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _make_tables() -> None:
    op.create_table(
        "contract_holder",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name="fk_contract_holder_workshop_id_contract_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_contract_holder_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_contract_holder"),
    )
    op.create_index("ix_contract_holder_contract", "contract_holder", ["workshop_id", "contract_id"], unique=False)
    op.create_table(
        "pause",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        ExcludeConstraint(
            (sa.text("int8range(contract_id, contract_id, '[]')"), "="),
            (sa.text("daterange(from_on, until_on, '[)')"), "&&"),
            using="gist",
            name="paused_once",
        ),
        sa.CheckConstraint("until_on IS NULL OR from_on < until_on", name="ck_pause_order"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name="fk_pause_workshop_id_contract_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_pause_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_pause"),
    )
    op.create_index("ix_pause_contract", "pause", ["workshop_id", "contract_id"], unique=False)
    op.create_table(
        "meter_reading",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('hand_over', 'return', 'staff', 'customer')", name="ck_meter_reading_source"),
        sa.CheckConstraint("value >= 0", name="ck_meter_reading_value"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name="fk_meter_reading_workshop_id_item_id"
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_meter_reading_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_meter_reading"),
    )
    op.create_index("ix_meter_reading_item", "meter_reading", ["workshop_id", "item_id", "at"], unique=False)
    op.create_table(
        "contract_act",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("body", JSONB(), server_default="{}", nullable=False),
        sa.Column("outcome", JSONB(), server_default="{}", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name="fk_contract_act_workshop_id_contract_id",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name="fk_contract_act_workshop_id_contract_line_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_contract_act_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_contract_act"),
        sa.UniqueConstraint("workshop_id", "key", name="uq_contract_act_workshop_id_key"),
    )
    op.create_index("ix_contract_act_contract", "contract_act", ["workshop_id", "contract_id", "id"], unique=False)
    op.create_table(
        "outage",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("symptom", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR began_at <= ended_at", name="ck_outage_order"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name="fk_outage_workshop_id_contract_line_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_outage_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_outage"),
    )
    op.create_index("ix_outage_line", "outage", ["workshop_id", "contract_line_id"], unique=False)
    op.create_index(
        "uq_outage_open",
        "outage",
        ["workshop_id", "contract_line_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "service_stretch",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        ExcludeConstraint(
            (sa.text("int8range(contract_line_id, contract_line_id, '[]')"), "="),
            (sa.text("daterange(from_on, until_on, '[)')"), "&&"),
            using="gist",
            name="served_once",
        ),
        sa.CheckConstraint("until_on IS NULL OR from_on < until_on", name="ck_service_stretch_order"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name="fk_service_stretch_workshop_id_contract_line_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_service_stretch_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_service_stretch"),
    )
    op.create_index("ix_service_stretch_line", "service_stretch", ["workshop_id", "contract_line_id"], unique=False)
    op.create_table(
        "credit",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("figures", JSONB(), server_default="{}", nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_credit_amount"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "charge_id"], ["charge.workshop_id", "charge.id"], name="fk_credit_workshop_id_charge_id"
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name="fk_credit_workshop_id_contract_id",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name="fk_credit_workshop_id_contract_line_id",
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_credit_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_credit"),
        sa.UniqueConstraint("workshop_id", "charge_id", "key", name="uq_credit_workshop_id_charge_id_key"),
    )
    op.create_index("ix_credit_contract", "credit", ["workshop_id", "contract_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0 AND method IN ('cash', 'card', 'transfer')", name="ck_refund_shape"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "credit_id"], ["credit.workshop_id", "credit.id"], name="fk_refund_workshop_id_credit_id"
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_refund_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_refund"),
    )
    op.create_index("ix_refund_credit", "refund", ["workshop_id", "credit_id"], unique=False)


def _add_columns() -> None:
    op.add_column("contract", sa.Column("min_term_until", sa.Date(), nullable=True))
    op.add_column("contract", sa.Column("renews_on", sa.Date(), nullable=True))
    op.add_column("contract", sa.Column("renewals", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contract", sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contract", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("contract", sa.Column("end_reason", sa.Text(), nullable=True))
    op.add_column("contract", sa.Column("is_distance", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("contract", sa.Column("predecessor_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_contract_notice",
        "contract",
        ["workshop_id", "ends_on"],
        unique=False,
        postgresql_where=sa.text("status = 'notice'"),
    )
    op.create_index(
        "ix_contract_renewal",
        "contract",
        ["workshop_id", "renews_on"],
        unique=False,
        postgresql_where=sa.text("renews_on IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_contract_workshop_id_predecessor_id",
        "contract",
        "contract",
        ["workshop_id", "predecessor_id"],
        ["workshop_id", "id"],
    )
    op.add_column("contract_document", sa.Column("snapshot", JSONB(), server_default="{}", nullable=False))
    op.alter_column("contract_document", "offer_round", new_column_name="number")
    op.drop_constraint(
        "uq_contract_document_workshop_id_contract_id_kind_offer_round", "contract_document", type_="unique"
    )
    op.create_unique_constraint(
        "uq_contract_document_workshop_id_contract_id_kind_number",
        "contract_document",
        ["workshop_id", "contract_id", "kind", "number"],
    )
    op.add_column("contract_line", sa.Column("planned_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contract_line", sa.Column("predecessor_id", sa.BigInteger(), nullable=True))
    op.add_column("contract_line", sa.Column("change_reason", sa.Text(), nullable=True))
    op.add_column("contract_line", sa.Column("next_plan_id", sa.BigInteger(), nullable=True))
    op.add_column("contract_line", sa.Column("next_plan_on", sa.Date(), nullable=True))
    op.create_index("ix_contract_line_before", "contract_line", ["workshop_id", "predecessor_id"], unique=False)
    op.create_index(
        "ix_contract_line_next",
        "contract_line",
        ["workshop_id", "next_plan_on"],
        unique=False,
        postgresql_where=sa.text("next_plan_on IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_contract_line_workshop_id_next_plan_id",
        "contract_line",
        "plan",
        ["workshop_id", "next_plan_id"],
        ["workshop_id", "id"],
    )
    op.create_foreign_key(
        "fk_contract_line_workshop_id_predecessor_id",
        "contract_line",
        "contract_line",
        ["workshop_id", "predecessor_id"],
        ["workshop_id", "id"],
    )
    op.add_column("item", sa.Column("kit_item_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_item_kit",
        "item",
        ["workshop_id", "kit_item_id"],
        unique=False,
        postgresql_where=sa.text("kit_item_id IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_item_workshop_id_kit_item_id", "item", "item", ["workshop_id", "kit_item_id"], ["workshop_id", "id"]
    )
    op.add_column("plan", sa.Column("rules", JSONB(), server_default="{}", nullable=False))
    op.add_column("product", sa.Column("exchange_group", sa.Text(), server_default="", nullable=False))
    op.add_column("settlement", sa.Column("credit_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_settlement_credit",
        "settlement",
        ["workshop_id", "credit_id"],
        unique=False,
        postgresql_where=sa.text("credit_id IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_settlement_workshop_id_credit_id",
        "settlement",
        "credit",
        ["workshop_id", "credit_id"],
        ["workshop_id", "id"],
    )


def downgrade() -> None:
    """As it was before."""
    for table, came_from, to in _NEW_EDGES:
        op.execute(
            f"DELETE FROM state_edge WHERE table_name = '{table}' AND axis = 'status'"
            f" AND came_from = '{came_from}' AND goes_to = '{to}'"
        )
    for table, name, before, _after in _CHECKS:
        op.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT ck_{table}_{name}')
        if before is not None:
            op.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT ck_{table}_{name} CHECK ({before})')
    _take_columns()
    for table in reversed(_NEW_TABLES):
        op.drop_table(table)


def _take_columns() -> None:
    op.drop_column("settlement", "credit_id")
    op.drop_column("product", "exchange_group")
    op.drop_column("plan", "rules")
    op.drop_column("item", "kit_item_id")
    for column in ("planned_ends_at", "predecessor_id", "change_reason", "next_plan_id", "next_plan_on"):
        op.drop_column("contract_line", column)
    op.drop_column("contract_document", "snapshot")
    op.drop_constraint("uq_contract_document_workshop_id_contract_id_kind_number", "contract_document")
    op.alter_column("contract_document", "number", new_column_name="offer_round")
    op.create_unique_constraint(
        "uq_contract_document_workshop_id_contract_id_kind_offer_round",
        "contract_document",
        ["workshop_id", "contract_id", "kind", "offer_round"],
    )
    for column in (
        "min_term_until", "renews_on", "renewals", "noticed_at", "ends_on", "end_reason", "is_distance", "predecessor_id",
    ):  # fmt: skip
        op.drop_column("contract", column)

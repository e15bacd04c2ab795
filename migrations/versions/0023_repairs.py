"""Repairs: cases, quotes, parts and the time at the bench."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = (
    "repair_terms", "customer_thing", "repair_case", "repair_photo", "repair_quote", "part", "part_move", "part_use",
    "work_time",
)  # fmt: skip
_EDGES = {
    ("repair_case", "status"): {
        "": ("requested",),
        "requested": ("booked", "received", "cancelled"),
        "booked": ("received", "requested", "cancelled"),
        "received": ("diagnosing", "declined"),
        "diagnosing": ("quoted", "approved", "unrepairable", "declined"),
        "quoted": ("approved", "declined", "expired", "diagnosing", "unrepairable"),
        "approved": ("in_repair", "waiting_parts", "declined"),
        "waiting_parts": ("in_repair", "approved", "declined", "unrepairable"),
        "in_repair": ("waiting_parts", "quality_check", "ready", "quoted", "unrepairable"),
        "quality_check": ("ready", "in_repair"),
        "ready": ("handed_back", "in_repair", "abandoned"),
        "declined": ("handed_back", "given_up", "abandoned", "quoted"),
        "expired": ("handed_back", "given_up", "abandoned", "quoted"),
        "unrepairable": ("handed_back", "given_up", "abandoned"),
        "abandoned": ("handed_back", "given_up"),
    },
    ("repair_case", "money_status"): {
        "": ("none",),
        "none": ("due",),
        "due": ("paid", "waived", "none"),
    },
    ("repair_quote", "status"): {
        "": ("draft",),
        "draft": ("sent", "superseded"),
        "sent": ("viewed", "approved", "declined", "expired", "superseded"),
        "viewed": ("approved", "declined", "expired", "superseded"),
        "approved": ("superseded",),
        "expired": ("superseded",),
    },
    ("part_use", "status"): {
        "": ("wanted",),
        "wanted": ("reserved", "released"),
        "reserved": ("used", "released", "wanted"),
        "used": ("released",),
    },
}

# What a customer was asked to agree to stays what it was.
_SEALED = """
CREATE FUNCTION refuse_other_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.sha256 IS DISTINCT FROM OLD.sha256
        OR NEW.number IS DISTINCT FROM OLD.number OR NEW.valid_until IS DISTINCT FROM OLD.valid_until) THEN
        RAISE EXCEPTION 'a quote that was sent is never written again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """The tables, each behind the wall, with their states and seals."""
    for make in (_cases, _quotes, _stock, _time):
        make()
    for (table, axis), edges in _EDGES.items():
        for came_from, targets in edges.items():
            for to in targets:
                op.execute(f"INSERT INTO state_edge VALUES ('{table}', '{axis}', '{came_from}', '{to}')")
        op.execute(
            f"CREATE TRIGGER {axis}_begins BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_state('{axis}')"
        )
        op.execute(
            f"CREATE TRIGGER {axis}_moves BEFORE UPDATE OF {axis} ON {table} FOR EACH ROW"
            f" WHEN (OLD.{axis} IS DISTINCT FROM NEW.{axis}) EXECUTE FUNCTION refuse_state('{axis}')"
        )
    op.execute(_SEALED)
    op.execute("CREATE TRIGGER sealed BEFORE UPDATE ON repair_quote FOR EACH ROW EXECUTE FUNCTION refuse_other_quote()")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON part_move FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON part_move FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def downgrade() -> None:
    """Without them."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_other_quote()")
    op.execute("DELETE FROM state_edge WHERE table_name IN ('repair_case', 'repair_quote', 'part_use')")


def _cases() -> None:
    op.create_table(
        "repair_terms",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hour_amount", sa.Numeric(precision=12, scale=2), server_default="48", nullable=False),
        sa.Column("hour_cost_amount", sa.Numeric(precision=12, scale=2), server_default="30", nullable=False),
        sa.Column("diagnosis_amount", sa.Numeric(precision=12, scale=2), server_default="15", nullable=False),
        sa.Column("is_diagnosis_in_price", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("guarantee_months", sa.Integer(), server_default="6", nullable=False),
        sa.Column("storage_free_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("storage_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("needs_second_pair", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "guarantee_months BETWEEN 0 AND 120 AND storage_free_days BETWEEN 0 AND 365",
            name=op.f("ck_repair_terms_times"),
        ),
        sa.CheckConstraint(
            "hour_amount >= 0 AND hour_cost_amount >= 0 AND diagnosis_amount >= 0 AND storage_amount >= 0",
            name=op.f("ck_repair_terms_amounts"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_repair_terms_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_repair_terms")),
        sa.UniqueConstraint("workshop_id", name=op.f("uq_repair_terms_workshop_id")),
    )
    op.create_table(
        "customer_thing",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("repair_category_id", sa.SmallInteger(), nullable=True),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        sa.Column("year_made", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "year_made IS NULL OR year_made BETWEEN 1850 AND 2200", name=op.f("ck_customer_thing_year_made")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_customer_thing_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_customer_thing_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_customer_thing")),
    )
    op.create_index("ix_customer_thing_customer", "customer_thing", ["workshop_id", "customer_id"], unique=False)
    op.create_table(
        "repair_case",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("thing_id", sa.BigInteger(), nullable=True),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("first_case_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="requested", nullable=False),
        sa.Column("money_status", sa.Text(), server_default="none", nullable=False),
        sa.Column("way", sa.Text(), server_default="drop_off", nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("symptoms", JSONB(), server_default="[]", nullable=False),
        sa.Column("safety", JSONB(), server_default="[]", nullable=False),
        sa.Column("accessories", JSONB(), server_default="[]", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("is_wipe_agreed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("limit_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("coverage", sa.Text(), server_default="none", nullable=False),
        sa.Column("coverage_why", JSONB(), server_default="{}", nullable=False),
        sa.Column("root_cause", sa.Text(), server_default="", nullable=False),
        sa.Column("barrier", sa.Text(), server_default="", nullable=False),
        sa.Column("diagnosis", JSONB(), server_default="{}", nullable=False),
        sa.Column("tests", JSONB(), server_default="[]", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("due_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("cost_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("paid_by", sa.Text(), server_default="", nullable=False),
        sa.Column("collect_reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("guarantee_until", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "coverage IN ('contract', 'legal_guarantee', 'repair_guarantee', 'insurance', 'none')",
            name=op.f("ck_repair_case_coverage"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('fixed', 'repairable', 'end_of_life', 'unknown')",
            name=op.f("ck_repair_case_outcome"),
        ),
        sa.CheckConstraint("way IN ('drop_off', 'home', 'pickup')", name=op.f("ck_repair_case_way")),
        sa.CheckConstraint("customer_id IS NOT NULL OR item_id IS NOT NULL", name=op.f("ck_repair_case_customer")),
        sa.CheckConstraint("due_amount >= 0 AND cost_amount >= 0", name=op.f("ck_repair_case_amounts")),
        sa.CheckConstraint("limit_amount IS NULL OR limit_amount >= 0", name=op.f("ck_repair_case_limit")),
        sa.CheckConstraint("num_nonnulls(item_id, thing_id) = 1", name=op.f("ck_repair_case_one_thing")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name=op.f("fk_repair_case_workshop_id_contract_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_repair_case_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "appointment_id"],
            ["appointment.workshop_id", "appointment.id"],
            name=op.f("fk_repair_case_workshop_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "first_case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_repair_case_workshop_id_first_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_repair_case_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "thing_id"],
            ["customer_thing.workshop_id", "customer_thing.id"],
            name=op.f("fk_repair_case_workshop_id_thing_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_repair_case_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_repair_case")),
        sa.UniqueConstraint("workshop_id", "key", name=op.f("uq_repair_case_workshop_id_key")),
        sa.UniqueConstraint("workshop_id", "reference", name=op.f("uq_repair_case_workshop_id_reference")),
    )
    op.create_index("ix_repair_case_customer", "repair_case", ["workshop_id", "customer_id"], unique=False)
    op.create_index(
        "ix_repair_case_item",
        "repair_case",
        ["workshop_id", "item_id"],
        unique=False,
        postgresql_where=sa.text("item_id IS NOT NULL"),
    )
    op.create_index("ix_repair_case_status", "repair_case", ["workshop_id", "status", "id"], unique=False)
    op.create_index(
        "ix_repair_case_thing",
        "repair_case",
        ["workshop_id", "thing_id"],
        unique=False,
        postgresql_where=sa.text("thing_id IS NOT NULL"),
    )
    op.create_index(
        "uq_repair_case_open_item",
        "repair_case",
        ["workshop_id", "item_id"],
        unique=True,
        postgresql_where=sa.text("item_id IS NOT NULL AND status NOT IN ('handed_back', 'given_up', 'cancelled')"),
    )
    op.create_table(
        "repair_photo",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "occasion IN ('asked', 'intake', 'diagnosis', 'done')", name=op.f("ck_repair_photo_occasion")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_repair_photo_workshop_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_repair_photo_workshop_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_repair_photo_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_repair_photo")),
        sa.UniqueConstraint(
            "workshop_id", "case_id", "file_id", name=op.f("uq_repair_photo_workshop_id_case_id_file_id")
        ),
    )


def _quotes() -> None:
    op.create_table(
        "repair_quote",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("option", sa.Integer(), nullable=True),
        sa.Column("approved_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_name", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_how", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_ip", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'approved') <= (option IS NOT NULL)", name=op.f("ck_repair_quote_option")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_repair_quote_number")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_repair_quote_workshop_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_repair_quote_workshop_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_repair_quote_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_repair_quote")),
        sa.UniqueConstraint(
            "workshop_id", "case_id", "number", name=op.f("uq_repair_quote_workshop_id_case_id_number")
        ),
    )
    op.create_index("ix_repair_quote_status", "repair_quote", ["workshop_id", "status", "valid_until"], unique=False)


def _stock() -> None:
    op.create_table(
        "part",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("cost_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("unit_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("least", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("cost_amount >= 0 AND unit_amount >= 0", name=op.f("ck_part_amounts")),
        sa.CheckConstraint("on_hand >= 0 AND least >= 0", name=op.f("ck_part_stock")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_part_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_part")),
        sa.UniqueConstraint("workshop_id", "code", name=op.f("uq_part_workshop_id_code")),
    )
    op.create_table(
        "part_move",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("donor_item_id", sa.BigInteger(), nullable=True),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'harvested') = (donor_item_id IS NOT NULL)", name=op.f("ck_part_move_donor")),
        sa.CheckConstraint(
            "kind IN ('received', 'harvested', 'used', 'put_back', 'corrected')", name=op.f("ck_part_move_kind")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_part_move_quantity")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_part_move_workshop_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "donor_item_id"],
            ["item.workshop_id", "item.id"],
            name=op.f("fk_part_move_workshop_id_donor_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "part_id"], ["part.workshop_id", "part.id"], name=op.f("fk_part_move_workshop_id_part_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_part_move_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_part_move")),
    )
    op.create_index("ix_part_move_part", "part_move", ["workshop_id", "part_id", "id"], unique=False)
    op.create_table(
        "part_use",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="wanted", nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_part_use_quantity")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_part_use_workshop_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "part_id"], ["part.workshop_id", "part.id"], name=op.f("fk_part_use_workshop_id_part_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_part_use_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_part_use")),
    )
    op.create_index("ix_part_use_case", "part_use", ["workshop_id", "case_id"], unique=False)
    op.create_index("ix_part_use_part", "part_use", ["workshop_id", "part_id", "status"], unique=False)


def _time() -> None:
    op.create_table(
        "work_time",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), server_default="", nullable=False),
        sa.Column("is_learner", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("countersigned_by", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("task IN ('diagnosis', 'repair', 'check', 'cleaning')", name=op.f("ck_work_time_task")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_work_time_order")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"],
            ["repair_case.workshop_id", "repair_case.id"],
            name=op.f("fk_work_time_workshop_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_work_time_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_work_time")),
    )
    op.create_index("ix_work_time_case", "work_time", ["workshop_id", "case_id"], unique=False)
    op.create_index(
        "uq_work_time_running",
        "work_time",
        ["workshop_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )

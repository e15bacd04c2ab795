"""The tables of the house: people, workshops, customers, catalogue, items, contracts, charges, messages, jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table with its keys, checks and indexes."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("theme", sa.Text(), server_default="auto", nullable=False),
        sa.Column("is_suspended", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "channel_pause",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workshop_id", "channel", name=op.f("pk_channel_pause")),
    )
    op.create_table(
        "cluster",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "search_word",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workshop_id", "subject", "word", "subject_id", name=op.f("pk_search_word")),
    )
    op.create_index("ix_search_word_row", "search_word", ["workshop_id", "subject", "subject_id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_key_at", "sign_in_attempt", ["key", "at"], unique=False)
    op.create_table(
        "cluster_member",
        sa.Column("cluster_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('coordinator')", name=op.f("ck_cluster_member_role")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_cluster_member_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_member_cluster_id")),
        sa.PrimaryKeyConstraint("cluster_id", "account_id", name=op.f("pk_cluster_member")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_account_id"), "sign_in_session", ["account_id"], unique=False)
    op.create_table(
        "workshop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_second", sa.Text(), nullable=True),
        sa.Column("craft", sa.Text(), server_default="", nullable=False),
        sa.Column("zone", sa.Text(), server_default="Europe/Brussels", nullable=False),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("street", sa.Text(), server_default="", nullable=False),
        sa.Column("postcode", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("offer_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,39}$'", name=op.f("ck_workshop_slug")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_workshop_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("slug", name=op.f("uq_workshop_slug")),
    )
    op.create_index(op.f("ix_workshop_cluster_id"), "workshop", ["cluster_id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="person", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("wants_reminders", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_customer_kind")),
        sa.CheckConstraint("email IS NULL OR email = lower(email)", name=op.f("ck_customer_email_lower")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "merged_into_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_customer_workshop_id_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_customer_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_customer")),
        sa.UniqueConstraint("workshop_id", "reference", name=op.f("uq_customer_workshop_id_reference")),
    )
    op.create_index("ix_customer_email", "customer", ["workshop_id", "email"], unique=False)
    op.create_index("ix_customer_name", "customer", ["workshop_id", "name", "id"], unique=False)
    op.create_index("ix_customer_phone", "customer", ["workshop_id", "phone"], unique=False)
    op.create_index("ix_customer_vat", "customer", ["workshop_id", "vat_number"], unique=False)
    op.create_index(
        "uq_customer_external_ref",
        "customer",
        ["workshop_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "event",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_account_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_event_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_workshop_id_name", "event", ["workshop_id", "name", "id"], unique=False)
    op.create_table(
        "import_mapping",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("columns_sha256", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_import_mapping_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "workshop_id", "kind", "columns_sha256", name=op.f("uq_import_mapping_workshop_id_kind_columns_sha256")
        ),
    )
    op.create_table(
        "invitation",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'manager', 'counter', 'technician', 'driver', 'accountant', 'auditor')",
            name=op.f("ck_invitation_role"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_invitation_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "job",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="50", nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("ordering_key", sa.Text(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("lease_token", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lost_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.Integer(), server_default="12", nullable=False),
        sa.Column("last_error_class", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('ready', 'leased', 'done', 'dead', 'expired', 'cancelled', 'unknown')", name=op.f("ck_job_state")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_job_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("workshop_id", "kind", "dedupe_key", name=op.f("uq_job_workshop_id_kind_dedupe_key")),
    )
    op.create_index(
        "ix_job_dead",
        "job",
        ["workshop_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('dead', 'unknown')"),
    )
    op.create_index(
        "ix_job_due", "job", ["channel", "run_at"], unique=False, postgresql_where=sa.text("state = 'ready'")
    )
    op.create_index("ix_job_leased", "job", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'leased'"))
    op.create_index(
        "ix_job_ordering",
        "job",
        ["workshop_id", "ordering_key", "id"],
        unique=False,
        postgresql_where=sa.text("ordering_key IS NOT NULL AND state IN ('ready', 'leased')"),
    )
    op.create_index(
        "ix_job_ready",
        "job",
        ["workshop_id", "channel", "priority", "run_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "member",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'manager', 'counter', 'technician', 'driver', 'accountant', 'auditor')",
            name=op.f("ck_member_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_member_account_id")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_member_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint("workshop_id", "account_id", name=op.f("uq_member_workshop_id_account_id")),
    )
    op.create_index(op.f("ix_member_account_id"), "member", ["account_id"], unique=False)
    op.create_table(
        "opening_exception",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR opens < closes)",
            name=op.f("ck_opening_exception_shape"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_opening_exception_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_opening_exception")),
        sa.UniqueConstraint("workshop_id", "day", name=op.f("uq_opening_exception_workshop_id_day")),
    )
    op.create_table(
        "opening_hours",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6 AND opens < closes", name=op.f("ck_opening_hours_shape")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_opening_hours_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("workshop_id", "weekday", "opens", name=op.f("uq_opening_hours_workshop_id_weekday_opens")),
    )
    op.create_table(
        "product",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("circular_model", sa.Text(), server_default="better_use", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("mass_g", sa.Integer(), nullable=True),
        sa.Column("storage_volume_ml", sa.Integer(), nullable=True),
        sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("hazard_classes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("function", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("service_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("bench", sa.Text(), server_default="", nullable=False),
        sa.Column("tools", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("end_of_life_route", sa.Text(), server_default="redeploy", nullable=False),
        sa.Column("recoverable_parts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("fractions", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("replacement_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("meter_unit", sa.Text(), nullable=True),
        sa.Column("accessories", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("out_checklist", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("in_checklist", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "circular_model IN ('circular_supply', 'resource_recovery', 'eco_design', 'better_use')",
            name=op.f("ck_product_circular_model"),
        ),
        sa.CheckConstraint(
            "end_of_life_route IN ('redeploy', 'refurbish', 'harvest', 'donate', 'recycle')",
            name=op.f("ck_product_end_of_life_route"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_product_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_product")),
        sa.UniqueConstraint("workshop_id", "code", name=op.f("uq_product_workshop_id_code")),
    )
    op.create_index(
        "uq_product_external_ref",
        "product",
        ["workshop_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "reference_counter",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_reference_counter_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "series", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "stored_file",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_stored_file_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("workshop_id", "sha256", name=op.f("uq_stored_file_workshop_id_sha256")),
    )
    op.create_table(
        "terms",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_terms_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_terms")),
        sa.UniqueConstraint("workshop_id", "number", name=op.f("uq_terms_workshop_id_number")),
    )
    op.create_table(
        "care_plan",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), server_default="14", nullable=False),
        sa.Column("duration_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("every_months BETWEEN 1 AND 120", name=op.f("ck_care_plan_every_months")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "product_id"],
            ["product.workshop_id", "product.id"],
            name=op.f("fk_care_plan_workshop_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_care_plan_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_care_plan")),
    )
    op.create_index("ix_care_plan_product", "care_plan", ["workshop_id", "product_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('news', 'photos')", name=op.f("ck_consent_purpose")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_consent_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_consent_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_open",
        "consent",
        ["workshop_id", "customer_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "contract",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="rental", nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("money_status", sa.Text(), server_default="clear", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("anchor_day", sa.Integer(), nullable=True),
        sa.Column("terms_id", sa.BigInteger(), nullable=True),
        sa.Column("terms_sha256", sa.Text(), nullable=True),
        sa.Column("offer_round", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("anchor_day BETWEEN 1 AND 31", name=op.f("ck_contract_anchor_day")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_contract_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "terms_id"],
            ["terms.workshop_id", "terms.id"],
            name=op.f("fk_contract_workshop_id_terms_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_contract_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_contract")),
        sa.UniqueConstraint("workshop_id", "reference", name=op.f("uq_contract_workshop_id_reference")),
    )
    op.create_index("ix_contract_customer", "contract", ["workshop_id", "customer_id", "id"], unique=False)
    op.create_index(
        "ix_contract_expiry",
        "contract",
        ["workshop_id", "offer_expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'sent'"),
    )
    op.create_index("ix_contract_recent", "contract", ["workshop_id", "id"], unique=False)
    op.create_index("ix_contract_status", "contract", ["workshop_id", "status", "starts_at", "id"], unique=False)
    op.create_index(
        "uq_contract_external_ref",
        "contract",
        ["workshop_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "customer_address",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), server_default="BE", nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_customer_address_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_customer_address_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_customer_address")),
    )
    op.create_index("ix_customer_address_customer", "customer_address", ["workshop_id", "customer_id"], unique=False)
    op.create_table(
        "customer_note",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_customer_note_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_customer_note_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_customer_note")),
    )
    op.create_index("ix_customer_note_customer", "customer_note", ["workshop_id", "customer_id"], unique=False)
    op.create_table(
        "event_about",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "event_id"],
            ["event.workshop_id", "event.id"],
            name=op.f("fk_event_about_workshop_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("workshop_id", "subject", "subject_id", "event_id", name=op.f("pk_event_about")),
    )
    op.create_table(
        "import_run",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="uploaded", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected_file_id", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("by_account_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('customers', 'products', 'items', 'contracts')", name=op.f("ck_import_run_kind")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_import_run_workshop_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "rejected_file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_import_run_workshop_id_rejected_file_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_import_run_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_recent", "import_run", ["workshop_id", "id"], unique=False)
    op.create_table(
        "item",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("public_code", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="in_stock", nullable=False),
        sa.Column("grade", sa.Text(), server_default="B", nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("custodian_customer_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("acquired_on", sa.Date(), nullable=False),
        sa.Column("year_made", sa.Integer(), nullable=True),
        sa.Column("meter", sa.Integer(), nullable=True),
        sa.Column("loops", sa.Integer(), server_default="0", nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_item_grade")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "custodian_customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_item_workshop_id_custodian_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "product_id"],
            ["product.workshop_id", "product.id"],
            name=op.f("fk_item_workshop_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_item_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_code", name=op.f("uq_item_public_code")),
        sa.UniqueConstraint("workshop_id", "tag", name=op.f("uq_item_workshop_id_tag")),
    )
    op.create_index("ix_item_custodian", "item", ["workshop_id", "custodian_customer_id"], unique=False)
    op.create_index("ix_item_product", "item", ["workshop_id", "product_id", "status"], unique=False)
    op.create_index("ix_item_status", "item", ["workshop_id", "status"], unique=False)
    op.create_index(
        "uq_item_external_ref",
        "item",
        ["workshop_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "plan",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pricing", sa.Text(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("deposit_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("min_days", sa.Integer(), nullable=True),
        sa.Column("max_days", sa.Integer(), nullable=True),
        sa.Column("min_term_months", sa.Integer(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("late_amount", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("late_grace_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("late_open_days_only", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("late_cap_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("pricing <> 'monthly' OR monthly_amount IS NOT NULL", name=op.f("ck_plan_monthly_amount")),
        sa.CheckConstraint("pricing IN ('tiers', 'monthly')", name=op.f("ck_plan_pricing")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "product_id"],
            ["product.workshop_id", "product.id"],
            name=op.f("fk_plan_workshop_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_plan_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_plan")),
        sa.UniqueConstraint("workshop_id", "code", name=op.f("uq_plan_workshop_id_code")),
    )
    op.create_index("ix_plan_product", "plan", ["workshop_id", "product_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "during",
            postgresql.TSTZRANGE(),
            sa.Computed("tstzrange(blocked_from, blocked_until, '[)')", persisted=True),
            nullable=False,
        ),
        sa.Column("is_pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(item_id, item_id, '[]')"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="no_double_booking",
        ),
        sa.CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name=op.f("ck_allocation_hold_expires")),
        sa.CheckConstraint(
            "kind IN ('hold', 'reservation', 'use', 'buffer', 'work', 'transit')", name=op.f("ck_allocation_kind")
        ),
        sa.CheckConstraint("NOT isempty(during)", name=op.f("ck_allocation_not_empty")),
        sa.CheckConstraint("blocked_until IS NULL OR blocked_from < blocked_until", name=op.f("ck_allocation_order")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_allocation_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "product_id"],
            ["product.workshop_id", "product.id"],
            name=op.f("fk_allocation_workshop_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_allocation_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_allocation")),
    )
    op.create_index(
        "ix_allocation_expiry",
        "allocation",
        ["workshop_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("ix_allocation_item", "allocation", ["workshop_id", "item_id", "blocked_from"], unique=False)
    op.create_index("ix_allocation_line", "allocation", ["workshop_id", "contract_line_id"], unique=False)
    op.create_index("ix_allocation_product", "allocation", ["workshop_id", "product_id", "blocked_until"], unique=False)
    op.create_table(
        "care_occurrence",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("care_plan_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "care_plan_id"],
            ["care_plan.workshop_id", "care_plan.id"],
            name=op.f("fk_care_occurrence_workshop_id_care_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"],
            ["item.workshop_id", "item.id"],
            name=op.f("fk_care_occurrence_workshop_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_care_occurrence_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_care_occurrence")),
        sa.UniqueConstraint(
            "workshop_id",
            "care_plan_id",
            "item_id",
            "number",
            name=op.f("uq_care_occurrence_workshop_id_care_plan_id_item_id_number"),
        ),
    )
    op.create_index("ix_care_occurrence_due", "care_occurrence", ["workshop_id", "status", "due_on"], unique=False)
    op.create_index("ix_care_occurrence_item", "care_occurrence", ["workshop_id", "item_id"], unique=False)
    op.create_table(
        "contract_document",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offer_round", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('offer', 'contract')", name=op.f("ck_contract_document_kind")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_contract_document_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_contract_document_workshop_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_contract_document_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_contract_document")),
        sa.UniqueConstraint(
            "workshop_id",
            "contract_id",
            "kind",
            "offer_round",
            name=op.f("uq_contract_document_workshop_id_contract_id_kind_offer_round"),
        ),
    )
    op.create_table(
        "contract_line",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("price", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_at_risk", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("billed_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_contract_line_order")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_contract_line_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"],
            ["item.workshop_id", "item.id"],
            name=op.f("fk_contract_line_workshop_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "plan_id"],
            ["plan.workshop_id", "plan.id"],
            name=op.f("fk_contract_line_workshop_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "product_id"],
            ["product.workshop_id", "product.id"],
            name=op.f("fk_contract_line_workshop_id_product_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_contract_line_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_contract_line")),
        sa.UniqueConstraint(
            "workshop_id", "contract_id", "position", name=op.f("uq_contract_line_workshop_id_contract_id_position")
        ),
    )
    op.create_index("ix_contract_line_due", "contract_line", ["workshop_id", "status", "due_at"], unique=False)
    op.create_index("ix_contract_line_item", "contract_line", ["workshop_id", "item_id"], unique=False)
    op.create_index("ix_contract_line_product", "contract_line", ["workshop_id", "product_id"], unique=False)
    op.create_index("ix_contract_line_start", "contract_line", ["workshop_id", "status", "starts_at"], unique=False)
    op.create_table(
        "deposit",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="due", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deposit_amount")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_deposit_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_deposit_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_deposit")),
        sa.UniqueConstraint("workshop_id", "contract_id", name=op.f("uq_deposit_workshop_id_contract_id")),
    )
    op.create_table(
        "import_issue",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("is_warning", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "run_id"],
            ["import_run.workshop_id", "import_run.id"],
            name=op.f("fk_import_issue_workshop_id_run_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_import_issue_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_import_issue")),
    )
    op.create_index("ix_import_issue_run", "import_issue", ["workshop_id", "run_id", "row_number"], unique=False)
    op.create_table(
        "item_entry",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('acquisition', 'revenue', 'repair', 'maintenance', 'cleaning', 'transport', 'refurbishment', 'write_down', 'grant', 'buy_out', 'resale', 'material_credit', 'disposal')",
            name=op.f("ck_item_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_item_entry_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_item_entry_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_item_entry")),
        sa.UniqueConstraint("workshop_id", "item_id", "source", name=op.f("uq_item_entry_workshop_id_item_id_source")),
    )
    op.create_table(
        "item_photo",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "occasion IN ('portrait', 'hand_over', 'return', 'inspection')", name=op.f("ck_item_photo_occasion")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_item_photo_workshop_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_item_photo_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_item_photo_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_item_photo")),
    )
    op.create_index("ix_item_photo_item", "item_photo", ["workshop_id", "item_id", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="mail", nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("contract_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("audience IN ('customer', 'staff')", name=op.f("ck_message_audience")),
        sa.CheckConstraint("channel IN ('mail')", name=op.f("ck_message_channel")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_message_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=op.f("fk_message_workshop_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_message_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "workshop_id",
            "kind",
            "about_key",
            "channel",
            "recipient",
            name=op.f("uq_message_workshop_id_kind_about_key_channel_recipient"),
        ),
    )
    op.create_index("ix_message_contract", "message", ["workshop_id", "contract_id", "id"], unique=False)
    op.create_index("ix_message_customer", "message", ["workshop_id", "customer_id", "id"], unique=False)
    op.create_index("ix_message_status", "message", ["workshop_id", "status", "id"], unique=False)
    op.create_table(
        "plan_tier",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("from_days", sa.Integer(), nullable=False),
        sa.Column("day_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("from_days >= 1 AND day_amount >= 0", name=op.f("ck_plan_tier_shape")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "plan_id"], ["plan.workshop_id", "plan.id"], name=op.f("fk_plan_tier_workshop_id_plan_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_plan_tier_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_plan_tier")),
        sa.UniqueConstraint(
            "workshop_id", "plan_id", "from_days", name=op.f("uq_plan_tier_workshop_id_plan_id_from_days")
        ),
    )
    op.create_table(
        "signature",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_round", sa.Integer(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("drawing_file_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.BigInteger(), nullable=False),
        sa.Column("terms_sha256", sa.Text(), nullable=False),
        sa.Column("offer_sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(method = 'drawn') = (drawing_file_id IS NOT NULL)", name=op.f("ck_signature_drawing")),
        sa.CheckConstraint("method IN ('typed', 'drawn')", name=op.f("ck_signature_method")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_signature_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "drawing_file_id"],
            ["stored_file.workshop_id", "stored_file.id"],
            name=op.f("fk_signature_workshop_id_drawing_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "terms_id"],
            ["terms.workshop_id", "terms.id"],
            name=op.f("fk_signature_workshop_id_terms_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_signature_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_contract", "signature", ["workshop_id", "contract_id"], unique=False)
    op.create_table(
        "charge",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('rent', 'recurring', 'late', 'damage', 'missing', 'cleaning')", name=op.f("ck_charge_kind")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_charge_amount")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_id"],
            ["contract.workshop_id", "contract.id"],
            name=op.f("fk_charge_workshop_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name=op.f("fk_charge_workshop_id_contract_line_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_charge_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_charge")),
        sa.UniqueConstraint(
            "workshop_id",
            "contract_line_id",
            "kind",
            "key",
            name=op.f("uq_charge_workshop_id_contract_line_id_kind_key"),
        ),
    )
    op.create_index("ix_charge_contract", "charge", ["workshop_id", "contract_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown')", name=op.f("ck_delivery_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "message_id"],
            ["message.workshop_id", "message.id"],
            name=op.f("fk_delivery_workshop_id_message_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_delivery_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_message", "delivery", ["workshop_id", "message_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("meter", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_handover_direction")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name=op.f("fk_handover_workshop_id_contract_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_handover_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_handover_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_handover")),
        sa.UniqueConstraint(
            "workshop_id",
            "contract_line_id",
            "direction",
            name=op.f("uq_handover_workshop_id_contract_line_id_direction"),
        ),
    )
    op.create_table(
        "inspection",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("grade_before", sa.Text(), nullable=False),
        sa.Column("grade_after", sa.Text(), nullable=True),
        sa.Column("next_use", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("by_name", sa.Text(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "grade_before IN ('A', 'B', 'C', 'D') AND (grade_after IS NULL OR grade_after IN ('A', 'B', 'C', 'D'))",
            name=op.f("ck_inspection_grade"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name=op.f("fk_inspection_workshop_id_contract_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "item_id"], ["item.workshop_id", "item.id"], name=op.f("fk_inspection_workshop_id_item_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_inspection_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("workshop_id", "contract_line_id", name=op.f("uq_inspection_workshop_id_contract_line_id")),
    )
    op.create_index(
        "ix_inspection_open",
        "inspection",
        ["workshop_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "kept_letter",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "message_id"],
            ["message.workshop_id", "message.id"],
            name=op.f("fk_kept_letter_workshop_id_message_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_kept_letter_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_kept_letter")),
        sa.UniqueConstraint("workshop_id", "message_id", name=op.f("uq_kept_letter_workshop_id_message_id")),
    )
    op.create_table(
        "damage",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("is_wear", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("cost_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("charged_share", sa.Integer(), server_default="100", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('damage', 'missing', 'cleaning')", name=op.f("ck_damage_kind")),
        sa.CheckConstraint("cost_amount >= 0 AND charged_share BETWEEN 0 AND 100", name=op.f("ck_damage_shape")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "inspection_id"],
            ["inspection.workshop_id", "inspection.id"],
            name=op.f("fk_damage_workshop_id_inspection_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_damage_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_damage")),
    )
    op.create_index("ix_damage_inspection", "damage", ["workshop_id", "inspection_id"], unique=False)
    op.create_table(
        "deposit_movement",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("deposit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('received', 'retained', 'released')", name=op.f("ck_deposit_movement_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deposit_movement_amount")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "charge_id"],
            ["charge.workshop_id", "charge.id"],
            name=op.f("fk_deposit_movement_workshop_id_charge_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "deposit_id"],
            ["deposit.workshop_id", "deposit.id"],
            name=op.f("fk_deposit_movement_workshop_id_deposit_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_deposit_movement_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_deposit_movement")),
    )
    op.create_index("ix_deposit_movement_deposit", "deposit_movement", ["workshop_id", "deposit_id"], unique=False)
    op.create_table(
        "settlement",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("method IN ('cash', 'card', 'transfer', 'deposit')", name=op.f("ck_settlement_method")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_amount")),
        sa.ForeignKeyConstraint(
            ["workshop_id", "charge_id"],
            ["charge.workshop_id", "charge.id"],
            name=op.f("fk_settlement_workshop_id_charge_id"),
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_settlement_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_settlement")),
    )
    op.create_index("ix_settlement_charge", "settlement", ["workshop_id", "charge_id"], unique=False)


def downgrade() -> None:
    """Drop them, the last first."""
    for table in (
        "settlement",
        "deposit_movement",
        "damage",
        "kept_letter",
        "inspection",
        "handover",
        "delivery",
        "charge",
        "signature",
        "plan_tier",
        "message",
        "item_photo",
        "item_entry",
        "import_issue",
        "deposit",
        "contract_line",
        "contract_document",
        "care_occurrence",
        "allocation",
        "plan",
        "item",
        "import_run",
        "event_about",
        "customer_note",
        "customer_address",
        "contract",
        "consent",
        "care_plan",
        "terms",
        "stored_file",
        "reference_counter",
        "product",
        "opening_hours",
        "opening_exception",
        "member",
        "job",
        "invitation",
        "import_mapping",
        "event",
        "customer",
        "workshop",
        "sign_in_session",
        "cluster_member",
        "sign_in_attempt",
        "search_word",
        "heartbeat",
        "cluster",
        "channel_pause",
        "account",
    ):
        op.drop_table(table)

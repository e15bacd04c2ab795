"""Repairs that were tried: what came in from open data and what we did ourselves, in the columns of the Open Repair Data
Standard; the category of a product in that standard; a file of repairs is a kind of import."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_STATUSES = "'Fixed', 'Repairable', 'End of life', 'Unknown'"
_BARRIERS = (
    "'', 'Spare parts not available', 'Spare parts too expensive', 'No way to open product', "
    "'Repair information not available', 'Lack of equipment', 'Item too worn out', 'Too worn out'"
)
_KINDS = ("customers", "products", "items", "contracts")


def upgrade() -> None:
    """The table behind its wall, the column, the kind."""
    texts = ("data_provider", "country", "partner_product_category", "product_category")
    op.create_table(
        "past_repair",
        sa.Column("workshop_id", sa.BigInteger(), sa.ForeignKey("workshop.id"), primary_key=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("ords_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in texts),
        sa.Column("product_category_id", sa.SmallInteger(), nullable=True),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("year_of_manufacture", sa.SmallInteger(), nullable=True),
        sa.Column("product_age", sa.Numeric(), nullable=True),
        sa.Column("repair_status", sa.Text(), nullable=False),
        sa.Column("repair_barrier_if_end_of_life", sa.Text(), server_default="", nullable=False),
        sa.Column("group_identifier", sa.Text(), server_default="", nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("as_written", JSONB(), server_default="{}", nullable=False),
        sa.Column("case_reference", sa.Text(), nullable=True),
        sa.Column("brand_key", sa.Text(), server_default="", nullable=False),
        sa.Column("age_band", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.UniqueConstraint("workshop_id", "ords_id"),
        sa.CheckConstraint(f"repair_status IN ({_STATUSES})", name=op.f("ck_past_repair_repair_status")),
        sa.CheckConstraint(
            f"repair_barrier_if_end_of_life IN ({_BARRIERS})",
            name=op.f("ck_past_repair_repair_barrier_if_end_of_life"),
        ),
        sa.CheckConstraint(
            "case_reference IS NOT NULL OR (product_category_id IS NOT NULL AND data_provider <> '')",
            name=op.f("ck_past_repair_imported"),
        ),
    )
    op.create_index(
        "uq_past_repair_case", "past_repair", ["workshop_id", "case_reference"], unique=True,
        postgresql_where=sa.text("case_reference IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_past_repair_chance", "past_repair", ["workshop_id", "product_category_id", "brand_key", "age_band"],
        postgresql_include=["repair_status", "repair_barrier_if_end_of_life", "case_reference"],
    )  # fmt: skip
    op.create_index("ix_past_repair_event_date", "past_repair", ["workshop_id", "event_date"])
    op.execute("ALTER TABLE past_repair ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE past_repair FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_workshop ON past_repair USING ({_OWN}) WITH CHECK ({_OWN})")
    op.add_column("product", sa.Column("repair_category_id", sa.SmallInteger(), nullable=True))
    _kinds(*_KINDS, "repairs")


def _kinds(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_import_run_kind"), "import_run")
    op.create_check_constraint(op.f("ck_import_run_kind"), "import_run", f"kind IN {kinds}")


def downgrade() -> None:
    """Without them."""
    op.execute("DELETE FROM import_issue WHERE run_id IN (SELECT id FROM import_run WHERE kind = 'repairs')")
    op.execute("DELETE FROM import_run WHERE kind = 'repairs'")
    _kinds(*_KINDS)
    op.drop_column("product", "repair_category_id")
    op.drop_table("past_repair")

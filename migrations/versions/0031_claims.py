"""Claims on suppliers that hang on a repair; and what stood when a quote was sent, for the form that is drawn from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_EDGES = {
    "": ("asked",),
    "asked": ("accepted", "refused", "withdrawn"),
    "accepted": ("settled", "refused", "withdrawn"),
}


def upgrade() -> None:
    """The table behind its wall, with its states."""
    op.create_table(
        "supplier_claim",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("their_number", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="asked", nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("came_amount", sa.Numeric(12, 2), server_default="0", nullable=False),
        sa.Column("part_id", sa.BigInteger()),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_supplier_claim"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_supplier_claim_workshop_id"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "case_id"], ["repair_case.workshop_id", "repair_case.id"],
            name="fk_supplier_claim_workshop_id_case_id",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "part_id"], ["part.workshop_id", "part.id"], name="fk_supplier_claim_workshop_id_part_id"
        ),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_supplier_claim_workshop_id_reference"),
        sa.CheckConstraint("remedy IN ('replacement', 'refund', 'repair')", name=op.f("ck_supplier_claim_remedy")),
        sa.CheckConstraint("supplier <> '' AND reason <> ''", name=op.f("ck_supplier_claim_words")),
        sa.CheckConstraint("came_amount >= 0 AND pieces >= 0", name=op.f("ck_supplier_claim_amounts")),
    )  # fmt: skip
    op.create_index(
        "uq_supplier_claim_open", "supplier_claim", ["workshop_id", "case_id"], unique=True,
        postgresql_where=sa.text("status IN ('asked', 'accepted')"),
    )  # fmt: skip
    op.create_index("ix_supplier_claim_case", "supplier_claim", ["workshop_id", "case_id"])
    for came_from, targets in _EDGES.items():
        for to in targets:
            op.execute(f"INSERT INTO state_edge VALUES ('supplier_claim', 'status', '{came_from}', '{to}')")
    for moment, what in (("begins", "INSERT"), ("moves", "UPDATE OF status")):
        when = " WHEN (OLD.status IS DISTINCT FROM NEW.status)" if moment == "moves" else ""
        op.execute(
            f"CREATE TRIGGER status_{moment} BEFORE {what} ON supplier_claim FOR EACH ROW{when}"
            " EXECUTE FUNCTION refuse_state('status')"
        )
    op.execute("ALTER TABLE supplier_claim ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE supplier_claim FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_workshop ON supplier_claim USING ({_OWN}) WITH CHECK ({_OWN})")

    op.add_column("repair_quote", sa.Column("stood", JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Without them."""
    op.drop_column("repair_quote", "stood")
    op.drop_table("supplier_claim")
    op.execute("DELETE FROM state_edge WHERE table_name = 'supplier_claim'")

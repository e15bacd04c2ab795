"""Inspections that customers contest; what is owed on contracts that have ended is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_EDGES = (("", "open"), ("open", "upheld"), ("open", "changed"), ("open", "dropped"))


def upgrade() -> None:
    """The table behind the wall, and its states."""
    op.create_table(
        "contest",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("photo_file_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_contest"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_contest_workshop_id"),
        _points_to("inspection", "inspection_id"),
        _points_to("stored_file", "photo_file_id"),
        sa.UniqueConstraint("workshop_id", "inspection_id", name="uq_contest_workshop_id_inspection_id"),
    )
    op.create_index("ix_contest_open", "contest", ["workshop_id", "id"], postgresql_where=sa.text("status = 'open'"))
    op.create_index(
        "ix_contract_late_money", "contract", ["workshop_id", "id"],
        postgresql_where=sa.text("status = 'ended' AND money_status = 'due'"),
    )  # fmt: skip
    op.execute('ALTER TABLE "contest" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contest" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY own_workshop ON "contest" USING ({_OWN}) WITH CHECK ({_OWN})')
    for came_from, to in _EDGES:
        op.execute(f"INSERT INTO state_edge VALUES ('contest', 'status', '{came_from}', '{to}')")
    op.execute(
        "CREATE TRIGGER status_begins BEFORE INSERT ON contest FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
    )
    op.execute(
        "CREATE TRIGGER status_moves BEFORE UPDATE OF status ON contest FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
    )


def _points_to(other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workshop_id", column], [f"{other}.workshop_id", f"{other}.id"], name=f"fk_contest_workshop_id_{column}"
    )


def downgrade() -> None:
    """As it was before."""
    op.execute("DELETE FROM state_edge WHERE table_name = 'contest'")
    op.drop_index("ix_contract_late_money", table_name="contract")
    op.drop_table("contest")

"""Amendments that wait for a signature, and what the background work could not do for a contract."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("proposal", "setback")
_EDGES = (("", "open"), ("open", "signed"), ("open", "withdrawn"))


def upgrade() -> None:
    """Both tables, each behind the wall; the states of a proposal."""
    op.create_table(
        "proposal",
        *_own_columns(),
        *_proposal_columns(),
        *_keys("proposal"),
        _points_to("proposal", "contract_line", "contract_line_id"),
        _points_to("proposal", "contract_act", "act_id"),
        _points_to("proposal", "stored_file", "drawing_file_id"),
    )
    op.create_table(
        "setback",
        *_own_columns(),
        *_setback_columns(),
        *_keys("setback"),
        sa.UniqueConstraint("workshop_id", "contract_id", "planner", name="uq_setback_workshop_id_contract_id_planner"),
    )
    op.create_index("ix_proposal_contract", "proposal", ["workshop_id", "contract_id", "id"])
    op.create_index(
        "ix_proposal_open", "proposal", ["workshop_id", "contract_id"], postgresql_where=sa.text("status = 'open'")
    )
    op.create_index("ix_setback_planner", "setback", ["workshop_id", "planner", "again_at"])
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    for came_from, to in _EDGES:
        op.execute(f"INSERT INTO state_edge VALUES ('proposal', 'status', '{came_from}', '{to}')")
    op.execute(
        "CREATE TRIGGER status_begins BEFORE INSERT ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
    )
    op.execute(
        "CREATE TRIGGER status_moves BEFORE UPDATE OF status ON proposal FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
    )


def _own_columns() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _proposal_columns() -> list[sa.Column]:
    return [
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("body", JSONB(), server_default="{}", nullable=False),
        sa.Column("snapshot", JSONB(), server_default="{}", nullable=False),
        sa.Column("figures", JSONB(), server_default="{}", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("drawing_file_id", sa.BigInteger(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("act_id", sa.BigInteger(), nullable=True),
    ]


def _setback_columns() -> list[sa.Column]:
    return [
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("planner", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), server_default="{}", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        _points_to(table, "contract", "contract_id"),
    ]


def _points_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workshop_id", column], [f"{other}.workshop_id", f"{other}.id"], name=f"fk_{table}_workshop_id_{column}"
    )


def downgrade() -> None:
    """As it was before."""
    op.execute("DELETE FROM state_edge WHERE table_name = 'proposal'")
    for table in reversed(_TABLES):
        op.drop_table(table)

"""A repair knows what was lent to its customer meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; nothing was lent before."""
    op.add_column("repair_case", sa.Column("loan_line_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_repair_case_workshop_id_loan_line_id", "repair_case", "contract_line",
        ["workshop_id", "loan_line_id"], ["workshop_id", "id"],
    )  # fmt: skip


def downgrade() -> None:
    """Without it."""
    op.drop_column("repair_case", "loan_line_id")

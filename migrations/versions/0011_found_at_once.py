"""The contract that another went on as is found by an index: the page of every contract asks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index, of the few that have a predecessor."""
    op.create_index(
        "ix_contract_before",
        "contract",
        ["workshop_id", "predecessor_id"],
        postgresql_where=sa.text("predecessor_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_contract_before", "contract")

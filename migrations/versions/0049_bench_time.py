"""When time at the bench is looked for again, for what is to be looked after here and has none yet.

Nothing is filled in for what is there: it stands on the bench list as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that stands empty on every row, and the way to the few that wait."""
    op.add_column("care_visit", sa.Column("block_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_care_visit_block", "care_visit", ["workshop_id", "block_on", "id"],
        postgresql_where=sa.text("block_on IS NOT NULL AND ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Time is looked for once, when care is announced."""
    op.drop_index("ix_care_visit_block", "care_visit")
    op.drop_column("care_visit", "block_on")

"""When time at the bench is looked for again, for what is to be looked after here and has none yet; and when somebody was
asked anew about a visit, since when alone they can be said to be silent.

Nothing is filled in for what is there: it stands on the bench list as before, and was asked when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that stand empty on every row, and the way to the few that wait."""
    op.add_column("care_visit", sa.Column("block_on", sa.Date(), nullable=True))
    op.add_column("care_visit", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_care_visit_block", "care_visit", ["workshop_id", "block_on", "id"],
        postgresql_where=sa.text("block_on IS NOT NULL AND ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Time is looked for once, when care is announced, and who was asked is known no more."""
    op.drop_column("care_visit", "asked_at")
    op.drop_index("ix_care_visit_block", "care_visit")
    op.drop_column("care_visit", "block_on")

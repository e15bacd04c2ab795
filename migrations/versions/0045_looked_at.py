"""Whether somebody is still to look at what a customer did at home, for they wrote a remark or left something out.

What was done before is not asked about again: it stands on its page as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that says no on every row, and the way to the few that wait."""
    op.add_column("care_visit", sa.Column("is_unseen", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_care_visit_unseen", "care_visit", ["workshop_id", "ended_at"], postgresql_where=sa.text("is_unseen")
    )


def downgrade() -> None:
    """Nobody is asked to look."""
    op.drop_index("ix_care_visit_unseen", "care_visit")
    op.drop_column("care_visit", "is_unseen")

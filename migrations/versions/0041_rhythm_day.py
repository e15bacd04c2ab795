"""The day of the rhythm beside the day that was moved from it to an open one.

Counted from the moved day, a plan that was corrected wrote the same day a second time: 28 February on a Sunday was done on
the 27th, and the next one after the 27th was the 28th. Nothing is filled in for what is there: what was moved is known no
more, and what is written from now on tells.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty where the day is the rhythm's own."""
    op.add_column("care_occurrence", sa.Column("rhythm_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Only the moved day is known."""
    op.drop_column("care_occurrence", "rhythm_on")

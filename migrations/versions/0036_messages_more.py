"""A job remembers that a call is on its way which must not be made twice."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that stands empty on every row: no table is rewritten."""
    op.add_column("job", sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """What was on its way is forgotten."""
    op.drop_column("job", "called_at")

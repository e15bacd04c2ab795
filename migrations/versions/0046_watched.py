"""A webhook whose receiver asked for time is left alone until then."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that stands empty on every row: no table is rewritten."""
    op.add_column("webhook_endpoint", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """What a receiver asked for is forgotten."""
    op.drop_column("webhook_endpoint", "not_before")

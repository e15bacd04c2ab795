"""What stood when a thing was handed over or an operation was done, for papers that are drawn later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("handover", "contract_act")


def upgrade() -> None:
    """One column each; rows of before have nothing in it, and their papers are made already."""
    for table in _TABLES:
        op.add_column(table, sa.Column("stood", JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Without it."""
    for table in _TABLES:
        op.drop_column(table, "stood")

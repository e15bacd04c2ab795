"""One act on many rows: what it needs of each, what taking it back needs, and the run that did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns; runs that are there can not be taken back."""
    op.add_column("bulk_run", sa.Column("of_rows", JSONB(), server_default="{}", nullable=False))
    op.add_column("bulk_run", sa.Column("kept", JSONB(), server_default="{}", nullable=False))
    op.add_column("bulk_run", sa.Column("undone_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_bulk_run_workshop_id_undone_by_id", "bulk_run", "bulk_run",
        ["workshop_id", "undone_by_id"], ["workshop_id", "id"],
    )  # fmt: skip


def downgrade() -> None:
    """Without them."""
    for name in ("undone_by_id", "kept", "of_rows"):
        op.drop_column("bulk_run", name)

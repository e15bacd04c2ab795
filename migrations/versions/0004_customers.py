"""Customers get the key of their name, for finding duplicates; products get their photo."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns."""
    op.add_column("customer", sa.Column("name_key", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_customer_name_key", "customer", ["workshop_id", "name_key"])
    op.add_column("product", sa.Column("photo_file_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_product_workshop_id_photo_file_id",
        "product",
        "stored_file",
        ["workshop_id", "photo_file_id"],
        ["workshop_id", "id"],
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_constraint("fk_product_workshop_id_photo_file_id", "product")
    op.drop_column("product", "photo_file_id")
    op.drop_index("ix_customer_name_key", "customer")
    op.drop_column("customer", "name_key")

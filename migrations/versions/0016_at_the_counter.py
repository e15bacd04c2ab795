"""At the counter: a hand-over sent twice is one, with the hour it was tapped and a drawn signature; a photo beside its
earlier twin; what each part costs to put right; calls that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns of what is there; no new table."""
    op.add_column("handover", sa.Column("key", sa.Text(), nullable=True))
    op.add_column("handover", sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handover", sa.Column("signature_file_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint("uq_handover_workshop_id_key", "handover", ["workshop_id", "key"])
    op.create_foreign_key(
        "fk_handover_workshop_id_signature_file_id", "handover", "stored_file",
        ["workshop_id", "signature_file_id"], ["workshop_id", "id"],
    )  # fmt: skip
    op.add_column("item_photo", sa.Column("twin_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_item_photo_workshop_id_twin_id", "item_photo", "item_photo",
        ["workshop_id", "twin_id"], ["workshop_id", "id"],
    )  # fmt: skip
    op.add_column(
        "product",
        sa.Column("repair_prices", sa.dialects.postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.add_column("damage", sa.Column("severity", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_damage_severity"), "damage", "severity IN ('light', 'moderate', 'heavy')")


def downgrade() -> None:
    """Without them."""
    op.drop_constraint(op.f("ck_damage_severity"), "damage")
    op.drop_column("damage", "severity")
    op.drop_column("product", "repair_prices")
    op.drop_column("item_photo", "twin_id")
    for name in ("signature_file_id", "tapped_at", "key"):
        op.drop_column("handover", name)

"""Who rides a round: people of the planning, and the skill a vehicle asks of them."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"


def upgrade() -> None:
    """The table behind the wall, and the column, empty for every vehicle there is."""
    op.create_table(
        "round_crew",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id", "resource_id"], ["resource.workshop_id", "resource.id"],
            name=op.f("fk_round_crew_resource_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id", "round_id"], ["round.workshop_id", "round.id"], name=op.f("fk_round_crew_round_id")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_round_crew_workshop_id")),
        sa.PrimaryKeyConstraint("workshop_id", "id", name=op.f("pk_round_crew")),
        sa.UniqueConstraint(
            "workshop_id", "round_id", "resource_id", name=op.f("uq_round_crew_workshop_id_round_id_resource_id")
        ),
    )  # fmt: skip
    op.execute('ALTER TABLE "round_crew" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "round_crew" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY own_workshop ON "round_crew" USING ({_OWN}) WITH CHECK ({_OWN})')
    op.add_column("round_vehicle", sa.Column("skill_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_round_vehicle_skill_id"), "round_vehicle", "skill", ["workshop_id", "skill_id"], ["workshop_id", "id"]
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_column("round_vehicle", "skill_id")
    op.drop_table("round_crew")

"""A webhook whose receiver asked for time is left alone until then. What the hourly question found not to hold is kept, so that
pages and figures say it and not the log alone."""

import sqlalchemy as sa
from alembic import op

from service_app.core.tenancy import wall_statements

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that stands empty on every row: no table is rewritten. And a table behind the wall."""
    op.add_column("webhook_endpoint", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "broken_invariant",
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_broken_invariant"),
        sa.UniqueConstraint("workshop_id", "name", name="uq_broken_invariant_workshop_id_name"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_broken_invariant_workshop_id"),
    )
    for statement in wall_statements("broken_invariant"):
        op.execute(statement)


def downgrade() -> None:
    """What a receiver asked for and what did not hold are forgotten."""
    op.drop_table("broken_invariant")
    op.drop_column("webhook_endpoint", "not_before")

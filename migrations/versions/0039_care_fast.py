"""An occurrence that is written inside its horizon begins planned: it is not written as a forecast and turned at once."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The second state in which a row may begin; nothing that stands changes."""
    op.execute("INSERT INTO state_edge VALUES ('care_occurrence', 'status', '', 'planned')")


def downgrade() -> None:
    """As it was before; the rows stay what they are."""
    op.execute("DELETE FROM state_edge WHERE table_name = 'care_occurrence' AND came_from = '' AND goes_to = 'planned'")

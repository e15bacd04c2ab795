"""An import has a reference, keeps how its file was written and its rows; the rejected rows are written out when asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None

_EDGES = (("uploaded", "running"), ("checking", "cancelled"), ("running", "cancelled"))


def upgrade() -> None:
    """Columns of the file, its shape, its rows; a run may start without a check and be stopped on the way."""
    op.execute("DELETE FROM import_issue")
    op.execute("DELETE FROM import_run")
    op.drop_column("import_run", "rejected_file_id")
    op.drop_column("import_issue", "is_warning")
    op.add_column("import_run", sa.Column("reference", sa.Text(), nullable=False))
    op.create_unique_constraint("uq_import_run_workshop_id_reference", "import_run", ["workshop_id", "reference"])
    op.add_column("import_run", sa.Column("rows_file_id", sa.BigInteger(), nullable=False))
    op.add_column("import_run", sa.Column("columns", JSONB(), server_default="[]", nullable=False))
    op.add_column("import_run", sa.Column("shape", JSONB(), server_default="{}", nullable=False))
    op.create_foreign_key(
        "fk_import_run_workshop_id_rows_file_id",
        "import_run",
        "stored_file",
        ["workshop_id", "rows_file_id"],
        ["workshop_id", "id"],
    )
    for came_from, to in _EDGES:
        op.execute(f"INSERT INTO state_edge VALUES ('import_run', 'status', '{came_from}', '{to}')")


def downgrade() -> None:
    """As it was before."""
    for came_from, to in _EDGES:
        op.execute(
            "DELETE FROM state_edge WHERE table_name = 'import_run' AND axis = 'status'"
            f" AND came_from = '{came_from}' AND goes_to = '{to}'"
        )
    op.drop_constraint("fk_import_run_workshop_id_rows_file_id", "import_run")
    op.drop_constraint("uq_import_run_workshop_id_reference", "import_run")
    for column in ("reference", "rows_file_id", "columns", "shape"):
        op.drop_column("import_run", column)
    op.add_column(
        "import_issue", sa.Column("is_warning", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("import_run", sa.Column("rejected_file_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_import_run_workshop_id_rejected_file_id",
        "import_run",
        "stored_file",
        ["workshop_id", "rejected_file_id"],
        ["workshop_id", "id"],
    )

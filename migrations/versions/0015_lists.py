"""What a person keeps of a list, and one act on many rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("saved_view", "list_choice", "bulk_run")


def upgrade() -> None:
    """The tables, each behind the wall."""
    op.create_table(
        "saved_view",
        *_key_columns(),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("list_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        _made_at(),
        *_keys("saved_view", "account_id"),
        sa.UniqueConstraint(
            "workshop_id", "account_id", "list_key", "name", name="uq_saved_view_workshop_id_account_id_list_key_name"
        ),
    )
    op.create_index("ix_saved_view_list", "saved_view", ["workshop_id", "list_key"])
    op.create_table(
        "list_choice",
        *_key_columns(),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("list_key", sa.Text(), nullable=False),
        sa.Column("columns", JSONB(), server_default="[]", nullable=False),
        sa.Column("default_view_id", sa.BigInteger(), nullable=True),
        *_keys("list_choice", "account_id"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "default_view_id"],
            ["saved_view.workshop_id", "saved_view.id"],
            name="fk_list_choice_workshop_id_default_view_id",
        ),
        sa.UniqueConstraint(
            "workshop_id", "account_id", "list_key", name="uq_list_choice_workshop_id_account_id_list_key"
        ),
    )
    op.create_table(
        "bulk_run",
        *_key_columns(),
        *_run_columns(),
        _made_at(),
        *_keys("bulk_run", "by_account_id"),
    )
    op.create_index("ix_bulk_run_old", "bulk_run", ["workshop_id", "created_at"])
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _key_columns() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _run_columns() -> list[sa.Column]:
    return [
        sa.Column("list_key", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("given", JSONB(), server_default="{}", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcomes", JSONB(), server_default="[]", nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("by_account_id", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), server_default="false", nullable=False),
    ]


def _keys(table: str, account: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        sa.ForeignKeyConstraint([account], ["account.id"], name=f"fk_{table}_{account}"),
    ]


def downgrade() -> None:
    """As it was before."""
    for table in ("bulk_run", "list_choice", "saved_view"):
        op.drop_table(table)

"""What a person keeps of a list, one act on many rows, what a workshop wants otherwise, single keys off."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("saved_view", "list_choice", "bulk_run", "house_defaults")


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
    op.create_table(
        "house_defaults",
        *_key_columns(),
        *_defaults_columns(),
        sa.PrimaryKeyConstraint("workshop_id", "id", name="pk_house_defaults"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_house_defaults_workshop_id"),
        sa.UniqueConstraint("workshop_id", name="uq_house_defaults_workshop_id"),
        sa.CheckConstraint(
            "buffer_before_minutes >= 0 AND buffer_after_minutes >= 0", name=op.f("ck_house_defaults_buffers")
        ),
    )
    op.add_column("account", sa.Column("single_keys", sa.Boolean(), server_default="true", nullable=False))
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


def _defaults_columns() -> list[sa.Column]:
    return [
        sa.Column("buffer_before_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("out_checklist", JSONB(), nullable=True),
        sa.Column("in_checklist", JSONB(), nullable=True),
        *(
            sa.Column(name, JSONB(), server_default="{}", nullable=False)
            for name in ("letter_greeting", "letter_closing", "letter_footer")
        ),
        sa.Column("start_skipped", JSONB(), server_default="[]", nullable=False),
        sa.Column("start_put_away_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _made_at(),
    ]


def _keys(table: str, account: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        sa.ForeignKeyConstraint([account], ["account.id"], name=f"fk_{table}_{account}"),
    ]


def downgrade() -> None:
    """As it was before."""
    op.drop_column("account", "single_keys")
    for table in ("house_defaults", "bulk_run", "list_choice", "saved_view"):
        op.drop_table(table)

"""Stock-takes and what was counted in them; what strangers report; what is missing on the shelf can be lost."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("stock_take", "stock_take_entry", "item_report")
_EDGES = (
    ("item", "in_stock", "lost"),
    ("item", "on_bench", "lost"),
    ("stock_take", "", "open"),
    ("stock_take", "open", "finished"),
    ("stock_take", "open", "cancelled"),
    ("item_report", "", "new"),
    ("item_report", "new", "handled"),
    ("item_report", "handled", "new"),
)


def upgrade() -> None:
    """The tables, each behind the wall, with their states."""
    op.create_table("stock_take", *_own_columns(), *_take_columns(), *_keys("stock_take", product_id="product"))
    op.create_table(
        "stock_take_entry",
        *_own_columns(),
        *_entry_columns(),
        *_keys("stock_take_entry", stock_take_id="stock_take", item_id="item"),
    )
    op.create_table(
        "item_report",
        *_own_columns(),
        *_report_columns(),
        *_keys("item_report", item_id="item", photo_id="stored_file"),
    )
    op.create_index("ix_stock_take_recent", "stock_take", ["workshop_id", "id"])
    op.create_index("ix_stock_take_entry_item", "stock_take_entry", ["workshop_id", "item_id"])
    op.create_index(
        "uq_stock_take_entry_unknown",
        "stock_take_entry",
        ["workshop_id", "stock_take_id", "code"],
        unique=True,
        postgresql_where=sa.text("item_id IS NULL"),
    )
    op.create_index("ix_item_report_item", "item_report", ["workshop_id", "item_id", "id"])
    op.create_index("ix_item_report_status", "item_report", ["workshop_id", "status", "id"])
    for table, came_from, to in _EDGES:
        op.execute(f"INSERT INTO state_edge VALUES ('{table}', 'status', '{came_from}', '{to}')")
    for table in ("stock_take", "item_report"):
        op.execute(
            f"CREATE TRIGGER status_begins BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
        )
        op.execute(
            f"CREATE TRIGGER status_moves BEFORE UPDATE OF status ON {table} FOR EACH ROW"
            " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
        )
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _own_columns() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _take_columns() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("started_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_stock_take_workshop_id_reference"),
        sa.CheckConstraint("scope IN ('all', 'place', 'product')", name=op.f("ck_stock_take_scope")),
        sa.CheckConstraint(
            "(scope = 'place') = (place <> '') AND (scope = 'product') = (product_id IS NOT NULL)",
            name=op.f("ck_stock_take_scope_names"),
        ),
    ]


def _entry_columns() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("stock_take_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint(
            "workshop_id", "stock_take_id", "item_id", name="uq_stock_take_entry_workshop_id_stock_take_id_item_id"
        ),
        sa.CheckConstraint(
            "result IN ('found', 'unexpected', 'unknown', 'missing')", name=op.f("ck_stock_take_entry_result")
        ),
        sa.CheckConstraint("(result = 'unknown') = (item_id IS NULL)", name=op.f("ck_stock_take_entry_unknown")),
        sa.CheckConstraint("outcome IN ('', 'here', 'lost')", name=op.f("ck_stock_take_entry_outcome")),
    ]


def _report_columns() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Text(), server_default="", nullable=False),
        sa.UniqueConstraint("workshop_id", "key", name="uq_item_report_workshop_id_key"),
        sa.CheckConstraint("kind IN ('found', 'broken')", name=op.f("ck_item_report_kind")),
    ]


def _keys(table: str, **targets: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        *(
            sa.ForeignKeyConstraint(
                ["workshop_id", column],
                [f"{target}.workshop_id", f"{target}.id"],
                name=f"fk_{table}_workshop_id_{column}",
            )
            for column, target in targets.items()
        ),
    ]


def downgrade() -> None:
    """As it was before."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table, came_from, to in _EDGES:
        op.execute(
            f"DELETE FROM state_edge WHERE table_name = '{table}' AND axis = 'status'"
            f" AND came_from = '{came_from}' AND goes_to = '{to}'"
        )

"""Rates of the cascade, things that pass to another member, a harvest's explanation, and which thing became material."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("cascade_rates", "passing")
_BOUNDS = {
    "share_a": (0, 100), "share_b": (0, 100), "share_c": (0, 100), "share_d": (0, 100), "age_share": (0, 100),
    "least_share": (0, 100), "loops_a": (0, 1000), "loops_b": (0, 1000), "loops_c": (0, 1000), "climb_share": (0, 100),
    "harvest_minutes": (0, 6000), "used_share": (0, 100), "member_share": (0, 100), "transport_cents": (0, 1_000_000),
    "disposal_kg_cents": (0, 100_000), "material_kg_cents": (0, 100_000),
}  # fmt: skip
_EDGES = {
    "": ("planned",), "planned": ("offered", "withdrawn"),
    "offered": ("agreed", "passed", "declined", "withdrawn"), "agreed": ("passed", "withdrawn"),
}  # fmt: skip


def upgrade() -> None:
    """The tables behind the wall, and the columns."""
    op.create_table(
        "cascade_rates", *_own(), *(sa.Column(name, sa.Integer(), nullable=False) for name in _BOUNDS),
        sa.Column("target", sa.Text(), nullable=False), _version(),
        sa.UniqueConstraint("workshop_id", name="uq_cascade_rates_workshop_id"),
        sa.CheckConstraint(" AND ".join(f"{name} BETWEEN {least} AND {most}" for name, (least, most) in _BOUNDS.items()),
                           name=op.f("ck_cascade_rates_bounds")),
        sa.CheckConstraint("target IN ('A', 'B', 'C')", name=op.f("ck_cascade_rates_target")),
        *_keys("cascade_rates"),
    )  # fmt: skip
    op.create_table(
        "passing", *_own(), _text("reference"), _text("direction"), _text("key"), _text("status", "planned"), _key("partner_id"),
        _key("item_id"), _key("product_id"), sa.Column("price_cents", sa.BigInteger(), nullable=False), _text("currency"),
        _text("note", ""), _facts("published"), _facts("carried"), _text("reason", ""), _text("by_name", ""), _version(),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_passing_workshop_id_reference"),
        sa.UniqueConstraint("workshop_id", "key", "direction", name="uq_passing_workshop_id_key_direction"),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_passing_direction")),
        sa.CheckConstraint("price_cents BETWEEN 0 AND 100000000", name=op.f("ck_passing_price")),
        sa.CheckConstraint("status IN ('planned', 'withdrawn') OR partner_id IS NOT NULL", name=op.f("ck_passing_partner")),
        sa.CheckConstraint("direction = 'in' OR item_id IS NOT NULL", name=op.f("ck_passing_whose")),
        sa.CheckConstraint("status <> 'agreed' OR product_id IS NOT NULL", name=op.f("ck_passing_agreed")),
        sa.ForeignKeyConstraint(["partner_id"], ["workshop.id"], name="fk_passing_partner_id"),
        *_keys("passing", item_id="item", product_id="product"),
    )  # fmt: skip
    op.create_index("ix_passing_status", "passing", ["workshop_id", "status", "id"])
    op.create_index("ix_passing_item", "passing", ["workshop_id", "item_id"])
    op.create_index(
        "uq_passing_open", "passing", ["workshop_id", "item_id"], unique=True,
        postgresql_where=sa.text("direction = 'out' AND status IN ('planned', 'offered')"),
    )  # fmt: skip
    for came_from, targets in _EDGES.items():
        for to in targets:
            op.execute(f"INSERT INTO state_edge VALUES ('passing', 'status', '{came_from}', '{to}')")
    op.execute(
        "CREATE TRIGGER status_begins BEFORE INSERT ON passing FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
    )
    op.execute(
        "CREATE TRIGGER status_moves BEFORE UPDATE OF status ON passing FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
    )
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    op.add_column("harvest", _text("explanation", ""))
    op.add_column("material_load", _key("item_id"))
    op.create_foreign_key(
        "fk_material_load_workshop_id_item_id",
        "material_load",
        "item",
        ["workshop_id", "item_id"],
        ["workshop_id", "id"],
    )
    op.create_unique_constraint("uq_material_load_workshop_id_item_id", "material_load", ["workshop_id", "item_id"])


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _text(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger())


def _facts(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), server_default="{}", nullable=False)


def _keys(table: str, **targets: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        *(
            sa.ForeignKeyConstraint(
                ["workshop_id", column], [f"{target}.workshop_id", f"{target}.id"],
                name=f"fk_{table}_workshop_id_{column}",
            )
            for column, target in targets.items()
        ),
    ]  # fmt: skip


def downgrade() -> None:
    """Without them."""
    op.drop_column("material_load", "item_id")
    op.drop_column("harvest", "explanation")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM state_edge WHERE table_name = 'passing'")

"""Materials: batches, what went into them, their fractions, and the transfers with which these leave."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("material_batch", "material_load", "material_transfer", "material_fraction")
_EDGES = {
    "material_batch": {"": ("open",), "open": ("weighed",), "weighed": ("allocated",), "allocated": ("closed",)},
}


def upgrade() -> None:
    """The tables, each behind the wall, with the states of a batch."""
    op.create_table("material_batch", *_own(), *_batch(), *_keys("material_batch"))
    op.create_table(
        "material_load", *_own(), _key("batch_id"), _key("takeback_id", may_miss=True), _text("what"), _big("mass_g"),
        _yes("is_estimated", "false"), _made(),
        sa.UniqueConstraint("workshop_id", "takeback_id", name="uq_material_load_workshop_id_takeback_id"),
        _check("ck_material_load_mass", "mass_g BETWEEN 1 AND 50000000"),
        *_keys("material_load", batch_id="material_batch", takeback_id="takeback"),
    )  # fmt: skip
    op.create_table(
        "material_transfer", *_own(), _text("reference"), _key("batch_id"), _text("recoverer"), _text("recoverer_number"),
        sa.Column("handed_on", sa.Date(), nullable=False), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_material_transfer_workshop_id_reference"),
        _check("ck_material_transfer_recoverer", "recoverer <> '' AND recoverer_number <> ''"),
        *_keys("material_transfer", batch_id="material_batch"),
    )  # fmt: skip
    op.create_table(
        "material_fraction", *_own(), _key("batch_id"), _text("waste_code"), _big("mass_g"),
        _yes("is_estimated", "false"), _key("transfer_id", may_miss=True), _made(),
        _check("ck_material_fraction_mass", "mass_g BETWEEN 1 AND 50000000"),
        *_keys("material_fraction", batch_id="material_batch", transfer_id="material_transfer"),
    )  # fmt: skip
    op.create_index("ix_material_batch_status", "material_batch", ["workshop_id", "status", "id"])
    for table in _TABLES[1:]:
        op.create_index(f"ix_{table}_batch", table, ["workshop_id", "batch_id"])
    op.create_index("ix_material_fraction_transfer", "material_fraction", ["workshop_id", "transfer_id"])
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _batch() -> list[sa.Column | sa.Constraint]:
    return [
        _text("reference"), _text("status", "open"), _text("what"), _big("in_g", may_miss=True),
        _yes("is_estimated", "false"), _big("loss_g", may_miss=True), _text("explanation", ""), _text("quarantine", ""),
        _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_material_batch_workshop_id_reference"),
        _check("ck_material_batch_mass", "in_g BETWEEN 1 AND 50000000"),
        _check("ck_material_batch_weighed", "status = 'open' OR in_g IS NOT NULL"),
        _check("ck_material_batch_balanced", "status NOT IN ('allocated', 'closed') OR loss_g IS NOT NULL"),
        _check("ck_material_batch_free", "status <> 'closed' OR quarantine = ''"),
    ]  # fmt: skip


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _text(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _key(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _big(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(name))


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


def _states(table: str, edges: dict[str, tuple[str, ...]]) -> None:
    for came_from, targets in edges.items():
        for to in targets:
            op.execute(f"INSERT INTO state_edge VALUES ('{table}', 'status', '{came_from}', '{to}')")
    op.execute(
        f"CREATE TRIGGER status_begins BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_state('status')"
    )
    op.execute(
        f"CREATE TRIGGER status_moves BEFORE UPDATE OF status ON {table} FOR EACH ROW"
        " WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_state('status')"
    )


def downgrade() -> None:
    """As it was before."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table in _EDGES:
        op.execute(f"DELETE FROM state_edge WHERE table_name = '{table}'")

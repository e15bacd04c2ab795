"""Passports: who may look deeper, what a battery says of itself; papers of material; hubs that call when they are full."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("passport_access", "battery_model", "battery_reading", "material_paper", "hub", "hub_alert")
_LAYERS = "('repairer', 'recycler')"
_TRANSFER = ("recoverer_address", "transporter", "transporter_address", "transporter_number", "treatment", "properties")


def upgrade() -> None:
    """The tables, each behind the wall, and what a workshop and a transfer say besides."""
    for name in ("gs1_prefix", "gln", "waste_number"):
        op.add_column("workshop", _text(name, ""))
    op.add_column("workshop", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("workshop", sa.Column("heir_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_workshop_heir_id", "workshop", "workshop", ["heir_id"], ["id"])
    op.create_check_constraint(op.f("ck_workshop_gs1"), "workshop", "gs1_prefix ~ '^([0-9]{4,12})?$'")
    op.create_index(
        "uq_workshop_gs1_prefix", "workshop", ["gs1_prefix"], unique=True, postgresql_where=sa.text("gs1_prefix <> ''")
    )
    for name in _TRANSFER:
        op.add_column("material_transfer", _text(name, ""))
    op.create_table(
        "passport_access", *_own(), _key("item_id"), _text("layer"), _text("for_whom"), _at("expires_at"),
        _at("revoked_at", may_miss=True), _text("given_by", ""), _made(),
        _check("ck_passport_access_layer", f"layer IN {_LAYERS}"), *_keys("passport_access", item_id="item"),
    )  # fmt: skip
    op.create_index("ix_passport_access_item", "passport_access", ["workshop_id", "item_id"])
    op.create_table("battery_model", *_own(), *_battery(), *_keys("battery_model", product_id="product"))
    op.create_table(
        "battery_reading", *_own(), _key("item_id"), sa.Column("on_day", sa.Date(), nullable=False),
        _number("health_percent", may_miss=True), _number("cycles", may_miss=True), _text("status", "original"), _made(),
        _check("ck_battery_reading_shape", "health_percent BETWEEN 0 AND 100 AND cycles >= 0"),
        _check(
            "ck_battery_reading_status", "status IN ('original', 'repurposed', 'reused', 'remanufactured', 'waste')"
        ),
        *_keys("battery_reading", item_id="item"),
    )  # fmt: skip
    op.create_index("ix_battery_reading_item", "battery_reading", ["workshop_id", "item_id", "id"])
    op.create_table(
        "material_paper", *_own(), _text("kind"), _key("transfer_id", may_miss=True), _key("takeback_id", may_miss=True),
        _number("number", "1"), _text("language"), sa.Column("snapshot", JSONB(), server_default="{}", nullable=False),
        _key("file_id"), _made(),
        _check("ck_material_paper_kind", "kind IN ('traceability', 'certificate')"),
        _check(
            "ck_material_paper_about",
            "(kind = 'traceability') = (transfer_id IS NOT NULL) AND (kind = 'certificate') = (takeback_id IS NOT NULL)",
        ),
        sa.UniqueConstraint("workshop_id", "transfer_id", "language", name="uq_material_paper_workshop_id_transfer_id_language"),
        sa.UniqueConstraint("workshop_id", "takeback_id", "number", name="uq_material_paper_workshop_id_takeback_id_number"),
        *_keys("material_paper", transfer_id="material_transfer", takeback_id="takeback", file_id="stored_file"),
    )  # fmt: skip
    op.create_table(
        "hub", *_own(), _text("code"), _text("name"), _key("customer_id"), _text("street"), _text("postcode"),
        _text("city", ""), _text("takes", ""), _number("capacity_litres"), _big("capacity_g"), _number("again_days", "3"),
        _yes("is_active", "true"), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "code", name="uq_hub_workshop_id_code"),
        _check("ck_hub_capacity", "capacity_litres > 0 AND capacity_g BETWEEN 1 AND 2000000"),
        _check("ck_hub_again", "again_days BETWEEN 1 AND 60"), *_keys("hub", customer_id="customer"),
    )  # fmt: skip
    op.create_table(
        "hub_alert", *_own(), _key("hub_id"), _key("takeback_id"), _text("address_key", ""), _number("times", "1"),
        _at("last_at"), _made(), *_keys("hub_alert", hub_id="hub", takeback_id="takeback"),
    )  # fmt: skip
    op.create_index("ix_hub_customer", "hub", ["workshop_id", "customer_id"])
    op.create_index("ix_hub_alert_hub", "hub_alert", ["workshop_id", "hub_id", "id"])
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _battery() -> list[sa.Column | sa.Constraint]:
    texts = (
        "maker", "model", "chemistry", "made_in", "critical_materials", "hazardous", "extinguishing", "declaration",
        "waste_advice", "composition", "dismantling", "safety", "parts",
    )  # fmt: skip
    numbers = (
        "mass_g", "capacity_mah", "voltage_mv", "voltage_min_mv", "voltage_max_mv", "cycles", "coldest_c", "hottest_c",
        "warranty_months", "recycled_percent",
    )  # fmt: skip
    return [
        _key("product_id"), *(_text(name, "") for name in texts), *(_number(name, may_miss=True) for name in numbers),
        _version(), _made(), sa.UniqueConstraint("workshop_id", "product_id", name="uq_battery_model_workshop_id_product_id"),
        _check("ck_battery_model_shape", "mass_g > 0 AND capacity_mah > 0 AND recycled_percent BETWEEN 0 AND 100"),
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


def _big(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _at(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=may_miss)


def _number(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=may_miss)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


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


def downgrade() -> None:
    """As it was before."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    for name in _TRANSFER:
        op.drop_column("material_transfer", name)
    op.drop_index("uq_workshop_gs1_prefix", table_name="workshop")
    for name in ("heir_id", "left_on", "waste_number", "gln", "gs1_prefix"):
        op.drop_column("workshop", name)

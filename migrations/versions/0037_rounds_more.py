"""Rounds and take-backs, what was missing: days without cars, forgetting who rode where, what a driver saw to be contaminated,
and a swap as what a take-back comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_BEFORE = ("public", "portal", "passport", "contract", "hub", "staff")
_NOW = ("public", "portal", "passport", "contract", "swap", "hub", "staff")


def upgrade() -> None:
    """Columns with what is usual; a check with one word more."""
    op.add_column("round_rules", sa.Column("car_free_days", JSONB(), server_default="[]", nullable=False))
    op.add_column("round_rules", sa.Column("keep_days", sa.Integer(), server_default="90", nullable=False))
    op.create_check_constraint(op.f("ck_round_rules_keep"), "round_rules", "keep_days BETWEEN 7 AND 730")
    op.add_column("takeback", sa.Column("contamination", sa.Text(), server_default="", nullable=False))
    _sources(_NOW)


def downgrade() -> None:
    """Without them."""
    op.execute("UPDATE takeback SET source = 'contract' WHERE source = 'swap'")
    _sources(_BEFORE)
    op.drop_column("takeback", "contamination")
    op.drop_constraint(op.f("ck_round_rules_keep"), "round_rules")
    op.drop_column("round_rules", "keep_days")
    op.drop_column("round_rules", "car_free_days")


def _sources(known: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_takeback_source"), "takeback")
    op.create_check_constraint(op.f("ck_takeback_source"), "takeback", f"source IN {known}")

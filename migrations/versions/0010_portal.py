"""The customer's door: links that let in, sessions, and what customers asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = ("portal_link", "portal_session", "customer_request")


def upgrade() -> None:
    """The tables, each behind the wall."""
    op.create_table("portal_link", *_own_columns(), *_link_columns(), *_keys("portal_link", is_hashed=True))
    op.create_table("portal_session", *_own_columns(), *_session_columns(), *_keys("portal_session", is_hashed=True))
    op.create_table(
        "customer_request",
        *_own_columns(),
        *_request_columns(),
        *_keys("customer_request"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "contract_line_id"],
            ["contract_line.workshop_id", "contract_line.id"],
            name="fk_customer_request_workshop_id_contract_line_id",
        ),
        sa.CheckConstraint("kind IN ('swap', 'erase')", name=op.f("ck_customer_request_kind")),
    )
    op.create_index("ix_portal_link_browser", "portal_link", ["workshop_id", "browser_hash", "id"])
    op.create_index("ix_portal_link_customer", "portal_link", ["workshop_id", "customer_id"])
    op.create_index("ix_portal_session_customer", "portal_session", ["workshop_id", "customer_id", "id"])
    op.create_index("ix_customer_request_customer", "customer_request", ["workshop_id", "customer_id", "id"])
    op.create_index(
        "ix_customer_request_open",
        "customer_request",
        ["workshop_id", "id"],
        postgresql_where=sa.text("done_at IS NULL"),
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


def _link_columns() -> list[sa.Column]:
    return [
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _session_columns() -> list[sa.Column]:
    return [
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
    ]


def _request_columns() -> list[sa.Column]:
    return [
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("wish", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), server_default="", nullable=False),
    ]


def _keys(table: str, *, is_hashed: bool = False) -> list[sa.Constraint]:
    found: list[sa.Constraint] = [
        sa.PrimaryKeyConstraint("workshop_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=f"fk_{table}_workshop_id"),
        sa.ForeignKeyConstraint(
            ["workshop_id", "customer_id"],
            ["customer.workshop_id", "customer.id"],
            name=f"fk_{table}_workshop_id_customer_id",
        ),
    ]
    if is_hashed:
        name = f"uq_{table}_workshop_id_token_hash"
        found.append(sa.UniqueConstraint("workshop_id", "token_hash", name=name))
    return found


def downgrade() -> None:
    """As it was before."""
    for table in reversed(_TABLES):
        op.drop_table(table)

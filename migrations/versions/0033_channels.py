"""By which channel somebody is told: a workshop's own words, what a customer chose, text messages with their budget, push,
what providers report, digests; and failure that is seen: jobs set aside with a reason, a channel that counts its failures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = (
    "letter_text", "message_choice", "sms_account", "sms_day", "channel_key", "push_subscription", "provider_notice",
    "staff_digest",
)  # fmt: skip
_BEFORE = "outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown', 'bounced', 'bounced_softly', 'complained')"
_NOW = _BEFORE.removesuffix(")") + ", 'delivered', 'undelivered')"


def upgrade() -> None:
    """The tables, each behind the wall; what messages, jobs and pauses know beyond."""
    op.create_table("letter_text", *_own(), *_letter_text(), *_keys("letter_text"))
    op.create_table("message_choice", *_own(), *_message_choice(), *_keys("message_choice", customer_id="customer"))
    op.create_table("sms_account", *_own(), *_sms_account(), *_keys("sms_account"))
    op.create_table("sms_day", *_own(), *_sms_day(), *_keys("sms_day"))
    op.create_table("channel_key", *_own(), *_channel_key(), *_keys("channel_key"))
    op.create_table(
        "push_subscription", *_own(), *_push_subscription(), *_keys("push_subscription", customer_id="customer")
    )
    op.create_table("provider_notice", *_own(), *_provider_notice(), *_keys("provider_notice", message_id="message"))
    op.create_table("staff_digest", *_own(), *_staff_digest(), *_keys("staff_digest", member_id="member"))
    op.create_index("ix_push_subscription_customer", "push_subscription", ["workshop_id", "customer_id"])
    op.create_index("ix_provider_notice_message", "provider_notice", ["workshop_id", "message_id"])
    op.add_column("message", sa.Column("via", sa.Text(), nullable=False, server_default="mail"))
    op.add_column("message", sa.Column("via_address", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("segments", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("summary", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_message_via"), "message", "via IN ('mail', 'sms', 'push')")
    op.add_column("job", sa.Column("set_aside_reason", sa.Text(), nullable=True))
    op.add_column("channel_pause", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("channel_pause", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    _outcomes(_NOW)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _outcomes(condition: str) -> None:
    """What an attempt may have come to; the constraint has borne two names."""
    for name in ("ck_delivery_outcome", "ck_delivery_ck_delivery_outcome"):
        op.execute(f"ALTER TABLE delivery DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE delivery ADD CONSTRAINT ck_delivery_outcome CHECK ({condition})")


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _text(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=may_miss)


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _number(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _key(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _only(table: str, *columns: str) -> sa.UniqueConstraint:
    name = "_".join(("uq", table, "workshop_id", *columns))
    return sa.UniqueConstraint("workshop_id", *columns, name=name)


def _letter_text() -> list[sa.Column | sa.Constraint]:
    return [
        _text("kind"), _text("language"), _text("subject", ""), _text("intro", ""), _text("closing", ""),
        _number("version", "1"), _made(), _only("letter_text", "kind", "language"),
        sa.CheckConstraint("language IN ('fr', 'nl', 'en')", name=op.f("ck_letter_text_language")),
    ]  # fmt: skip


def _message_choice() -> list[sa.Column | sa.Constraint]:
    return [
        _key("customer_id"), _text("topic"), _text("channel"), _made(), _only("message_choice", "customer_id", "topic"),
        sa.CheckConstraint("channel IN ('mail', 'sms', 'push', 'none')", name=op.f("ck_message_choice_channel")),
    ]  # fmt: skip


def _sms_account() -> list[sa.Column | sa.Constraint]:
    return [
        _text("provider"), _text("url"), _text("username", ""), _text("secret_sealed", ""), _text("sender"),
        sa.Column("countries", JSONB(), server_default='["BE"]', nullable=False), _number("daily_count", "50"),
        _number("daily_cents", "500"), _number("cents_per_segment", "8"), _yes("is_on", "true"),
        _number("version", "1"), _made(), _only("sms_account"),
        sa.CheckConstraint(
            "daily_count >= 0 AND daily_cents >= 0 AND cents_per_segment >= 0", name=op.f("ck_sms_account_budget")
        ),
    ]  # fmt: skip


def _sms_day() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("on_day", sa.Date(), nullable=False), _number("messages", "0"), _number("segments", "0"),
        _number("cents", "0"), _at("spent_at"), _only("sms_day", "on_day"),
    ]  # fmt: skip


def _channel_key() -> list[sa.Column | sa.Constraint]:
    return [
        _text("purpose"), _text("salt"), _number("secret_round", "1"), _at("former_until"), _made(),
        _only("channel_key", "purpose"),
        sa.CheckConstraint("purpose IN ('push', 'notices')", name=op.f("ck_channel_key_purpose")),
    ]  # fmt: skip


def _push_subscription() -> list[sa.Column | sa.Constraint]:
    return [
        _key("customer_id"), _text("endpoint"), _text("endpoint_hash"), _text("p256dh"), _text("auth_sealed"),
        _text("user_agent", ""), _at("last_sent_at"), _made(), _only("push_subscription", "endpoint_hash"),
    ]  # fmt: skip


def _provider_notice() -> list[sa.Column | sa.Constraint]:
    return [
        _text("source"), _text("key"), _text("outcome"), _key("message_id", may_miss=True), _made(),
        _only("provider_notice", "source", "key"),
        sa.CheckConstraint("source IN ('mail', 'sms')", name=op.f("ck_provider_notice_source")),
    ]  # fmt: skip


def _staff_digest() -> list[sa.Column | sa.Constraint]:
    return [_key("member_id"), _yes("is_on", "false"), _made(), _only("staff_digest", "member_id")]


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
    op.execute("DELETE FROM delivery WHERE outcome IN ('delivered', 'undelivered')")
    _outcomes(_BEFORE)
    for table, column in (
        ("channel_pause", "since"), ("channel_pause", "failures"), ("job", "set_aside_reason"), ("message", "seen_at"),
        ("message", "summary"), ("message", "segments"), ("message", "via_address"), ("message", "via"),
    ):  # fmt: skip
        op.drop_column(table, column)
    for table in reversed(_TABLES):
        op.drop_table(table)

"""Capacity and appointments: resources, skills, hours, absences, services, appointments, occupations, who waits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = (
    "resource", "skill", "resource_skill", "resource_hours", "resource_absence", "service", "appointment", "occupation",
    "waiting_entry", "booking_draft",
)  # fmt: skip
_EDGES = {
    "appointment": {
        "": ("held",),
        "held": ("booked", "expired", "cancelled"),
        "booked": ("arrived", "cancelled", "no_show"),
        "arrived": ("done", "booked"),
        "no_show": ("arrived", "booked"),
        "done": ("arrived",),
    },
    "waiting_entry": {
        "": ("waiting",),
        "waiting": ("offered", "left", "over"),
        "offered": ("taken", "passed", "left"),
    },
}


def upgrade() -> None:
    """The tables, each behind the wall, with their states and the constraint that lets nothing be taken twice."""
    op.create_table("resource", *_own(), *_resource(), *_keys("resource", member_id="member"))
    op.create_table("skill", *_own(), *_skill(), *_keys("skill"))
    op.create_table(
        "resource_skill",
        *_own(),
        *_resource_skill(),
        *_keys("resource_skill", resource_id="resource", skill_id="skill"),
    )
    op.create_table("resource_hours", *_own(), *_hours(), *_keys("resource_hours", resource_id="resource"))
    op.create_table("resource_absence", *_own(), *_absence(), *_keys("resource_absence", resource_id="resource"))
    op.create_table("service", *_own(), *_service(), *_keys("service", skill_id="skill"))
    op.create_table(
        "appointment", *_own(), *_appointment(),
        *_keys("appointment", service_id="service", customer_id="customer", replaces_id="appointment"),
    )  # fmt: skip
    op.create_table(
        "occupation", *_own(), *_occupation(),
        *_keys("occupation", resource_id="resource", appointment_id="appointment"),
    )  # fmt: skip
    op.create_table(
        "waiting_entry", *_own(), *_waiting(),
        *_keys("waiting_entry", service_id="service", customer_id="customer", appointment_id="appointment"),
    )  # fmt: skip
    op.create_table(
        "booking_draft", *_own(), *_draft(),
        *_keys("booking_draft", service_id="service", appointment_id="appointment"),
    )  # fmt: skip
    _indexes()
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')


def _own() -> list[sa.Column]:
    return [
        sa.Column("workshop_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _made() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _text(name: str, default: str | None = None, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), server_default=default, nullable=may_miss)


def _key(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=may_miss)


def _at(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=may_miss)


def _number(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _yes(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _json(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, JSONB(), server_default=default, nullable=False)


def _resource() -> list[sa.Column | sa.Constraint]:
    return [
        _text("kind"), _text("name"), _key("member_id", may_miss=True), _yes("is_active", "true"),
        _number("feed_round", "1"), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "member_id", name="uq_resource_workshop_id_member_id"),
        sa.CheckConstraint("kind IN ('person', 'bench', 'room', 'vehicle')", name=op.f("ck_resource_kind")),
        sa.CheckConstraint("member_id IS NULL OR kind = 'person'", name=op.f("ck_resource_member")),
    ]  # fmt: skip


def _skill() -> list[sa.Column | sa.Constraint]:
    return [_text("name"), _made(), sa.UniqueConstraint("workshop_id", "name", name="uq_skill_workshop_id_name")]


def _resource_skill() -> list[sa.Column | sa.Constraint]:
    return [
        _key("resource_id"), _key("skill_id"), _number("level"),
        sa.UniqueConstraint(
            "workshop_id", "resource_id", "skill_id", name="uq_resource_skill_workshop_id_resource_id_skill_id"
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_resource_skill_level")),
    ]  # fmt: skip


def _hours() -> list[sa.Column | sa.Constraint]:
    return [
        _key("resource_id"), _number("weekday"),
        sa.Column("opens", sa.Time(), nullable=False), sa.Column("closes", sa.Time(), nullable=False),
        sa.UniqueConstraint(
            "workshop_id", "resource_id", "weekday", "opens",
            name="uq_resource_hours_workshop_id_resource_id_weekday_opens",
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6 AND opens < closes", name=op.f("ck_resource_hours_shape")),
    ]  # fmt: skip


def _absence() -> list[sa.Column | sa.Constraint]:
    return [
        _key("resource_id"), _at("starts_at"), _at("ends_at"), _text("reason", "other"), _text("note", ""), _made(),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_resource_absence_order")),
        sa.CheckConstraint(
            "reason IN ('ill', 'leave', 'training', 'broken', 'other')", name=op.f("ck_resource_absence_reason")
        ),
    ]  # fmt: skip


def _service() -> list[sa.Column | sa.Constraint]:
    return [
        _text("code"), _text("kind", "other"), _json("name"), _json("description", "{}"), _text("place", "drop_off"),
        _number("minutes"), _number("step_minutes", "15"), _number("before_minutes", "0"), _number("after_minutes", "0"),
        _number("lead_minutes", "120"), _number("horizon_days", "60"), _key("skill_id", may_miss=True),
        _number("skill_level", "1"), _json("needs", "[]"), _yes("is_public", "true"), _yes("is_active", "true"),
        _yes("lets_choose", "false"), _number("change_minutes", "720"), _number("late_minutes", "15"),
        _text("no_show", "call"), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "code", name="uq_service_workshop_id_code"),
        sa.CheckConstraint("kind IN ('repair', 'return', 'care', 'other')", name=op.f("ck_service_kind")),
        sa.CheckConstraint("place IN ('drop_off', 'home', 'pickup')", name=op.f("ck_service_place")),
        sa.CheckConstraint("no_show IN ('nothing', 'call', 'block')", name=op.f("ck_service_no_show")),
        sa.CheckConstraint(
            "minutes BETWEEN 5 AND 1440 AND step_minutes BETWEEN 5 AND 1440", name=op.f("ck_service_length")
        ),
        sa.CheckConstraint(
            "before_minutes BETWEEN 0 AND 1440 AND after_minutes BETWEEN 0 AND 1440", name=op.f("ck_service_buffers")
        ),
        sa.CheckConstraint(
            "lead_minutes >= 0 AND change_minutes >= 0 AND late_minutes >= 0", name=op.f("ck_service_rules")
        ),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 366", name=op.f("ck_service_horizon")),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_service_skill_level")),
    ]  # fmt: skip


def _appointment() -> list[sa.Column | sa.Constraint]:
    return [
        _text("reference"), _key("service_id"), _key("customer_id", may_miss=True), _text("status", "held"),
        _at("starts_at"), _at("ends_at"), _at("expires_at", may_miss=True), _yes("is_chosen", "false"),
        _text("source", "staff"), _text("language", "fr"), _text("note", ""), _text("address", ""), _text("reason", ""),
        _key("replaces_id", may_miss=True), _number("sequence", "0"),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _at("arrived_at", may_miss=True), _at("ended_at", may_miss=True), _yes("is_forgiven", "false"),
        _json("known_to", "[]"), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_appointment_workshop_id_reference"),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_order")),
        sa.CheckConstraint(
            "status IN ('held', 'expired', 'cancelled') OR customer_id IS NOT NULL", name=op.f("ck_appointment_customer")
        ),
        sa.CheckConstraint(
            "status <> 'held' OR expires_at IS NOT NULL", name=op.f("ck_appointment_hold_expires")
        ),
        sa.CheckConstraint("source IN ('staff', 'public', 'portal')", name=op.f("ck_appointment_source")),
    ]  # fmt: skip


def _occupation() -> list[sa.Column | sa.Constraint]:
    return [
        _key("resource_id"), _key("appointment_id"), _at("blocked_from"), _at("blocked_until"),
        sa.Column(
            "during", postgresql.TSTZRANGE(),
            sa.Computed("tstzrange(blocked_from, blocked_until, '[)')", persisted=True), nullable=False,
        ),
        _at("expires_at", may_miss=True), _made(),
        sa.CheckConstraint("blocked_from < blocked_until", name=op.f("ck_occupation_order")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(resource_id, resource_id, '[]')"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="no_double_occupation",
        ),
    ]  # fmt: skip


def _waiting() -> list[sa.Column | sa.Constraint]:
    return [
        _key("service_id"), _key("customer_id"), sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False), _text("language", "fr"), _text("note", ""),
        _text("status", "waiting"), _key("appointment_id", may_miss=True), _version(), _made(),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_waiting_entry_order")),
        sa.CheckConstraint("status <> 'offered' OR appointment_id IS NOT NULL", name=op.f("ck_waiting_entry_offer")),
    ]  # fmt: skip


def _draft() -> list[sa.Column | sa.Constraint]:
    return [_key("service_id"), _key("appointment_id", may_miss=True), _json("answers", "{}"), _made()]


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


def _indexes() -> None:
    for name, table, columns in (
        ("ix_resource_kind", "resource", ["kind", "is_active"]),
        ("ix_resource_absence_resource", "resource_absence", ["resource_id", "ends_at"]),
        ("ix_resource_absence_ends", "resource_absence", ["ends_at"]),
        ("ix_appointment_starts", "appointment", ["starts_at"]),
        ("ix_appointment_status", "appointment", ["status", "starts_at"]),
        ("ix_appointment_customer", "appointment", ["customer_id", "starts_at"]),
        ("ix_occupation_resource", "occupation", ["resource_id", "blocked_until"]),
        ("ix_occupation_appointment", "occupation", ["appointment_id"]),
        ("ix_waiting_entry_status", "waiting_entry", ["status", "id"]),
        ("ix_waiting_entry_customer", "waiting_entry", ["customer_id"]),
        ("ix_booking_draft_old", "booking_draft", ["created_at"]),
    ):
        op.create_index(name, table, ["workshop_id", *columns])
    for name, table, column in (
        ("ix_appointment_replaces", "appointment", "replaces_id"),
        ("ix_appointment_expiry", "appointment", "expires_at"),
        ("ix_occupation_expiry", "occupation", "expires_at"),
    ):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, ["workshop_id", column], postgresql_where=where)


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

"""Recovery: intakes, custody on the way home, next lives, refurbishments, harvests; each ledger entry names its event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_TABLES = (
    "intake", "intake_line", "custody_stretch", "cascade_reason", "next_life", "refurbishment", "refurbishment_work",
    "harvest", "harvest_part", "part_fit",
)  # fmt: skip
_STEPS = "('redeploy', 'refurbish', 'harvest', 'other_member', 'donate', 'recycle')"
_GRADES = "('A', 'B', 'C', 'D')"
_EDGES = {
    "intake": {"": ("open",), "open": ("closed",)},
    "refurbishment": {
        "": ("planned",), "planned": ("working", "cancelled"), "working": ("check", "done", "cancelled"),
        "check": ("done", "working"),
    },
    "harvest": {"": ("open",), "open": ("closed",)},
}  # fmt: skip

# Where the fact behind an entry of before is found: by what its source names. The newest of its name that is about it, for
# an entry is made by the last step of what it is about.
_FACTS = (
    "e.source = 'acquisition' AND v.name = 'item.created' AND a.subject = 'item' AND a.subject_id = e.item_id",
    "e.source LIKE 'charge:%' AND v.name = 'charge.made' AND a.subject = 'charge'"
    " AND a.subject_id = split_part(e.source, ':', 2)::bigint",
    "e.source LIKE 'buy_out:%' AND v.name = 'line.bought_out' AND a.subject = 'contract_line'"
    " AND a.subject_id = split_part(e.source, ':', 2)::bigint",
    "e.source LIKE 'care:%' AND v.name = 'care.done' AND a.subject = 'care_visit'"
    " AND a.subject_id = split_part(e.source, ':', 2)::bigint",
    "e.source LIKE 'repair:%' AND v.name = 'repair.handed_back' AND a.subject = 'repair_case' AND a.subject_id ="
    " (SELECT c.id FROM repair_case c WHERE c.workshop_id = e.workshop_id AND c.reference = split_part(e.source, ':', 2))",
)
FIND_FACTS = tuple(
    f"""UPDATE item_entry SET event_id = found.event_id FROM (
            SELECT e.workshop_id, e.id, max(v.id) AS event_id
              FROM item_entry e JOIN event_about a ON a.workshop_id = e.workshop_id
              JOIN event v ON v.workshop_id = a.workshop_id AND v.id = a.event_id
             WHERE e.event_id IS NULL AND {rule} GROUP BY e.workshop_id, e.id) found
         WHERE item_entry.workshop_id = found.workshop_id AND item_entry.id = found.id"""
    for rule in _FACTS
)
# What is left came in without one (a file, a hand): its own fact is written down now, a row an entry.
MAKE_FACTS = (
    """WITH made AS (
        INSERT INTO event (workshop_id, name, at, actor_kind, data)
        SELECT workshop_id, 'item.entered', now(), 'worker', jsonb_build_object('entry', id, 'item', item_id)
          FROM item_entry WHERE event_id IS NULL RETURNING workshop_id, id, data)
    INSERT INTO event_about (workshop_id, subject, subject_id, event_id)
    SELECT workshop_id, 'item', (data ->> 'item')::bigint, id FROM made""",
    """UPDATE item_entry SET event_id = v.id FROM event v
        WHERE item_entry.event_id IS NULL AND v.workshop_id = item_entry.workshop_id AND v.name = 'item.entered'
          AND (v.data ->> 'entry')::bigint = item_entry.id""",
)


def upgrade() -> None:
    """The tables, each behind the wall, with their states; then the ledger."""
    _intakes()
    _lives()
    _work()
    for table, edges in _EDGES.items():
        _states(table, edges)
    for table in _TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON next_life FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON next_life FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    _ledger()


def _intakes() -> None:
    op.create_table(
        "intake", *_own(), _text("reference"), _text("status", "open"), _text("source"), _key("takeback_id", may_miss=True),
        _key("contract_id", may_miss=True), _key("round_id", may_miss=True), _key("customer_id", may_miss=True),
        _text("note", ""), _text("closed_by", ""), _at("closed_at", may_miss=True), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_intake_workshop_id_reference"),
        _check("ck_intake_source", "source IN ('takeback', 'contract', 'round', 'unknown')"),
        _check("ck_intake_one_source", "num_nonnulls(takeback_id, contract_id, round_id) <= 1"),
        *_keys("intake", takeback_id="takeback", contract_id="contract", round_id="round", customer_id="customer"),
    )  # fmt: skip
    op.create_index("ix_intake_status", "intake", ["workshop_id", "status", "id"])
    op.create_index(
        "uq_intake_takeback", "intake", ["workshop_id", "takeback_id"], unique=True,
        postgresql_where=sa.text("takeback_id IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "intake_line", *_own(), _key("intake_id"), _key("item_id", may_miss=True), _key("takeback_id", may_miss=True),
        _text("code", ""), _text("what"), _yes("is_announced"), _at("came_at", may_miss=True), _text("came_by", ""),
        _text("finding", ""), _text("difference", ""), sa.Column("grade", sa.Text()), _key("mass_g", may_miss=True),
        _list("hazards"), _yes("is_wipe_needed"), _text("wiped_by", ""), _text("wipe_certificate", ""),
        _key("batch_id", may_miss=True), _text("given_back_to", ""), _text("remark", ""), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "intake_id", "item_id", name="uq_intake_line_workshop_id_intake_id_item_id"),
        _check("ck_intake_line_finding", "finding IN ('', 'ok', 'damaged', 'other')"),
        _check("ck_intake_line_difference", "difference IN ('', 'missing', 'extra', 'other', 'damaged')"),
        _check("ck_intake_line_grade", f"grade IS NULL OR grade IN {_GRADES}"),
        _check("ck_intake_line_somewhere", "is_announced OR came_at IS NOT NULL"),
        _check("ck_intake_line_found_here", "finding = '' OR came_at IS NOT NULL"),
        _check("ck_intake_line_mass", "mass_g IS NULL OR mass_g BETWEEN 1 AND 2000000"),
        _check("ck_intake_line_wipe", "(wipe_certificate = '') = (wiped_by = '')"),
        *_keys("intake_line", intake_id="intake", item_id="item", takeback_id="takeback", batch_id="material_batch"),
    )  # fmt: skip
    op.create_table(
        "custody_stretch", *_own(), _key("item_id"), _text("hand"), _key("event_id"), _at("since_at"),
        _at("until_at", may_miss=True),
        sa.Column("during", TSTZRANGE(), sa.Computed("tstzrange(since_at, until_at, '[)')", persisted=True),
                  nullable=False),
        _made(),
        _check("ck_custody_stretch_hand", "hand IN ('driver', 'hub')"),
        _check("ck_custody_stretch_order", "until_at IS NULL OR since_at <= until_at"),
        ExcludeConstraint(
            (sa.text("int8range(item_id, item_id, '[]')"), "="), ("during", "&&"), name="one_hand", using="gist"
        ),
        *_keys("custody_stretch", item_id="item", event_id="event"),
    )  # fmt: skip
    op.create_index("ix_custody_stretch_item", "custody_stretch", ["workshop_id", "item_id", "id"])


def _lives() -> None:
    op.create_table(
        "cascade_reason", *_own(), _text("code"), sa.Column("words", JSONB(), nullable=False), _yes("is_active", "true"),
        _made(), sa.UniqueConstraint("workshop_id", "code", name="uq_cascade_reason_workshop_id_code"),
        *_keys("cascade_reason"),
    )  # fmt: skip
    op.create_table(
        "next_life", *_own(), _key("item_id"), _key("intake_line_id", may_miss=True),
        sa.Column("inputs", JSONB(), nullable=False), sa.Column("ranked", JSONB(), nullable=False), _text("best"),
        _text("chosen"), _text("reason_code", ""), _text("remark", ""), _text("by_name", ""), _made(),
        _check("ck_next_life_step", f"best IN {_STEPS} AND chosen IN {_STEPS}"),
        *_keys("next_life", item_id="item", intake_line_id="intake_line"),
    )  # fmt: skip
    op.create_index("ix_next_life_item", "next_life", ["workshop_id", "item_id", "id"])


def _work() -> None:
    op.create_table(
        "refurbishment", *_own(), _text("reference"), _key("item_id"), _text("status", "planned"), _list("steps"),
        _text("grade_before"), _text("grade_target"), _key("estimate_cents"), _key("cost_cents", default="0"),
        _key("before_cents"), _key("after_cents"), _yes("was_passed"), _text("worked_by", ""), _text("checked_by", ""),
        _text("reason", ""), _at("ended_at", may_miss=True), _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_refurbishment_workshop_id_reference"),
        _check("ck_refurbishment_grades", f"grade_before IN {_GRADES} AND grade_target IN {_GRADES}"),
        _check("ck_refurbishment_cents",
               "estimate_cents >= 0 AND cost_cents >= 0 AND before_cents >= 0 AND after_cents >= 0"),
        *_keys("refurbishment", item_id="item"),
    )  # fmt: skip
    op.create_index("ix_refurbishment_status", "refurbishment", ["workshop_id", "status", "id"])
    op.create_index(
        "uq_refurbishment_open", "refurbishment", ["workshop_id", "item_id"], unique=True,
        postgresql_where=sa.text("status NOT IN ('done', 'cancelled')"),
    )  # fmt: skip
    op.create_table(
        "refurbishment_work", *_own(), _key("refurbishment_id"), _key("part_id", may_miss=True),
        sa.Column("quantity", sa.Integer()), sa.Column("minutes", sa.Integer()), _key("cost_cents"), _text("by_name", ""),
        _made(),
        _check("ck_refurbishment_work_one_kind", "num_nonnulls(part_id, minutes) = 1"),
        _check("ck_refurbishment_work_pieces", "(part_id IS NULL) = (quantity IS NULL)"),
        _check("ck_refurbishment_work_minutes", "minutes IS NULL OR minutes BETWEEN 1 AND 6000"),
        *_keys("refurbishment_work", refurbishment_id="refurbishment", part_id="part"),
    )  # fmt: skip
    op.create_index("ix_refurbishment_work_of", "refurbishment_work", ["workshop_id", "refurbishment_id"])
    op.create_table(
        "harvest", *_own(), _text("reference"), _key("item_id"), _text("status", "open"), _key("in_g"),
        _key("rest_g", may_miss=True), _key("loss_g", may_miss=True), _key("batch_id", may_miss=True), _text("by_name", ""),
        _version(), _made(),
        sa.UniqueConstraint("workshop_id", "reference", name="uq_harvest_workshop_id_reference"),
        sa.UniqueConstraint("workshop_id", "item_id", name="uq_harvest_workshop_id_item_id"),
        _check("ck_harvest_mass", "in_g BETWEEN 1 AND 2000000"),
        _check("ck_harvest_balanced", "status = 'open' OR (rest_g IS NOT NULL AND loss_g IS NOT NULL)"),
        _check("ck_harvest_rest", "(coalesce(rest_g, 0) = 0) = (batch_id IS NULL)"),
        *_keys("harvest", item_id="item", batch_id="material_batch"),
    )  # fmt: skip
    op.create_index("ix_harvest_status", "harvest", ["workshop_id", "status", "id"])
    op.create_table(
        "harvest_part", *_own(), _key("harvest_id"), _key("part_id"), _key("mass_g"),
        sa.Column("hours_used", sa.Integer(), nullable=False), _text("test"), _yes("is_shelved", None), _text("serial", ""),
        _key("value_cents"), _text("by_name", ""), _made(),
        _check("ck_harvest_part_test", "test IN ('passed', 'failed', 'untested')"),
        _check("ck_harvest_part_shelved", "is_shelved = (test <> 'failed')"),
        _check("ck_harvest_part_figures", "mass_g BETWEEN 1 AND 2000000 AND hours_used >= 0"),
        *_keys("harvest_part", harvest_id="harvest", part_id="part"),
    )  # fmt: skip
    op.create_index("ix_harvest_part_of", "harvest_part", ["workshop_id", "harvest_id"])
    op.create_table(
        "part_fit", *_own(), _key("part_id"), _key("product_id"), _made(),
        sa.UniqueConstraint("workshop_id", "part_id", "product_id", name="uq_part_fit_workshop_id_part_id_product_id"),
        *_keys("part_fit", part_id="part", product_id="product"),
    )  # fmt: skip
    op.create_index("ix_part_fit_product", "part_fit", ["workshop_id", "product_id"])


_OPENED = ("item_entry", "event", "event_about", "repair_case")


def _ledger() -> None:
    """Each entry gets its event. The owner stands behind the wall as well and the ledger refuses changes: both are let down
    for this transaction only, whose locks keep everybody else out."""
    op.add_column("item_entry", sa.Column("event_id", sa.BigInteger()))
    for table in _OPENED:
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    op.execute("ALTER TABLE item_entry DISABLE TRIGGER append_only")
    for statement in (*FIND_FACTS, *MAKE_FACTS):
        op.execute(statement)
    op.execute("ALTER TABLE item_entry ENABLE TRIGGER append_only")
    op.alter_column("item_entry", "event_id", nullable=False)
    op.create_foreign_key(
        "fk_item_entry_workshop_id_event_id", "item_entry", "event", ["workshop_id", "event_id"], ["workshop_id", "id"]
    )
    op.create_unique_constraint(
        "uq_item_entry_workshop_id_event_id_kind_item_id", "item_entry", ["workshop_id", "event_id", "kind", "item_id"]
    )
    for table in _OPENED:
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


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


def _key(name: str, *, may_miss: bool = False, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=may_miss)


def _yes(name: str, default: str | None = "false") -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _list(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), server_default="[]", nullable=False)


def _at(name: str, *, may_miss: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=may_miss)


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
    """Without them; what the ledger holds stays."""
    op.drop_constraint("uq_item_entry_workshop_id_event_id_kind_item_id", "item_entry")
    op.drop_constraint("fk_item_entry_workshop_id_event_id", "item_entry")
    op.drop_column("item_entry", "event_id")
    for table in reversed(_TABLES):
        op.drop_table(table)
    for table in _EDGES:
        op.execute(f"DELETE FROM state_edge WHERE table_name = '{table}'")

"""The second wall, the state table and the append-only tables: what the database refuses whatever the code does."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OWN = "workshop_id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
_OWN_ACCOUNT = "account_id = NULLIF(current_setting('app.account_id', true), '')::bigint"

_BEHIND_THE_WALL = (
    "allocation", "care_occurrence", "care_plan", "channel_pause", "charge", "consent", "contract", "contract_document",
    "contract_line", "customer", "customer_address", "customer_note", "damage", "delivery", "deposit",
    "deposit_movement", "event", "event_about", "handover", "import_issue", "import_mapping", "import_run",
    "inspection", "invitation", "item", "item_entry", "item_photo", "job", "kept_letter", "member", "message",
    "opening_exception", "opening_hours", "plan", "plan_tier", "product", "reference_counter", "search_word",
    "settlement", "signature", "stored_file", "terms",
)  # fmt: skip

_APPEND_ONLY = ("event", "event_about", "item_entry", "deposit_movement", "settlement", "signature", "terms")

_EDGES = {
    ("item", "status"): {
        "": ("in_stock",),
        "in_stock": ("out", "on_bench", "retired"),
        "out": ("to_inspect", "lost"),
        "to_inspect": ("in_stock", "on_bench", "retired"),
        "on_bench": ("in_stock", "retired"),
        "lost": ("to_inspect", "retired"),
    },
    ("contract", "status"): {
        "": ("draft",),
        "draft": ("sent", "cancelled"),
        "sent": ("signed", "draft", "expired", "cancelled"),
        "expired": ("draft", "cancelled"),
        "signed": ("active", "cancelled"),
        "active": ("ended",),
    },
    ("contract", "money_status"): {
        "": ("clear",),
        "clear": ("due", "settled"),
        "due": ("settled", "clear"),
        "settled": ("due",),
    },
    ("contract_line", "status"): {
        "": ("planned",),
        "planned": ("out", "cancelled"),
        "out": ("overdue", "returned"),
        "overdue": ("out", "returned"),
        "returned": ("closed",),
    },
    ("inspection", "status"): {"": ("open",), "open": ("final",)},
    ("charge", "status"): {"": ("open",), "open": ("settled", "waived")},
    ("deposit", "status"): {
        "": ("due",),
        "due": ("held", "cancelled"),
        "held": ("released", "partly_retained", "retained"),
    },
    ("care_occurrence", "status"): {
        "": ("planned",),
        "planned": ("notified", "done", "skipped"),
        "notified": ("done", "skipped"),
    },
    ("message", "status"): {
        "": ("queued",),
        "queued": ("sent", "failed", "skipped", "expired", "unknown"),
        "unknown": ("sent", "failed", "queued"),
        "failed": ("queued",),
    },
    ("import_run", "status"): {
        "": ("uploaded",),
        "uploaded": ("checking", "cancelled"),
        "checking": ("checked", "failed"),
        "checked": ("checking", "running", "cancelled"),
        "running": ("done", "failed"),
        "failed": ("checking", "running", "cancelled"),
    },
}


def upgrade() -> None:
    """Raise the wall, fill the edges, guard the tables."""
    for table in _BEHIND_THE_WALL:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_workshop ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})')
    op.execute(f"CREATE POLICY own_memberships ON member FOR SELECT USING ({_OWN_ACCOUNT})")
    for table in ("job", "channel_pause"):
        op.execute(f"CREATE POLICY worker_sees_all ON {table} TO ronde_worker USING (true) WITH CHECK (true)")
    _wall_of_the_workshop()
    _state_edges()
    _append_only()


def _wall_of_the_workshop() -> None:
    own = "id = NULLIF(current_setting('app.workshop_id', true), '')::bigint"
    op.execute("ALTER TABLE workshop ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE workshop FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everybody_finds ON workshop FOR SELECT USING (true)")
    op.execute("CREATE POLICY cluster_adds ON workshop FOR INSERT WITH CHECK (true)")
    op.execute(f"CREATE POLICY own_workshop ON workshop FOR UPDATE USING ({own}) WITH CHECK ({own})")


def _state_edges() -> None:
    op.execute(
        "CREATE TABLE state_edge (table_name text, axis text, came_from text, goes_to text,"
        " PRIMARY KEY (table_name, axis, came_from, goes_to))"
    )
    for (table, axis), edges in _EDGES.items():
        for came_from, targets in edges.items():
            for to in targets:
                op.execute(f"INSERT INTO state_edge VALUES ('{table}', '{axis}', '{came_from}', '{to}')")
    op.execute(
        """
        CREATE FUNCTION refuse_state() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            was text := '';
            becomes text := to_jsonb(NEW) ->> TG_ARGV[0];
        BEGIN
            IF TG_OP = 'UPDATE' THEN was := to_jsonb(OLD) ->> TG_ARGV[0]; END IF;
            IF NOT EXISTS (SELECT 1 FROM state_edge e WHERE e.table_name = TG_TABLE_NAME AND e.axis = TG_ARGV[0]
                              AND e.came_from = was AND e.goes_to = becomes) THEN
                RAISE EXCEPTION 'state: % % may not go from "%" to "%"', TG_TABLE_NAME, TG_ARGV[0], was, becomes
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, axis in _EDGES:
        op.execute(
            f"CREATE TRIGGER {axis}_begins BEFORE INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_state('{axis}')"
        )
        op.execute(
            f"CREATE TRIGGER {axis}_moves BEFORE UPDATE OF {axis} ON {table} FOR EACH ROW"
            f" WHEN (OLD.{axis} IS DISTINCT FROM NEW.{axis}) EXECUTE FUNCTION refuse_state('{axis}')"
        )


def _append_only() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Take the guards away, then the wall."""
    for table in _APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
    for table, axis in _EDGES:
        op.execute(f"DROP TRIGGER {axis}_begins ON {table}")
        op.execute(f"DROP TRIGGER {axis}_moves ON {table}")
    op.execute("DROP FUNCTION refuse_change")
    op.execute("DROP FUNCTION refuse_state")
    op.execute("DROP TABLE state_edge")
    for table in _BEHIND_THE_WALL:
        op.execute(f'DROP POLICY own_workshop ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    op.execute("DROP POLICY own_memberships ON member")
    for table in ("job", "channel_pause"):
        op.execute(f"DROP POLICY worker_sees_all ON {table}")
    for policy in ("everybody_finds", "cluster_adds", "own_workshop"):
        op.execute(f"DROP POLICY {policy} ON workshop")
    op.execute("ALTER TABLE workshop NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE workshop DISABLE ROW LEVEL SECURITY")

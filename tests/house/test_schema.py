"""The schema: what the models say is what the migrations made, and every table of a workshop stands behind the wall."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from migrations.setup import APPEND_ONLY
from service_app import models as _all_models  # noqa: F401
from service_app.core.db import Base
from service_app.core.states import declared_edges
from tests.house.test_walls import TENANT_TABLES

# Seen by every scope, because the door must find them; each has its reason.
OF_THE_PLATFORM = {
    "account": "people sign in before they are anywhere",
    "cluster": "named on the coordinator's page",
    "cluster_member": "who coordinates",
    "heartbeat": "when the sweeps last ran",
    "sign_in_attempt": "counted before anybody is known",
    "sign_in_session": "found by a hash of the cookie",
    "state_edge": "the states, read-only",
    "alembic_version": "the revision, read-only",
    "workshop": "found by the name in an address; writable from inside only",
}
# Unique over all workshops, because it is looked up before the workshop is known: long random values, so that they tell
# nothing.
UNIQUE_EVERYWHERE = {("invitation", "token_hash"), ("item", "public_code")}


def rows(admin, statement, **values):
    with admin.connect() as connection:
        return connection.execute(text(statement), values).all()


def test_every_table_is_of_a_workshop_or_has_a_reason_not_to_be(admin):
    known = {row.tablename for row in rows(admin, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert known - set(TENANT_TABLES) == set(OF_THE_PLATFORM)


@pytest.mark.parametrize("table", [*TENANT_TABLES, "workshop"])
def test_row_security_is_on_and_forced(admin, table):
    found = rows(
        admin, "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = CAST(:t AS regclass)", t=table
    )
    assert found == [(True, True)]


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_the_policy_confines_reading_and_writing(admin, table):
    found = rows(
        admin, "SELECT policyname, cmd, roles, qual, with_check FROM pg_policies WHERE tablename = :t", t=table
    )
    own = [row for row in found if row.policyname == "own_workshop"]
    assert len(own) == 1
    assert own[0].cmd == "ALL"
    assert own[0].qual == own[0].with_check
    assert "workshop_id = (NULLIF(current_setting('app.workshop_id'" in own[0].qual
    wider = {row.policyname for row in found} - {"own_workshop"}
    assert wider <= (
        {"own_memberships"}
        if table == "member"
        else {"worker_finds"}
        if table == "webhook_endpoint"
        else {"worker_sees_all"}
        if table in ("job", "channel_pause")
        else set()
    )


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_keys_lead_with_the_workshop(admin, table):
    found = inspect(admin)
    assert found.get_pk_constraint(table)["constrained_columns"][0] == "workshop_id"
    for index in found.get_indexes(table):
        if index["unique"]:
            columns = tuple(index["column_names"])
            assert columns[0] == "workshop_id" or (table, *columns) in UNIQUE_EVERYWHERE, (table, index["name"])


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_foreign_keys_stay_inside_the_workshop(admin, table):
    for key in inspect(admin).get_foreign_keys(table):
        if key["referred_table"] in TENANT_TABLES:
            pairs = list(zip(key["constrained_columns"], key["referred_columns"], strict=True))
            assert pairs[0] == ("workshop_id", "workshop_id"), (table, key["name"])


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_are_guarded_by_rights_and_by_triggers(admin, table):
    found = rows(
        admin,
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = :t AND grantee IN ('ronde_app', 'ronde_worker')",
        t=table,
    )
    assert {row.privilege_type for row in found} == {"SELECT", "INSERT"}
    triggers = {
        row.tgname for row in rows(admin, "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass)", t=table)
    }
    assert {"append_only", "never_emptied"} <= triggers


def test_there_is_one_newest_migration():
    config = Config()
    config.set_main_option("script_location", "migrations")
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_the_models_say_what_the_migrations_made(admin):
    with admin.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        found = [each for each in compare_metadata(context, Base.metadata) if "state_edge" not in str(each)]
    assert found == []


def test_the_database_knows_the_same_states_as_the_code(admin):
    kept = {tuple(row) for row in rows(admin, "SELECT table_name, axis, came_from, goes_to FROM state_edge")}
    assert kept == set(declared_edges())


def test_every_axis_is_watched_by_a_trigger_at_birth_and_at_every_move(admin):
    axes = {(table, axis) for table, axis, _from, _to in declared_edges()}
    found = rows(
        admin,
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgname LIKE '%\\_begins' OR t.tgname LIKE '%\\_moves'",
    )
    assert {tuple(row) for row in found} == {(t, f"{a}_{end}") for t, a in axes for end in ("begins", "moves")}


def test_a_birth_goes_unwatched_only_into_the_states_in_which_a_row_may_begin(admin):
    """The trigger of a birth names those states itself: they are those of `state_edge`, for every axis."""
    begins: dict[tuple[str, str], set[str]] = {}
    for table, axis, came_from, to in declared_edges():
        if came_from == "":
            begins.setdefault((table, axis), set()).add(to)
    found = rows(
        admin,
        "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) AS made FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE '%\\_begins'",
    )
    named = {
        (row.relname, row.tgname.removesuffix("_begins")): set(
            re.findall(r"\w+", re.search(r"'\{(.*?)\}'", row.made)[1])
        )
        for row in found
    }
    assert named == begins


@pytest.mark.parametrize("state", ["notified", "done", "nonsense", None])
def test_what_may_not_begin_so_is_refused_at_its_birth(admin, state):
    with admin.connect() as connection, pytest.raises(DBAPIError, match="may not go"):
        connection.execute(text("INSERT INTO care_occurrence (workshop_id, status) VALUES (1, :s)"), {"s": state})


def test_every_state_can_be_reached_from_the_first():
    edges = set(declared_edges())
    for table, axis in {(table, axis) for table, axis, *_ in edges}:
        here = {(came, to) for t, a, came, to in edges if (t, a) == (table, axis)}
        reached = {""}
        while more := {to for came, to in here if came in reached} - reached:
            reached |= more
        assert reached == {state for edge in here for state in edge}, (table, axis)

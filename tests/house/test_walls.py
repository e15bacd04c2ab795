"""Two walls between workshops, each proved with the other one switched off."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Engine, create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import aliased

from service_app.charges import operations as charges
from service_app.core import tenancy
from service_app.core.access import WORKER
from service_app.core.db import Base, Database, after_commit, narrow, session
from service_app.core.errors import ScopeMissing, ScopeViolation
from service_app.core.tenancy import WorkshopRow
from service_app.customers.models import Consent, Customer, CustomerAddress
from tests.factories.customers import a_customer, an_address
from tests.factories.rentals import an_active

TENANT_TABLES = sorted(table.name for table in Base.metadata.tables.values() if "workshop_id" in table.c)


@pytest.fixture
def two(workshop, other_workshop, scope):
    """A customer with an address and a rental in each of two workshops."""
    for place in (workshop, other_workshop):
        with scope(place):
            a_customer(name=f"Nora of {place.slug}", address=an_address())
            charge = charges.charges_of(an_active().id)[0]
            charges.settle_charge(WORKER, charge, Decimal("1"), "cash")
    return workshop, other_workshop


# --- the wall in the ORM, with a superuser whom no policy holds --------------------------------------------------------


@pytest.fixture
def orm(admin_url: str, database: Database) -> Iterator[Database]:
    """The ORM's wall alone."""
    found = Database(admin_url)
    yield found
    found.engine.dispose()


def test_this_superuser_is_held_by_no_policy(two, admin):
    with admin.connect() as connection:
        assert connection.scalar(text("SELECT count(DISTINCT workshop_id) FROM customer")) == 2


@pytest.mark.parametrize(
    "question",
    [
        lambda: session().scalars(select(Customer.workshop_id)).all(),
        lambda: session().scalars(select(Customer.workshop_id).where(Customer.name.like("Nora%"))).all(),
        lambda: [row.workshop_id for row in session().scalars(select(Customer))],
        lambda: session().scalars(select(aliased(Customer).workshop_id)).all(),
        lambda: session().scalars(select(Customer.workshop_id).join(CustomerAddress, CustomerAddress.street != "")).all(),
        lambda: session().scalars(select(CustomerAddress.workshop_id).where(
            CustomerAddress.customer_id.in_(select(Customer.id)))).all(),
        lambda: session().scalars(select(Customer.workshop_id).union_all(select(CustomerAddress.workshop_id))).all(),
        lambda: [address.workshop_id for row in session().scalars(select(Customer)) for address in row.addresses],
    ],
    ids=["column", "condition", "entity", "alias", "join", "subquery", "union", "relationship"],
)  # fmt: skip
def test_every_kind_of_question_is_confined(two, orm, question):
    with orm.transaction(tenancy.workshop(two[0].id)):
        assert set(question()) == {two[0].id}


def test_counts_are_confined(two, orm):
    with orm.transaction(tenancy.workshop(two[0].id)):
        assert session().scalar(select(func.count(Customer.id)).where(Customer.name.like("Nora of%"))) == 1


def test_a_row_of_another_workshop_is_not_got_by_its_key(two, orm):
    with orm.transaction(tenancy.workshop(two[1].id)):
        key = session().scalars(select(Customer)).first().id
    with orm.transaction(tenancy.workshop(two[0].id)):
        assert session().get(Customer, (two[1].id, key)) is None


def test_changes_and_deletions_in_bulk_are_confined(two, orm, admin):
    with orm.transaction(tenancy.workshop(two[0].id)):
        session().execute(update(Customer).values(remark="seen").execution_options(synchronize_session=False))
        session().execute(delete(CustomerAddress).execution_options(synchronize_session=False))
    with admin.connect() as connection:
        seen = (
            connection.execute(text("SELECT DISTINCT workshop_id FROM customer WHERE remark = 'seen'")).scalars().all()
        )
        left = connection.execute(text("SELECT DISTINCT workshop_id FROM customer_address")).scalars().all()
    assert (seen, left) == ([two[0].id], [two[1].id])


def test_a_new_row_gets_the_workshop_and_none_of_another_is_written(two, orm):
    with orm.transaction(tenancy.workshop(two[0].id)):
        row = Customer(reference="K-9", name="New")
        session().add(row)
        session().flush()
        assert row.workshop_id == two[0].id
    with pytest.raises(ScopeViolation), orm.transaction(tenancy.workshop(two[0].id)):
        session().add(Customer(workshop_id=two[1].id, reference="K-9", name="New"))
        session().flush()
    with pytest.raises(ScopeViolation), orm.transaction(tenancy.workshop(two[0].id)):
        session().execute(insert(Customer), [{"workshop_id": two[1].id, "reference": "K-9", "name": "New"}])


@pytest.mark.parametrize(
    "statement",
    [text("SELECT * FROM customer"), select(Base.metadata.tables["customer"]), select(func.count())],
    ids=["text", "core", "count"],
)
def test_what_the_orm_cannot_confine_is_refused_unless_it_says_that_it_names_the_workshop(two, orm, statement):
    with orm.transaction(tenancy.workshop(two[0].id)), pytest.raises(ScopeViolation):
        session().execute(statement)


def test_without_a_scope_no_statement_runs(two, orm):
    with pytest.raises(ScopeMissing):
        session()
    with orm.transaction(None), pytest.raises(ScopeMissing):
        session().execute(text("SELECT 1"))


def test_one_transaction_is_of_one_workshop(two, orm):
    with orm.transaction(tenancy.platform("test")):
        narrow(two[0].id)
        narrow(two[0].id)
        with pytest.raises(ScopeViolation):
            narrow(two[1].id)


# --- the wall in the database, with raw SQL as the role of the web -----------------------------------------------------


@pytest.fixture
def web_role(urls) -> Iterator[Engine]:
    """An engine of the web's role, without any of our code around it."""
    engine = create_engine(urls.app)
    yield engine
    engine.dispose()


def entered(connection, workshop) -> None:
    connection.execute(text("SELECT set_config('app.workshop_id', :id, true)"), {"id": str(workshop.id)})


def test_every_table_shows_the_rows_of_the_workshop_and_no_other(two, web_role, admin):
    tried = []
    for table in TENANT_TABLES:
        with admin.connect() as connection:
            known = set(connection.execute(text(f'SELECT DISTINCT workshop_id FROM "{table}"')).scalars())
        with web_role.begin() as connection:
            entered(connection, two[0])
            seen = set(connection.execute(text(f'SELECT DISTINCT workshop_id FROM "{table}"')).scalars())
        assert seen <= {two[0].id}, table
        tried += [table] * (len(known) == 2)
    assert {"customer", "contract", "contract_line", "item", "allocation", "event", "job", "deposit"} <= set(tried)


def test_without_a_workshop_every_table_is_empty(two, web_role):
    for table in TENANT_TABLES:
        with web_role.begin() as connection:
            assert connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0, table


def test_the_setting_does_not_outlive_its_transaction(two, web_role):
    with web_role.connect() as connection:
        with connection.begin():
            entered(connection, two[0])
            assert connection.execute(text("SELECT count(*) FROM customer")).scalar()
        with connection.begin():
            assert connection.execute(text("SELECT count(*) FROM customer")).scalar() == 0


def test_a_row_can_neither_be_written_into_another_workshop_nor_moved_there(two, web_role):
    new = text("INSERT INTO customer (workshop_id, reference, name) VALUES (:id, 'K-9', 'New')")
    with pytest.raises(DBAPIError, match="row-level security"), web_role.begin() as connection:
        entered(connection, two[0])
        connection.execute(new, {"id": two[1].id})
    with pytest.raises(DBAPIError, match="row-level security"), web_role.begin() as connection:
        entered(connection, two[0])
        connection.execute(text("UPDATE customer SET workshop_id = :id"), {"id": two[1].id})


def test_rows_of_another_workshop_are_neither_changed_nor_deleted(two, web_role):
    with web_role.begin() as connection:
        entered(connection, two[0])
        others = {"id": two[1].id}
        assert connection.execute(text("UPDATE customer SET name = 'x' WHERE workshop_id = :id"), others).rowcount == 0
        assert connection.execute(text("DELETE FROM consent WHERE workshop_id = :id"), others).rowcount == 0


def test_a_row_cannot_point_into_another_workshop_even_for_a_superuser(two, admin):
    with pytest.raises(IntegrityError), admin.begin() as connection:
        key = connection.scalar(text("SELECT min(id) FROM customer WHERE workshop_id = :id"), {"id": two[1].id})
        connection.execute(
            text(
                "INSERT INTO customer_note (workshop_id, customer_id, author_name, body) VALUES (:id, :key, 'A', 'B')"
            ),
            {"id": two[0].id, "key": key},
        )


def test_a_member_row_is_seen_by_its_own_account_and_by_no_other(two, web_role, admin, database):
    from tests.factories.workshops import make_member

    make_member(database, two[0], "counter")
    make_member(database, two[1], "counter")
    with admin.connect() as connection:
        mine = connection.scalar(text("SELECT min(account_id) FROM member"))
    with web_role.begin() as connection:
        connection.execute(text("SELECT set_config('app.account_id', :id, true)"), {"id": str(mine)})
        assert connection.execute(text("SELECT account_id FROM member")).scalars().all() == [mine]


@pytest.mark.parametrize(
    "table", ["event", "event_about", "item_entry", "deposit_movement", "settlement", "signature", "terms"]
)
def test_what_was_written_down_cannot_be_unwritten(two, web_role, admin, table):
    for verb in (
        f'DELETE FROM "{table}"',
        f'UPDATE "{table}" SET workshop_id = workshop_id',
        f'TRUNCATE "{table}" CASCADE',
    ):
        with pytest.raises(DBAPIError), web_role.begin() as connection:
            entered(connection, two[0])
            connection.execute(text(verb))
    with pytest.raises(DBAPIError, match="append-only"), admin.begin() as connection:
        if not connection.scalar(text(f'SELECT count(*) FROM "{table}"')):
            pytest.fail(f"the world of this test has no {table}")
        connection.execute(text(f'DELETE FROM "{table}"'))


@pytest.mark.parametrize("role", ["app", "worker"])
def test_the_runtime_roles_own_nothing_and_bypass_nothing(urls, role):
    found = Database(getattr(urls, role))
    try:
        found.refuse_if_privileged()
    finally:
        found.engine.dispose()


def test_a_process_does_not_start_as_a_superuser(orm):
    with pytest.raises(ScopeViolation, match="bypasses row security"):
        orm.refuse_if_privileged()


def test_the_worker_sees_the_jobs_of_all_workshops_and_nothing_else(two, urls):
    engine = create_engine(urls.worker)
    try:
        with engine.begin() as connection:
            assert set(connection.execute(text("SELECT DISTINCT workshop_id FROM job")).scalars()) == {
                row.id for row in two
            }
            assert connection.execute(text("SELECT count(*) FROM customer")).scalar() == 0
            assert connection.execute(text("SELECT count(*) FROM message")).scalar() == 0
    finally:
        engine.dispose()


def test_what_waits_for_the_commit_does_not_happen_when_it_is_rolled_back(two, orm):
    done = []
    with pytest.raises(RuntimeError), orm.transaction(tenancy.workshop(two[0].id)):
        after_commit(lambda: done.append(1))
        raise RuntimeError
    assert done == []


def test_every_model_of_a_workshop_takes_part_in_the_wall():
    by_hand = {"event_about", "search_word", "reference_counter", "channel_pause"}
    models = {mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, WorkshopRow)}
    assert set(TENANT_TABLES) - models == by_hand
    assert Consent.__table__.name in models

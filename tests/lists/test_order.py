"""Names stand as people read them: accents and capitals count for nothing, numbers count as numbers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.ordering import as_read, key
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.customers.queries import SORTS as BY
from service_app.items.models import Item
from service_app.items.queries import SORTS as ITEMS_BY
from service_app.lists import queries
from service_app.lists.declared import get_listing
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_item
from tests.lists.test_pages import rows_of

IN_ORDER = [
    "CB-2", "CB-10", "cb-10a", "Edgar", "Élise", "Emma", "Îlot 9", "Ilot 10", "Nunez", "Ñuñoa", "Œuvre", "Oeuvres", "Øster",
    "Rack 07", "Rack 7b", "Straße", "Strasse 2", "Zoë", "9" * 15,
]  # fmt: skip


def test_accents_count_for_nothing_and_numbers_as_numbers(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        for name in ("Emma", "Zoë", "Élise", "edgar", "Œuvre", "Odette"):
            a_customer(name=name)
        product = a_product()
        for tag in ("CB-10", "CB-2", "CB-1"):
            an_item(product, tag=tag)
    names = ["edgar", "Élise", "Emma", "Odette", "Œuvre", "Zoë"]
    assert [row[0] for row in rows_of(client, "/senne/lists/customers/export.csv")][1:] == names
    assert [row[0] for row in rows_of(client, "/senne/lists/customers/export.csv?sort=-name")][1:] == names[::-1]
    assert [row[0] for row in rows_of(client, "/senne/lists/items/export.csv")][1:] == ["CB-1", "CB-2", "CB-10"]


def test_products_stand_by_the_name_this_reader_sees(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), app.test_request_context("/"):
        for code, french, dutch in (("P-1", "Élan", "Zwaluw"), ("P-2", "Zèbre", "Aap"), ("P-3", "Ferme", "")):
            an_item(a_product(code=code, name={"fr": french, "nl": dutch}), tag=f"T-{code}")
        for language, codes in (("fr", ["P-1", "P-3", "P-2"]), ("nl", ["P-2", "P-3", "P-1"])):
            with in_language(language):
                assert queries.names_of(get_listing("products"), {}, "name") == codes
                page, _counts = queries.page_of(get_listing("items"), {}, "-product", 1)
                assert [item.tag for item in page.rows] == [f"T-{code}" for code in codes[::-1]]


@pytest.mark.parametrize("name", [*IN_ORDER, "", "0", "00012 and 0123456789012345", "a-b c'd", "ŁÓDŹ"])
def test_database_and_python_agree(workshop: Workshop, scope: Scoped, name: str) -> None:
    by_hand = {"scoped_by_hand": True}
    with scope(workshop):
        told = session().scalar(text("SELECT order_key(:name)"), {"name": name}, execution_options=by_hand)
    assert told == key(name)


def test_the_order_is_the_one_that_is_written_down_here() -> None:
    assert sorted(IN_ORDER[:-1], key=key) == IN_ORDER[:-1]
    assert key("9" * 15) > key("8" * 15) > key("7")


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (select(Customer.id).order_by(*BY["name"]), "ix_customer_name"),
        (select(Customer.id).order_by(*BY["-name"]), "ix_customer_name"),
        (select(Item.id).order_by(*ITEMS_BY["tag"]), "ix_item_tag"),
    ],
    ids=["name", "-name", "tag"],
)
def test_an_index_carries_the_order_of_a_long_list(
    workshop: Workshop, scope: Scoped, statement: object, index: str
) -> None:
    """As the application's role, under the walls. What the planner would rather do with five rows is not the question."""
    by_hand = {"scoped_by_hand": True}
    with scope(workshop):
        for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            session().execute(text(f"SET LOCAL {setting} = off"), execution_options=by_hand)
        shown = str(statement.compile(session().connection(), compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
        plan = session().scalars(text(f"EXPLAIN {shown}"), execution_options=by_hand).all()
    assert index in "\n".join(plan)
    assert "Sort" not in "\n".join(plan)


def test_as_read_is_written_the_same_in_an_order_and_in_an_index() -> None:
    assert str(as_read(Customer.name)) == 'order_key(customer.name) COLLATE "C"'

"""The doors of the house cost every page the same few statements."""

from __future__ import annotations

from tests.counting import counted_statements
from tests.factories.workshops import make_member


def test_a_page_knows_who_asks_and_where_after_two_statements(client, app, workshop):
    """Who, and where they work; each tells the database so itself. Then the page's own."""
    client.get("/senne/people/invite")
    with counted_statements(app.database.engine) as sent:
        assert client.get("/senne/people/invite").status_code == 200
    assert len(sent) == 2


def test_working_in_more_workshops_costs_no_more(app, workshop, other_workshop, sign_in, database, admin):
    client = sign_in(workshop, "owner")
    make_member(database, other_workshop, "owner")
    with admin.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET account_id = (SELECT min(account_id) FROM member)")
    assert "Lumen" in client.get("/senne/people/invite").text
    with counted_statements(app.database.engine) as sent:
        client.get("/senne/people/invite")
    assert len(sent) == 2

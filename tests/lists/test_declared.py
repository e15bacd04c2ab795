"""Every declared list keeps what a declaration promises, so that a room gets all of it by declaring."""

from __future__ import annotations

import pytest

from service_app.core.access import PERMISSIONS
from service_app.core.web import Ronde
from service_app.lists.declared import Listing, all_listings, get_listing

KEYS = (
    "appointments", "care", "contracts", "customers", "economics", "harvests", "imports", "intakes", "items", "letters",
    "materials", "orders", "parts", "passings", "products", "refurbishments", "repairs", "reports", "requests", "takebacks",
)  # fmt: skip


@pytest.fixture(params=KEYS)
def listing(request: pytest.FixtureRequest, app: Ronde) -> Listing:
    return get_listing(request.param)


def test_these_rooms_declare_a_list(app: Ronde) -> None:
    assert {each.key for each in all_listings()} == set(KEYS)


def test_columns_sort_by_what_the_list_can_be_sorted_by(listing: Listing) -> None:
    for column in listing.columns:
        assert not column.sort or {column.sort, f"-{column.sort}"} <= set(listing.sorts), column.key
    assert listing.order in listing.sorts
    assert sum(bool(column.sort) for column in listing.columns) >= 3


def test_names_are_given_once_and_rights_are_rights(listing: Listing) -> None:
    for names in ([column.key for column in listing.columns], [act.key for act in listing.acts], listing.facet_keys()):
        assert len(set(names)) == len(names)
    assert {listing.permission, *(act.permission for act in listing.acts)} <= PERMISSIONS
    assert not listing.columns[0].is_extra


def test_an_act_does_something_or_leads_somewhere(listing: Listing) -> None:
    for act in listing.acts:
        assert (act.do is None) != (act.leads is None), act.key
        assert act.leads is not None or str(act.done), act.key


def test_an_act_is_taken_back_by_one_of_the_same_list(listing: Listing) -> None:
    for act in listing.acts:
        assert not act.undo or listing.act(act.undo).do is not None, act.key


def test_there_are_facets_with_words_and_a_list_that_is_empty_says_what_to_do(app: Ronde, listing: Listing) -> None:
    assert listing.facets
    with app.test_request_context("/"):
        assert all(str(part) for part in listing.nothing)

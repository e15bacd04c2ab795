"""Batches of material: masses add up, nothing leaves twice or under a code that is not in force, each page in its look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from service_app import invariants
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.materials import balance, codes, operations, queries
from service_app.takebacks import operations as takebacks
from tests.browser import DESK, PHONE, axe
from tests.factories.materials import IRON, PLASTIC, a_batch, a_closed, a_sorted
from tests.factories.takebacks import a_takeback

KILO = 1000


@pytest.fixture
def inside(scope, workshop):
    """A transaction of a workshop."""
    with scope(workshop):
        yield workshop


def today() -> date:
    return clock.today("Europe/Brussels")


def leave(batch, *fractions, day: date | None = None):
    """These fractions, or all, go to a recoverer."""
    chosen = fractions or queries.fractions_of(batch)
    return operations.transfer(WORKER, batch, [each.id for each in chosen], "Galloo", "BE-77", day or today())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    loaded=some.integers(1, 5_000_000),
    weighed=some.integers(1, 5_000_000),
    parts=some.lists(some.integers(1, 2_000_000), min_size=1, max_size=4),
)
def test_mass_in_is_mass_out_and_loss_of_each_closed_batch(inside, loaded, weighed, parts):
    """Whatever is typed: it is refused, or it adds up to the gram and is explained beyond the tolerance."""
    with session().begin_nested():
        batch = a_batch(loaded)
        try:
            operations.weigh(WORKER, batch, weighed)
            for part_g in parts:
                operations.add_fraction(WORKER, batch, IRON, part_g, is_estimated=False)
        except Invalid as refusal:
            assert refusal.code == "batch.slip"
            assert balance.is_slip(weighed, loaded) or max(parts) >= 100 * weighed
            return
        found = balance.of(weighed, parts)
        if not found.is_within:
            with pytest.raises(Invalid, match=r"batch\.balance"):
                operations.allocate(WORKER, batch)
        operations.allocate(WORKER, batch, "" if found.is_within else "Water ran out")
        leave(batch)
        assert batch.status == "closed"
        assert batch.in_g == sum(each.mass_g for each in queries.fractions_of(batch)) + batch.loss_g
        assert found.is_within or batch.explanation


ACTS = some.one_of(
    some.tuples(some.just("load"), some.integers(1, 2_000_000)),
    some.tuples(some.just("weigh"), some.one_of(some.none(), some.integers(1, 4_000_000))),
    some.tuples(some.just("sort"), some.integers(1, 2_000_000)),
    some.tuples(some.sampled_from(["unsort", "leave"]), some.integers(0, 4)),
    some.tuples(some.sampled_from(["quarantine", "release", "allocate"]), some.none()),
)


def does(batch, act, value):
    """One act as somebody may try it, in whatever order."""
    parts = queries.fractions_of(batch)
    match act:
        case "load":
            operations.load_by_hand(WORKER, batch, "From the bench", value, is_estimated=False)
        case "weigh":
            operations.weigh(WORKER, batch, value)
        case "sort":
            operations.add_fraction(WORKER, batch, (IRON, PLASTIC)[value % 2], value, is_estimated=value % 3 == 0)
        case "unsort":
            operations.remove_fraction(WORKER, batch, parts[value % len(parts)].id if parts else 0)
        case "leave":
            leave(batch, *parts[value : value + 1])
        case "allocate":
            operations.allocate(WORKER, batch, "Water ran out")
        case _:
            getattr(operations, act)(WORKER, batch, "Oil on it")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=some.lists(ACTS, min_size=4, max_size=14))
def test_whatever_is_edited_split_and_quarantined_no_gram_is_lost_unseen(inside, acts):
    """Acts in any order, each done or refused; then what is left is taken to its end."""
    with session().begin_nested():
        batch = a_batch(40 * KILO)
        for act, value in acts:
            before = (batch.status, batch.in_g, batch.loss_g, [each.id for each in queries.fractions_of(batch)])
            held = bool(batch.quarantine)
            try:
                with session().begin_nested():
                    does(batch, act, value)
            except (Conflict, Invalid, NotFound):
                after = (batch.status, batch.in_g, batch.loss_g, [each.id for each in queries.fractions_of(batch)])
                assert after == before, "what is refused changes nothing"
                continue
            assert not held or act in ("load", "release", "quarantine"), f"{act} in quarantine"
        to_its_end(batch)
        parts = queries.fractions_of(batch)
        assert (batch.status, batch.quarantine) == ("closed", "")
        assert batch.in_g == sum(each.mass_g for each in parts) + batch.loss_g
        assert balance.of(batch.in_g, [each.mass_g for each in parts]).is_within or batch.explanation
        gone = [row for row in queries.register() if row[queries.REGISTER.index("batch")] == batch.reference]
        assert sum(int(row[queries.REGISTER.index("mass_g")]) for row in gone) == batch.in_g - batch.loss_g
        assert len(gone) == len(parts), "each part left once"
        assert [each.name for each in invariants.broken()] == []


def to_its_end(batch):
    if batch.quarantine:
        operations.release(WORKER, batch, "Cleaned")
    if batch.status == "open":
        operations.weigh(WORKER, batch, None)
    if batch.status == "weighed":
        if not queries.fractions_of(batch):
            operations.add_fraction(WORKER, batch, IRON, batch.in_g, is_estimated=False)
        operations.allocate(WORKER, batch, "Water ran out")
    if batch.status == "allocated":
        leave(batch, *[each for each in queries.fractions_of(batch) if each.transfer_id is None])


def test_a_take_back_goes_in_once_and_only_as_waste(inside):
    takeback = a_takeback(way="drop_off", street="", postcode="", city="")
    takebacks.receive(WORKER, takeback, None)
    first, second = a_batch(), a_batch()
    with pytest.raises(Invalid, match=r"batch\.not_waste"):
        operations.load_takeback(WORKER, first, takeback)
    takebacks.decide(WORKER, takeback, "waste", "The motor is burnt")
    assert queries.waiting() == [takeback]
    load = operations.load_takeback(WORKER, first, takeback)
    assert (load.mass_g, load.is_estimated) == (takeback.came_g, True)
    assert queries.loaded_g(first) == 40 * KILO + takeback.came_g
    with pytest.raises(Conflict, match=r"batch\.loaded"):
        operations.load_takeback(WORKER, second, takeback)
    assert queries.waiting() == []


def test_grams_for_kilograms_are_caught_and_without_a_weight_the_sum_is_an_estimate(inside):
    batch = a_batch(40 * KILO)
    for slip in (40, 40_000 * KILO):
        with pytest.raises(Invalid, match=r"batch\.slip"):
            operations.weigh(WORKER, batch, slip)
    operations.weigh(WORKER, batch, None)
    assert (batch.in_g, batch.is_estimated) == (40 * KILO, True)
    with pytest.raises(Invalid, match=r"batch\.slip"):
        operations.add_fraction(WORKER, batch, IRON, 30_000 * KILO, is_estimated=False)
    with pytest.raises(Conflict, match=r"batch\.step"):
        operations.weigh(WORKER, batch, 40 * KILO)


def test_nothing_is_done_before_its_time(inside):
    empty = operations.open_batch(WORKER, "Tyres")
    with pytest.raises(Conflict, match=r"batch\.empty"):
        operations.weigh(WORKER, empty, KILO)
    batch = a_sorted(fractions=())
    with pytest.raises(Conflict, match=r"batch\.fractions"):
        operations.allocate(WORKER, batch)
    wrong = operations.add_fraction(WORKER, batch, PLASTIC, KILO, is_estimated=True)
    operations.remove_fraction(WORKER, batch, wrong.id)
    assert queries.fractions_of(batch) == []
    with pytest.raises(NotFound):
        operations.remove_fraction(WORKER, batch, wrong.id)
    with pytest.raises(Invalid, match=r"batch\.mass"):
        operations.add_fraction(WORKER, batch, IRON, 0, is_estimated=False)


def test_a_contaminated_load_goes_nowhere_until_it_is_released_with_a_reason(inside):
    batch = a_sorted()
    operations.quarantine(WORKER, batch, "Oil on everything")
    with pytest.raises(Conflict, match=r"batch\.quarantine"):
        operations.allocate(WORKER, batch)
    with pytest.raises(Invalid, match=r"field\.required"):
        operations.release(WORKER, batch, " ")
    operations.release(WORKER, batch, "Cleaned, and the oil taken apart")
    operations.allocate(WORKER, batch)
    leave(batch)
    with pytest.raises(Conflict, match=r"batch\.closed"):
        operations.quarantine(WORKER, batch, "Too late")


def test_fractions_leave_once_each_with_a_document_and_the_register_has_them_all(inside):
    batch = a_sorted()
    operations.allocate(WORKER, batch)
    iron, plastic = queries.fractions_of(batch)
    for day in (today() + timedelta(days=1), today() - timedelta(days=60)):
        with pytest.raises(Invalid, match=r"batch\.day"):
            leave(batch, day=day)
    first = leave(batch, iron)
    assert batch.status == "allocated"
    with pytest.raises(Conflict, match=r"batch\.left"):
        leave(batch)
    second = leave(batch, plastic)
    assert (batch.status, batch.loss_g) == ("closed", 200)
    rows = [dict(zip(queries.REGISTER, row, strict=True)) for row in queries.register()]
    assert [row["document"] for row in rows] == [first.reference, second.reference]
    assert [(row["waste_code"], row["mass_g"], row["estimated"]) for row in rows] == [
        (IRON, "30000", "no"), (PLASTIC, "9800", "yes"),
    ]  # fmt: skip
    assert list(queries.register(last=today() - timedelta(days=1))) == []


def test_a_code_holds_on_its_days_only(inside):
    last = date(2026, 11, 8)
    assert codes.find("20 01 33", last).is_hazardous
    assert codes.find("20 01 33", last + timedelta(days=1)) is None
    assert codes.find("16 06 07", last) is None
    assert not codes.find("16 06 04", last).is_hazardous
    assert codes.find("16 06 04", last + timedelta(days=1)).is_hazardous
    for day in (date(2010, 1, 1), last, last + timedelta(days=1)):
        known = [each.code for each in codes.in_force(day)]
        assert len(known) == len(set(known)) > 10
    with clock.travelled(datetime(2026, 11, 20, 10, tzinfo=UTC)):
        batch = a_sorted(fractions=())
        with pytest.raises(Invalid, match=r"batch\.code"):
            operations.add_fraction(WORKER, batch, "20 01 33", 39_900, is_estimated=False)
        operations.add_fraction(WORKER, batch, "16 06 07", 39_900, is_estimated=False)
        operations.allocate(WORKER, batch)
        with pytest.raises(Invalid, match=r"batch\.code"):
            leave(batch, day=last)


def test_staff_take_a_batch_from_the_first_load_to_the_register(client, scope, workshop):
    page = client.post("/senne/materials/new", data={"what": "Small appliances"}).location
    assert client.post("/senne/materials/new", data={"what": ""}).status_code == 422

    def does(act: str, **typed: object) -> int:
        return client.post(f"{page}/{act}", data=typed).status_code

    assert does("load", what="", kg="3") == 422
    assert does("load", what="From the bench", kg="heavy") == 422
    assert does("load", what="From the bench", kg="12.5") == 303
    assert does("takeback") == 422
    assert does("weigh", kg="12500") == 422
    assert does("weigh", kg="12,4") == 303
    assert does("fraction", waste_code="19 12 02", kg="9") == 303
    assert does("allocate", explanation="") == 422
    assert does("allocate", explanation="Water ran out") == 303
    with scope(workshop):
        batch = queries.get_batch(page.rsplit("/", 1)[1])
        fraction = queries.fractions_of(batch)[0].id
    sent = {"recoverer": "=Galloo", "recoverer_number": "BE-77", "handed_on": today().isoformat()}
    assert does("transfer", **sent) == 422
    assert does("transfer", fractions=fraction, **sent | {"handed_on": ""}) == 422
    assert does("transfer", fractions=fraction, **sent) == 303
    assert does("nonsense") == 404
    register = client.get("/senne/materials/register.csv")
    assert register.mimetype == "text/csv"
    assert "9000" in register.text
    assert "'=Galloo" in register.text
    assert "Water ran out" in client.get(page).text


def test_the_pages_are_faultless(opened, scope, workshop):
    with scope(workshop):
        made = [a_batch(), a_sorted(), a_sorted(), a_closed()]
        operations.allocate(WORKER, made[2])
        names = ["materials/new", *(f"materials/{batch.reference}" for batch in made)]
    page = opened("materials")
    base, faults = page.url.split("/materials")[0], {"list": axe(page)}
    for name in names:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESK["viewport"])
        page.goto(f"{base}/{name}")
        faults[name] = axe(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE["viewport"])
        faults[f"{name} phone, dark"] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert {name: found for name, found in faults.items() if found} == {}

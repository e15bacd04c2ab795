"""At the counter: the deposit in the same act, what is sent twice, the hour it was tapped, photos beside their twins, a
signature, and damage at the price proposed for it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from service_app.catalogue.operations import Handling
from service_app.charges import operations as charges
from service_app.contracts.models import Damage, Handover
from service_app.contracts.operations import handovers, inspections
from service_app.contracts.operations.handovers import LATEST_TAP, Found
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound
from service_app.core.files import StoredFile
from service_app.items import availability
from service_app.items.models import ItemPhoto
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item, free_item
from tests.factories.workshops import make_workshop

SADDLE = ({"part": "Saddle", "amount": Decimal("35.10")}, {"part": "Lamp", "amount": Decimal(20)})


def picture(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "PNG")
    return out.getvalue()


def a_priced_wish() -> object:
    product = a_product(handling=Handling(30, 60, Decimal(4200), None, (), repair_prices=SADDLE))
    wish = a_wish(product, a_day_plan(product))
    an_item(product)
    return wish


def test_deposit_comes_in_and_the_item_goes_out_in_one_act(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_signed()
        url, tag = f"/senne/contracts/{contract.reference}/1/hand-over", free_item(contract.lines[0]).tag

    def state() -> tuple[str, str]:
        with scope(workshop):
            deposit = charges.deposit_of(contract.id)
            assert deposit is not None
            return deposit.status, again(contract).lines[0].status

    assert "150" in client.get(url).text
    assert client.post(url, data={"tag": tag}).status_code == 409
    assert client.post(url, data={"tag": "NONE-1", "deposit_method": "card"}).status_code == 422
    assert state() == ("due", "planned"), "what is refused books nothing"
    assert client.post(url, data={"tag": tag, "deposit_method": "card"}).status_code == 303
    assert state() == ("held", "out")


def test_who_may_hand_over_but_not_settle_receives_no_deposit(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        contract = a_signed()
        url, tag = f"/senne/contracts/{contract.reference}/1/hand-over", free_item(contract.lines[0]).tag
    driver = sign_in(workshop, "driver")
    assert "deposit_method" not in driver.get(url).text
    assert driver.post(url, data={"tag": tag, "deposit_method": "card"}).status_code == 403
    with scope(workshop):
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert deposit.status == "due"


def test_what_is_sent_twice_with_its_key_happens_once(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_signed()
        url, tag = f"/senne/contracts/{contract.reference}/1", free_item(contract.lines[0]).tag
    for _sent in range(2):
        data = {"tag": tag, "deposit_method": "cash", "key": "k-out"}
        assert client.post(f"{url}/hand-over", data=data).status_code == 303
    for _sent in range(2):
        assert client.post(f"{url}/take-back", data={"key": "k-in"}).status_code == 303
    assert client.post(f"{url}/take-back", data={"key": "k-out"}).status_code == 422, "that key was another act"
    assert client.post(f"{url}/take-back", data={"key": "k-other"}).status_code == 409
    with scope(workshop):
        assert session().scalar(select(func.count(Handover.id))) == 2


def test_late_counting_stops_when_it_was_tapped_without_a_connection(workshop: Workshop, scope: Scoped) -> None:
    def fee_when_tapped(back: timedelta, tapped: timedelta) -> bool:
        with scope(workshop):
            contract = an_active()
            due = contract.lines[0].due_at
            assert due is not None
        with clock.travelled(due + back), scope(workshop):
            line = again(contract).lines[0]
            handovers.take_back(WORKER, line, Found(tapped_at=due + tapped))
            assert line.in_at is not None
            return any(charge.kind == "late" for charge in charges.charges_of(contract.id))

    assert fee_when_tapped(timedelta(days=2), timedelta(days=2))
    assert not fee_when_tapped(timedelta(days=2), -timedelta(minutes=5)), "it was back in time"
    assert fee_when_tapped(timedelta(days=2), timedelta(days=2, hours=3)), "a clock that is ahead counts as now"
    assert fee_when_tapped(LATEST_TAP + timedelta(days=1), -timedelta(minutes=5)), "too old to be believed"


def test_tap_is_kept_beside_our_own_hour_and_a_signature_with_the_name(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_signed()
        url, tag = f"/senne/contracts/{contract.reference}/1/hand-over", free_item(contract.lines[0]).tag
    drawn = "data:image/png;base64," + base64.b64encode(picture()).decode()
    data = {"tag": tag, "deposit_method": "card", "customer_name": "Jan", "tapped_at": "2026-10-01T10:00:00.000Z"}
    assert client.post(url, data=data | {"signed_drawing": "data:image/png;base64,%%%"}).status_code == 422
    assert client.post(url, data=data | {"signed_drawing": drawn}).status_code == 303
    with scope(workshop):
        row = session().scalars(select(Handover)).one()
        assert row.tapped_at == datetime.fromisoformat("2026-10-01T10:00:00+00:00")
        assert abs(row.at - clock.now()) < timedelta(minutes=5)
        assert row.customer_name == "Jan"
        stored = session().get_one(StoredFile, (row.workshop_id, row.signature_file_id))
        assert stored.media_type.startswith("image/")


def test_photo_stands_beside_its_twin(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_signed()
        url, tag = f"/senne/contracts/{contract.reference}/1", free_item(contract.lines[0]).tag
    data = {"tag": tag, "deposit_method": "card", "photos": (io.BytesIO(picture()), "front.png")}
    assert client.post(f"{url}/hand-over", data=data).status_code == 303
    with scope(workshop):
        before = session().scalars(select(ItemPhoto)).one().id
    assert f'name="twin-{before}"' in client.get(f"{url}/take-back").text
    answer = client.post(f"{url}/take-back", data={f"twin-{before}": (io.BytesIO(picture("red")), "now.png")})
    assert answer.status_code == 303
    with scope(workshop):
        now = session().scalars(select(ItemPhoto).where(ItemPhoto.occasion == "return")).one()
        assert now.twin_id == before
    page = client.get(f"{url}/inspect").text
    assert page.index(f"/photos/{before}") < page.index(f"/photos/{now.id}")


def test_twin_of_another_lines_photo_is_not_found(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        line = an_active().lines[0]
        with pytest.raises(NotFound):
            handovers.take_back(WORKER, line, Found(twins={987654: (picture(), "now.png")}))


def test_chosen_damage_is_charged_as_it_was_shown(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = an_active(a_priced_wish())
        line = contract.lines[0]
        assert inspections.proposals(line.product) == {
            "Saddle": {"light": Decimal("8.78"), "moderate": Decimal("17.55"), "heavy": Decimal("35.10")},
            "Lamp": {"light": Decimal("5.00"), "moderate": Decimal("10.00"), "heavy": Decimal("20.00")},
        }
        with pytest.raises(Invalid):
            inspections.propose(line.product, "Bell", "light")
        handovers.take_back(WORKER, line, Found())
        url = f"/senne/contracts/{contract.reference}/1/inspect"
    assert "17" in client.get(url).text
    assert client.post(url, data={"grade": "B", "next_use": "in_stock", "part-0": "odd"}).status_code == 422
    data = {"grade": "B", "next_use": "on_bench", "part-0": "moderate", "part-1": ""}
    assert client.post(url, data=data).status_code == 303
    with scope(workshop):
        damage = session().scalars(select(Damage)).one()
        assert (damage.part, damage.severity, damage.cost_amount) == ("Saddle", "moderate", Decimal("17.55"))
        assert [row.amount for row in charges.charges_of(contract.id) if row.kind == "damage"] == [Decimal("17.55")]


def test_price_of_a_part_is_written_on_the_products_page(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product(handling=Handling(repair_prices=SADDLE))
        code = product.code
    page = client.get(f"/senne/products/{code}/edit").text
    assert 'value="Saddle"' in page
    assert "35.10" in page or "35,10" in page


def test_line_without_an_item_is_shown_its_ways_out_and_goes_to_another_date(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        start = clock.now() + timedelta(days=5)
        contract = a_signed(a_wish(product, plan, start=start))
        line = contract.lines[0]
        availability.forget(line.id, "reservation")
        line.is_at_risk = True
        a_signed(a_wish(again(product), again(plan), start=start))
        url, length = f"/senne/contracts/{contract.reference}/1", line.ends_at - line.starts_at
    make_workshop(client.application.database, slug="voisin", name="Atelier Voisin")
    page = client.get(f"{url}/prepare").text
    assert "Atelier Voisin" in page, "another member may be asked"
    offered = re.findall(r'name="starts_at"\s+value="([^"]+)"', page)
    assert offered
    assert client.post(f"{url}/other-date", data={"starts_at": start.isoformat()}).status_code == 409
    assert client.post(f"{url}/other-date", data={"starts_at": offered[0].replace("&#43;", "+")}).status_code == 303
    with scope(workshop):
        line = again(contract).lines[0]
        assert line.starts_at == datetime.fromisoformat(offered[0].replace("&#43;", "+"))
        assert line.ends_at - line.starts_at == length
        assert not line.is_at_risk
        assert availability.allocation_of(line.id, "reservation") is not None

"""Making the demo cluster: the houses with what stands in them, then their months, act by act in the order of time."""

from __future__ import annotations

import random
import unicodedata
import zlib
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal

from sqlalchemy import update

from config.settings import Settings
from service_app import create_app
from service_app.accounts import operations as accounts
from service_app.accounts.models import Account
from service_app.catalogue.characteristics import EndOfLife, Facilities, Function, Geometry, Properties
from service_app.catalogue.models import Plan
from service_app.catalogue.operations import Handling, ProductFacts, create_product, photograph_product
from service_app.catalogue.plan_operations import PlanFacts, Tier, create_plan
from service_app.catalogue.repair_categories import BY_NAME
from service_app.charges.pricing import nth_anchor
from service_app.core import clock, tenancy
from service_app.core.access import Actor, staff
from service_app.core.db import Database, narrow, session
from service_app.core.i18n import LANGUAGES
from service_app.core.jobs import Job
from service_app.customers.contact import PostalAddress
from service_app.customers.models import Customer
from service_app.customers.operations import CustomerFacts, give_consent, register_customer
from service_app.demo import cast, drawn, homeward, lives, mended, recovered, repaired, ridden, scanned, worded
from service_app.demo.cast import House, Thing
from service_app.demo.history import Months
from service_app.demo.visits import Visits
from service_app.items import availability
from service_app.items.operations import ItemFacts, add_photo, put_on_bench, take_in_item
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workorders.operations.plans import create_plan as create_care_plan
from service_app.workshops.models import Cluster, ClusterMember, Member, Workshop
from service_app.workshops.operations.calendar import add_exception, set_hours
from service_app.workshops.operations.house import publish_terms

LONG_AGO = 170
SEED = 20261124


def load(settings: Settings) -> Iterator[str]:
    """Fill an empty database; a line of progress for each workshop."""
    app = create_app(settings)
    with app.app_context():
        people = _found_cluster(app.database)
        for house in cast.HOUSES:
            yield f"{house.name}: {_raise_house(app.database, house, people, settings)} contracts"
    app.database.engine.dispose()


def _found_cluster(database: Database) -> dict[str, Account]:
    with database.transaction(tenancy.platform("demo: the cluster")):
        cluster = Cluster(name="Brussels")
        session().add(cluster)
        people = {
            person.email: accounts.create_account(
                email=person.email, name=person.name, password=cast.PASSWORD, language=person.language
            )
            for person in cast.PEOPLE
        }
        session().flush()
        for person in cast.PEOPLE:
            if person.is_coordinator:
                account_id = people[person.email].id
                session().add(ClusterMember(cluster_id=cluster.id, account_id=account_id, role="coordinator"))
        return people


def _raise_house(database: Database, house: House, people: dict[str, Account], settings: Settings) -> int:
    chance = random.Random(f"{SEED}{house.slug}")
    with database.transaction(tenancy.platform("demo: a workshop")):
        workshop = _open_workshop(house)
        today = clock.today(workshop.zone)
        with clock.travelled(clock.at_local(today - timedelta(days=LONG_AGO + 1), time(9), workshop.zone)):
            members = _let_people_in(house, people)
        boss = next(actor for actor in members if actor.role == "owner")
        with clock.travelled(clock.at_local(today - timedelta(days=LONG_AGO), time(9), workshop.zone)):
            set_hours(boss, workshop, {day: [(time(9), time(18))] for day in house.open_days})
            publish_terms(boss, cast.TERMS)
            plans = [_stock(boss, thing, chance, today, house) for thing in house.things]
            customers = _customers(boss, chance)
            if any(thing.repair_category for thing in house.things):
                repaired.take_in(boss)
        _dated_exceptions(boss, workshop, today)
        lived = _live(boss, members, workshop, customers, chance, house) if house.slug == lives.PLACE else 0
        _forget_jobs()
        months = Months(house, workshop, members, plans, customers, chance, settings)
        months.live()
        Visits(boss, workshop, house, customers, chance, months.deliver).live()
        scanned.count_and_report(boss, workshop.language)
        mended.repair(boss, months.bench, customers, workshop.language)
        homeward.bring(boss, customers, workshop.language)
        recovered.recover(boss, months.bench, plans[0].product, workshop.language)
        ridden.ride(boss, workshop, customers, chance)
        worded.word(boss, workshop, customers)
        return months.count + lived


def _live(
    boss: Actor,
    members: list[Actor],
    workshop: Workshop,
    customers: list[Customer],
    chance: random.Random,
    house: House,
) -> int:
    """The contracts in the middle of their lives; their things and plans were there before them."""
    today = clock.today(workshop.zone)
    counter = next((one for one in members if one.role == "counter"), boss)
    with clock.travelled(clock.at_local(today - timedelta(days=LONG_AGO), time(9), workshop.zone)):
        plan, seats = (_stock(boss, thing, chance, today, house) for thing in (lives.BIKE, lives.SEAT))
        year = lives.a_year_plan(boss, plan.product)
    told = lives.Lives(boss, counter, plan, year, customers, today, workshop.zone)
    told.pass_all()
    told.kits(availability.bookable_items(seats.product))
    return told.count


def _open_workshop(house: House) -> Workshop:
    cluster = session().query(Cluster).one()
    workshop = Workshop(
        cluster_id=cluster.id, slug=house.slug, name=house.name, name_second=house.second, craft=house.craft,
        language=house.language, brand=house.brand, street=house.street, postcode=house.postcode, city=house.city,
        phone=house.phone, email=f"bonjour@{house.slug}.example",
    )  # fmt: skip
    session().add(workshop)
    session().flush()
    session().refresh(workshop)
    narrow(workshop.id)
    return workshop


def _let_people_in(house: House, people: dict[str, Account]) -> list[Actor]:
    actors = []
    for person in cast.PEOPLE:
        role = person.roles.get(house.slug)
        if role is not None:
            account = people[person.email]
            session().add(Member(account_id=account.id, role=role))
            actors.append(staff(account.name, account.id, role))
    session().flush()
    return actors


def _dated_exceptions(boss: Actor, workshop: Workshop, today: date) -> None:
    year_end = date(today.year, 12, 24)
    add_exception(boss, workshop, (year_end, date(today.year, 12, 26)), None, "Noël / Kerstmis")
    add_exception(boss, workshop, (date(today.year, 12, 31),) * 2, (time(9), time(13)), "Réveillon / Oudejaar")


def _texts(three: tuple[str, str, str]) -> dict[str, str]:
    return {code: text for code, text in zip(LANGUAGES, three, strict=True) if text}


def _stock(boss: Actor, thing: Thing, chance: random.Random, today: date, house: House) -> Plan:
    product = create_product(boss, _product_facts(thing))
    photograph_product(boss, product, drawn.picture(thing.code, thing.category, house.brand), f"{thing.code}.png")
    plan = create_plan(boss, product, _plan_facts(thing))
    if thing.care_months:
        names = {"fr": "Entretien", "nl": "Onderhoud", "en": "Service"}
        checks = tuple(
            {"code": f"c{n}", "text": _texts(check), "kind": "tick"} for n, check in enumerate(thing.checks, start=1)
        )
        facts_of_care = CarePlanFacts(names, thing.care_months, checklist=checks, severity="stop_lending", late_days=60)
        create_care_plan(boss, product, facts_of_care)
    for number in range(thing.items):
        age = chance.choice(thing.ages)
        facts = ItemFacts(
            tag=f"{thing.code}-{number + 1:02d}",
            serial=f"{chance.randrange(10**6):06d}" if thing.brand else "",
            grade=chance.choice("AABBBC"),
            place=f"{chance.choice(('Rack', 'Cave', 'Vitrine'))} {chance.randrange(1, 6)}",
            acquired_on=_acquired(thing, number, today, chance),
            year_made=today.year - age,
            meter=chance.randrange(200, 6000) if thing.meter else None,
            owner_name="Fonds Be Circular" if chance.random() < 0.06 else None,
            cost_amount=Decimal(thing.value) * Decimal("0.7"),
        )
        item = take_in_item(boss, product, facts)
        if number == 0:
            add_photo(boss, item, drawn.picture(item.tag, thing.category, house.brand), f"{item.tag}.png")
        if number == 4 and thing is not lives.BIKE:
            put_on_bench(boss, item)
    return plan


def _acquired(thing: Thing, number: int, today: date, chance: random.Random) -> date:
    """Long ago; for the second of a thing so that its care is due in these days."""
    if number == 1 and thing.care_months:
        due = today + timedelta(days=chance.randrange(-1, 6))
        return nth_anchor(due, due.day, -thing.care_months * (LONG_AGO // (28 * thing.care_months) + 1))
    return today - timedelta(days=LONG_AGO + chance.randrange(30, 700))


def _product_facts(thing: Thing) -> ProductFacts:
    length, width, height, mass = thing.size
    checks = tuple({"code": f"{n}-check", "text": _texts(check)} for n, check in enumerate(thing.checks, start=1))
    return ProductFacts(
        code=thing.code,
        name=_texts(thing.names),
        brand=thing.brand,
        category=thing.category,
        repair_category_id=BY_NAME[thing.repair_category].id if thing.repair_category else None,
        geometry=Geometry(length, width, height, mass, length * width * height // 1000 or None),
        properties=Properties(
            tuple({"material": code, "share": share} for code, share in thing.materials.items()), thing.hazards
        ),
        function=Function(_texts(thing.function), thing.unit),
        facilities=Facilities(thing.bench, (), thing.skills),
        end_of_life=EndOfLife(thing.route),
        handling=Handling(
            30,
            60,
            Decimal(thing.value),
            thing.meter,
            thing.accessories,
            checks,
            checks,
            thing.category,
            tuple({"part": part, "amount": Decimal(amount)} for part, amount in cast.REPAIRS.get(thing.category, ())),
        ),
    )


def _plan_facts(thing: Thing) -> PlanFacts:
    if thing.is_monthly:
        name = {"fr": "Au mois", "nl": "Per maand", "en": "By the month"}
        return PlanFacts(
            code=f"{thing.code}-M", name=name, pricing="monthly", monthly_amount=thing.amount,
            deposit_amount=Decimal(thing.deposit), notice_days=30, min_term_months=3 if thing is lives.BIKE else None,
            rules=lives.RULES if thing is lives.BIKE else cast.MONTHLY_RULES,
        )  # fmt: skip
    name = {"fr": "À la journée", "nl": "Per dag", "en": "By the day"}
    tiers = thing.price if isinstance(thing.price, dict) else {}
    first = Decimal(next(iter(tiers.values())))
    return PlanFacts(
        code=f"{thing.code}-J", name=name, tiers=tuple(Tier(days, Decimal(amount)) for days, amount in tiers.items()),
        deposit_amount=Decimal(thing.deposit), late_amount=first / 2, late_cap_amount=Decimal(thing.deposit) or None,
        rules=cast.DAILY_RULES,
    )  # fmt: skip


def _customers(boss: Actor, chance: random.Random) -> list[Customer]:
    found = []
    for name, language, street, postcode, city in chance.sample(cast.CUSTOMERS, 14):
        address = PostalAddress(street, postcode, city, "BE", "")
        found.append(register_customer(boss, _person(name, language), address))
    for name, contact, language, street, postcode, city in chance.sample(cast.ORGANISATIONS, 3):
        facts = CustomerFacts(
            kind="organisation",
            name=name,
            contact_name=contact,
            email=_email(name),
            phone=_phone(name),
            language=language,
        )
        found.append(register_customer(boss, facts, PostalAddress(street, postcode, city, "BE", "")))
    give_consent(boss, found[0], "news", "counter")
    return found


def _person(name: str, language: str) -> CustomerFacts:
    return CustomerFacts(name=name, email=_email(name), phone=_phone(name), language=language)


def _phone(name: str) -> str:
    """A number of a shape that can be called, in a block that nobody has."""
    return f"0460 00 {zlib.crc32(name.encode()) % 90 + 10} {len(name):02d}"


def _email(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i"))
    plain = "".join(sign for sign in bare if sign.isascii() and (sign.isalpha() or sign == " "))
    return f"{'.'.join(plain.split())}@example.be"


def _forget_jobs() -> None:
    """What happened long ago needs no letter today."""
    session().execute(
        update(Job).where(Job.state == "ready").values(state="cancelled").execution_options(synchronize_session=False)
    )

"""Who comes to the workshop: people with skills and hours, benches, services, and appointments before, today and ahead, one
of them hit by an absence, and somebody who waits. All by the operations people use."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta

from sqlalchemy import select

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment, Service
from service_app.bookings.operations import absences, setup, waiting
from service_app.bookings.operations.setup import ResourceFacts, ServiceFacts
from service_app.core import access, clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.customers.models import Customer
from service_app.demo.cast import House
from service_app.workshops.models import Member, Workshop

BEFORE, AHEAD = 2, 6
HELPERS = {"fr": ("Malika B.", "Étienne V."), "nl": ("Lotte D.", "Yusuf A."), "en": ("Malika B.", "Yusuf A.")}
BENCHES = {"fr": "Établi 2", "nl": "Werkbank 2", "en": "Bench 2"}
VANS = {"fr": "Camionnette", "nl": "Bestelwagen", "en": "Van"}

CARE = ServiceFacts(
    code="care", kind="care", minutes=45, step_minutes=15, after_minutes=15, needs=("bench",), lead_minutes=1440,
    change_minutes=1440, no_show="block", lets_choose=True,
    name={"fr": "Entretien complet", "nl": "Volledig onderhoud", "en": "Full service"},
    description={
        "fr": "Contrôle, réglages et petites pièces. Comptez trois quarts d’heure ; vous pouvez attendre sur place.",
        "nl": "Nakijken, afstellen en kleine onderdelen. Reken op drie kwartier; u kunt ter plaatse wachten.",
        "en": "Check, adjustments and small parts. It takes three quarters of an hour; you can wait here.",
    },
)  # fmt: skip
FETCH = ServiceFacts(
    code="pickup", kind="return", minutes=30, step_minutes=30, before_minutes=30, after_minutes=30, needs=("vehicle",),
    place="pickup", lead_minutes=2880, change_minutes=1440,
    name={"fr": "Enlèvement à domicile", "nl": "Ophaling aan huis", "en": "Collection at home"},
    description={
        "fr": "Nous venons chercher chez vous ce que vous rendez ou faites réparer.",
        "nl": "We halen bij u op wat u teruggeeft of laat herstellen.",
        "en": "We fetch from your home what you return or have repaired.",
    },
)  # fmt: skip
SAID = {
    "fr": (
        "Le frein avant grince.",
        "La lumière clignote puis s’éteint.",
        "Je ne sais pas, ça fait un drôle de bruit.",
        "",
    ),
    "nl": (
        "De voorrem piept.",
        "Het licht knippert en valt dan uit.",
        "Ik weet het niet, het maakt een raar geluid.",
        "",
    ),
    "en": ("The front brake squeals.", "The light flickers and goes out.", "No idea, it makes a strange noise.", ""),
}


class Visits:
    """The appointments of a workshop, made day by day in their order."""

    def __init__(
        self, boss: Actor, workshop: Workshop, house: House, customers: Sequence[Customer], chance: random.Random,
        deliver: Callable[[], None],
    ) -> None:  # fmt: skip
        self.boss, self.workshop, self.house, self.chance, self.deliver = boss, workshop, house, chance, deliver
        self.customers = list(customers)
        self.passed = 0
        self.today, self.now = clock.today(workshop.zone), clock.now()

    def live(self) -> None:
        """Everything up to now, and what is booked ahead."""
        with clock.travelled(clock.at_local(self.today - timedelta(days=30), time(9), self.workshop.zone)):
            self._set_up()
        services = [service for service in queries.list_services() if service.code != "pickup"]
        for away in range(-BEFORE, AHEAD):
            self._fill(self.today + timedelta(days=away), services)
        if self.house.slug == "senne":
            self._trouble()

    def _set_up(self) -> None:
        setup.furnish(self.boss)
        language = self.workshop.language
        skills = [skill for thing in self.house.things for skill in thing.skills][:2] or ["atelier"]
        owner = next(row for row in queries.list_resources() if row.kind == "person")
        setup.change_resource(
            self.boss, owner, None, ResourceFacts(owner.name, "person", owner.member_id, skills={skills[0]: 2})
        )
        workers = select(Member).where(Member.role.in_(("technician", "counter")), Member.is_active).order_by(Member.id)
        for place, member in enumerate(session().scalars(workers).all()):
            known = {skills[-1]: 2, skills[0]: 3} if member.role == "technician" else {skills[0]: 1}
            week = {day: [(time(9), time(13))] for day in (1, 3, 5)} if place else {}
            setup.create_resource(
                self.boss, ResourceFacts(member.account.name, "person", member.id, skills=known, hours=week)
            )
        for name in HELPERS[language]:
            hours = {day: [(time(13), time(18))] for day in (2, 4, 5)}
            setup.create_resource(self.boss, ResourceFacts(name, "person", skills={skills[0]: 2}, hours=hours))
        setup.create_resource(self.boss, ResourceFacts(BENCHES[language], "bench"))
        setup.create_resource(self.boss, ResourceFacts(VANS[language], "vehicle"))
        setup.create_service(self.boss, ServiceFacts(**{**vars(CARE), "skill": skills[0], "skill_level": 2}))
        setup.create_service(self.boss, FETCH)

    def _fill(self, day: date, services: Sequence[Service]) -> None:
        """Two to five appointments of a day, booked a few days before."""
        for _place in range(self.chance.randrange(2, 6)):
            service = self.chance.choice(services)
            before = min(clock.at_local(day - timedelta(days=3), time(20), self.workshop.zone), self.now)
            with clock.travelled(before):
                made = self._book(service, day)
                self.deliver()
            if made is not None and made.starts_at < self.now:
                self._pass(made)

    def _book(self, service: Service, day: date) -> Appointment | None:
        found = queries.find_slots(service, day, day, by_staff=True)
        if not found:
            return None
        customer = self.chance.choice(self.customers)
        note = self.chance.choice(SAID[customer.language])
        if self.chance.random() < 0.4:
            actor, source = access.customer(customer.name), "public"
            open_to_all = queries.find_slots(service, day, day)
            found = [slot for slot in found if slot in open_to_all] or found
        else:
            actor, source = self.boss, "staff"
        try:
            with session().begin_nested():
                held = operations.hold_slot(actor, service, self.chance.choice(found).starts_at)
                return operations.book(actor, held, customer, note=note, source=source)
        except Refusal:
            session().expire_all()
            return None

    def _pass(self, made: Appointment) -> None:
        """What became of it by now."""
        # of the first two one stayed away and one was cancelled, so that there is one of each; then it is left to chance
        luck = {0: 0.0, 1: 0.1}.get(self.passed, self.chance.random())
        self.passed += 1
        if luck < 0.08 and made.starts_at + timedelta(minutes=30) < self.now:
            with clock.travelled(made.starts_at + timedelta(minutes=25)):
                operations.mark_no_show(self.boss, made)
            return
        if luck < 0.15:
            with clock.travelled(made.starts_at - timedelta(hours=20)):
                operations.cancel(self.boss, made)
                self.deliver()
            return
        with clock.travelled(min(self.now, made.starts_at + timedelta(minutes=self.chance.randrange(-3, 8)))):
            operations.arrive(self.boss, made)
        if made.ends_at < self.now:
            with clock.travelled(made.ends_at):
                operations.finish(self.boss, made)

    def _trouble(self) -> None:
        """The van is at the garage, so somebody waits for a collection; a technician falls ill the day after tomorrow."""
        resources = queries.list_resources()
        van = next(row for row in resources if row.kind == "vehicle")
        start = clock.at_local(self.today, time(8), self.workshop.zone)
        absences.enter_absence(self.boss, van, start, start + timedelta(days=8), "broken")
        customer = self.customers[0]
        first = self.today + timedelta(days=3)
        waiting.join_waiting(self.boss, queries.get_service("pickup"), customer, first, first + timedelta(days=3))
        ill = next((row for row in resources if row.kind == "person" and row.skills and row.member_id), None)
        day = self.today + timedelta(days=2)
        if ill is not None:
            hours = clock.day_bounds(day, self.workshop.zone)
            absences.enter_absence(self.boss, ill, *hours, "ill")
        self.deliver()

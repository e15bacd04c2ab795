"""Who is in the demo: people, workshops and what they rent out. All of it invented, but for the mix of repairs."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from service_app.catalogue.rules import PlanRules

PASSWORD = "un tandem pour la Senne"
MIX = Path(__file__).parent / "repair_mix.csv"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in: their roles by workshop; the coordinator has none."""

    name: str
    email: str
    language: str
    roles: dict[str, str]
    title: str
    is_offered: bool = True
    is_coordinator: bool = False


PEOPLE = (
    Person("Inès Moreau", "ines@demo.ronde.example", "fr", {"senne": "owner"}, "owner at Vélo Senne"),
    Person("Joris Peeters", "joris@demo.ronde.example", "nl", {"senne": "counter"}, "counter at Vélo Senne"),
    Person("Samira Haddad", "samira@demo.ronde.example", "fr", {"senne": "technician", "courant": "technician"}, "technician at two workshops"),
    Person("Bart Willems", "bart@demo.ronde.example", "nl", {"lumen": "owner"}, "owner at Lumen"),
    Person("Nadia El Amrani", "nadia@demo.ronde.example", "fr", {"lumen": "counter"}, "counter at Lumen", False),
    Person("Claire Dubois", "claire@demo.ronde.example", "fr", {"bois": "owner"}, "owner at Bois Vivant"),
    Person("Pieter Claes", "pieter@demo.ronde.example", "nl", {"bois": "manager", "senne": "driver"}, "manager at Bois Vivant"),
    Person("Fatou Ndiaye", "fatou@demo.ronde.example", "fr", {"courant": "owner"}, "owner at Courant"),
    Person("Luc Janssens", "luc@demo.ronde.example", "nl", {"courant": "accountant", "senne": "auditor"}, "accountant and auditor", False),
    Person("Emma Carlier", "emma@demo.ronde.example", "en", {}, "coordinator of the cluster", True, True),
)  # fmt: skip


def offered() -> list[tuple[str, str]]:
    """(who, e-mail) of those who can be tried."""
    return [(f"{person.name}, {person.title}", person.email) for person in PEOPLE if person.is_offered]


@dataclass(frozen=True)
class Thing:
    """A product, its plan and how many items there are of it. `price` is the tiers {from day: a day} or the monthly
    amount."""

    code: str
    names: tuple[str, str, str]
    category: str
    items: int
    price: dict[int, str] | str
    deposit: str
    brand: str = ""
    value: str = "200"
    size: tuple[int, int, int, int] = (400, 300, 300, 4000)
    materials: dict[str, int] = field(default_factory=dict)
    hazards: tuple[str, ...] = ()
    unit: str = "day"
    function: tuple[str, str, str] = ("", "", "")
    bench: str = ""
    skills: tuple[str, ...] = ()
    route: str = "refurbish"
    accessories: tuple[str, ...] = ()
    checks: tuple[tuple[str, str, str], ...] = ()
    care_months: int = 0
    meter: str | None = None
    ages: tuple[int, ...] = (1, 2, 3, 4)
    repair_category: str = ""

    @property
    def is_monthly(self) -> bool:
        """Whether it is rented by the month."""
        return isinstance(self.price, str)

    @property
    def amount(self) -> Decimal:
        """The monthly amount."""
        return Decimal(str(self.price))


# What it costs to put a part right, by category; proposed at an inspection.
REPAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "vélo": (("Selle", "38"), ("Roue avant", "64"), ("Éclairage", "29"), ("Caisse", "120")),
    "remorque": (("Timon", "75"), ("Bâche", "48"), ("Roue", "42")),
    "podium": (("Lentille", "65"), ("Étrier", "22"), ("Boîtier", "90")),
    "siège": (("Assise", "34"), ("Dossier", "41"), ("Pied", "18")),
    "table": (("Plateau", "70"), ("Charnière", "16")),
}


@dataclass(frozen=True)
class House:
    """A workshop."""

    slug: str
    name: str
    second: str | None
    craft: str
    language: str
    brand: str | None
    street: str
    postcode: str
    city: str
    phone: str
    things: tuple[Thing, ...]
    open_days: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    rentals: int = 26


DAILY_RULES = PlanRules(solidarity_percent=30, early_refund="unused")
MONTHLY_RULES = PlanRules(
    kind="subscription", solidarity_percent=30, early_refund="unused", pause_days_per_year=30, buy_out_from_months=12,
    buy_out_base="aged", service_hours=72,
)  # fmt: skip

_BRAKES = ("Freins", "Remmen", "Brakes")
_LIGHTS = ("Éclairage", "Verlichting", "Lights")
_CABLE = ("Câble intact", "Kabel onbeschadigd", "Cable undamaged")
_CLEAN = ("Propre", "Proper", "Clean")

BIKES = (
    Thing("CB-L", ("Vélo cargo long", "Lange bakfiets", "Long cargo bike"), "vélo", 6, {1: "38", 3: "30", 7: "22.50"}, "150", "Douze", "4200",
          (2600, 700, 1150, 38_000), {"aluminium": 55, "steel": 20, "rubber": 8, "li_ion_battery": 7}, ("battery",), "day",
          ("Transporter des enfants ou 100 kg", "Kinderen of 100 kg vervoeren", "Carry children or 100 kg"), "Vélo", ("mécanique vélo", "vélo électrique"),
          "refurbish", ("cadenas", "deux clés", "chargeur"), (_BRAKES, _LIGHTS), 6, "km"),
    Thing("CB-S", ("Vélo cargo court", "Korte bakfiets", "Short cargo bike"), "vélo", 4, {1: "32", 3: "26", 7: "19"}, "150", "Omnium", "3400",
          (2100, 650, 1100, 27_000), {"steel": 62, "aluminium": 18, "rubber": 9}, (), "day",
          ("Livrer en ville", "Leveren in de stad", "Deliver in town"), "Vélo", ("mécanique vélo",), "refurbish", ("cadenas", "chargeur"), (_BRAKES, _LIGHTS), 6, "km"),
    Thing("VP", ("Vélo pliant", "Plooifiets", "Folding bike"), "vélo", 8, {1: "12", 7: "8"}, "80", "Brompton", "1300",
          (585, 270, 565, 12_000), {"steel": 70, "aluminium": 15, "rubber": 8}, (), "day",
          ("Combiner train et vélo", "Trein en fiets combineren", "Train and bike together"), "Vélo", ("mécanique vélo",), "redeploy", ("cadenas",), (_BRAKES,), 12),
    Thing("VE", ("Vélo enfant 20 pouces", "Kinderfiets 20 inch", "Child bike 20 inch"), "vélo", 6, "9.50", "40", "Woom", "380",
          (1400, 550, 900, 8_000), {"aluminium": 72, "rubber": 12}, (), "month",
          ("Un vélo qui grandit avec l’enfant", "Een fiets die meegroeit", "A bike that grows with the child"), "Vélo", ("mécanique vélo",), "redeploy", (), (_BRAKES,), 12),
    Thing("RM", ("Remorque", "Aanhangwagen", "Trailer"), "remorque", 3, {1: "15", 3: "11"}, "60", "Carla", "900",
          (1500, 800, 600, 22_000), {"aluminium": 60, "wood": 20}, (), "day", ("Déménager à vélo", "Verhuizen per fiets", "Move house by bike"), "Vélo", (), "refurbish", ("attache",), (), 12),
)  # fmt: skip

LIGHT = (
    Thing("BUR", ("Lumière de bureau, 500 lux", "Kantoorlicht, 500 lux", "Office light, 500 lux"), "armatuur", 24, "6.80", "0", "Etap", "310",
          (1500, 200, 60, 5_200), {"aluminium": 48, "steel": 22, "electronics": 14, "polycarbonate": 16}, (), "lit_hour",
          ("500 lux sur le plan de travail", "500 lux op het werkvlak", "500 lux on the desk"), "Elektro", ("elektrische veiligheid",), "harvest", (), (_CABLE,), 12),
    Thing("VIT", ("Lumière de vitrine", "Etalageverlichting", "Shop-window light"), "armatuur", 14, "9.20", "0", "Modular", "420",
          (300, 120, 120, 1_900), {"aluminium": 64, "electronics": 18, "glass": 18}, (), "lit_hour",
          ("Mettre en valeur une vitrine", "Een etalage in de kijker", "Show a shop window"), "Elektro", ("elektrische veiligheid",), "harvest", (), (_CABLE,), 12),
    Thing("SCN", ("Projecteur de scène LED", "Ledspot voor podium", "LED stage light"), "podium", 10, {1: "18", 3: "14", 7: "10"}, "100", "Cameo", "650",
          (330, 300, 300, 6_400), {"aluminium": 46, "steel": 24, "electronics": 20}, (), "day",
          ("Éclairer une fête de quartier", "Een buurtfeest verlichten", "Light a street party"), "Elektro", ("elektrische veiligheid",), "refurbish", ("klem", "veiligheidskabel"), (_CABLE,), 6),
)  # fmt: skip

FURNITURE = (
    Thing("CHO", ("Lot de 12 chaises en chêne", "Set van 12 eiken stoelen", "Set of 12 oak chairs"), "siège", 6, {1: "36", 3: "28", 7: "18"}, "120", "", "1460",
          (900, 600, 1800, 66_000), {"wood": 86, "cotton": 8, "steel": 6}, (), "seat",
          ("Douze personnes assises", "Twaalf mensen zitten", "Twelve people seated"), "Bois", ("menuiserie", "tapisserie"), "refurbish", (), (_CLEAN,), 12),
    Thing("TBL", ("Table pliante 180 cm", "Plooitafel 180 cm", "Folding table 180 cm"), "table", 12, {1: "9", 3: "7", 7: "4.50"}, "30", "", "160",
          (1800, 760, 60, 14_000), {"plywood": 70, "steel": 30}, (), "day", ("Une table pour huit", "Een tafel voor acht", "A table for eight"), "Bois", ("menuiserie",), "redeploy", (), (_CLEAN,)),
    Thing("BUR-R", ("Bureau réglable reconditionné", "Herwerkt zit-stabureau", "Refurbished sit-stand desk"), "bureau", 9, "14", "60", "Vepa", "480",
          (1600, 800, 750, 42_000), {"particle_board": 45, "steel": 45, "motor": 5}, (), "month",
          ("Travailler assis ou debout", "Zittend of staand werken", "Work seated or standing"), "Bois", ("menuiserie", "sécurité électrique"), "refurbish", (), (_CABLE,), 12),
    Thing("ARM", ("Armoire d’enfant évolutive", "Meegroeikast", "Child’s wardrobe that grows"), "rangement", 5, "11", "50", "", "390",
          (1000, 500, 1700, 48_000), {"plywood": 92, "steel": 8}, (), "month", ("Ranger, de zéro à dix ans", "Opbergen, van nul tot tien", "Storage from nought to ten"), "Bois", ("menuiserie",), "redeploy", (), (), 24),
)  # fmt: skip

_CATEGORY: dict[str, tuple[str, str, str]] = {
    "Vacuum": ("Aspirateur", "Stofzuiger", "Vacuum cleaner"),
    "Coffee maker": ("Cafetière", "Koffiezetapparaat", "Coffee maker"),
    "Small kitchen item": ("Robot de cuisine", "Keukenapparaat", "Kitchen appliance"),
    "Large home electrical": ("Lave-linge", "Wasmachine", "Washing machine"),
    "Power tool": ("Outil électrique", "Elektrisch gereedschap", "Power tool"),
    "Hi-Fi integrated": ("Chaîne hi-fi", "Stereoketen", "Stereo"),
    "Sewing machine": ("Machine à coudre", "Naaimachine", "Sewing machine"),
    "Food processor": ("Blender", "Blender", "Food processor"),
    "Iron": ("Fer à repasser", "Strijkijzer", "Iron"),
}


def appliances() -> tuple[Thing, ...]:
    """Household appliances in the mix in which people bring them to be repaired: by category and brand, as many items and
    as old as the counts say. See ATTRIBUTION.md."""
    with MIX.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] in _CATEGORY]
    return tuple(_appliance(number, row) for number, row in enumerate(rows[:16], start=1))


def _appliance(number: int, row: dict[str, Any]) -> Thing:
    names, age = _CATEGORY[row["category"]], int(row["median_age_years"] or 6)
    is_large = row["category"] == "Large home electrical"
    brand, repairs = str(row["brand"]), int(row["repairs"])
    return Thing(
        code=f"EL-{number:02d}",
        names=(f"{names[0]} {brand}", f"{names[1]} {brand}", f"{names[2]} {brand}"),
        category=names[0],
        items=max(1, repairs // 8),
        price="19" if is_large else {1: "8", 3: "6", 7: "3.50"},
        deposit="60" if is_large else "25",
        brand=brand,
        value="520" if is_large else "140",
        size=(600, 600, 850, 68_000) if is_large else (380, 300, 320, 4_800),
        materials={"steel": 45, "abs": 25, "copper": 8, "motor": 12}
        if is_large
        else {"abs": 52, "steel": 20, "motor": 16, "cable": 6},
        unit="cycle" if is_large else "use",
        function=("Servir plusieurs ménages", "Meerdere gezinnen helpen", "Serve several households"),
        bench="Électro",
        skills=("sécurité électrique", "réparation d’électroménager"),
        route="harvest",
        checks=(_CABLE, _CLEAN),
        care_months=12 if is_large else 0,
        ages=(max(1, age - 2), age, age + 3),
        repair_category=str(row["category"]),
    )


HOUSES = (
    House("senne", "Vélo Senne", "Fiets Zenne", "bikes", "fr", "#1f6a5c", "Quai du Hainaut 41", "1080", "Molenbeek-Saint-Jean", "02 410 33 20", BIKES, rentals=34),
    House("lumen", "Lumen", None, "light as a service", "nl", "#8a4b00", "Barastraat 173", "1070", "Anderlecht", "02 522 18 74", LIGHT, (0, 1, 2, 3, 4), 22),
    House("bois", "Bois Vivant", "Levend Hout", "furniture", "fr", "#6a3d1f", "Rue Gallait 80", "1030", "Schaerbeek", "02 215 46 09", FURNITURE, (1, 2, 3, 4, 5), 26),
    House("courant", "Courant", "Stroom", "household appliances", "fr", "#7a2048", "Chaussée de Forest 196", "1060", "Saint-Gilles", "02 538 90 61", appliances(), rentals=30),
)  # fmt: skip

CUSTOMERS = (
    ("Nora Lemmens", "nl", "Bergensesteenweg 214", "1070", "Anderlecht"), ("Awa Diallo", "fr", "Rue Haute 12", "1000", "Bruxelles"),
    ("Jan Van den Bossche", "nl", "Vlaamsesteenweg 88", "1000", "Brussel"), ("Leïla Bensaïd", "fr", "Rue Josaphat 131", "1030", "Schaerbeek"),
    ("Tom Hendrickx", "nl", "Dansaertstraat 7", "1000", "Brussel"), ("Chloé Lambert", "fr", "Avenue Louise 303", "1050", "Ixelles"),
    ("Mehmet Yılmaz", "fr", "Chaussée de Haecht 96", "1210", "Saint-Josse"), ("Sofie Maes", "nl", "Jetselaan 21", "1090", "Jette"),
    ("Grace O’Neill", "en", "Rue de la Loi 155", "1040", "Etterbeek"), ("Olivier Renard", "fr", "Rue du Bailli 44", "1050", "Ixelles"),
    ("Hanne De Smet", "nl", "Leopold II-laan 60", "1080", "Sint-Jans-Molenbeek"), ("Youssef Amrani", "fr", "Rue Delaunoy 58", "1080", "Molenbeek-Saint-Jean"),
    ("Zoë Vandamme", "nl", "Waterloosesteenweg 512", "1060", "Sint-Gillis"), ("Marta Kowalska", "en", "Place Flagey 18", "1050", "Ixelles"),
    ("Karim Belkacem", "fr", "Rue de Mérode 201", "1060", "Saint-Gilles"), ("Elise Wouters", "nl", "Gentsesteenweg 330", "1082", "Sint-Agatha-Berchem"),
    ("Paul Delvaux", "fr", "Avenue Brugmann 77", "1190", "Forest"), ("Aïcha Toure", "fr", "Rue Marie-Christine 40", "1020", "Laeken"),
    ("Wim Goossens", "nl", "Houba de Strooperlaan 12", "1020", "Laken"), ("Julie Petit", "fr", "Rue Vanderkindere 250", "1180", "Uccle"),
)  # fmt: skip

ORGANISATIONS = (
    ("Les Halles de Schaerbeek", "Amélie Noël", "fr", "Rue Royale Sainte-Marie 22", "1030", "Schaerbeek"),
    ("GC De Markten", "Stijn Aerts", "nl", "Oude Graanmarkt 5", "1000", "Brussel"),
    ("École des Étangs", "Hassan Boukili", "fr", "Rue des Pêcheries 3", "1170", "Watermael-Boitsfort"),
    ("Crèche Petit Prince ASBL", "Mireille Kanza", "fr", "Rue de l’Instruction 9", "1070", "Anderlecht"),
    ("Studio Kanal", "Rik Verbruggen", "nl", "Akenkaai 2", "1000", "Brussel"),
)  # fmt: skip

TERMS = {
    "fr": "Vous prenez soin de ce que vous louez comme si c’était à vous.\n\nVous le rendez à l’heure convenue. Passé le délai, chaque jour d’ouverture est compté, jamais plus que le plafond du contrat.\n\nNous réparons l’usure normale sans frais. Ce qui est abîmé ou perdu est compté à son juste coût, photos à l’appui; vous avez sept jours pour contester.\n\nLa caution vous est rendue dans les sept jours qui suivent l’inspection.",
    "nl": "U draagt zorg voor wat u huurt alsof het van uzelf is.\n\nU brengt het terug op het afgesproken uur. Daarna telt elke openingsdag, nooit meer dan het plafond van het contract.\n\nNormale slijtage herstellen wij gratis. Wat beschadigd of verloren is, rekenen wij aan tegen de echte kost, met foto’s erbij; u hebt zeven dagen om te betwisten.\n\nDe waarborg krijgt u terug binnen zeven dagen na de inspectie.",
    "en": "You look after what you rent as if it were yours.\n\nYou bring it back at the hour agreed. After that each open day counts, never more than the cap of the contract.\n\nNormal wear we mend for free. What is damaged or lost is charged at its true cost, with photos; you have seven days to object.\n\nThe deposit comes back to you within seven days of the inspection.",
}  # fmt: skip

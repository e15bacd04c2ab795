"""ONE table: the product categories of the Open Repair Data Standard (ORDS) v0.3, and how we call them in French and Dutch.

A product names its category, so that our own repairs can be counted beside those of others and given away. The list is
the standard's: numbers and English names are never ours to change. Each category says from when it is listed and until
when; one that a later list drops keeps its row with a day, for repairs of that time stay what they were.

Source: OpenRepairData_v0.3_Product_Categories.csv, published with the data of September 2023, CC BY-SA 4.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service_app.core import i18n, search

_V03 = date(2023, 9, 30)


@dataclass(frozen=True)
class Category:
    """A category: its number and name in the standard, our words, and the days from and until which it is listed."""

    id: int
    name: str
    fr: str
    nl: str
    listed_on: date = _V03
    dropped_on: date | None = None

    @property
    def words(self) -> Mapping[str, str]:
        """{language: text}, as `i18n.words` takes it."""
        return {"en": self.name, "fr": self.fr, "nl": self.nl}


TABLE: tuple[Category, ...] = (
    Category(1, "Aircon/dehumidifier", "Climatiseur, déshumidificateur", "Airco, luchtontvochtiger"),
    Category(2, "Battery/charger/adapter", "Batterie, chargeur, adaptateur", "Batterij, lader, adapter"),
    Category(3, "Decorative or safety lights", "Éclairage décoratif ou de sécurité", "Sier- of veiligheidsverlichting"),
    Category(4, "Desktop computer", "Ordinateur fixe", "Vaste computer"),
    Category(5, "Digital compact camera", "Appareil photo compact", "Compactcamera"),
    Category(6, "DSLR/video camera", "Appareil photo reflex, caméra", "Spiegelreflexcamera, videocamera"),
    Category(7, "Fan", "Ventilateur", "Ventilator"),
    Category(8, "Flat screen", "Écran plat", "Plat scherm"),
    Category(9, "Hair & beauty item", "Appareil de coiffure ou de beauté", "Toestel voor haar of verzorging"),
    Category(10, "Handheld entertainment device", "Appareil de loisir à main", "Draagbaar speel- of muziektoestel"),
    Category(11, "Headphones", "Casque, écouteurs", "Hoofdtelefoon, oortjes"),
    Category(12, "Hi-Fi integrated", "Chaîne hi-fi compacte", "Stereoketen"),
    Category(13, "Hi-Fi separates", "Élément hi-fi séparé", "Los hifi-toestel"),
    Category(14, "Kettle", "Bouilloire", "Waterkoker"),
    Category(15, "Lamp", "Lampe", "Lamp"),
    Category(16, "Laptop", "Ordinateur portable", "Laptop"),
    Category(17, "Large home electrical", "Gros électroménager", "Groot huishoudtoestel"),
    Category(18, "Misc", "Divers", "Varia"),
    Category(19, "Mobile", "GSM, smartphone", "Gsm, smartphone"),
    Category(20, "Musical instrument", "Instrument de musique", "Muziekinstrument"),
    Category(21, "Paper shredder", "Destructeur de papier", "Papierversnipperaar"),
    Category(22, "PC accessory", "Accessoire d’ordinateur", "Computeraccessoire"),
    Category(23, "Portable radio", "Radio portable", "Draagbare radio"),
    Category(24, "Power tool", "Outil électrique", "Elektrisch gereedschap"),
    Category(25, "Printer/scanner", "Imprimante, scanner", "Printer, scanner"),
    Category(26, "Projector", "Projecteur", "Projector"),
    Category(27, "Sewing machine", "Machine à coudre", "Naaimachine"),
    Category(28, "Small home electrical", "Petit électroménager", "Klein huishoudtoestel"),
    Category(29, "Small kitchen item", "Petit appareil de cuisine", "Klein keukentoestel"),
    Category(30, "Tablet", "Tablette", "Tablet"),
    Category(31, "Toaster", "Grille-pain", "Broodrooster"),
    Category(32, "Toy", "Jouet", "Speelgoed"),
    Category(33, "TV and gaming-related accessories", "Accessoire de télé ou de jeu", "Accessoire voor tv of games"),
    Category(34, "Vacuum", "Aspirateur", "Stofzuiger"),
    Category(35, "Watch/clock", "Montre, horloge", "Horloge, klok"),
    Category(36, "Coffee maker", "Machine à café", "Koffiezetapparaat"),
    Category(37, "Food processor", "Robot de cuisine", "Keukenrobot"),
    Category(38, "Games console", "Console de jeux", "Spelconsole"),
    Category(39, "Hair dryer", "Sèche-cheveux", "Haardroger"),
    Category(40, "Iron", "Fer à repasser", "Strijkijzer"),
)

BY_ID: Mapping[int, Category] = {category.id: category for category in TABLE}
BY_NAME: Mapping[str, Category] = {category.name: category for category in TABLE}


def listed(on: date) -> list[Category]:
    """The categories that can be chosen on a day."""
    return [each for each in TABLE if each.listed_on <= on and (each.dropped_on is None or on < each.dropped_on)]


def named(on: date) -> list[tuple[str, str]]:
    """(number, name) of those, in the reader's language and its order: what a form offers."""
    rows = [(str(each.id), i18n.words(each.words)) for each in listed(on)]
    return sorted(rows, key=lambda row: search.words_of(row[1]))

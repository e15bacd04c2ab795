"""ONE table: what can be imported, by which columns, how a cell becomes a value, what makes a row.

What a kind is made of is told in `kind`; that of repairs stands in `repairs`.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service_app.catalogue.models import CIRCULAR_MODELS, END_OF_LIFE_ROUTES
from service_app.imports import rows, values
from service_app.imports.kind import Field, Kind
from service_app.imports.repairs import REPAIRS

_DAY = _l("a day such as 31/12/2026 or 2026-12-31")
_MONEY = _l("an amount such as 1.234,56")
_NUMBER = _l("a whole number")
_YES_NO = _l("yes or no")
_OWN_KEY = _l("the number this has in your own file; it makes a second import of the same file change nothing")

_LANGUAGE = values.choice(
    {
        "fr": ("français", "frans", "french", "francais", "f", "fra", "fre"),
        "nl": ("néerlandais", "nederlands", "dutch", "n", "nld", "dut", "vlaams", "flamand"),
        "en": ("anglais", "engels", "english", "e", "eng"),
    }
)
_PERSON_OR_ORGANISATION = values.choice(
    {
        "person": ("personne", "particulier", "persoon", "individual", "private", "privé", "privaat", "p"),
        "organisation": (
            *("organization", "company", "business", "société", "entreprise", "organisatie", "bedrijf", "firma"),
            *("association", "asbl", "vzw", "vereniging", "o", "b2b", "professional", "professionnel", "professioneel"),
        ),
    }
)
_CIRCULAR_MODEL = values.choice(
    dict(
        zip(
            CIRCULAR_MODELS,
            (
                ("circular supply", "approvisionnement circulaire", "circulaire aanvoer"),
                ("resource recovery", "récupération des ressources", "terugwinning van grondstoffen"),
                ("eco design", "écoconception", "ecodesign", "ecologisch ontwerp"),
                ("better use", "meilleure utilisation", "beter gebruik", "better use of resources"),
            ),
            strict=True,
        )
    )
)
_ROUTE = values.choice(
    dict(
        zip(
            END_OF_LIFE_ROUTES,
            (
                ("réemploi", "hergebruik", "reuse"),
                ("reconditionnement", "remettre à neuf", "opknappen", "refurbishment"),
                ("pièces", "onderdelen", "parts"),
                ("don", "donation", "schenken", "gift"),
                ("recyclage", "recyclage", "recycleren", "recyclen"),
            ),
            strict=True,
        )
    )
)

_EXTERNAL_REF_WORDS = (
    "id",
    "ref",
    "référence",
    "referentie",
    "external id",
    "identifiant",
    "your reference",
    "sleutel",
)
_REMARK_WORDS = (
    "remarque",
    "remarques",
    "opmerking",
    "opmerkingen",
    "note",
    "notes",
    "notitie",
    "comment",
    "commentaire",
)

CUSTOMERS = Kind(
    "customers",
    _l("Customers"),
    "customer:write",
    (
        Field("external_ref", _l("Your own number"), words=(
            "customer id", "client id", "klantnummer", "numéro client", "numéro de client", "customer number", "code client",
            "klant id", "klantcode", "n client", "nr", "no", *_EXTERNAL_REF_WORDS,
        ), example="1207", hint=_OWN_KEY),
        Field("name", _l("Name"), words=(
            "full name", "nom complet", "volledige naam", "nom et prénom", "naam", "customer", "client", "klant",
            "customer name", "nom du client", "klantnaam", "contact",
        ), example="Nora Lemmens", hint=_l("or the last name and first name in columns of their own")),
        Field("last_name", _l("Last name"), words=(
            "nom", "nom de famille", "achternaam", "familienaam", "surname", "family name", "lastname",
        )),
        Field("first_name", _l("First name"), words=("prénom", "voornaam", "firstname", "given name")),
        Field("organisation", _l("Organisation"), words=(
            "organization", "company", "company name", "société", "entreprise", "raison sociale", "organisatie", "bedrijf",
            "bedrijfsnaam", "firma", "association", "vereniging",
        ), hint=_l("when it is filled, the name is the person to ask for")),
        Field("kind", _l("Person or organisation"), _PERSON_OR_ORGANISATION, (
            "type", "type de client", "soort", "customer type", "klanttype", "soort klant",
        ), hint=_l("person or organisation")),
        Field("email", _l("E-mail"), values.lower_text, (
            "e mail", "mail", "courriel", "email address", "e mail address", "adresse e mail", "adresse mail",
            "adresse email", "e mailadres", "mailadres", "emailadres",
        ), example="nora.lemmens@example.be"),
        Field("phone", _l("Phone"), words=(
            "telephone", "téléphone", "tel", "tél", "gsm", "mobile", "telefoon", "telefoonnummer", "numéro de téléphone",
            "phone number", "portable", "mobiel",
        ), example="0470 12 34 56"),
        Field("vat_number", _l("VAT number"), words=(
            "vat", "vat no", "tva", "numéro de tva", "n tva", "no tva", "btw", "btw nummer", "ondernemingsnummer",
            "numéro d entreprise", "bce", "kbo",
        )),
        Field("language", _l("Language"), _LANGUAGE, (
            "langue", "taal", "lang", "preferred language", "langue préférée", "voorkeurstaal",
        ), example="nl", hint=_l("fr, nl or en")),
        Field("street", _l("Street and number"), words=(
            "rue", "straat", "adresse", "adres", "address", "street address", "rue et numéro", "straat en nummer",
            "adresse 1", "address 1",
        ), example="Bergensesteenweg 214"),
        Field("house_number", _l("House number"), words=(
            "numéro", "huisnummer", "nummer", "number", "n", "house no", "num",
        )),
        Field("postcode", _l("Postcode"), words=(
            "code postal", "cp", "postal code", "zip", "zip code", "zipcode", "postnummer", "code",
        ), example="1070"),
        Field("city", _l("City"), words=(
            "ville", "stad", "localité", "commune", "gemeente", "plaats", "town", "woonplaats",
        ), example="Anderlecht"),
        Field("country", _l("Country"), values.country, ("pays", "land", "country code", "code pays", "landcode"),
            hint=_l("two letters such as BE")),
        Field("remark", _l("Remark"), values.text, _REMARK_WORDS),
        Field("wants_reminders", _l("Wants reminders"), values.yes_no, (
            "reminders", "rappels", "herinneringen", "send reminders",
        ), hint=_YES_NO),
    ),
    needs=(("name", "last_name", "organisation"),),
    identify=rows.identify_customer,
    find_known=rows.known_customers,
    make=rows.make_customer,
)  # fmt: skip

PRODUCTS = Kind(
    "products",
    _l("Products"),
    "product:write",
    (
        Field("external_ref", _l("Your own number"), words=("product id", "article id", *_EXTERNAL_REF_WORDS),
            hint=_OWN_KEY),
        Field("code", _l("Code"), values.code, (
            "product code", "code produit", "productcode", "sku", "article", "artikelnummer", "article number", "numéro d article",
        ), example="CARGO-L", hint=_l("at most 20 letters, digits and hyphens; made from the name when empty")),
        Field("name", _l("Name"), words=(
            "product", "produit", "product name", "nom", "nom du produit", "naam", "productnaam", "désignation",
            "omschrijving", "libellé", "title", "titre", "titel", "model", "modèle",
        ), example="Vélo cargo long"),
        Field("name_fr", _l("Name in French"), words=("name fr", "nom fr", "naam fr", "nom français")),
        Field("name_nl", _l("Name in Dutch"), words=("name nl", "nom nl", "naam nl", "nederlandse naam"),
            example="Lange bakfiets"),
        Field("name_en", _l("Name in English"), words=("name en", "nom en", "naam en", "english name")),
        Field("description", _l("Description"), values.text, ("beschrijving", "details", "descriptif")),
        Field("brand", _l("Brand"), values.brand, ("marque", "merk", "manufacturer", "fabricant", "fabrikant", "make")),
        Field("category", _l("Category"), words=(
            "catégorie", "categorie", "product category", "group", "groupe", "groep", "rubrique", "family", "famille",
        ), example="cargo bike"),
        Field("circular_model", _l("Circular model"), _CIRCULAR_MODEL, ("modèle circulaire", "circulair model"),
            hint=_l("circular_supply, resource_recovery, eco_design or better_use")),
        Field("length_mm", _l("Length in mm"), values.number, ("length", "longueur", "lengte", "longueur mm", "lengte mm"),
            "2650", _NUMBER),
        Field("width_mm", _l("Width in mm"), values.number, ("width", "largeur", "breedte", "largeur mm", "breedte mm"),
            "700", _NUMBER),
        Field("height_mm", _l("Height in mm"), values.number, ("height", "hauteur", "hoogte", "hauteur mm", "hoogte mm"),
            "1100", _NUMBER),
        Field("mass_g", _l("Mass in grams"), values.number, ("mass", "masse", "massa", "poids g", "gewicht g", "weight g"),
            hint=_NUMBER),
        Field("mass_kg", _l("Mass in kilograms"), values.kilograms, (
            "weight", "poids", "gewicht", "poids kg", "gewicht kg", "weight kg", "kg",
        ), "38,5"),
        Field("storage_volume_l", _l("Storage volume in litres"), values.number, (
            "volume", "volume l", "volume de stockage", "opslagvolume",
        ), hint=_NUMBER),
        Field("materials", _l("Materials"), values.shares, ("material", "matériaux", "matière", "matières", "materialen",
            "materiaal"), "aluminium 62; steel 18; li_ion_battery 10", _l("each with its share in percent: steel 60; wood 40")),
        Field("hazard_classes", _l("Hazard classes"), values.several, ("hazards", "dangers", "gevaren", "ghs"),
            "battery", _l("codes such as GHS02 or battery")),
        Field("function", _l("Function"), words=("fonction", "functie", "use", "usage", "gebruik"),
            example="Transporter 100 kg ou deux enfants"),
        Field("service_unit", _l("Unit of service"), values.lower_text, ("unit", "unité", "eenheid", "unité de service"),
            "day", _l("day, hour, month, km, cycle, use, lit_hour, seat or piece")),
        Field("bench", _l("Bench"), words=("établi", "werkbank", "poste de travail", "werkplek")),
        Field("tools", _l("Tools"), values.several, ("outils", "outillage", "gereedschap")),
        Field("skills", _l("Skills"), values.several, ("compétences", "vaardigheden", "savoir faire")),
        Field("end_of_life_route", _l("End of life"), _ROUTE, (
            "end of life route", "fin de vie", "einde leven", "levenseinde", "eol", "route",
        ), hint=_l("redeploy, refurbish, harvest, donate or recycle")),
        Field("replacement_amount", _l("Replacement value"), values.money, (
            "replacement", "value", "valeur", "valeur de remplacement", "waarde", "vervangingswaarde", "prix", "prijs",
            "price", "new price", "prix neuf", "nieuwprijs",
        ), "4.250,00", _MONEY),
        Field("accessories", _l("Accessories"), values.several, ("accessoires", "toebehoren")),
        Field("meter_unit", _l("Counter"), words=("meter", "compteur", "teller", "meter unit"), example="km"),
    ),
    needs=(("name", "name_fr", "name_nl", "name_en"),),
    identify=rows.identify_by("external_ref", "code"),
    find_known=rows.known_products,
    make=rows.make_product,
)  # fmt: skip

ITEMS = Kind(
    "items",
    _l("Items"),
    "item:write",
    (
        Field("external_ref", _l("Your own number"), words=("item id", "asset id", "inventory id", *_EXTERNAL_REF_WORDS),
            example="2207", hint=_OWN_KEY),
        Field("tag", _l("Tag"), values.code, (
            "étiquette", "label", "etiket", "asset tag", "inventory number", "numéro d inventaire", "inventarisnummer",
            "barcode", "code barres", "streepjescode", "qr",
        ), "CB-07", _l("what is stuck on it; made when empty")),
        Field("product_code", _l("Code of the product"), values.code, (
            "product", "produit", "code produit", "productcode", "sku", "article", "artikel", "model code",
        ), "CARGO-L", _l("or brand and category, or the product’s name")),
        Field("product_name", _l("Name of the product"), words=(
            "name", "nom", "naam", "model", "modèle", "nom du produit", "productnaam", "désignation", "omschrijving",
            "title", "titre", "type",
        )),
        Field("brand", _l("Brand"), values.brand, ("marque", "merk", "manufacturer", "fabricant", "fabrikant", "make")),
        Field("category", _l("Category"), words=(
            "product category", "catégorie", "categorie", "catégorie de produit", "productcategorie", "group", "groupe",
            "groep", "soort", "kind",
        )),
        Field("serial", _l("Serial number"), words=(
            "serial no", "serienummer", "numéro de série", "n de série", "sn", "s n", "frame number", "numéro de cadre",
            "framenummer", "chassis", "serienr",
        ), example="WX-88120"),
        Field("grade", _l("Grade"), values.choice({"A": (), "B": (), "C": (), "D": ()}), (
            "état", "staat", "condition", "conditie", "klasse", "classe", "quality", "qualité", "kwaliteit",
        ), "B", _l("A, B, C or D")),
        Field("place", _l("Where it is kept"), words=(
            "location", "emplacement", "lieu", "plaats", "locatie", "rack", "shelf", "rayon", "rek", "étagère",
        ), example="Rack 3"),
        Field("acquired_on", _l("Came in on"), values.day, (
            "acquired", "acquisition date", "date d acquisition", "date d achat", "aankoopdatum", "purchase date", "bought on",
            "date", "datum", "event date", "date d entrée", "datum binnen", "in service",
        ), "14/03/2025", _DAY),
        Field("year_made", _l("Year made"), values.year, (
            "year of manufacture", "year", "année", "jaar", "année de fabrication", "bouwjaar", "model year", "millésime",
        ), "2023", _l("a year such as 2023")),
        Field("meter", _l("Counter reading"), values.number, (
            "counter", "compteur", "teller", "tellerstand", "km", "kilométrage", "kilometerstand", "odometer", "hours",
            "heures", "uren",
        ), hint=_NUMBER),
        Field("cost_amount", _l("What it cost"), values.money, (
            "cost", "coût", "kost", "kostprijs", "purchase price", "prix d achat", "aankoopprijs", "acquisition cost",
            "price", "prix", "prijs",
        ), "3.900,00", _MONEY),
        Field("owner_name", _l("Owner, if not the workshop"), words=("owner", "propriétaire", "eigenaar")),
        Field("remark", _l("Remark"), values.text, ("problem", "problème", "probleem", "defect", "défaut", *_REMARK_WORDS)),
    ),
    needs=(("product_code", "product_name", "category", "brand"),),
    identify=rows.identify_by("external_ref", "tag"),
    find_known=rows.known_items,
    make=rows.make_item,
)  # fmt: skip

CONTRACTS = Kind(
    "contracts",
    _l("Contracts"),
    "contract:write",
    (
        Field("external_ref", _l("Your own number"), words=(
            "contract id", "contract", "contract number", "numéro de contrat", "contrat", "contractnummer", *_EXTERNAL_REF_WORDS,
        ), example="2025-118", hint=_OWN_KEY),
        Field("customer", _l("Customer"), words=(
            "client", "klant", "customer id", "numéro client", "klantnummer", "customer reference", "customer number",
            "référence client", "customer email", "email", "e mail", "mail",
        ), example="1207", hint=_l("number here (K-0001), number in your own file, or e-mail")),
        Field("plan_code", _l("Code of the plan"), values.code, (
            "plan", "formule", "tarif", "tarief", "code de la formule", "formulecode", "abonnement", "subscription",
        ), "CARGO-L-WEEK"),
        Field("starts_on", _l("From"), values.day, (
            "start", "start date", "début", "date de début", "begin", "startdatum", "begindatum", "starts", "from", "van", "du",
        ), "01/12/2026", _DAY),
        Field("ends_on", _l("Until"), values.day, (
            "end", "end date", "fin", "date de fin", "einde", "einddatum", "ends", "until", "to", "tot", "au",
        ), "08/12/2026", _l("empty for a contract without an end")),
        Field("anchor_day", _l("Day of the month it is charged"), values.day_of_month, (
            "billing day", "jour de facturation", "factuurdag", "anchor day",
        ), hint=_l("1 to 31")),
        Field("remark", _l("Remark"), values.text, _REMARK_WORDS),
    ),
    needs=(("customer",), ("plan_code",), ("starts_on",)),
    identify=rows.identify_by("external_ref"),
    find_known=rows.known_contracts,
    make=rows.make_contract,
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CUSTOMERS, PRODUCTS, ITEMS, CONTRACTS, REPAIRS)}

"""The workshop itself: its name and colour, its general terms, and a new member of the cluster."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, replace

from sqlalchemy import func, select
from stdnum import ean
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from service_app.accounts.operations import clean_email
from service_app.core import brand, events, versions
from service_app.core.access import Actor
from service_app.core.db import narrow, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import LANGUAGES
from service_app.workshops.example_terms import EXAMPLE_TERMS
from service_app.workshops.models import Cluster, Terms, Workshop
from service_app.workshops.operations.people import _invite

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
# Addresses that are not a workshop's.
RESERVED = frozenset(
    [
        "8004",
        "cluster",
        "forgot",
        "health",
        "join",
        "language",
        "me",
        "metrics",
        "p",
        "reset",
        "sign-in",
        "sign-out",
        "static",
    ]
)
LONGEST_NAME = 80


@dataclass(frozen=True)
class WorkshopFacts:
    """What a workshop says of itself. `brand` is # and six hex digits, or None for the house's own colour; `offer_days`
    is how long an offer stands."""

    name: str
    name_second: str | None = None
    craft: str = ""
    language: str = "fr"
    brand: str | None = None
    email: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    vat_number: str | None = None
    offer_days: int = 7
    gs1_prefix: str = ""
    gln: str = ""
    waste_number: str = ""


def change_workshop(actor: Actor, workshop: Workshop, expected_version: int | None, facts: WorkshopFacts) -> None:
    """Other facts about the workshop. Refuses a stale version and, with a field: `field.required` (name),
    `text.too_long`, `email.invalid`, `vat.invalid`, `colour.invalid`, `choice.unknown` (language),
    `number.out_of_range` (offer_days), `gs1.prefix`, `gs1.gln`, `gs1.taken`.
    Leaves workshop.changed with the names of what changed."""
    actor.must("settings:write")
    clean = asdict(_clean(facts))
    if clean["gs1_prefix"]:
        _refuse_prefix(workshop, clean["gs1_prefix"])
    versions.take(workshop, expected_version)
    changed = sorted(name for name, value in clean.items() if getattr(workshop, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(workshop, name, clean[name])
    events.record("workshop.changed", actor, [workshop], {"fields": changed})


def _clean(facts: WorkshopFacts) -> WorkshopFacts:
    if facts.language not in LANGUAGES:
        raise Invalid("choice.unknown", field="language", value=facts.language)
    if not 1 <= facts.offer_days <= 90:
        raise Invalid("number.out_of_range", field="offer_days", least=1, most=90)
    gs1_prefix, gln = _gs1(facts.gs1_prefix, facts.gln)
    return replace(
        facts,
        gs1_prefix=gs1_prefix,
        gln=gln,
        name=_name(facts.name),
        name_second=_tidy(facts.name_second) or None,
        craft=_tidy(facts.craft),
        brand=_colour(facts.brand),
        email=clean_email(facts.email) if facts.email.strip() else "",
        phone=_tidy(facts.phone),
        street=_tidy(facts.street),
        postcode=_tidy(facts.postcode),
        city=_tidy(facts.city),
        vat_number=_vat(facts.vat_number),
        waste_number=_tidy(facts.waste_number)[:60],
    )


def _gs1(prefix: str, gln: str) -> tuple[str, str]:
    """A company prefix has 4 to 12 digits and no check digit of its own; the location number made from it has one (GS1
    General Specifications, 7.9), so that a slip in either is found."""
    prefix, gln = re.sub(r"\D", "", prefix), re.sub(r"\D", "", gln)
    if prefix and not 4 <= len(prefix) <= 12:
        raise Invalid("gs1.prefix", field="gs1_prefix")
    if (prefix or gln) and not (len(gln) == 13 and ean.is_valid(gln) and gln.startswith(prefix)):
        raise Invalid("gs1.gln", field="gln")
    return prefix, gln


def _refuse_prefix(workshop: Workshop, prefix: str) -> None:
    """Prefixes never nest: one that begins another would lead to two workshops."""
    others = session().scalars(select(Workshop.gs1_prefix).where(Workshop.id != workshop.id, Workshop.gs1_prefix != ""))
    if any(other.startswith(prefix) or prefix.startswith(other) for other in others):
        raise Conflict("gs1.taken", field="gs1_prefix")


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def _name(text: str) -> str:
    clean = _tidy(text)
    if not clean:
        raise Invalid("field.required", field="name")
    if len(clean) > LONGEST_NAME:
        raise Invalid("text.too_long", field="name", most=LONGEST_NAME)
    return clean


def _colour(text: str | None) -> str | None:
    colour = _tidy(text).lower()
    if colour in ("", brand.DEFAULT):
        return None
    if not brand.is_colour(colour):
        raise Invalid("colour.invalid", field="brand")
    return colour


def _vat(text: str | None) -> str | None:
    bare = re.sub(r"[\s.\-/]", "", text or "").upper()
    if not bare:
        return None
    try:
        return str(vat.validate("BE" + bare.zfill(10) if bare.isdigit() else bare))
    except ValidationError as error:
        raise Invalid("vat.invalid", field="vat_number") from error


def publish_terms(actor: Actor, body: dict[str, str]) -> Terms:
    """The next version of the general terms: {language: text}. Versions are never edited; who signed one signed that one.

    Refuses `text.no_language` when every text is empty and `terms.same` when nothing differs from the version that
    stands. Leaves terms.published.
    """
    actor.must("settings:write")
    texts = {code: text.replace("\r\n", "\n").strip() for code, text in body.items() if code in LANGUAGES}
    texts = {code: text for code, text in texts.items() if text}
    if not texts:
        raise Invalid("text.no_language", field=next(iter(LANGUAGES)))
    last = session().scalars(select(Terms).order_by(Terms.number.desc()).limit(1)).first()
    if last is not None and last.body == texts:
        raise Conflict("terms.same", number=last.number)
    digests = {code: hashlib.sha256(text.encode()).hexdigest() for code, text in texts.items()}
    terms = Terms(number=(last.number if last else 0) + 1, body=texts, sha256=digests)
    session().add(terms)
    session().flush()
    events.record("terms.published", actor, [terms], {"code": f"v{terms.number}"})
    return terms


def example_terms(workshop: Workshop) -> dict[str, str]:
    """General terms to begin from, {language: text}, with the workshop's name in them. Short on purpose: a workshop reads
    and changes them before it publishes, nothing is published by itself."""
    return {code: text.format(name=workshop.name) for code, text in EXAMPLE_TERMS.items()}


def add_workshop(actor: Actor, cluster: Cluster, slug: str, facts: WorkshopFacts, owner_email: str) -> Workshop:
    """A new member of the cluster, and the invitation of its owner; the session goes on inside the new workshop. The
    coordinator who adds it does not get in.

    Refuses as `change_workshop`, `email.invalid` (owner_email), `slug.invalid` and `slug.taken`. Leaves workshop.added and
    member.invited.
    """
    actor.must("cluster:write")
    clean, address, owner = _clean(facts), _slug(slug), clean_email(owner_email, "owner_email")
    workshop = Workshop(cluster_id=cluster.id, slug=address, **asdict(clean))
    session().add(workshop)
    session().flush()
    session().refresh(workshop)
    narrow(workshop.id)
    events.record("workshop.added", actor, [workshop], {"code": address})
    _invite(actor, owner, "owner", clean.language)
    return workshop


def _slug(text: str) -> str:
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug) or slug in RESERVED:
        raise Invalid("slug.invalid", field="slug")
    session().execute(select(func.pg_advisory_xact_lock(func.hashtext(f"slug:{slug}"))))
    if session().scalar(select(Workshop.id).where(Workshop.slug == slug)) is not None:
        raise Conflict("slug.taken", field="slug", slug=slug)
    return slug

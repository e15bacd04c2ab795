"""What scanners brought: a rack that was counted and lacks something, a count that is under way, two reports from the street."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service_app.core.access import Actor
from service_app.core.db import session
from service_app.items.models import Item
from service_app.reports import operations as reports
from service_app.reports.operations import Told
from service_app.scanning import queries
from service_app.scanning.codes import Code
from service_app.scanning.operations import stock_takes


def count_and_report(boss: Actor, language: str) -> None:
    """In the current workshop, as it stands now."""
    here = _items(*queries.HERE)
    away = _items("out")
    rack = next((item.place for item in here if sum(other.place == item.place for other in here) > 2), "")
    if rack:
        _count(boss, "place", [item for item in here if item.place == rack][1:], rack, is_over=True)
    _count(boss, "all", [*here[:6], *away[:1]], "", is_over=False)
    for place, item in enumerate(away[:2]):
        told = _FOUND[language] if place == 0 else _BROKEN[language]
        report = reports.report_item(item, told, f"demo-{place}")
        if place:
            reports.handle_report(boss, report)


def _items(*states: str) -> Sequence[Item]:
    return session().scalars(select(Item).where(Item.status.in_(states)).order_by(Item.tag)).all()


def _count(boss: Actor, scope: str, items: Sequence[Item], place: str, *, is_over: bool) -> None:
    take = stock_takes.start_take(boss, scope, place)
    for item in items:
        stock_takes.count(boss, take, Code(item.tag))
    if is_over:
        stock_takes.finish_take(boss, take)


_FOUND = {
    "fr": Told(
        "found", "Contre la grille du parc, sans personne autour.", "Parc de Forest, entrée haute", "0460 00 11 22"
    ),
    "nl": Told(
        "found", "Tegen het hek van het park, niemand in de buurt.", "Park van Vorst, hoge ingang", language="nl"
    ),
}
_BROKEN = {
    "fr": Told("broken", "Il fait un bruit de ferraille quand on s’en sert.", language="fr"),
    "nl": Told("broken", "Het rammelt als je het gebruikt.", language="nl"),
}

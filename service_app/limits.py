"""ONE table: how often one address may ask for a page that anybody can ask for, or that is dear to answer.

They keep a machine from being kept busy, and are counted in Redis, or in each process while Redis is away. What guards a
secret (signing in, magic links) is counted in the database instead and never fails open (`accounts.operations`).
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from service_app.extensions import limiter

LIMITS: dict[str, str] = {
    "passports_public.passport": "60 per minute",
    "passports_public.asset": "60 per minute",
    "passports_public.data": "60 per minute",
    "passports_public.deeper": "60 per minute",
    "passports_public.deeper_data": "60 per minute",
    "passports_public.deeper_life": "60 per minute",
    "passports_public.life": "60 per minute",
    "items_public.portrait": "120 per minute",
    "contracts_public.sign": "60 per minute",
    "contracts_public.accept": "30 per minute",
    "contracts_public.document": "30 per minute",
    "contracts_public.amend": "60 per minute",
    "contracts_public.accept_amendment": "30 per minute",
    "contracts_public.amendment_paper": "30 per minute",
    "bookings_public.begin": "60 per hour",
    "bookings_public.answer": "60 per hour",
    "bookings_public.when_page": "120 per minute",
    "bookings_public.hold": "60 per hour",
    "bookings_public.keep_who": "60 per hour",
    "bookings_public.confirm": "30 per hour",
    "bookings_public.wait": "20 per hour",
    "bookings_public.visit": "60 per minute",
    "bookings_public.move": "30 per hour",
    "bookings_public.cancel": "30 per hour",
    "bookings_public.accept": "30 per hour",
    "bookings_public.place": "60 per minute",
    "bookings_public.take": "30 per hour",
    "bookings_public.feed": "60 per hour",
    "notifications_public.silence_page": "60 per minute",
    "notifications_public.silence": "30 per minute",
    "notifications_public.take_notice": "600 per minute",
    "portal.subscribe": "20 per hour",
    "portal_door.linked": "60 per minute",
    "portal_door.do_linked": "30 per minute",
    "portal.ask_back": "20 per hour",
    "portal.ask_repair": "20 per hour",
    "portal.come": "30 per hour",
    "portal.everything": "10 per hour",
    "care_public.choose": "60 per minute",
    "care_public.answer": "30 per hour",
    "repairs_public.follow": "60 per minute",
    "repairs_public.answer": "30 per minute",
    "repairs_public.paper": "30 per minute",
    "takebacks_public.hub": "60 per minute",
    "takebacks_public.full": "20 per hour",
    "materials_public.certificate": "30 per minute",
    "takebacks_public.form": "60 per minute",
    "takebacks_public.send": "10 per hour",
    "takebacks_public.follow": "60 per minute",
    "takebacks_public.choose": "30 per minute",
    "reports_public.form": "60 per minute",
    "reports_public.send": "10 per hour",
    "rounds_public.stop": "60 per minute",
    "rounds_public.answer": "30 per hour",
    "rounds_public.shared": "60 per minute",
    "rounds_public.shared_act": "120 per hour",
    "lists.export": "60 per hour",
    "scanning.export": "60 per hour",
    "imports.upload": "60 per hour",
    "items.add_photo": "120 per hour",
}


def install(app: Flask) -> None:
    """Put each limit on its view; a name that is no view is a fault of the table."""
    for endpoint, rule in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(rule)(view)

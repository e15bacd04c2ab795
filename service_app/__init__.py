"""Ronde: the relationship between circular workshops and the people who use what they make last.

`create_app` reads top to bottom as the list of rooms. A request: guard -> form -> one operation -> one commit, at the
edge (`core.web.Ronde`). A job: sweep -> handler -> the same operation (`workers`).
"""

from __future__ import annotations

from pathlib import Path

from config.celery import make_celery
from config.settings import Settings
from service_app import (
    errors_shown,
    extensions,
    guides,
    limits,
    models,
    navigation,
    nudge,
    reactions,
    refusals,
    states_said,
    styleguide,
)
from service_app.accounts import staff as accounts_pages
from service_app.accounts.signed_in import login_manager
from service_app.board import staff as board_pages
from service_app.board import visits as _board_visits  # noqa: F401  hangs its views on the same pages
from service_app.bookings import public as bookings_public
from service_app.bookings import staff as bookings_pages
from service_app.catalogue import staff as catalogue_pages
from service_app.contracts import public as contracts_public
from service_app.contracts import public_amendments as _amendments  # noqa: F401  (hangs its views on the same pages)
from service_app.contracts import staff as contracts_pages
from service_app.core import assets, db, events, files, i18n, jobs, links, marks, squeezed, web
from service_app.customers import staff as customers_pages
from service_app.demo import cast
from service_app.desk import public as desk_public
from service_app.desk import staff as desk_pages
from service_app.imports import staff as imports_pages
from service_app.items import public as items_public
from service_app.items import staff as items_pages
from service_app.lists import staff as lists_pages
from service_app.materials import letters as _materials_letters  # noqa: F401
from service_app.materials import public as materials_public
from service_app.materials import staff as materials_pages
from service_app.notifications import channel_pages, wording_pages
from service_app.notifications import public as notifications_public
from service_app.notifications import staff as notifications_pages
from service_app.notifications import stuck as _stuck  # noqa: F401  says what ends with a job of theirs
from service_app.notifications import visits as _visits  # noqa: F401  who gets the letters about appointments
from service_app.passports import public as passports_public
from service_app.passports import staff as passports_pages
from service_app.portal import guards as portal_guards
from service_app.portal import letters as _portal_letters  # noqa: F401  tells the letters room what it writes
from service_app.portal import my as portal_pages
from service_app.portal import public as portal_public
from service_app.portal import staff as portal_staff
from service_app.recovery import staff as recovery_pages
from service_app.repairlog import staff as repairlog_pages
from service_app.repairs import booking_step as _booking_step  # noqa: F401  tells the bookings what to ask
from service_app.repairs import letters as _repairs_letters  # noqa: F401
from service_app.repairs import public as repairs_public
from service_app.repairs import staff as repairs_pages
from service_app.reports import letters as _reports_letters  # noqa: F401
from service_app.reports import public as reports_public
from service_app.reports import staff as reports_pages
from service_app.rounds import letters as _rounds_letters  # noqa: F401
from service_app.rounds import places, streets
from service_app.rounds import public as rounds_public
from service_app.rounds import staff as rounds_pages
from service_app.scanning import staff as scanning_pages
from service_app.takebacks import letters as _takebacks_letters  # noqa: F401
from service_app.takebacks import public as takebacks_public
from service_app.takebacks import staff as takebacks_pages
from service_app.webhooks import staff as webhooks_pages
from service_app.workorders import desk_booking as _desk_booking  # noqa: F401  what the desk books an appointment for
from service_app.workorders import public as care_public
from service_app.workorders import staff as workorders_pages
from service_app.workshops import cluster as cluster_pages
from service_app.workshops import guards
from service_app.workshops import public as workshops_public
from service_app.workshops import staff as workshops_pages

__all__ = ["create_app", "models"]


def create_app(settings: Settings) -> web.Ronde:
    """The web application over a settings object."""
    app = web.Ronde(__name__)
    _configure(app, settings)
    _bind(app, settings)
    _open_rooms(app, settings)
    limits.install(app)
    return app


def _configure(app: web.Ronde, settings: Settings) -> None:
    app.extensions["settings"] = settings
    is_https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-ronde-form" if is_https else "ronde-form",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        TRUSTED_HOSTS=list(settings.allowed_hosts) or None,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1} if settings.redis_url else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_DEFAULT="1200 per minute",
        DEMO=settings.environment == "demo",
        RATELIMIT_ENABLED=settings.environment != "test",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        TEMPLATES_AUTO_RELOAD=settings.environment == "development",
    )


def _bind(app: web.Ronde, settings: Settings) -> None:
    app.database = db.Database(settings.database_url, pool_size=settings.web_threads + 2, application_name="ronde-web")
    app.guards = {}
    files.install(settings.files_dir)
    links.install(settings.secret_key, settings.base_url)
    events.install(reactions.ALL)
    places.install(settings.geocoder_url)
    streets.install(settings.router_url)
    refusals.name_states(states_said.STATES)
    if settings.redis_url:
        jobs.on_enqueue(nudge.Nudge(make_celery(settings)))
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    login_manager.init_app(app, add_context_processor=False)
    i18n.install(app)
    assets.install(app)
    marks.install(app)
    errors_shown.install(app)
    app.before_request(web.choose_language)
    app.after_request(squeezed.squeeze)  # the last to be called: Flask goes from the last one named to the first
    app.after_request(web.harden)
    app.url_defaults(web.stay_in_workshop)
    app.context_processor(web.page_context)
    app.jinja_env.globals.update(navigation=navigation.navigation, dialogs=navigation.dialogs)
    app.jinja_env.globals.update(guide=guides.guide, demo_url=guides.demo)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _open_rooms(app: web.Ronde, settings: Settings) -> None:
    if settings.environment == "demo":
        accounts_pages.offer_sign_ins(cast.offered(), cast.PASSWORD)
    if settings.environment != "production":
        app.open_room(styleguide.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(desk_public.pages, guard=guards.street)
    app.open_room(accounts_pages.door, guard=guards.street)
    app.open_room(accounts_pages.pages, guard=guards.person)
    app.open_room(workshops_public.pages, guard=guards.street)
    app.open_room(cluster_pages.pages, guard=guards.coordinator)
    app.open_room(workshops_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(lists_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(customers_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(catalogue_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(items_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(items_public.pages, guard=guards.street)
    app.open_room(passports_public.pages, guard=guards.street)
    app.open_room(passports_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(repairlog_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(contracts_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(bookings_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(bookings_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(workorders_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(care_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(notifications_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(channel_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(wording_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(notifications_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(imports_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(contracts_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(board_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(scanning_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(repairs_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(repairs_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(materials_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(recovery_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(takebacks_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(takebacks_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(materials_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(rounds_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(rounds_public.pages, guard=guards.street, url_prefix="/<workshop>")
    app.open_room(reports_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(reports_public.pages, guard=guards.street)
    app.open_room(desk_pages.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(portal_public.door, guard=portal_guards.street, url_prefix="/<workshop>")
    app.open_room(portal_pages.pages, guard=portal_guards.customer, url_prefix="/<workshop>")
    app.open_room(portal_staff.pages, guard=guards.staff, url_prefix="/<workshop>")
    app.open_room(webhooks_pages.pages, guard=guards.staff, url_prefix="/<workshop>")

"""What the rail, the phone's dock and the palette show, and to whom: two tables, filtered by the person's permissions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, render_template, request, url_for
from markupsafe import Markup

from service_app import keys
from service_app.core import search
from service_app.core.i18n import language
from service_app.core.i18n import lazy as _l
from service_app.core.web import current

_TABLE: tuple[tuple[Any, tuple[tuple[str, str, Any, str, str], ...]], ...] = (
    (None, (
        ("today", "desk.today", _l("Today"), "sun", "today:read"),
        ("board", "board.list_page", _l("Board"), "calendar-days", "contract:read"),
        ("scan", "scanning.scan", _l("Scan"), "scan-line", "item:read"),
    )),
    (_l("Work"), (
        ("contracts", "contracts.list_page", _l("Contracts"), "key-round", "contract:read"),
        ("repairs", "repairs.list_page", _l("Repairs"), "hammer", "work:read"),
        ("takebacks", "takebacks.list_page", _l("Take-backs"), "recycle", "recovery:read"),
        ("intakes", "recovery.list_page", _l("Intake"), "package-open", "recovery:read"),
        ("appointments", "bookings.list_page", _l("Appointments"), "calendar-clock", "appointment:read"),
        ("care", "workorders.list_page", _l("Care"), "wrench", "work:read"),
        ("rounds", "rounds.list_page", _l("Rounds"), "route", "round:read"),
        ("requests", "portal_staff.list_page", _l("Requests"), "message-square", "customer:read"),
        ("reports", "reports.list_page", _l("Reports"), "flag", "item:read"),
    )),
    (_l("Stock"), (
        ("items", "items.list_page", _l("Items"), "package", "item:read"),
        ("parts", "repairs.parts_page", _l("Parts"), "cog", "work:read"),
        ("materials", "materials.list_page", _l("Materials"), "scale", "recovery:read"),
        ("products", "catalogue.list_page", _l("Products & plans"), "tags", "product:read"),
        ("customers", "customers.list_page", _l("Customers"), "users", "customer:read"),
    )),
    (_l("House"), (
        ("imports", "imports.list_page", _l("Import"), "file-input", "import:run"),
        ("letters", "notifications.list_page", _l("Letters"), "mail", "letters:read"),
        ("jobs", "desk.jobs_page", _l("Background work"), "activity", "jobs:read"),
        ("settings", "workshops.overview_page", _l("Settings"), "settings", "settings:read"),
        ("members", "workshops.members_page", _l("People"), "id-card", "member:read"),
    )),
)  # fmt: skip

# The key that opens a room after `g`.
_LETTERS = {
    "today": "t", "board": "b", "scan": "s", "contracts": "c", "appointments": "a", "care": "w", "repairs": "r", "parts": "v",
    "items": "i", "products": "p", "customers": "u", "imports": "f", "letters": "l", "jobs": "j", "settings": "g", "members": "h",
    "rounds": "o",
}  # fmt: skip

# What the palette offers behind `>`: an act, where it begins, and who may.
_ACTS: tuple[tuple[str, Any, str], ...] = (
    ("contracts.new", _l("New contract"), "contract:write"),
    ("bookings.new", _l("New appointment"), "appointment:write"),
    ("bookings.resources_page", _l("People and benches"), "appointment:read"),
    ("rounds.new_order", _l("New order to fetch or bring"), "round:write"),
    ("customers.new", _l("New customer"), "customer:write"),
    ("repairs.new", _l("Take in a repair"), "work:write"),
    ("items.new", _l("Take in an item"), "item:write"),
    ("workorders.plans_page", _l("Care plans"), "work:read"),
    ("workorders.calls_page", _l("To call about care"), "work:read"),
    ("workorders.report_page", _l("How care goes"), "work:read"),
    ("takebacks.hubs_page", _l("Hubs"), "recovery:read"),
    ("takebacks.days_page", _l("Collection days"), "recovery:read"),
    ("materials.new", _l("New batch of material"), "recovery:write"),
    ("recovery.new", _l("Scan in what came back"), "recovery:write"),
    ("recovery.work_page", _l("Refurbishments"), "recovery:read"),
    ("recovery.harvests_page", _l("Harvests"), "recovery:read"),
    ("recovery.passings_page", _l("To and from other members"), "recovery:read"),
    ("recovery.reasons_page", _l("Reasons of the cascade"), "recovery:read"),
    ("recovery.economics_page", _l("What products bring and cost"), "item:read"),
    ("items.choose_labels", _l("Print labels"), "item:read"),
    ("scanning.many", _l("Scan many"), "item:read"),
    ("scanning.list_page", _l("Stock-take"), "item:read"),
    ("catalogue.new", _l("New product"), "product:write"),
    ("repairlog.chance_page", _l("How often does it come right?"), "work:read"),
    ("imports.list_page", _l("Bring in a file"), "import:run"),
    ("lists.list_page", _l("Many rows at once"), "today:read"),
    ("workshops.hours_page", _l("Opening hours"), "settings:read"),
    ("workshops.terms_page", _l("General terms"), "settings:read"),
    ("notifications.texts_page", _l("Greeting and foot of letters"), "settings:read"),
    ("wordings.list_page", _l("Own words for letters"), "settings:read"),
    ("channels.detail", _l("Text messages and their budget"), "settings:read"),
    ("channels.digest", _l("My daily digest"), "today:read"),
    ("catalogue.defaults_page", _l("What new products begin with"), "settings:read"),
    ("webhooks.list_page", _l("Webhooks"), "settings:read"),
    ("desk.start_page", _l("The guided start"), "settings:read"),
    ("workshops.invite", _l("Invite somebody"), "member:write"),
    ("me.detail", _l("My language and password"), "today:read"),
)


# Where the pages of the settings are, whichever room they are of.
_SETTINGS = "/<workshop>/settings"
_PARTS = frozenset(["repairs.parts_page", "repairs.part_page", "repairs.new_part", "repairs.edit_part"])


@dataclass(frozen=True)
class Entry:
    """One line of the rail."""

    key: str
    label: Any
    icon: str
    url: str
    is_current: bool
    letter: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """A heading of the rail with its entries."""

    label: Any
    entries: list[Entry]


def navigation() -> list[Group]:
    """The groups this person sees in this workshop."""
    groups = [Group(label, [_entry(*row) for row in rows if _is_open(row)]) for label, rows in _TABLE]
    return [group for group in groups if group.entries]


def _is_open(row: tuple[str, str, Any, str, str]) -> bool:
    return row[1] in current_app.view_functions and current().can(row[4])


def _entry(key: str, endpoint: str, label: Any, icon: str, _permission: str) -> Entry:
    room = endpoint.split(".")[0]
    here = request.endpoint or ""
    is_setting = request.url_rule is not None and request.url_rule.rule.startswith(_SETTINGS)
    if key == "settings" or is_setting:
        is_current = key == "settings" and is_setting
    else:
        is_current = here == endpoint if room in ("desk", "workshops") else _room_of(here) == _room_of(endpoint)
    return Entry(key, label, icon, _address(endpoint, current().workshop.slug), is_current, _LETTERS.get(key, ""))


def _room_of(endpoint: str) -> str:
    """The room of a page; parts lie in a room of their own, though their pages are of the repairs."""
    return "parts" if endpoint in _PARTS else endpoint.split(".")[0]


@lru_cache(maxsize=4096)
def _address(endpoint: str, workshop: str) -> str:
    return url_for(endpoint, workshop=workshop)


def dialogs(groups: list[Group]) -> Markup:
    """What lies behind every page of the staff. It hangs on the language, the rooms that are open and the keys that this
    kind of page has of its own, and on nothing else, so it is drawn once for each: it is as long as many a page."""
    entries = [entry for group in groups for entry in group.entries if entry.letter]
    own = tuple((tuple(map(str, pressed)), str(does)) for pressed, does in keys.of_page(request.endpoint or ""))
    return _dialogs(language(), tuple((entry.letter, str(entry.label)) for entry in entries), own)


@lru_cache(maxsize=512)
def _dialogs(
    _language: str, rooms: tuple[tuple[str, str], ...], own: tuple[tuple[tuple[str, ...], str], ...]
) -> Markup:
    return Markup(render_template("layout/dialogs.html", rooms=rooms, own=own))


@dataclass(frozen=True)
class Act:
    """Something that can be begun from anywhere."""

    label: str
    url: str


def acts(text: str) -> list[Act]:
    """The acts open to this person whose words begin with those of the text; all of them for none."""
    wanted = search.words_of(text)
    open_ = [Act(str(label), url_for(endpoint)) for endpoint, label, permission in _ACTS if current().can(permission)]
    return [act for act in open_ if all(_has(act.label, word) for word in wanted)]


def _has(label: str, word: str) -> bool:
    return any(each.startswith(word) for each in search.words_of(label))

"""Every room's tables, imported once so that the metadata is whole: for migrations, the worker and create_app."""

from service_app import invariants
from service_app.accounts import models as accounts
from service_app.bookings import models as bookings
from service_app.catalogue import models as catalogue
from service_app.charges import models as charges
from service_app.contracts import models as contracts
from service_app.core import events, files, jobs, search
from service_app.customers import models as customers
from service_app.imports import models as imports
from service_app.items import models as items
from service_app.lists import models as lists
from service_app.materials import models as materials
from service_app.notifications import channel_models as channels
from service_app.notifications import models as notifications
from service_app.passports import models as passports
from service_app.portal import models as portal
from service_app.recovery import models as recovery
from service_app.repairlog import models as repairlog
from service_app.repairs import models as repairs
from service_app.reports import models as reports
from service_app.rounds import models as rounds
from service_app.scanning import models as scanning
from service_app.takebacks import models as takebacks
from service_app.webhooks import models as webhooks
from service_app.workorders import models as workorders
from service_app.workshops import models as workshops

__all__ = [
    "accounts",
    "bookings",
    "catalogue",
    "channels",
    "charges",
    "contracts",
    "customers",
    "events",
    "files",
    "imports",
    "invariants",
    "items",
    "jobs",
    "lists",
    "materials",
    "notifications",
    "passports",
    "portal",
    "recovery",
    "repairlog",
    "repairs",
    "reports",
    "rounds",
    "scanning",
    "search",
    "takebacks",
    "webhooks",
    "workorders",
    "workshops",
]

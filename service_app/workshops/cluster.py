"""The coordinator's pages: the workshops of the cluster, and nothing that is inside them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template
from flask_babel import gettext as _

from service_app import refusals
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.i18n import LANGUAGES
from service_app.core.web import actor, current, see
from service_app.workshops import queries
from service_app.workshops.forms import NewWorkshopForm
from service_app.workshops.models import Cluster
from service_app.workshops.operations import house

pages = Blueprint("cluster", __name__, template_folder="templates")


def _cluster() -> Cluster:
    cluster = queries.coordinated_cluster(current().account.id)
    assert cluster is not None  # the guard saw to it
    return cluster


@pages.get("/cluster/")
@needs("cluster:read")
def list_page() -> Any:
    """The workshops of the cluster."""
    cluster = _cluster()
    workshops = queries.list_workshops_of(cluster)
    return render_template("workshops/cluster.html", cluster=cluster, workshops=workshops, language_names=LANGUAGES)


@pages.get("/cluster/new")
@needs("cluster:write")
def new() -> Any:
    """An empty form."""
    return render_template("workshops/new_workshop.html", form=NewWorkshopForm(formdata=None), cluster=_cluster())


@pages.post("/cluster/new")
@needs("cluster:write")
def add() -> Any:
    """Add a workshop and invite its owner."""
    form, cluster = NewWorkshopForm(), _cluster()
    with attempt(form, refusals.sentence) as tried:
        workshop = house.add_workshop(actor(), cluster, form.slug.data, form.facts(), form.owner_email.data)
    if not tried.is_done:
        return render_template("workshops/new_workshop.html", form=form, cluster=cluster), tried.status
    flash(_("%(name)s is in. An invitation goes to %(email)s.", name=workshop.name, email=form.owner_email.data))
    return see("cluster.list_page")

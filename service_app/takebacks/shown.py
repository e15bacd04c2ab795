"""What pages and letters say alike of a take-back."""

from __future__ import annotations

from flask_babel import gettext as _

from service_app.takebacks.models import Takeback
from service_app.takebacks.operations import NOT_REACHED


def failure_words(takeback: Takeback) -> str:
    """Why it was not taken along, for the customer: nobody came who says that they were not there."""
    if takeback.reason in NOT_REACHED:
        return str(_("We did not get to you as agreed. We are sorry."))
    return str(_("We came and could not take it with us."))

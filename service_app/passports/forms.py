"""What staff write down for a passport."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from service_app.core.fields import WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.passports import words
from service_app.passports.operations import BatteryFacts
from service_app.passports.seen import RECYCLER, REPAIRER


class AccessForm(FlaskForm):  # type: ignore[misc]
    """Who sees more, as what, for how long."""

    for_whom = StringField(_l("For whom"), render_kw={"maxlength": 120, "autocomplete": "off"})
    layer = RadioField(
        _l("They see what"), choices=lambda: choices_of((code, words.LAYERS[code]) for code in (REPAIRER, RECYCLER)),
        default=REPAIRER, validate_choice=False,
    )  # fmt: skip
    days = WholeField(_l("For how long"), default=30)


class ReadingForm(FlaskForm):  # type: ignore[misc]
    """What the battery shows."""

    health_percent = WholeField(_l("What is left of its capacity"))
    cycles = WholeField(_l("Charged and discharged"))
    status = SelectField(_l("Status"), choices=lambda: choices_of(words.BATTERY_STATES.items()), validate_choice=False)
    on_day = DateField(_l("Read on"), [Optional()])


def _field(name: str, kind: Any) -> Any:
    label = words.BATTERY[name]
    if kind == "str":
        is_long = name in ("waste_advice", "composition", "dismantling", "safety", "parts")
        return (
            TextAreaField(label, render_kw={"rows": 2, "maxlength": 2000})
            if is_long
            else StringField(label, render_kw={"maxlength": 200})
        )
    return WholeField(label)


class BatteryForm(VersionedForm):
    """The battery of a product: a field for each fact of `BatteryFacts`."""

    def facts(self) -> BatteryFacts:
        """What was typed."""
        return BatteryFacts(**{field.name: self[field.name].data for field in fields(BatteryFacts)})


for _fact in fields(BatteryFacts):
    setattr(BatteryForm, _fact.name, _field(_fact.name, _fact.type))

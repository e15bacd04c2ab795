"""The shape of what is typed for an operation on one line; see `act_forms` for what all of them carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from service_app.contracts import choosing, queries, words
from service_app.contracts.act_forms import NEEDED, ActForm, local_of, needed, plan_coded, zone_of
from service_app.contracts.allowed import Subject
from service_app.contracts.forms import BindForm, MethodForm, choices, instant_of, plan_label, tidy
from service_app.core import clock
from service_app.core.fields import WholeField
from service_app.core.i18n import words as texts
from service_app.items.models import Item


class EndForm(ActForm):
    """Another end of a line."""

    ends_on = DateField(_l("New last day"), [NEEDED])
    ends_at = TimeField(_l("Hour"))

    def begin(self, subject: Subject) -> None:
        if subject.line is not None and subject.line.ends_at is not None:
            self.ends_at.data = clock.local(subject.line.ends_at, zone_of(subject)).time()

    def body(self, subject: Subject) -> dict[str, Any]:
        needed(self.ends_on.data, "ends_on")
        return {"ends_at": instant_of(self.ends_on.data, self.ends_at.data, zone_of(subject))}


class DatesForm(ActForm):
    """Another stretch for something planned."""

    starts_on = DateField(_l("From"), [NEEDED])
    starts_at = TimeField(_l("Hour"))
    ends_on = DateField(_l("Until"), [Optional()])
    ends_at = TimeField(_l("Hour"), [Optional()])

    def offer(self, subject: Subject) -> None:
        if subject.line is not None and subject.line.ends_at is not None:
            self.ends_on.flags.optional = self.ends_at.flags.optional = False

    def begin(self, subject: Subject) -> None:
        if subject.line is None:
            return
        start, end = (local_of(at, zone_of(subject)) for at in (subject.line.starts_at, subject.line.ends_at))
        if start is not None:
            self.starts_on.data, self.starts_at.data = start.date(), start.time()
        if end is not None:
            self.ends_on.data, self.ends_at.data = end.date(), end.time()

    def body(self, subject: Subject) -> dict[str, Any]:
        zone = zone_of(subject)
        start = instant_of(needed(self.starts_on.data, "starts_on"), self.starts_at.data, zone)
        return {"starts_at": start, "ends_at": instant_of(self.ends_on.data, self.ends_at.data, zone)}


class ExtendForm(EndForm):
    """A later end; of something overdue, whether its lateness is let go."""

    waive_late = BooleanField(_l("Do not charge the lateness so far"))

    def offer(self, subject: Subject) -> None:
        if subject.line is None or subject.line.status != "overdue":
            del self.waive_late

    def body(self, subject: Subject) -> dict[str, Any]:
        waive = self.waive_late.data if self.waive_late is not None else False
        return super().body(subject) | {"waive_late": waive}


class TagForm(ActForm):
    """A thing by its tag: scanned, typed, or chosen from those that are here."""

    tag = BindForm.tag
    item = RadioField(_l("Or one of those that are here"), validate_choice=False)

    def offer(self, subject: Subject) -> None:
        here = choosing.items_instead(subject.line) if subject.line is not None else []
        self.item.choices = [SelectChoice(item.tag, _thing(item)) for item in here]
        if not here:
            del self.item

    def chosen(self) -> Item:
        """The thing that was typed, else the one that was chosen."""
        picked = self.item.data if self.item is not None else None
        return queries.item_with_tag(needed(self.tag.data or picked, "tag"))


def _thing(item: Item) -> str:
    where = f", {item.place}" if item.place else ""
    return f"{item.tag} · {texts(item.product.name)} · {gettext('grade %(grade)s', grade=item.grade)}{where}"


class SubstituteForm(TagForm):
    """Another product for a planned line."""

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"item": self.chosen()}


class SwapForm(TagForm):
    """Another thing: why, how, and on which plan when it is another product."""

    reason = SelectField(_l("Why"), choices=choices(words.SWAP_REASONS), default="defect")
    mode = RadioField(_l("How"), choices=choices(words.SWAP_WAYS), default="simultaneous")
    plan = SelectField(_l("Plan"), validate_choice=False, description=_l("Only when another product has several."))

    def offer(self, subject: Subject) -> None:
        super().offer(subject)
        plans = choosing.plans_instead(subject.line) if subject.line is not None else []
        if not plans:
            del self.plan
            return
        self.plan.choices = [
            SelectChoice("", gettext("as it is")),
            *(SelectChoice(p.code, plan_label(p)) for p in plans),
        ]

    def body(self, subject: Subject) -> dict[str, Any]:
        item, line = self.chosen(), subject.line
        asked = self.plan.data if self.plan is not None else ""
        plans = choosing.plans_instead(line) if line is not None and self.plan is not None else []
        fitting = [plan for plan in plans if plan.product_id == item.product_id]
        plan = plan_coded(plans, asked) if asked else fitting[0] if len(fitting) == 1 else None
        mode, _sign, fetched = (self.mode.data or "").partition("+")
        body = {"item": item, "reason": self.reason.data, "mode": mode, "plan": plan}
        return body | ({"is_fetched": True} if fetched else {})


class ChangePlanForm(ActForm):
    """The other plan, and from when."""

    plan = RadioField(_l("New plan"), validate_choice=False)
    when = RadioField(_l("From when"), choices=choices(words.PLAN_CHANGES), default="period_end")

    def offer(self, subject: Subject) -> None:
        plans = choosing.other_plans(subject.line) if subject.line is not None else []
        self.plan.choices = [SelectChoice(plan.code, plan_label(plan)) for plan in plans]

    def begin(self, subject: Subject) -> None:
        self.plan.data = self.plan.choices[0].value if self.plan.choices else None

    def body(self, subject: Subject) -> dict[str, Any]:
        plans = choosing.other_plans(subject.line) if subject.line is not None else []
        return {"plan": plan_coded(plans, needed(self.plan.data, "plan")), "when": self.when.data}


class LostForm(ActForm):
    """Since when, and what is known."""

    on = DateField(_l("Lost on"), [NEEDED])
    remark = TextAreaField(
        _l("What is known"),
        filters=[tidy],
        render_kw={"rows": 2},
        description=_l("Such as the number of the police report."),
    )

    def begin(self, subject: Subject) -> None:
        self.on.data = clock.today(zone_of(subject))

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"on": needed(self.on.data, "on"), "remark": self.remark.data or ""}


class FoundForm(ActForm):
    """Where it turned up."""

    is_here = RadioField(
        _l("Where is it"), default="yes",
        choices=[SelectChoice("yes", _l("Here: it is looked at like any return")),
                 SelectChoice("no", _l("With the customer: it is served on from today"))],
    )  # fmt: skip

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"is_here": self.is_here.data == "yes"}


class BuyOutForm(ActForm):
    """How it is paid."""

    method = MethodForm.method

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"method": self.method.data}


class OutageForm(ActForm):
    """What is wrong with it."""

    symptom = TextAreaField(
        _l("What is wrong"),
        filters=[tidy],
        render_kw={"rows": 2, "maxlength": 1000},
        description=_l("In the customer’s words."),
    )

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"symptom": self.symptom.data or ""}


class MeterForm(ActForm):
    """What the meter shows."""

    value = WholeField(_l("Meter"), render_kw={"required": True})

    def offer(self, subject: Subject) -> None:
        item = subject.line.item if subject.line is not None else None
        if item is not None and item.meter is not None:
            self.value.description = gettext("Last reading %(last)s.", last=item.meter)

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"value": needed(self.value.data, "value")}


class CorrectForm(ActForm):
    """When it really went out and came back, and why this was written down otherwise."""

    out_at = DateTimeLocalField(_l("It went out"), [Optional()])
    in_at = DateTimeLocalField(_l("It came back"), [Optional()])
    reason = StringField(_l("Why"), filters=[tidy], render_kw={"maxlength": 300, "required": True})

    def offer(self, subject: Subject) -> None:
        if subject.line is None or subject.line.in_at is None:
            del self.in_at

    def begin(self, subject: Subject) -> None:
        if subject.line is not None:
            self.out_at.data = local_of(subject.line.out_at, zone_of(subject))
            if self.in_at is not None:
                self.in_at.data = local_of(subject.line.in_at, zone_of(subject))

    def body(self, subject: Subject) -> dict[str, Any]:
        line, zone = subject.line, zone_of(subject)
        if line is None:
            return {}
        returned = self.in_at.data if self.in_at is not None else None
        return {
            "reason": self.reason.data or "",
            "out_at": _changed(self.out_at.data, line.out_at, zone),
            "in_at": _changed(returned, line.in_at, zone),
        }


def _changed(typed: datetime | None, stands: datetime | None, zone: str) -> datetime | None:
    """An instant that was typed anew, or None when it stands as it was."""
    if typed is None or typed == local_of(stands, zone):
        return None
    return clock.at_local(typed.date(), typed.time(), zone)


class ComponentForm(ActForm):
    """Which component goes, and what comes instead."""

    component = RadioField(_l("Component that goes"), validate_choice=False)
    tag = StringField(_l("Tag of what comes instead"), [NEEDED], filters=[tidy], render_kw={"autocomplete": "off"})

    def offer(self, subject: Subject) -> None:
        parts = choosing.components_of(subject.line) if subject.line is not None else []
        self.component.choices = [SelectChoice(part.tag, f"{part.tag} · {texts(part.product.name)}") for part in parts]

    def body(self, subject: Subject) -> dict[str, Any]:
        component = queries.item_with_tag(needed(self.component.data, "component"))
        return {"component": component, "item": queries.item_with_tag(needed(self.tag.data, "tag"))}


class FoundComponentForm(ActForm):
    """Which of the lost components it is."""

    component = RadioField(_l("Component"), validate_choice=False)

    def offer(self, subject: Subject) -> None:
        lost = choosing.lost_components_of(subject.line) if subject.line is not None else []
        self.component.choices = [SelectChoice(part.tag, f"{part.tag} · {texts(part.product.name)}") for part in lost]

    def begin(self, subject: Subject) -> None:
        self.component.data = self.component.choices[0].value if self.component.choices else None

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"component": queries.item_with_tag(needed(self.component.data, "component"))}

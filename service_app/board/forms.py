"""What is typed or dropped for a move; the rules are in the operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from service_app.board import queries
from service_app.contracts.act_forms import zone_of
from service_app.contracts.allowed import Subject
from service_app.contracts.line_forms import DatesForm, ExtendForm
from service_app.contracts.models import ContractLine
from service_app.contracts.queries import item_with_tag
from service_app.core import clock
from service_app.core.errors import Invalid


def wall_time(text: str, field: str) -> datetime:
    """A moment on the workshop's clock as the board writes it (2026-11-25T09:00). Refuses with `input.unreadable`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Invalid("input.unreadable", field=field) from None


def instant(wall: datetime, zone: str) -> datetime:
    """The instant at which the workshop's clock shows this."""
    return clock.at_local(wall.date(), wall.time(), zone)


class PlannedForm(DatesForm):
    """Other days, another thing. `starts` is where a bar was dropped, on the wall clock; the end goes along unless `ends`
    says otherwise."""

    item = SelectField(_l("Which one"), validate_choice=False)
    view = HiddenField()
    starts = HiddenField()
    ends = HiddenField()

    def offer(self, subject: Subject) -> None:
        super().offer(subject)
        free = queries.free_for(subject.line) if subject.line is not None else []
        self.item.choices = [SelectChoice("", gettext("as it is")), *(SelectChoice(it.tag, _thing(it)) for it in free)]

    def body(self, subject: Subject) -> dict[str, Any]:
        """Start and end as instants, and the item when one is named."""
        item = item_with_tag(self.item.data) if self.item.data else None
        if self.starts.data and subject.line is not None:
            return self._dropped(subject.line, zone_of(subject)) | {"item": item}
        if self.starts_on.data is None and subject.line is not None:
            return {"starts_at": subject.line.starts_at, "ends_at": subject.line.ends_at, "item": item}
        return super().body(subject) | {"item": item}

    def _dropped(self, line: ContractLine, zone: str) -> dict[str, Any]:
        start, end = wall_time(self.starts.data, "starts_on"), line.ends_at
        if self.ends.data:
            end = instant(wall_time(self.ends.data, "ends_on"), zone)
        elif end is not None:
            by = start - clock.local(line.starts_at, zone).replace(tzinfo=None)
            end = instant(clock.local(end, zone).replace(tzinfo=None) + by, zone)
        return {"starts_at": instant(start, zone), "ends_at": end}


class OutForm(ExtendForm):
    """Another end for what is out."""

    view = HiddenField()

    def begin(self, subject: Subject) -> None:
        super().begin(subject)
        if subject.line is not None and subject.line.ends_at is not None:
            self.ends_on.data = clock.local(subject.line.ends_at, zone_of(subject)).date()

    def propose(self, ends: str) -> None:
        """The end to which the bar was drawn."""
        wall = wall_time(ends, "ends_on")
        self.ends_on.data, self.ends_at.data = wall.date(), wall.time()


def _thing(item: Any) -> str:
    where = f", {item.place}" if item.place else ""
    return f"{item.tag} · {gettext('grade %(grade)s', grade=item.grade)}{where}"

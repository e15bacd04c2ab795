"""The shape of what a workshop types for an endpoint."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField, widgets

from service_app.core.forms import VersionedForm, choices_of
from service_app.webhooks import words
from service_app.webhooks.models import WebhookEndpoint
from service_app.webhooks.operations import LONGEST_NAME, LONGEST_URL, EndpointFacts


def _tidy(text: str | None) -> str:
    return (text or "").strip()


class EndpointForm(VersionedForm):
    """Where to call, and about what."""

    name = StringField(
        _l("Name"), filters=[_tidy], description=_l("Who listens there, such as our bookkeeping."),
        render_kw={"maxlength": LONGEST_NAME, "required": True},
    )  # fmt: skip
    url = StringField(
        _l("Address"), filters=[_tidy], description=_l("Begins with https://; what happens is sent there by POST."),
        render_kw={"maxlength": LONGEST_URL, "required": True, "inputmode": "url", "autocomplete": "off"},
    )  # fmt: skip
    names = SelectMultipleField(
        _l("What is told"), choices=choices_of(words.OFFERED.items()), validate_choice=False,
        option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip

    @classmethod
    def over(cls, endpoint: WebhookEndpoint) -> Any:
        """The form filled from what stands."""
        data = {"name": endpoint.name, "url": endpoint.url, "names": endpoint.names, "version": endpoint.version}
        return cls(formdata=None, data=data)

    def facts(self, *, local: bool) -> EndpointFacts:
        """What was typed, for the operations; `local` is whether this house calls its own machine."""
        return EndpointFacts(self.name.data, self.url.data, self.names.data or [], local)

    @property
    def groups(self) -> list[tuple[Any, list[Any], int]]:
        """The boxes by what they are about: the word, the boxes, how many are ticked."""
        boxes = {box.data: box for box in self.names}
        found = []
        for noun, names in words.by_noun().items():
            own = [boxes[name] for name in names]
            found.append((words.NOUNS[noun], own, sum(box.checked for box in own)))
        return sorted(found, key=lambda group: str(group[0]))

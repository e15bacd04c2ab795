"""The shape of what a workshop types for its channels."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField, widgets

from service_app.core.fields import WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.notifications import numbers
from service_app.notifications.accounts import SmsFacts
from service_app.notifications.channel_models import SmsAccount
from service_app.notifications.providers import PROVIDERS


def _tidy(text: str | None) -> str:
    return (text or "").strip()


class SmsForm(VersionedForm):
    """By whom text messages go out and what they may cost."""

    is_on = BooleanField(_l("Send text messages"))
    provider = SelectField(_l("Provider"), choices=choices_of((name, one.label) for name, one in PROVIDERS.items()))
    url = StringField(
        _l("Address"), filters=[_tidy], description=_l("Only for a gateway of your own; begins with https://."),
        render_kw={"inputmode": "url", "autocomplete": "off", "maxlength": 500},
    )  # fmt: skip
    username = StringField(
        _l("Account"), filters=[_tidy], description=_l("Where the provider asks for one."),
        render_kw={"autocomplete": "off", "maxlength": 200},
    )  # fmt: skip
    secret = PasswordField(
        _l("Key"), description=_l("Kept sealed and never shown again. Empty: the one that is there stays."),
        render_kw={"autocomplete": "new-password", "maxlength": 500},
    )  # fmt: skip
    sender = StringField(
        _l("Sender"), filters=[_tidy], description=_l("Up to 11 letters and digits, or a number such as +32470123456."),
        render_kw={"maxlength": 16, "required": True},
    )  # fmt: skip
    countries = SelectMultipleField(
        _l("To numbers of"), choices=choices_of((code, code) for code in numbers.COUNTRIES), validate_choice=False,
        option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    daily_count = WholeField(_l("Text messages a day, at most"))
    daily_cents = WholeField(_l("Cents a day, at most"), description=_l("What is over goes by e-mail."))
    cents_per_segment = WholeField(
        _l("Cents for each"), description=_l("For each 160 characters, as your provider asks.")
    )

    @classmethod
    def over(cls, row: SmsAccount | None) -> Any:
        """The form filled from what stands."""
        if row is None:
            return cls(formdata=None, data={
                "version": 0, "countries": ["BE"], "daily_count": 50, "daily_cents": 500, "cents_per_segment": 8,
            })  # fmt: skip
        names = (
            "is_on", "provider", "url", "username", "sender", "countries", "daily_count", "daily_cents",
            "cents_per_segment", "version",
        )  # fmt: skip
        return cls(formdata=None, data={name: getattr(row, name) for name in names})

    def facts(self, *, local: bool) -> SmsFacts:
        """What was typed."""
        return SmsFacts(
            provider=self.provider.data or "", url=self.url.data, username=self.username.data,
            secret=self.secret.data or "", sender=self.sender.data, countries=tuple(self.countries.data or ()),
            daily_count=self.daily_count.data, daily_cents=self.daily_cents.data,
            cents_per_segment=self.cents_per_segment.data, is_on=bool(self.is_on.data), local=local,
        )  # fmt: skip


class DigestForm(FlaskForm):  # type: ignore[misc]
    """Whether one wants the day's digest."""

    is_on = BooleanField(_l("Write to me each morning what waits, when something does"))

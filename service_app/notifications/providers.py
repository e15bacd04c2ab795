"""ONE table: how each provider of text messages is asked: where, how one signs in, what the body looks like.

`url` may hold {username}. `auth`: what the header Authorization says. `body`: json or form, and the name of each thing in it;
a name that is None is not told. `knows_key`: asked twice under the same key it sends once, so a lost answer is asked for
again; without that a lost answer leaves the message `unknown`, for a person to decide.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Provider:
    """The shape of a request."""

    label: Any
    url: str
    auth: str
    body: str
    to: str
    sender: str
    text: str
    reference: str | None
    is_list: bool = False
    knows_key: bool = False


PROVIDERS: dict[str, Provider] = {
    "gateway": Provider(
        label=_l("A gateway of one’s own (JSON)"), url="", auth="Bearer {secret}", body="json",
        to="to", sender="from", text="text", reference="reference", knows_key=True,
    ),
    "messagebird": Provider(
        label="MessageBird", url="https://rest.messagebird.com/messages", auth="AccessKey {secret}", body="json",
        to="recipients", sender="originator", text="body", reference="reference", is_list=True,
    ),
    "twilio": Provider(
        label="Twilio", url="https://api.twilio.com/2010-04-01/Accounts/{username}/Messages.json", auth="Basic {basic}",
        body="form", to="To", sender="From", text="Body", reference=None,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What is posted where; `knows_key` as the provider's."""

    url: str
    headers: dict[str, str]
    body: bytes
    knows_key: bool


@dataclass(frozen=True)
class Text:
    """A text message: E.164 number, sender, what it says, and the reference under which it is the same at every attempt."""

    to: str
    sender: str
    text: str
    reference: str


def request_of(name: str, url: str, username: str, secret: str, text: Text) -> Request:
    """The request for a text message to a provider of the table; `url` in place of the table's where it is given."""
    shape = PROVIDERS[name]
    told: dict[str, Any] = {
        shape.to: [text.to] if shape.is_list else text.to, shape.sender: text.sender, shape.text: text.text,
    }  # fmt: skip
    if shape.reference is not None:
        told[shape.reference] = text.reference
    is_json = shape.body == "json"
    body = json.dumps(told, ensure_ascii=False).encode() if is_json else urlencode(told).encode()
    basic = base64.b64encode(f"{username}:{secret}".encode()).decode()
    headers = {
        "Authorization": shape.auth.format(secret=secret, basic=basic),
        "Content-Type": "application/json" if is_json else "application/x-www-form-urlencoded",
        "Idempotency-Key": text.reference,
        "User-Agent": "Ronde/1",
    }
    return Request((url or shape.url).replace("{username}", quote(username, safe="")), headers, body, shape.knows_key)

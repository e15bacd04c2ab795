"""What a provider reports of a message after it took it: a bounce, a complaint, a receipt of a text message.

A shape of our own that any provider's hook is easily turned into, signed as Standard Webhooks says (HMAC-SHA256 over
`id.timestamp.body`), at most five minutes old, with the secret before still valid for a day after a change. Its id makes a
report that comes twice follow once. `reference` names the message by a sign of ours: the mark of the letter's header
X-Ronde-Letter, or the reference a text was sent under.

    {"type": "bounce",    "reference": "…", "status": "5.1.1", "detail": "…"}
    {"type": "complaint", "reference": "…"}
    {"type": "delivered" | "undelivered", "reference": "…", "detail": "…"}
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from service_app.core import clock, events, links
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.notifications import addresses, incoming, pushing, reading, texting
from service_app.notifications.channel_models import ProviderNotice
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop

OLDEST = timedelta(minutes=5)
BOTH_VALID = timedelta(hours=24)
MOST_BYTES = 64 * 1024
PREFIX = "whsec_"
_TYPES = ("bounce", "complaint", "delivered", "undelivered")


def secret_of(rounds_ago: int = 0) -> str:
    """The secret that the provider signs with, as one copies it: the present one, or an earlier one."""
    key = pushing.key_of("notices")
    made = links.derive("notices", f"{key.salt}:{key.secret_round - rounds_ago}")
    return PREFIX + base64.b64encode(bytes.fromhex(made)).decode()


def renew_secret(actor: Actor, workshop: Workshop) -> None:
    """Another secret from now on; the one before is valid for a day. Refuses with Conflict `secret.changing` another one
    within that day: the first would be cut off before it. Leaves workshop.changed."""
    actor.must("settings:write")
    key = pushing.key_of("notices")
    session().refresh(key, with_for_update=True)
    if key.former_until is not None and key.former_until > clock.now():
        raise Conflict("secret.changing", until=key.former_until)
    key.secret_round, key.former_until = key.secret_round + 1, clock.now() + BOTH_VALID
    session().flush()
    events.record("workshop.changed", actor, [workshop], {"fields": ["notices_secret"]})


def signature(secret: str, notice_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the signature of a report."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def check(headers: Mapping[str, str], body: bytes) -> str:
    """The id of a report that the provider signed lately. Refuses any other with Forbidden `notice.unsigned`."""
    notice_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")
    is_recent = timestamp.isdecimal() and len(timestamp) < 12 and (
        abs(clock.now().timestamp() - int(timestamp)) <= OLDEST.total_seconds()
    )  # fmt: skip
    key = pushing.key_of("notices")
    rounds = 2 if key.former_until is not None and key.former_until > clock.now() else 1
    wanted = [signature(secret_of(ago), notice_id, timestamp, body) for ago in range(rounds)]
    is_ours = any(hmac.compare_digest(one.encode(), other.encode()) for one in wanted for other in given)
    if not (notice_id and is_recent and is_ours):
        raise Forbidden("notice.unsigned")
    return notice_id[:200]


def take(source: str, notice_id: str, body: bytes) -> str:
    """Do what follows from a report, once; one word for what that was: `known`, `nothing` for what names no message of ours,
    or what it said. Refuses `notice.unreadable`."""
    told = _read(body)
    kind = str(told["type"])
    use = addresses.MARK if source == "mail" else texting.REFERENCE
    named = addresses.named_in(str(told.get("reference", "")), use)
    is_here = named is not None and named.workshop_id == current_workshop_id()
    message = session().get(Message, (current_workshop_id(), named.message_id), with_for_update=True) if (
        named is not None and is_here
    ) else None  # fmt: skip
    values = {
        "workshop_id": current_workshop_id(), "source": source, "key": notice_id, "outcome": kind,
        "message_id": message.id if message is not None else None, "created_at": clock.now(),
    }  # fmt: skip
    statement = insert(ProviderNotice).values(values).on_conflict_do_nothing().returning(ProviderNotice.id)
    if session().execute(statement, execution_options={"scoped_by_hand": True}).scalar() is None:
        return "known"
    if message is None or named is None:
        return "nothing"
    return _follow(source, kind, message, named, told)


def _follow(source: str, kind: str, message: Message, named: addresses.Named, told: Mapping[str, Any]) -> str:
    detail = " ".join(str(told.get("detail", "")).replace("\x00", "").split())[:500]
    if source == "sms" and kind in ("delivered", "undelivered"):
        reference = str(told.get("reference", ""))
        texting.take_receipt(message, is_delivered=kind == "delivered", detail=detail, reference=reference)
        return kind
    if source == "mail" and kind == "complaint":
        return incoming.take(reading.Complaint(named, detail))
    if source == "mail" and kind == "bounce":
        status = reading.status_in(str(told.get("status", "")))
        return incoming.take(reading.CameBack(named, reading.is_of_the_address(status), status, detail))
    return "nothing"


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise Invalid("notice.unreadable") from error
    if not isinstance(told, dict) or told.get("type") not in _TYPES:
        raise Invalid("notice.unreadable")
    return told

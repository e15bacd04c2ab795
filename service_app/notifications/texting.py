"""A message as a text message, or as a notice on a phone: read and rendered in one short transaction, sent with none open,
and what became of it written in a second one, exactly as letters are (`sending`).

What cannot go this way goes by e-mail, once more under the same message: no budget left, a number the provider refuses, no
browser that takes notices. The reference of a text derives from its row and is the same at every attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service_app.core import clock, jobs, sealed
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import in_language
from service_app.core.states import move
from service_app.notifications import addresses, choosing, providers, segments, spending, suppression
from service_app.notifications.channel_models import SmsAccount
from service_app.notifications.kinds import KINDS
from service_app.notifications.letters import Letter, NotNeeded, compose
from service_app.notifications.models import Delivery, Message
from service_app.notifications.sending import kept_in_short
from service_app.notifications.wording import worded
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

JOBS = {"mail": "notifications.send", "sms": "notifications.text", "push": "notifications.push"}
MOST_SEGMENTS = 3
SECRET = "sms"
REFERENCE = "text"
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class Said:
    """What the other side answered to an attempt: sent, refused (this message, for good), deferred, unknown, or
    misconfigured (it refuses us); how long it asked to wait."""

    kind: str
    code: str = ""
    detail: str = ""
    wait: timedelta | None = None

    @property
    def is_of_the_server(self) -> bool:
        """Whether nothing was said about the message at all."""
        return self.kind in ("deferred", "unknown") and (not self.code or self.code.startswith("5"))


def hand_to(message: Message, way: choosing.Way, job_id: int) -> None:
    """Let a message go by another channel from now on: the job of that channel is written, under a key of its own."""
    message.via, message.via_address = way.channel, way.address
    jobs.enqueue(
        JOBS[way.channel], channel=way.channel, payload={"message_id": message.id},
        dedupe_key=f"message:{message.id}:{way.channel}:{job_id}", not_after=message.not_after,
        priority=KINDS[message.kind].priority,
    )  # fmt: skip


def hand_over(message_id: int, way: choosing.Way, job_id: int) -> None:
    """`hand_to`, for the message of a job."""
    hand_to(session().get_one(Message, (current_workshop_id(), message_id), with_for_update=True), way, job_id)


def by_mail_instead(message: Message, because: int | str, reason: str) -> None:
    """It cannot go by the chosen way: by e-mail, whatever was chosen; without an address it is told otherwise. `because`: the
    job, or what else showed it; each is a reason of its own to write."""
    if choosing.mail_address(message, message.customer):
        message.via, message.via_address = "mail", None
        jobs.enqueue(
            JOBS["mail"], channel="mail", payload={"message_id": message.id, "by": "mail"},
            dedupe_key=f"message:{message.id}:mail:{because}", not_after=message.not_after,
            priority=KINDS[message.kind].priority,
        )  # fmt: skip
        return
    message.reason = reason
    move(message, "failed")
    suppression.note_untold(message)


def reference_of(message: Message) -> str:
    """What names a text message, to the provider and in what it reports. Sent again it is another text: under the reference
    of the first a provider that knows keys would say yes and send nothing."""
    mark = addresses.mark(REFERENCE, message.workshop_id, message.id)
    return f"{mark}.{message.again}" if message.again else mark


def prepare_text(message_id: int, workshop_id: int, job_id: int) -> providers.Request | None:
    """The request to make now; None when there is none: it went before, it is not wanted any more, or it goes another way.
    The message then says so."""
    message, letter = composed(message_id, workshop_id, "sms", job_id)
    if message is None or letter is None:
        return None
    account = choosing.sms_account()
    assert account is not None
    kept_in_short(message, letter)  # also of what the budget keeps from going
    text = text_of(letter, get_workshop(workshop_id))
    if not spending.spend(message, account, segments.segments(text)):
        by_mail_instead(message, job_id, "over_budget")
        return None
    return request_of(account, providers.Text(message.via_address or "", account.sender, text, reference_of(message)))


def request_of(account: SmsAccount, text: providers.Text) -> providers.Request:
    """A text message as the workshop's provider is asked for it."""
    secret = sealed.open_(SECRET, account.secret_sealed)
    return providers.request_of(account.provider, account.url, account.username, secret, text)


def text_of(letter: Letter, workshop: Workshop) -> str:
    """What a letter says in short: who, what, and where to answer."""
    link = f"\n{letter.button[1]}" if letter.button is not None else ""
    return segments.fitting(f"{workshop.name}: {' '.join(letter.subject.split())}", link, MOST_SEGMENTS)


def composed(message_id: int, workshop_id: int, channel: str, job_id: int) -> tuple[Message | None, Letter | None]:
    """A message that still goes by this channel, with its letter."""
    message = session().get(Message, (workshop_id, message_id), with_for_update=True)
    if message is None or message.status != "queued" or message.via != channel:  # it goes by e-mail instead by now
        return None, None
    if message.not_after is not None and message.not_after <= clock.now():
        move(message, "expired")
        return None, None
    way = choosing.choose(message)
    if way.reason is not None:
        message.reason = way.reason
        move(message, "skipped")
        return None, None
    if way.channel != channel:
        hand_to(message, way, job_id)
        return None, None
    message.via, message.via_address = way.channel, way.address
    workshop = get_workshop(workshop_id)
    try:
        with in_language(message.language):
            return message, worded(compose(message, workshop), message, workshop)
    except NotNeeded as reason:
        message.reason = str(reason)
        move(message, "skipped")
        return None, None


def settle(message_id: int, workshop_id: int, said: Said, job_id: int, *, is_last: bool = False) -> None:
    """Write what became of an attempt. Refused is by e-mail instead; `is_last`: there is no attempt after this one."""
    message = session().get_one(Message, (workshop_id, message_id), with_for_update=True)
    noted = "deferred" if said.kind == "misconfigured" else said.kind
    session().add(Delivery(message_id=message.id, outcome=noted, code=said.code or None, detail=said.detail[:500]))
    if message.status != "queued" or message.via == "mail":
        return  # it was reported undelivered meanwhile: whatever the provider says of that text, it goes by e-mail now
    if said.kind == "sent":
        message.sent_at = clock.now()
        move(message, "sent")
    elif said.kind == "unknown":
        message.reason = "unknown"
        move(message, "unknown")
    elif said.kind == "refused" or (said.kind == "deferred" and is_last):
        by_mail_instead(message, job_id, "refused")
    session().flush()


def take_receipt(message: Message, *, is_delivered: bool, detail: str, reference: str) -> None:
    """What became of a text message after the provider had it: one that did not arrive goes by e-mail. `reference`: the one
    it was sent under, as the provider says it; of a text before the last one only that it arrived is news."""
    outcome = "delivered" if is_delivered else "undelivered"
    row = Delivery(message_id=message.id, outcome=outcome, detail=detail[:500])
    session().add(row)
    session().flush()
    if is_delivered:
        if message.status == "unknown":
            message.reason, message.sent_at = None, message.sent_at or clock.now()
            move(message, "sent")
        return
    if message.via != "sms" or reference_of(message) not in reference.lower():
        return
    if message.status in ("sent", "unknown"):
        message.reason = "bounced"
        move(message, "failed")
        if not choosing.mail_address(message, message.customer):
            suppression.note_untold(message)
            session().flush()
            return
        message.reason = None
        move(message, "queued")
    if message.status == "queued":  # also when the provider's answer was lost, and the text is about to be tried again
        by_mail_instead(message, f"report:{row.id}", "bounced")
    session().flush()

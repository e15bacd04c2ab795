"""Notices on a customer's phone or computer: Web Push (RFC 8030), sealed for the browser alone (RFC 8291, RFC 8188
aes128gcm), with a proof of who sends them (VAPID, RFC 8292).

The key of a workshop is derived from the house's and a salt, so none is kept. A service that answers 404 or 410 knows the
browser no more, and it is forgotten. Every attempt carries the same Topic and the same tag: shown twice it is one notice.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from service_app.core import clock, links, outgoing, sealed
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.customers.models import Customer
from service_app.notifications import texting
from service_app.notifications.channel_models import ChannelKey, PushSubscription
from service_app.notifications.letters import Letter
from service_app.notifications.models import Message
from service_app.notifications.sending import kept_in_short
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

# The order of the group P-256 (SEC 2, 2.4.2): a private key is a number from 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MOST_BROWSERS = 3
SECRET = "push"
JWT_SECONDS = 12 * 3600
KEPT_SECONDS = 24 * 3600
LONGEST_TEXT = 240
# A point is 65 bytes, which are 88 signs; what is no sign of theirs is read over, however much of it there is.
LONGEST_KEY = 100
_RECORD = 4096


@dataclass(frozen=True)
class Call:
    """What is posted to which browser's service."""

    subscription_id: int
    url: str
    headers: dict[str, str]
    body: bytes


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _own_key(salt: str) -> ec.EllipticCurvePrivateKey:
    number = int(links.derive("vapid", salt), 16) % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def key_of(purpose: str) -> ChannelKey:
    """What the workshop's key for a purpose (`push`, `notices`) is derived from; made at its first use."""
    values = {
        "workshop_id": current_workshop_id(), "purpose": purpose, "salt": secrets.token_hex(16), "created_at": clock.now(),
    }  # fmt: skip
    found = select(ChannelKey).where(ChannelKey.purpose == purpose)
    known = session().scalars(found).first()
    if known is not None:
        return known
    session().execute(
        insert(ChannelKey).values(values).on_conflict_do_nothing(), execution_options={"scoped_by_hand": True}
    )
    return session().scalars(found).one()


def public_key() -> str:
    """The key by which a browser knows the workshop (base64url of the point), for `applicationServerKey`."""
    return _written(_point(_own_key(key_of("push").salt).public_key()))


def subscribe(
    customer: Customer, endpoint: str, p256dh: str, auth: str, user_agent: str, *, local: bool
) -> PushSubscription:
    """Send notices to a browser from now on; known already, it is renewed. Refuses `push.unusable` for an address that is
    not to be called or keys that are none. `local`: this house calls its own machine."""
    try:
        outgoing.parse(endpoint, local=local)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _read(p256dh))
        if len(_read(auth)) != 16 or len(p256dh) > LONGEST_KEY or len(auth) > LONGEST_KEY or len(endpoint) > 1000:
            raise Invalid("push.unusable")
    except (outgoing.NotToCall, ValueError) as error:
        raise Invalid("push.unusable") from error
    hashed = hashlib.sha256(endpoint.encode()).hexdigest()
    values = {
        "customer_id": customer.id, "p256dh": p256dh, "auth_sealed": sealed.seal(SECRET, auth),
        "user_agent": user_agent[:200], "created_at": clock.now(),
    }  # fmt: skip
    known = {"workshop_id": current_workshop_id(), "endpoint": endpoint, "endpoint_hash": hashed}
    statement = insert(PushSubscription).values(known | values)
    statement = statement.on_conflict_do_update(index_elements=["workshop_id", "endpoint_hash"], set_=values)
    session().execute(statement, execution_options={"scoped_by_hand": True})
    found = select(PushSubscription).where(PushSubscription.endpoint_hash == hashed)
    return session().scalars(found.execution_options(populate_existing=True)).one()


def subscriptions_of(customer: Customer) -> list[PushSubscription]:
    """The browsers of a customer, the newest first."""
    found = select(PushSubscription).where(PushSubscription.customer_id == customer.id)
    return list(session().scalars(found.order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc())))


def unsubscribe(customer: Customer, subscription_id: int | None = None) -> int:
    """No notices to a browser of this customer any more, or to any; how many that were."""
    gone = [row for row in subscriptions_of(customer) if subscription_id in (None, row.id)]
    for row in gone:
        session().delete(row)
    session().flush()
    return len(gone)


def prepare(message_id: int, workshop_id: int, job_id: int) -> list[Call]:
    """The calls to make now, to the newest browsers; none when it is not wanted any more or goes another way."""
    message, letter = texting.composed(message_id, workshop_id, "push", job_id)
    if message is None or letter is None:
        return []
    kept_in_short(message, letter)
    customer = session().get_one(Customer, (workshop_id, message.customer_id))
    content = content_of(message, letter, get_workshop(workshop_id))
    return [_call(row, message, content) for row in subscriptions_of(customer)[:MOST_BROWSERS]]


def content_of(message: Message, letter: Letter, workshop: Workshop) -> bytes:
    """What the browser's worker shows: a title, a line, where it leads, and the tag that makes two of it one."""
    line = letter.paragraphs[0] if letter.paragraphs else ""
    told = {
        "title": f"{workshop.name}: {' '.join(letter.subject.split())}"[:LONGEST_TEXT], "body": line[:LONGEST_TEXT],
        "url": letter.button[1] if letter.button else links.absolute(f"/{workshop.slug}/my/messages"),
        "tag": f"ronde-{message.id}", "lang": message.language,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


def _call(row: PushSubscription, message: Message, content: bytes) -> Call:
    headers = {
        "Authorization": authorization(row.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_kept_for(message)),
        "Topic": f"ronde-{message.id}",
        "Urgency": "normal",
    }
    body = seal_for(row.p256dh, sealed.open_(SECRET, row.auth_sealed), content)
    return Call(row.id, row.endpoint, headers, body)


def _kept_for(message: Message) -> int:
    """For how many seconds a service keeps a notice for a browser that is off: not past the time of what it says."""
    if message.not_after is None:
        return KEPT_SECONDS
    return max(0, min(KEPT_SECONDS, int((message.not_after - clock.now()).total_seconds())))


def authorization(endpoint: str) -> str:
    """The proof of who sends, for the service of an address (RFC 8292): a token signed with ES256, and the key."""
    parts = urlsplit(endpoint)
    own = _own_key(key_of("push").salt)
    expires = int(clock.now().timestamp()) + JWT_SECONDS
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": links.absolute("/")}
    signed = ".".join(
        _written(json.dumps(each, separators=(",", ":")).encode()) for each in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    first, second = decode_dss_signature(own.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = _written(first.to_bytes(32, "big") + second.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={_written(_point(own.public_key()))}"


def seal_for(p256dh: str, auth: str, content: bytes) -> bytes:
    """`content` sealed for one browser, with a key and a salt of this once (RFC 8291)."""
    return sealed_with(ec.generate_private_key(ec.SECP256R1()), os.urandom(16), p256dh, auth, content)


def sealed_with(own: ec.EllipticCurvePrivateKey, salt: bytes, p256dh: str, auth: str, content: bytes) -> bytes:
    """`seal_for` with a given key and salt: what appendix A of RFC 8291 can be held against."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _read(p256dh))
    shared = own.exchange(ec.ECDH(), theirs)
    both = b"WebPush: info\0" + _point(theirs) + _point(own.public_key())
    key = _derived(_read(auth), shared, both, 32)
    content_key = _derived(salt, key, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, key, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + b"\x41" + _point(own.public_key())
    return head + AESGCM(content_key).encrypt(nonce, content + b"\x02", None)


def _derived(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def settle(
    message_id: int, workshop_id: int, heard: dict[int, texting.Said], job_id: int, *, is_last: bool
) -> texting.Said:
    """Write what the browsers' services answered, by subscription, and what that is together: one that took it is enough.
    A browser that is gone is forgotten; when none is left the message goes by e-mail."""
    gone = [key for key, said in heard.items() if said.kind == "refused"]
    if gone:
        statement = delete(PushSubscription).where(PushSubscription.id.in_(gone))
        session().execute(statement.execution_options(synchronize_session=False))
    taken = [key for key, said in heard.items() if said.kind == "sent"]
    for row in session().scalars(select(PushSubscription).where(PushSubscription.id.in_(taken))):
        row.last_sent_at = clock.now()
    order = {"sent": 0, "deferred": 1, "refused": 2}
    together = min(heard.values(), key=lambda said: order[said.kind])
    texting.settle(message_id, workshop_id, together, job_id, is_last=is_last)
    return together

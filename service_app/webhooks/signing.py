"""Signatures as Standard Webhooks gives them: v1, HMAC-SHA256 over `id.timestamp.body`, in base64; the secret is written
`whsec_` and its bytes in base64."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from service_app.core import clock, links
from service_app.webhooks.models import WebhookEndpoint

PREFIX = "whsec_"
BOTH_SIGN = timedelta(hours=24)


def secret_of(endpoint: WebhookEndpoint, rounds_ago: int = 0) -> str:
    """The secret of an endpoint as its owner copies it: the present one, or an earlier one."""
    made = links.derive("webhook", f"{endpoint.salt}:{endpoint.secret_round - rounds_ago}")
    return PREFIX + base64.b64encode(bytes.fromhex(made)).decode()


def valid_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """What signs now: the present secret, and for a day after a change the one before."""
    is_changing = endpoint.former_until is not None and endpoint.former_until > clock.now()
    return [secret_of(endpoint, ago) for ago in range(2 if is_changing else 1)]


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the signature of one secret; `timestamp` in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call, signed once by each secret."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }

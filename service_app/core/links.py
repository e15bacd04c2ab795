"""Signed links: limited to one thing and one act, built from the configured base address, never from the request."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from service_app.core.errors import NotFound


@dataclass(frozen=True)
class _Key:
    secret: str
    base_url: str


_key: list[_Key] = []


def install(secret: str, base_url: str) -> None:
    """The secret links are signed with and the address they begin with; called once at the start of a process."""
    _key[:] = [_Key(secret, base_url.rstrip("/"))]


def sign(act: str, *ids: int) -> str:
    """A token for one act on one thing."""
    return str(URLSafeSerializer(_key[0].secret, salt=f"link:{act}").dumps(list(ids)))


def read(act: str, token: str) -> list[int]:
    """The ids inside a token of this act. Refuses with NotFound what was not signed here for it."""
    try:
        ids: list[int] = URLSafeSerializer(_key[0].secret, salt=f"link:{act}").loads(token)
    except BadSignature as error:
        raise NotFound("link.unknown") from error
    return ids


def derive(purpose: str, salt: str) -> str:
    """256 bits (hex) that only this house can compute from a salt: for what must be told again and is kept nowhere."""
    return hmac.new(_key[0].secret.encode(), f"{purpose}:{salt}".encode(), hashlib.sha256).hexdigest()


def absolute(path: str) -> str:
    """The full address of a path of ours."""
    return f"{_key[0].base_url}{path}"

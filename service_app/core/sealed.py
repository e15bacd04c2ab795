"""Secrets that somebody else gave us, such as a provider's token, as they are kept: sealed (Fernet: AES-128-CBC and HMAC) with
a key that only this house can derive. The database alone opens nothing."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken

from service_app.core import links


def seal(purpose: str, text: str) -> str:
    """A text as it is kept; '' stays ''."""
    return _lock(purpose).encrypt(text.encode()).decode() if text else ""


def open_(purpose: str, sealed: str) -> str:
    """What was sealed for this purpose; '' when it was sealed with another key: the secret must be given anew."""
    if not sealed:
        return ""
    try:
        return _lock(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _lock(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(links.derive("seal", purpose))))

"""How many text messages a text is: 160 characters in the alphabet of GSM (3GPP TS 23.038), 153 each when it is more than
one; 70 and 67 UTF-16 units when it holds any other sign. Signs of the extension table count for two."""

from __future__ import annotations

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
# Signs that our texts like and that would make every message one of 70: the same in the alphabet.
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)


def plain(text: str) -> str:
    """A text with the signs of typography written as the alphabet has them."""
    return text.translate(_SAME)


def segments(text: str) -> int:
    """How many messages a text is sent as; 0 for none."""
    if all(sign in _PLAIN or sign in _EXTENDED for sign in text):
        return _in_gsm(text)
    return _in_ucs2(text)


def _in_gsm(text: str) -> int:
    weights = [2 if sign in _EXTENDED else 1 for sign in text]
    return _packed(weights, 160, 153)


def _in_ucs2(text: str) -> int:
    return _packed([2 if ord(sign) > 0xFFFF else 1 for sign in text], 70, 67)


def _packed(weights: list[int], alone: int, each: int) -> int:
    """A sign of two is not cut in the middle: what does not fit begins the next message."""
    if sum(weights) <= alone:
        return 1 if weights else 0
    count, left = 1, each
    for weight in weights:
        if weight > left:
            count, left = count + 1, each
        left -= weight
    return count


def fitting(text: str, tail: str, most: int) -> str:
    """`text` and `tail` (a link, kept whole) in at most so many messages: the text is cut where it must be."""
    text = plain(text)
    while text and segments(text + tail) > most:
        text = text[:-4].rstrip() + "..." if len(text) > 8 else ""
    return text + tail

"""Texts about repairs without the people in them: what leaves the workshop says what was wrong with a thing, and nothing
about whose it is.

Pure. Taken out are e-mail addresses, telephone and other long numbers (nine digits and more, however they are grouped: an
account, a national number, a serial), and names: each word of the names of the repair's own customer, and any customer of
the workshop by first and last name. Names are found in any case, with or without accents, in either order. What is taken
out leaves "[…]". A first name alone, of somebody who is not the customer, cannot be told from a word and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

MARK = "[…]"
_MAIL = re.compile(r"[^\s<>(),;:\"']+@[^\s<>(),;:\"']+\w")
_NUMBER = re.compile(r"(?<![\w.,])\+?\d(?:[ ./()\u00a0-]{0,3}\d){8,30}(?![\w])")
_WORD = re.compile(r"[^\W\d_]+")
# Between a first name and the rest; alone they are words of the language.
_PARTICLES = frozenset(
    {
        *("de", "den", "der", "van", "von", "het", "ten", "ter", "la", "le", "les", "du", "des", "del", "della", "di"),
        *("da", "dos", "el", "al", "bin", "ibn", "en", "et", "and", "asbl", "vzw"),
    }
)
_SHORTEST = 3


@dataclass(frozen=True)
class People:
    """Names to be found in texts: single words, and whole names by their first word."""

    alone: frozenset[str] = frozenset()
    whole: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)


def people(own: Iterable[str] = (), others: Iterable[str] = ()) -> People:
    """Whom to look for: of `own` names each word counts, of `others` the whole name of two words and more."""
    mine = [word for name in own for word in _words(name)]
    alone = frozenset(word for word in mine if len(word) >= _SHORTEST and word not in _PARTICLES)
    whole: dict[str, list[tuple[str, ...]]] = {}
    for name in others:
        words = _words(name)
        if len(words) < 2:
            continue
        for order in {words, (words[-1], *words[:-1]), (*words[1:], words[0])}:
            whole.setdefault(order[0], []).append(order)
    return People(alone, whole)


def _words(name: str) -> tuple[str, ...]:
    return tuple(found.group() for found in _WORD.finditer(_folded(name)))


def _folded(text: str) -> str:
    """The text in small letters without accents, sign for sign, so that places in it are places in the text."""
    return "".join((unicodedata.normalize("NFD", sign)[0].lower() or sign)[0] for sign in text)


def stripped(text: str, known: People) -> str:
    """The text without addresses, long numbers and the people who are known."""
    text = unicodedata.normalize("NFC", text)
    places = sorted(
        [*_names(text, known), *(found.span() for pattern in (_MAIL, _NUMBER) for found in pattern.finditer(text))]
    )
    kept, at = [], 0
    for begin, end in places:
        if begin >= at:
            kept += [text[at:begin], MARK]
        at = max(at, end)
    return "".join([*kept, text[at:]])


def _names(text: str, known: People) -> Iterable[tuple[int, int]]:
    found = list(_WORD.finditer(_folded(text)))
    words = tuple(each.group() for each in found)
    for place, each in enumerate(found):
        if each.group() in known.alone:
            yield each.span()
        for name in known.whole.get(each.group(), ()):
            if words[place : place + len(name)] == name:
                yield each.start(), found[place + len(name) - 1].end()

"""What a person types in a cell, understood: text, days, money, numbers, yes and no, choices, in French, Dutch, English.

Pure. Every function takes the text of a cell (never empty) and returns a value, or refuses with `import.…` and what the
cell holds. Nothing is guessed where two readings are possible, but for the order day-month, which is the country's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service_app.catalogue import brands
from service_app.core import clock
from service_app.core.errors import Invalid

Parse = Callable[[str], Any]
LONGEST_TEXT = 10_000
FIRST_YEAR = 1850
MOST_MONEY = Decimal("9999999999.99")

YES = frozenset({"yes", "y", "oui", "o", "ja", "j", "true", "vrai", "waar", "1", "x"})
NO = frozenset({"no", "n", "non", "nee", "neen", "false", "faux", "onwaar", "0", "-"})


def plain(text: str) -> str:
    """Lower case, without accents, every stretch of other signs one space: how names and words are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def text(cell: str) -> str:
    """The text as it stands. Refuses more than 10,000 characters."""
    if len(cell) > LONGEST_TEXT:
        raise Invalid("import.text_too_long", most=LONGEST_TEXT)
    return cell


def short_text(cell: str) -> str:
    """One line of text: line breaks become spaces. Refuses more than 200 characters."""
    line = " ".join(cell.split())
    if len(line) > 200:
        raise Invalid("import.text_too_long", most=200)
    return line


def lower_text(cell: str) -> str:
    """One line of text in lower case."""
    return short_text(cell).lower()


def code(cell: str) -> str:
    """A code or tag: one line in capitals."""
    return short_text(cell).upper()


_COUNTRIES = {
    "belgique": "BE", "belgie": "BE", "belgium": "BE", "bel": "BE", "b": "BE", "france": "FR", "frankrijk": "FR",
    "fra": "FR", "pays bas": "NL", "nederland": "NL", "netherlands": "NL", "nld": "NL", "luxembourg": "LU",
    "luxemburg": "LU", "lux": "LU", "allemagne": "DE", "duitsland": "DE", "germany": "DE", "deu": "DE",
}  # fmt: skip


def country(cell: str) -> str:
    """A country as its two letters; the neighbours are known by name."""
    found = _COUNTRIES.get(plain(cell), cell.strip().upper())
    if not re.fullmatch(r"[A-Z]{2}", found):
        raise Invalid("import.country", value=cell[:40])
    return found


def brand(cell: str) -> str:
    """A brand; what says that nobody knows it becomes no brand."""
    line = short_text(cell)
    return "" if brands.is_unknown(line) else line


_DAY_FIRST = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[./\-](\d{1,2})[./\-](\d{1,2})")
_WITH_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")


def day(cell: str) -> date:
    """A day: dd/mm/yyyy, yyyy-mm-dd, also with dots or dashes, and an hour after it is left out."""
    said = _WITH_TIME.sub("", cell)
    try:
        if found := _YEAR_FIRST.fullmatch(said):
            return _within(date(int(found[1]), int(found[2]), int(found[3])))
        if found := _DAY_FIRST.fullmatch(said):
            year = int(found[3])
            return _within(date(year if year > 99 else 2000 + year, int(found[2]), int(found[1])))
    except ValueError:
        pass
    raise Invalid("import.day", value=cell[:40])


def _within(found: date) -> date:
    if not FIRST_YEAR <= found.year <= 2200:
        raise ValueError
    return found


def money(cell: str) -> Decimal:
    """An amount: 1.234,56 and 1,234.56 and 1 234,56 and 1234.5, with or without a euro sign; at most two decimals.

    One separator followed by exactly three digits is read as thousands (1.234 is one thousand two hundred thirty-four),
    as no amount has three decimals.
    """
    amount = _amount(cell)
    if amount is None or abs(amount) > MOST_MONEY or amount != amount.quantize(Decimal("0.01")):
        raise Invalid("import.money", value=cell[:40])
    return amount.quantize(Decimal("0.01"))


_NUMERAL = re.compile(r"-?\d{1,3}(?:([., '\u2019\u00a0\u202f])\d{3})*(?:[.,]\d+)?|-?\d+(?:[.,]\d+)?")


def _amount(cell: str) -> Decimal | None:
    bare = re.sub(r"(?i)€|\beur\b|\beuros?\b|,-+$|,–$", "", cell).strip()
    if not _NUMERAL.fullmatch(bare):
        return None
    bare = re.sub(r"[ '\u2019\u00a0\u202f]", "", bare)
    last = max(bare.rfind("."), bare.rfind(","))
    if last == -1:
        return Decimal(bare)
    whole, sign, decimals = re.sub(r"[.,]", "", bare[:last]), bare[last], bare[last + 1 :]
    if len(decimals) == 3 and not set(bare) >= {".", ","}:
        return Decimal(whole + decimals)
    return Decimal(f"{whole}.{decimals}") if bare.count(sign) == 1 else None


def number(cell: str) -> int:
    """A whole number from 0 on; 12.0 counts as one."""
    found = re.fullmatch(r"(\d[\d \u00a0\u202f]*)(?:[.,]0+)?", cell)
    if not found or len(found[1]) > 12:
        raise Invalid("import.number", value=cell[:40])
    return int(re.sub(r"\D", "", found[1]))


def day_of_month(cell: str) -> int:
    """A day of the month, 1 to 31."""
    found = number(cell)
    if not 1 <= found <= 31:
        raise Invalid("import.number", value=cell[:40])
    return found


def kilograms(cell: str) -> int:
    """A mass in kilograms, with or without `kg`, as grams."""
    bare = re.sub(r"(?i)\s*kg$", "", cell.strip())
    found = re.fullmatch(r"(\d{1,4})(?:[.,](\d{1,3}))?", bare)
    if not found:
        raise Invalid("import.number", value=cell[:40])
    return int(found[1]) * 1000 + int((found[2] or "0").ljust(3, "0"))


def year(cell: str) -> int:
    """A year from 1850 to next year."""
    found = number(cell) if re.fullmatch(r"\d{4}([.,]0+)?", cell) else 0
    if not FIRST_YEAR <= found <= clock.now().year + 1:
        raise Invalid("import.year", value=cell[:40], first=FIRST_YEAR)
    return found


def yes_no(cell: str) -> bool:
    """Yes, oui, ja, true, vrai, waar, 1, x; or their opposite."""
    said = cell.casefold().strip()
    if said in YES or said in NO:
        return said in YES
    raise Invalid("import.yes_no", value=cell[:40])


def choice(words: Mapping[str, tuple[str, ...]]) -> Parse:
    """A parse function for one of some codes, each also known by other words."""
    known = {plain(word): code for code, others in words.items() for word in (code, *others)}

    def chosen(cell: str) -> str:
        found = known.get(plain(cell))
        if found is None:
            raise Invalid("import.choice", value=cell[:40], known=", ".join(words))
        return found

    return chosen


def several(cell: str) -> list[str]:
    """A list written in one cell, separated by ; or | or line breaks, or else by commas."""
    parts = re.split(r"[;|\n]", cell) if re.search(r"[;|\n]", cell) else cell.split(",")
    return [part.strip() for part in parts if part.strip()]


def shares(cell: str) -> dict[str, int]:
    """Materials with their share in percent: `steel 60; rubber 25; wood 15 %`. Refuses more than 100 in all."""
    found: dict[str, int] = {}
    for part in several(cell):
        match = re.fullmatch(r"(.+?)[\s:=]+(\d{1,3})\s*%?", part)
        if not match:
            raise Invalid("import.shares", value=part[:40])
        found[match[1].strip()] = found.get(match[1].strip(), 0) + int(match[2])
    if sum(found.values()) > 100:
        raise Invalid("import.shares_over", total=sum(found.values()))
    return found

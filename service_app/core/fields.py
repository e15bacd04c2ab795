"""Form fields for how people here write numbers and lists. What is typed wrongly stays in the field as it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext
from wtforms import Field, TextAreaField
from wtforms.widgets import TextInput

from service_app.core.i18n import language

# 1e999999 is a number of six letters and a million digits: nothing that is counted, weighed or paid has as many.
_MOST_DIGITS = 30
_SPACES = re.compile(r"[\s\u00a0\u202f']")


def read_decimal(text: str) -> Decimal:
    """1 234,50 or 1.234,50 or 1,234.50 or 1234.5 as a Decimal: of two signs the last is the decimal one. Raises
    ValueError."""
    bare = _SPACES.sub("", text).removeprefix("€").removesuffix("€")
    decimal_at = max(bare.rfind(","), bare.rfind("."))
    if decimal_at >= 0:
        whole, part = bare[:decimal_at], bare[decimal_at + 1 :]
        bare = f"{whole.replace('.', '').replace(',', '')}.{part}"
    try:
        number = Decimal(bare)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(text)
    return number


class AmountField(Field):  # type: ignore[misc]
    """A Decimal, or None when left empty; shown with the decimal sign of the reader's language."""

    widget = TextInput()
    decimals = 2
    factor = Decimal(1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | (kwargs.get("render_kw") or {})
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        pattern = "0.00" if self.decimals == 2 else "0.###"
        return format_decimal(Decimal(self.data) / self.factor, pattern, locale=language())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = self._kept(read_decimal(text) * self.factor)
            except (ValueError, InvalidOperation) as error:
                raise ValueError(gettext("Write a number, such as %(example)s.", example=self._example())) from error

    def _example(self) -> str:
        return format_decimal(Decimal("12.5"), "0.00" if self.decimals == 2 else "0.#", locale=language())

    def _kept(self, number: Decimal) -> Any:
        if abs(number) >= Decimal(10) ** 10:
            raise ValueError(number)
        return number.quantize(Decimal("0.01"))


class MeasureField(AmountField):
    """A whole number of the small unit (g, ml), typed in the thousandfold one (kg, l)."""

    decimals = 3
    factor = Decimal(1000)

    def _kept(self, number: Decimal) -> int:
        if abs(number) >= 2**31:
            raise ValueError(number)
        return int(number.to_integral_value())


class WholeField(AmountField):
    """A whole number, or None when left empty."""

    decimals = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric"} | (kwargs.get("render_kw") or {})
        super().__init__(*args, **kwargs)

    def _example(self) -> str:
        return "12"

    def _kept(self, number: Decimal) -> int:
        if number != number.to_integral_value() or abs(number) >= 2**31:
            raise ValueError(number)
        return int(number)


class LinesField(TextAreaField):  # type: ignore[misc]
    """Several short texts, one a line."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        lines: Iterable[str] = self.data or ()
        return "\n".join(lines)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the lines, without the empty ones."""
        text = valuelist[0] if valuelist else ""
        self.data = tuple(line.strip() for line in text.splitlines() if line.strip())

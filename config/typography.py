"""French as it is set: the space before : ; ? ! » and after « does not break a line. Typed as a plain space, it is put right
here; `make messages` calls it, and tests/house/test_translations.py sees that nothing is left.

U+00A0 throughout, where a printer would take a narrow one before ; ? !: every font has it, and a screen reader says nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po, write_po

FRENCH = Path(__file__).parent.parent / "service_app" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
BEFORE, AFTER = re.compile(r"(?<=\S) (?=[:;?!»](?:\W|$))"), re.compile(r"(?<=«) ")


def held(text: str) -> str:
    """The text with the spaces that hold."""
    return AFTER.sub("\u00a0", BEFORE.sub("\u00a0", text))


def main() -> None:
    """Put the French catalogue right."""
    with FRENCH.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in catalogue:
        if isinstance(message.string, str):
            message.string = held(message.string) if message.id else message.string
        elif message.string is not None:
            message.string = tuple(held(each) for each in message.string)
    with FRENCH.open("wb") as file:
        write_po(file, catalogue, width=0, sort_output=True)


if __name__ == "__main__":
    main()

"""What leaves the workshop says nothing about people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from service_app.repairlog import privacy
from service_app.repairlog.privacy import MARK, people, stripped

NORA = people(own=["Nora Lemmens-D’Hondt"], others=["Awa Diallo", "Jean de la Tour", "Cher"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail naar nora.lemmens+fiets@voorbeeld.example.be aub", f"mail naar {MARK} aub"),
        ("bel 0470 12 34 56 of 02/123.45.67", f"bel {MARK} of {MARK}"),
        ("+32 (0)470 12.34.56", MARK),
        ("rijksregister 85.07.30-033.28", f"rijksregister {MARK}"),
        ("BE68 5390 0754 7034", f"BE68 {MARK}"),
        ("mevrouw LEMMENS zegt", f"mevrouw {MARK} zegt"),
        ("Nora's toestel, d'hondt", f"{MARK}'s toestel, d'{MARK}"),
        ("de Nôra", f"de {MARK}"),
        ("van Awa Diallo gekregen", f"van {MARK} gekregen"),
        ("Diallo Awa", MARK),
        ("Jean de la  Tour, TOUR Jean de la", f"{MARK}, {MARK}"),
        ("awa@diallo.be Awa", f"{MARK} Awa"),
    ],
)
def test_addresses_numbers_and_names_are_taken_out(text: str, left: str) -> None:
    assert stripped(text, NORA) == left


@pytest.mark.parametrize(
    "text",
    [
        "220-240 V, 50/60 Hz, 1.500 W",
        "sinds 2023-05-06 om 14.30",
        "type HD7830/53, 12,5 A",
        "Cher toestel, la tour est lourde, de la jean",
        "ne s'allume plus; 3 x essayé @ 12 V",
        "電源が入らない 🪛",
        "",
    ],
)
def test_what_is_about_the_thing_stays(text: str) -> None:
    assert stripped(text, NORA) == text


@given(
    any_of.text(max_size=80),
    any_of.text(max_size=80),
    any_of.sampled_from(["nora@example.be", "0470 12 34 56", "Lemmens", "DIALLO awa"]),
)
def test_wherever_it_stands_it_is_found(before: str, after: str, secret: str) -> None:
    assert secret not in stripped(f"{before} {secret} {after}", NORA)


def test_names_of_one_word_are_no_whole_names() -> None:
    assert privacy.people(others=["Cher", ""]).whole == {}

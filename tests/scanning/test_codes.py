"""What a scanner gives, read."""

from __future__ import annotations

import pytest

from service_app.scanning.codes import Code, read, read_all


@pytest.mark.parametrize(
    ("scanned", "code"),
    [
        ("CB-02", Code("CB-02")),
        (" cb-02\r\n", Code("CB-02")),
        ("SN 4471/b", Code("SN 4471/B")),
        ("7-ABCDEFGHJ", Code("7-ABCDEFGHJ", 7)),
        ("HTTPS://RONDE.EXAMPLE/P/7-ABCDEFGHJ", Code("7-ABCDEFGHJ", 7)),
        ("https://ronde.example/p/7-abcdefghj", Code("7-ABCDEFGHJ", 7)),
        ("https://ronde.example/p/7-ABCDEFGHJ?lang=nl", Code("7-ABCDEFGHJ", 7)),
        ("https://a.house.before:8443/with/a/path/p/7-ABCDEFGHJ/", Code("7-ABCDEFGHJ", 7)),
        ("https://elsewhere.example/", Code("HTTPS://ELSEWHERE.EXAMPLE/")),
        ("a\0b", Code("AB")),
        ("x" * 300, Code("X" * 200)),
        ("", None),
        (" \0 ", None),
    ],
)
def test_code_is_read(scanned: str, code: Code | None) -> None:
    assert read(scanned) == code


def test_each_code_of_a_list_counts_once() -> None:
    listed = read_all("CB-02\n\ncb-02\nhttps://x.example/p/7-ABCDEFGHJ\n 7-abcdefghj \nCB-03")
    assert [code.text for code in listed] == ["CB-02", "7-ABCDEFGHJ", "CB-03"]

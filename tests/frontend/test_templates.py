"""Rules that hold for every page's template: the content security policy would refuse what these tests find first."""

import re
from pathlib import Path

import pytest

import service_app

ROOT = Path(service_app.__file__).parent
PAGES = sorted(
    page
    for page in ROOT.rglob("templates/**/*.html")
    if page.name != "letter.html"  # goes out by mail, where styles must stand inside
)
ICONS = set((ROOT / "frontend" / "icons.txt").read_text("utf-8").split())
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"\bhx-on\b",
    "script in an attribute": r"[\"'](?:js|javascript):",
    "something from another host": r"(?:src|href|action)=[\"']https?://",
    "headers that htmx 4 hands to no child": r"\bhx-headers=",
}
ICON = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']|\bicon\s*=\s*["']([a-z0-9-]+)["']""")
# The last word of a button or a link: its icon stands after its kind.
OF_A_BUTTON = re.compile(r"""["'](?:main|plain|quiet|danger)["'],\s*["']([a-z0-9-]+)["']""")


def without_comments(page: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", page.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_hold_to_the_policy(page: Path) -> None:
    text = without_comments(page)
    assert not [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_icon_of_a_page_is_in_the_sprite(page: Path) -> None:
    text = without_comments(page)
    named = {one or other for one, other in ICON.findall(text)} | set(OF_A_BUTTON.findall(text))
    assert named <= ICONS, f"add to frontend/icons.txt: {named - ICONS}"


def test_the_icons_of_the_rail_are_in_the_sprite() -> None:
    from service_app import navigation

    named = {row[3] for _label, rows in navigation._TABLE for row in rows}
    assert named <= ICONS, f"add to frontend/icons.txt: {named - ICONS}"


def test_the_token_against_forged_posts_is_inherited_by_every_fragment() -> None:
    skeleton = (ROOT / "templates" / "layout" / "base.html").read_text("utf-8")
    assert "hx-headers:inherited=" in skeleton

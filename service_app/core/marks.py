"""The smallest parts of a page, written in Python: a list has hundreds of them, and a macro costs ten times as much.

They are reached as every other part, through `ui.icon`, `ui.state` and `ui.code` (templates/ui/marks.html).
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from flask import Flask
from markupsafe import Markup, escape


def install(app: Flask) -> None:
    """Give them to the templates. After `assets.install`."""
    asset = app.jinja_env.globals["asset"]
    app.jinja_env.globals.update(mark_icon=partial(icon, asset), mark_state=state, mark_code=code)


def icon(asset: Any, name: str, label: Any = None) -> Markup:
    """An icon of the sprite: beside words, or with a label when it stands alone."""
    return _icon(asset("sprite.svg"), name, str(label) if label else "")


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, label: str) -> Markup:
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(
        f'<svg class="icon" width="18" height="18" focusable="false" {said}>'
        f'<use href="{escape(sprite)}#{escape(name)}"></use></svg>'
    )


def state(tone: str, word: Any) -> Markup:
    """A state: colour, shape and word, always all three."""
    return _state(tone, str(word))


@lru_cache(maxsize=1024)
def _state(tone: str, word: str) -> Markup:
    tone = "ok" if tone == "out" else tone
    return Markup(f'<span class="state state-{escape(tone)}">{escape(word)}</span>')


def code(text: Any, href: str | None = None) -> Markup:
    """A reference or tag, in the mono face."""
    if href:
        return Markup(f'<a class="code" href="{escape(href)}">{escape(text)}</a>')
    return Markup(f'<span class="code">{escape(text)}</span>')

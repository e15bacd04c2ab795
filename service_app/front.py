"""What stands before the app in a web process: the proxies whose word is taken, and the static files.

Static files never reach the app, so they get its headers here. What a proxy says of a visitor (their address, whether they
came over https) is taken from as many proxies as there are and from nobody else: limits count by that address.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config.settings import Settings
from service_app.core.web import HSTS, SECURITY_HEADERS

STATIC = Path(__file__).parent / "static"
# What the build named by its content: it never changes under its name (config in frontend/vite.config.js).
HASHED = re.compile(r"/static/dist/.+-[\w-]{8}\.\w+")


def put_in_front(app: Flask, settings: Settings) -> None:
    """Serve the static files, and believe the proxies that the settings count."""

    https = {"Strict-Transport-Security": HSTS} if settings.base_url.startswith("https://") else {}

    def harden(headers: Any, _path: str, _url: str) -> None:
        for name, value in (SECURITY_HEADERS | https).items():
            headers[name] = value

    inside = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        immutable_file_test=_is_hashed,
        max_age=3600,
        allow_all_origins=False,
        add_headers_function=harden,
    )
    count = settings.trusted_proxies
    app.wsgi_app = ProxyFix(inside, x_for=count, x_proto=count, x_host=0) if count else inside  # type: ignore[method-assign]


def _is_hashed(_path: str, url: str) -> bool:
    return HASHED.fullmatch(url) is not None

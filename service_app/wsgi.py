"""What gunicorn serves: the app of this process's environment, with static files in front."""

from __future__ import annotations

import os
from pathlib import Path

from whitenoise import WhiteNoise

from config.logging import configure
from config.settings import Settings
from service_app import create_app

settings = Settings.from_environment()
configure(settings.log_level)
app = create_app(settings)
app.database.refuse_if_privileged()
# gunicorn preloads: a forked process must not share the parent's connections.
os.register_at_fork(after_in_child=lambda: app.database.engine.dispose(close=False))

STATIC = Path(__file__).parent / "static"


def _is_hashed(_path: str, url: str) -> bool:
    return "/dist/assets/" in url


app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
    app.wsgi_app, root=str(STATIC), prefix="static/", immutable_file_test=_is_hashed, max_age=3600
)

"""What gunicorn serves: the app of this process's environment, with static files in front."""

from __future__ import annotations

import os

from config.logging import configure
from config.settings import Settings
from service_app import create_app
from service_app.front import put_in_front

settings = Settings.from_environment()
configure(settings.log_level)
app = create_app(settings)
app.database.refuse_if_privileged()
# gunicorn preloads: a forked process must not share the parent's connections.
os.register_at_fork(after_in_child=lambda: app.database.engine.dispose(close=False))
put_in_front(app, settings)

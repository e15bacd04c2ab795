"""gunicorn: threads, because requests wait for the database; a request gets 30 s to end when the server stops."""

import gc
import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
preload_app = True
control_socket_disable = True
accesslog = None
loglevel = "warning"


def pre_fork(_server: Any, _worker: Any) -> None:
    """What is loaded lives as long as the process: the collector need not walk over it at every turn, which cost a quarter
    of a long list, and the workers go on sharing its pages."""
    gc.collect()
    gc.freeze()

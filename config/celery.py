"""Celery's configuration: it carries wake-ups, the job rows are the truth.

Early acknowledgement with an expiry: a lost message costs one sweep interval and nothing else. No `eta`, no countdown,
no result backend; beat sends intervals only.
"""

from __future__ import annotations

from celery import Celery

from config.settings import Settings

CONFIGURATION = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_acks_late": False,
    "task_soft_time_limit": 100,
    "task_time_limit": 120,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 2000,
    "worker_max_memory_per_child": 250_000,
    "worker_soft_shutdown_timeout": 20.0,
    "worker_hijack_root_logger": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # A Redis that is full refuses a word in the middle of a conversation; without this the worker ends there for good.
    "broker_channel_error_retry": True,
    "broker_transport_options": {
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "global_keyprefix": "ronde:",
    },
    "timezone": "UTC",
    "enable_utc": True,
    "beat_max_loop_interval": 5,
}


def make_celery(settings: Settings) -> Celery:
    """The Celery app over the settings' Redis; without one it exists but cannot connect."""
    app = Celery("ronde", broker=settings.redis_url or "memory://")
    app.conf.update(CONFIGURATION)
    return app

"""The worker, for letters and papers."""

from tests.workers.conftest import make, post, posting, process

__all__ = ["make", "post", "posting", "process"]

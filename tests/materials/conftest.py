"""The worker, for papers and letters."""

from tests.workers.conftest import make, post, posting, process

__all__ = ["make", "post", "posting", "process"]

"""The same background process and mail server as the workers' tests."""

from tests.workers.conftest import make, post, posting

__all__ = ["make", "post", "posting"]

"""A transaction of a workshop, and the worker."""

from __future__ import annotations

import pytest

from tests.workers.conftest import make, post, posting, process

__all__ = ["make", "post", "posting", "process"]


@pytest.fixture
def inside(scope, workshop):
    """A transaction of a workshop."""
    with scope(workshop):
        yield workshop

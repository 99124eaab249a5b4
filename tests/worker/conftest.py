"""Work done in the test's own process."""

from tests.worker.here import here

__all__ = ["here"]

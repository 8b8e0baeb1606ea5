"""A running house; this process needs no settings of its own."""

import pytest

from tests.faults.running import inhabited, people

__all__ = ["house_settings", "inhabited", "people"]


@pytest.fixture(autouse=True)
def house_settings() -> None:
    """The house has its own environment."""

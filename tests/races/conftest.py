"""A running house; this process needs no settings of its own."""

import pytest


@pytest.fixture(autouse=True)
def house_settings() -> None:
    """The house has its own environment."""

"""Each file of tests has a hub of its own database; each test a fresh key."""

import itertools
from collections.abc import Iterator

import pytest

from tests import engines
from tests.sandbox.hub.playing import Playing, playing

NUMBERS = itertools.count(1)


@pytest.fixture
def played(database: engines.Database) -> Iterator[Playing]:
    """A hub of this test alone."""
    with playing(database.sandbox_url) as made:
        made.weather(pace="instant")
        yield made


@pytest.fixture
def key() -> str:
    return f"TX20261120-{next(NUMBERS):03d}"

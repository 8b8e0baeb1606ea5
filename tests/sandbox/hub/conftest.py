"""Each file of tests has a database, each test an empty hub."""

import itertools
from collections.abc import Iterator

import pytest

from tests import engines
from tests.sandbox.hub.playing import Playing, playing

NUMBERS = itertools.count(1)


@pytest.fixture
def played(module_database: engines.Database) -> Iterator[Playing]:
    """A hub that has seen nothing yet but keeps its certificate authority."""
    with playing(module_database.sandbox_url) as made:
        made.forget()
        made.weather(pace="instant")
        yield made


@pytest.fixture
def key() -> str:
    return f"TX20261120-{next(NUMBERS):03d}"

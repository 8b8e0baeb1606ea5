"""The sandbox worlds inside the test process."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests import engines
from web.sandbox.app import create


@pytest.fixture
def sandbox(module_database: engines.Database) -> Iterator[TestClient]:
    """The worlds in fair weather."""
    with TestClient(create(module_database.sandbox_url), base_url="http://sandbox.example") as client:
        for name in ("phone", "carrier", "registry", "bank"):
            client.post(f"/board/{name}", data={"delay_ms": "0"})
        yield client

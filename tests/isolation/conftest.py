"""The running house of the races, and its settings for an application inside the test process."""

from collections.abc import Iterator

import pytest

from models import database
from models.settings import settings
from tests.faults.running import Inhabited
from tests.isolation import payees


@pytest.fixture(scope="session", autouse=True)
def settled(inhabited: Inhabited) -> None:
    """Credits with reports, accounts and payments in the house of the races."""
    payees.settle(inhabited.house)


@pytest.fixture(autouse=True)
def house_settings(inhabited: Inhabited, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """This process sees what the house's web process sees."""
    for name in ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "DATA_DIR"):
        monkeypatch.setenv(name, inhabited.house.environment[name])
    monkeypatch.setenv("WEB_DATABASE_URL", inhabited.house.database.web_url)
    monkeypatch.setenv("PUBLIC_URL", inhabited.house.url)
    settings.cache_clear()
    yield monkeypatch
    database.dispose()
    settings.cache_clear()

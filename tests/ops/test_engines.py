import socket
from pathlib import Path

import psycopg
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from models.settings import settings
from ops.ports import LOOPBACK
from tests import engines
from tests.conftest import TimeSkipping
from tests.engines import Database
from tests.ops.greeting import Greeting


async def _greet(client: Client, days: int) -> str:
    async with Worker(client, task_queue="interactive", workflows=[Greeting]):
        return await client.execute_workflow(Greeting.run, days, id="same-id", task_queue="interactive")


class TestDatabase:
    def test_each_login_is_itself_and_may_not_pass_by_row_security(self, database: Database) -> None:
        for url, role in (
            (database.owner_url, "dongban_owner"),
            (database.worker_url, "dongban_worker"),
            (database.web_url, "dongban_web"),
            (database.sandbox_url, "dongban_sandbox"),
        ):
            with psycopg.connect(url) as connection:
                row = connection.execute(
                    "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
            assert row == (role, False, False, False)

    def test_is_migrated_and_the_settings_point_to_it(self, database: Database) -> None:
        assert settings().web_database_url == database.web_url
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)

    def test_only_the_owner_makes_tables_and_the_sandbox_only_in_its_schema(self, database: Database) -> None:
        for url in (database.worker_url, database.web_url, database.sandbox_url):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE public.breach (id bigint)")
        with psycopg.connect(database.sandbox_url) as connection:
            connection.execute("CREATE TABLE letter (id bigint)")
            found = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'letter'").fetchone()
        assert found == ("sandbox",)


@pytest.mark.parametrize("same_id_again", [1, 2])
async def test_every_test_has_a_namespace_of_its_own(temporal_server: str, same_id_again: int) -> None:
    client = await Client.connect(temporal_server, namespace=settings().temporal_namespace)
    assert await _greet(client, 0) == "hello"


async def test_the_skipping_clock_jumps_over_a_month(time_skipping: TimeSkipping) -> None:
    async with time_skipping() as environment:
        assert await _greet(environment.client, 30) == "hello"


class TestReadiness:
    """An open port may be anybody's: ready is what lets us in and knows what only we have named."""

    def test_somebody_elses_port_is_no_engine_of_ours(self) -> None:
        with socket.socket() as other:
            other.bind((LOOPBACK, 0))
            other.listen()
            port = other.getsockname()[1]
            assert not engines.lets_in(f"postgresql://postgres:x@{LOOPBACK}:{port}/postgres")
            assert not engines.knows(f"{LOOPBACK}:{port}", "run-ours")

    def test_neither_is_an_engine_of_another_run(self, database: Database) -> None:
        admin = database.admin_url
        assert engines.lets_in(admin)
        password = psycopg.conninfo.conninfo_to_dict(admin)["password"]
        assert not engines.lets_in(admin.replace(str(password), "somebody-elses"))
        assert not engines.knows(engines.temporal_address(), "run-of-somebody-else")

    def test_a_start_that_failed_is_told_to_all_and_not_tried_over_its_remains(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(engines.HOME, str(tmp_path))
        tried: list[Path] = []

        def start(home: Path) -> dict[str, object]:
            tried.append(home)
            raise ValueError("no disk")

        with pytest.raises(ValueError, match="no disk"):
            engines._shared("thing", start)
        with pytest.raises(RuntimeError, match="no disk"):
            engines._shared("thing", start)
        assert tried == [tmp_path]

    def test_an_engine_that_ends_at_once_is_started_anew(self) -> None:
        tried: list[int] = []

        def start() -> int:
            tried.append(1)
            if len(tried) < engines.TRIES:
                raise engines.Ended("the port was taken")
            return 7

        assert (engines._tried(start), len(tried)) == (7, engines.TRIES)

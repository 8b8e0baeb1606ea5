"""One PostgreSQL and one Temporal for a whole test run, shared by all its worker processes.

The first process that needs an engine starts it; the process that began the run ends it.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from google.protobuf.duration_pb2 import Duration
from psycopg import sql
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from ops import keyring, postgres, temporal
from ops.bootstrap import migrate, prepare_database
from ops.instance import ProcessMark, started, stop
from ops.layout import OWNER, database_urls, with_database
from ops.ports import choose

HOME = "DONGBAN_TEST_ENGINES"
"""The environment name that tells worker processes where the run's engines are noted."""

PREFIX = "dongban-tests-"
TEMPLATE = "dongban_template"
START_SECONDS = 60.0
ANSWER_SECONDS = 5.0
TRIES = 3
"""Starts of an engine: a port that was free a moment ago may be another program's by now."""
SECONDS_KEPT = 24 * 60 * 60
# The data is thrown away after the run, so it need not survive the machine; the rest is as in the house.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
    # It would go through hundreds of databases that live for a second.
    "autovacuum": "off",
}


Made = TypeVar("Made")


class Ended(RuntimeError):  # noqa: N818 - what happened, not a fault of ours
    """An engine that ended before it was ready."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database of its own, with the address of each login."""

    name: str
    admin_url: str
    owner_url: str
    worker_url: str
    web_url: str
    sandbox_url: str


def open_run() -> Path:
    """Make the directory of this run; end what killed runs left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_abandoned(left):
            close_run(left)
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    # The database's user passes through, and sees nothing.
    home.chmod(0o711)
    (home / "run").write_text(json.dumps([os.getpid(), started(os.getpid())]), encoding="utf-8")
    os.environ[HOME] = str(home)
    return home


def close_run(home: Path) -> None:
    """Stop the engines noted there and remove everything."""
    for note in home.glob("*.engine"):
        content = json.loads(note.read_text(encoding="utf-8"))
        mark = ProcessMark(content["pid"], content["started"])
        stop(mark, signal.Signals(content["signal"]), 20.0)
        for folder in content["folders"]:
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def _is_abandoned(home: Path) -> bool:
    try:
        pid, began = json.loads((home / "run").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return not ProcessMark(pid, began).is_alive()


@contextlib.contextmanager
def _alone(home: Path, name: str) -> Iterator[None]:
    with (home / f"{name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _shared(name: str, start: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """What is noted about an engine, started now when this is the first to ask."""
    home = Path(os.environ[HOME])
    note, failure = home / f"{name}.engine", home / f"{name}.failed"
    with _alone(home, name):
        if failure.exists():
            # Whoever comes next would find what is left of that start, and fail in another, misleading way.
            raise RuntimeError(failure.read_text(encoding="utf-8"))
        if not note.exists():
            try:
                content = start(home)
            except BaseException as fault:
                failure.write_text(f"{name} did not start for this run: {fault!r}", encoding="utf-8")
                raise
            partial = note.with_suffix(".new")
            partial.write_text(json.dumps(content), encoding="utf-8")
            partial.rename(note)
    found: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    return found


def _launch(command: list[str], log: Path, is_ready: Callable[[], bool], **identity: Any) -> int:
    with log.open("ab") as output:
        # The engine outlives this process: the run's first process ends it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            **identity,
        )
    limit = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None:
            raise Ended(_last_words(command, log))
        if time.monotonic() > limit:
            process.kill()
            raise RuntimeError(_last_words(command, log))
        time.sleep(0.05)  # noqa: TID251  (another program's start: there is nothing to wait on)
    process.returncode = 0  # Nobody here waits for its end.
    return process.pid


def _last_words(command: list[str], log: Path) -> str:
    return f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}"


def _tried(start: Callable[[], Made]) -> Made:
    """Again with another port where the engine ended at once."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(Ended):
            return start()
    return start()


def _note(pid: int, number: signal.Signals, folders: list[Path], **more: Any) -> dict[str, Any]:
    paths = [str(folder) for folder in folders]
    return {"pid": pid, "started": started(pid), "signal": int(number), "folders": paths, **more}


def _start_postgres(home: Path) -> dict[str, Any]:
    secrets = keyring.generate()

    def start() -> tuple[postgres.Cluster, int]:
        port = choose(("postgres",), home / "postgres.port")["postgres"]
        made = postgres.prepare(home, secrets["INSTANCE"], port, secrets["DB_ADMIN_PASSWORD"], print)
        command = made.command(THROWAWAY)
        return made, _launch(command, home / "postgres.log", lambda: lets_in(made.url()), **made.identity())

    cluster, pid = _tried(start)
    note = _note(pid, signal.SIGINT, [cluster.data, postgres.OUTSIDE / "data" / secrets["INSTANCE"]])
    try:
        prepare_database(cluster.url(), secrets, TEMPLATE)
        migrate(with_database(database_urls(cluster.url(), secrets)["DATABASE_URL"], TEMPLATE))
    except BaseException:
        stop(ProcessMark(pid, note["started"]), signal.SIGINT, 20.0)
        raise
    return note | {"admin": cluster.url(), "secrets": secrets}


def lets_in(url: str) -> bool:
    """Whether the database there is ours: it knows our password. An open port may be anybody's."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def knows(address: str, namespace: str) -> bool:
    """Whether the engine there is ours and serves: it knows a namespace only we named."""

    async def ask() -> bool:
        try:
            client = await Client.connect(address)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
        except (RuntimeError, RPCError):
            return False
        return True

    async def ask_a_while() -> bool:
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(ask(), ANSWER_SECONDS)
        return False

    with ThreadPoolExecutor(1) as pool:  # A browser's loop may run in this thread already.
        return pool.submit(lambda: asyncio.run(ask_a_while())).result()


def _start_temporal(home: Path) -> dict[str, Any]:
    own = f"run-{uuid.uuid4().hex[:12]}"

    def start() -> tuple[temporal.Engine, int]:
        made = temporal.Engine(temporal.program(), choose(temporal.PORTS, home / "temporal.ports"), None, own)
        command = [*made.command(), "--headless"]
        return made, _launch(command, home / "temporal.log", lambda: knows(made.address, own))

    engine, pid = _tried(start)
    return _note(pid, signal.SIGTERM, [], address=engine.address)


def temporal_address() -> str:
    """host:port of the run's Temporal development server."""
    return str(_shared("temporal", _start_temporal)["address"])


async def register(namespace: str) -> str:
    """Make a namespace, and so queues, of that name in the run's Temporal server; the server's address."""
    address = temporal_address()
    client = await Client.connect(address)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=namespace, workflow_execution_retention_period=Duration(seconds=SECONDS_KEPT)
        )
    )
    return address


def new_namespace(kind: str) -> str:
    """A fresh namespace for a house; for code outside of any event loop of its own."""
    name = f"{kind}-{uuid.uuid4().hex[:12]}"
    with ThreadPoolExecutor(1) as pool:  # A browser's loop may run in this thread already.
        pool.submit(lambda: asyncio.run(register(name))).result()
    return name


@contextlib.contextmanager
def new_database(name: str) -> Iterator[Database]:
    """A migrated database of that name, copied from the run's template and dropped afterwards."""
    engine = _shared("postgres", _start_postgres)
    admin, secrets = str(engine["admin"]), dict(engine["secrets"])
    names = {
        "name": sql.Identifier(name),
        "template": sql.Identifier(TEMPLATE),
        "owner": sql.Identifier(OWNER),
    }
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(**names))
    inside = with_database(admin, name)
    urls = database_urls(inside, secrets)
    try:
        yield Database(
            name=name,
            admin_url=inside,
            owner_url=urls["DATABASE_URL"],
            worker_url=urls["WORKER_DATABASE_URL"],
            web_url=urls["WEB_DATABASE_URL"],
            sandbox_url=urls["SANDBOX_DATABASE_URL"],
        )
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))

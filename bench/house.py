"""One throwaway house per bench run: the product's own database, engine, logins and processes, in a scratch
directory. Nothing of it survives, and nothing of an installation on this machine is touched."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import psycopg
from psycopg import sql

from bench.processes import answering, listens, running
from models.settings import read
from ops import keyring, layout, postgres, temporal
from ops.ports import LOOPBACK, free_port

ROOT = Path(__file__).parents[1]


@dataclasses.dataclass(frozen=True, slots=True)
class Installation:
    """One database of the product with its logins; `told` has the environments of setup, worker and web."""

    told: Mapping[str, Mapping[str, str]]
    root: Path
    port: int

    @property
    def owner_database(self) -> str:
        """For the owner of the tables, who sees every row."""
        return self.told["setup"]["DATABASE_URL"]

    @property
    def base_url(self) -> str:
        """Where its web answers once `web` runs."""
        return f"http://{LOOPBACK}:{self.port}"

    @contextlib.contextmanager
    def web(self, processes: int = 1) -> Iterator[int]:
        """The product's web as the supervisor serves it; yields its process id."""
        command = [sys.executable, "-m", "uvicorn", "app:app", "--host", LOOPBACK, "--port", str(self.port)]
        command += ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3"]
        command += ["--workers", str(processes)] if processes > 1 else []
        with running(command, self.told["web"], self.root / "web.log") as pid:
            answering(lambda: listens(self.port), "web")
            yield pid

    def is_healthy(self) -> bool:
        """Whether database, engine and worker all answer, as the web says."""
        address = f"{self.base_url}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (http)
            return bool(answer.status == HTTPStatus.OK)
        return False

    @contextlib.contextmanager
    def sandbox(self) -> Iterator[int]:
        """The world outside, as `make run` plays it: where messages arrive; yields its process id."""
        port = self.told["sandbox"]["SANDBOX_URL"].rpartition(":")[2]
        command = [sys.executable, "-m", "uvicorn", "web.sandbox.app:app", "--host", LOOPBACK, "--port", port]
        command += ["--no-access-log", "--no-server-header"]
        with running(command, self.told["sandbox"], self.root / "sandbox.log", back=True) as pid:
            answering(lambda: listens(int(port)), "the sandbox world")
            yield pid

    @contextlib.contextmanager
    def worker(self, command: Sequence[str] = ("worker.py", "people")) -> Iterator[int]:
        """The worker of people's processes, the product's own unless said otherwise; yields its process id."""
        with running([sys.executable, *command], self.told["worker"], self.root / "worker.log") as pid:
            yield pid

    @contextlib.contextmanager
    def courier(self) -> Iterator[int]:
        """The worker of what leaves the house, with the relay; yields its process id."""
        command = [sys.executable, "worker.py", "courier", "batch"]
        with running(command, self.told["worker"], self.root / "courier.log", back=True) as pid:
            yield pid


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    """The two engines; installations and the peer are databases of the same server."""

    root: Path
    admin_database: str
    temporal_address: str
    secrets: Mapping[str, str]

    def install(self, name: str) -> Installation:
        """Logins and schema in a database of that name, no demo data.

        Raises: CalledProcessError with the sentence on standard error.
        """
        root = self.root / name
        root.mkdir()
        port = free_port()
        config = read({"DATA_DIR": str(root), "PORT": str(port)})
        sandbox = f"http://{LOOPBACK}:{free_port({port})}"
        addresses = layout.Addresses(self.empty_database(name), self.temporal_address, "", sandbox)
        outer = {**os.environ, "DEMO": "0", "PYTHONPATH": str(ROOT)}
        told = layout.environments(outer, config, self.secrets, addresses)
        command = [sys.executable, "-m", "ops.bootstrap", "schema"]
        subprocess.run(command, env=told["setup"], check=True, stdout=subprocess.DEVNULL)
        return Installation(told, root, port)

    def empty_database(self, name: str) -> str:
        """An empty database on the same server; its address for the superuser."""
        with psycopg.connect(self.admin_database, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return layout.with_database(self.admin_database, name)


@contextlib.contextmanager
def opened() -> Iterator[House]:
    """A running database and engine."""
    with tempfile.TemporaryDirectory(prefix="dongban-bench-") as scratch:
        root = Path(scratch)
        # The database's unprivileged user must be able to pass.
        root.chmod(0o755)
        secrets = keyring.generate()
        with database(root, secrets) as cluster, engine(root) as server:
            yield House(root, cluster.url(), server.address, secrets)


@contextlib.contextmanager
def database(root: Path, secrets: Mapping[str, str]) -> Iterator[postgres.Cluster]:
    """A fresh cluster, ready, with the product's server settings."""
    cluster = postgres.prepare(root, secrets["INSTANCE"], free_port(), secrets["DB_ADMIN_PASSWORD"], print)
    log = root / "postgres.log"
    with running(cluster.command(), os.environ, log, signal.SIGINT, cluster.identity(), back=True):
        answering(cluster.is_ready, "the database")
        yield cluster


@contextlib.contextmanager
def engine(root: Path) -> Iterator[temporal.Engine]:
    """A fresh engine with its file, ready, with the product's switches."""
    ports: dict[str, int] = {}
    for name in temporal.PORTS:
        ports[name] = free_port(ports.values())
    server = temporal.Engine(temporal.program(), ports, root / "temporal.db", "default")
    with running(server.command(), os.environ, root / "temporal.log", back=True):
        answering(lambda: listens(ports["temporal"]), "the engine")
        yield server

"""A whole house for browser journeys and HTTP tests: worker, web and sandbox world as real processes."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from ops import keyring
from ops.layout import HUB_SECRETS, SECRETS
from ops.ports import LOOPBACK, choose
from tests import engines

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90.0
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass
class House:
    """Where the house answers, and its processes by name."""

    url: str
    sandbox: str
    environment: dict[str, str]
    database: engines.Database
    folder: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start worker, courier, web or sandbox."""
        port = self.url.rpartition(":")[2]
        sandbox_port = self.sandbox.rpartition(":")[2]
        serve = [sys.executable, "-m", "uvicorn", "--host", LOOPBACK, "--no-access-log"]
        commands = {
            "worker": [sys.executable, "worker.py", "people"],
            "courier": [sys.executable, "worker.py", "courier", "batch"],
            "web": [*serve, "--port", port, "app:app"],
            "sandbox": [*serve, "--port", sandbox_port, "web.sandbox.app:app"],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                commands[name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End one process."""
        child = self.children.pop(name, None)
        if child is not None:
            child.send_signal(number)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)

    def wait_ready(self) -> None:
        """Until /healthz says 200. Raises RuntimeError with the logs' ends."""
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            if self._is_healthy():
                return
            time.sleep(0.1)  # noqa: TID251 - another program's start: there is nothing to wait on
        tails = [log.read_text(errors="replace")[-1500:] for log in self.folder.glob("*.log")]
        raise RuntimeError("the house did not start:\n" + "\n".join(tails))

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def forget_logins(self) -> None:
        """All stories come from one address as the same few people, more often than the house lets anybody in."""
        with psycopg.connect(self.database.owner_url) as connection:
            connection.execute("UPDATE login_attempt SET ip = ''")
            connection.execute("UPDATE otp_challenge SET created_at = created_at - interval '1 day'")

    def newest_code(self, phone: str) -> str:
        """The newest one-time code in the sandbox phone; empty when there is none."""
        with urllib.request.urlopen(f"{self.sandbox}/phone/{phone}/messages", timeout=5) as answer:  # noqa: S310
            messages = json.load(answer)
        codes = [code for one in messages for code in CODE.findall(one["text"])]
        return codes[0] if codes else ""

    def code_for(self, phone: str, after: str = "") -> str:
        """Wait for a code newer than `after`."""
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            code = self.newest_code(phone)
            if code and code != after:
                return code
            time.sleep(0.1)  # noqa: TID251 - a message on its way through other processes
        raise RuntimeError(f"no code arrived at {phone}")


@contextlib.contextmanager
def running(folder: Path, namespace: str) -> Iterator[House]:
    """A house on the run's engines with a database and a namespace of its own, people loaded, nothing else."""
    ports = choose(("web", "sandbox"), folder / "ports.json")
    with engines.new_database(f"house_{uuid.uuid4().hex[:12]}") as database:
        keys = keyring.generate()
        url, sandbox = f"http://{LOOPBACK}:{ports['web']}", f"http://{LOOPBACK}:{ports['sandbox']}"
        environment = {
            **os.environ,
            **{name: keys[name] for name in (*SECRETS, *HUB_SECRETS)},
            "DATABASE_URL": database.owner_url,
            "WORKER_DATABASE_URL": database.worker_url,
            "WEB_DATABASE_URL": database.web_url,
            "SANDBOX_DATABASE_URL": database.sandbox_url,
            "TEMPORAL_ADDRESS": engines.temporal_address(),
            "TEMPORAL_NAMESPACE": namespace,
            "DATA_DIR": str(folder / "data"),
            "SANDBOX_URL": sandbox,
            "PUBLIC_URL": url,
            "PORT": str(ports["web"]),
            "PYTHONUNBUFFERED": "1",
        }
        house = House(url=url, sandbox=sandbox, environment=environment, database=database, folder=folder)
        try:
            subprocess.run([sys.executable, "-m", "ops.seed.people"], cwd=ROOT, env=environment, check=True)
            for name in ("sandbox", "worker", "courier", "web"):
                house.start(name)
            house.wait_ready()
            yield house
        finally:
            for name in ("web", "sandbox", "courier", "worker"):
                house.stop(name)

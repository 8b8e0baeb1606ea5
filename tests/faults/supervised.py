"""A house of its own under the real supervisor, whose children can be killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.settings import DEFAULTS, OPERATIONS
from ops import instance, keyring, layout, postgres
from ops.ports import LOOPBACK, free_port

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.05
KILLED = ("worker", "courier", "web", "temporal", "postgres")


@dataclass
class SupervisedHouse:
    """Where it answers, and what its control file says."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path

    def control(self) -> dict[str, dict[str, int]]:
        """DATA_DIR/run.json."""
        found: dict[str, dict[str, int]] = json.loads((self.data_dir / "run.json").read_text(encoding="utf-8"))
        return found

    def mark(self, name: str) -> instance.ProcessMark | None:
        """The child of that name that is alive now."""
        return instance.orphans(self.data_dir).get(name)

    @property
    def sandbox(self) -> str:
        return f"http://{LOOPBACK}:{self.control()['ports']['sandbox']}"

    @property
    def temporal(self) -> str:
        return f"{LOOPBACK}:{self.control()['ports']['temporal']}"

    @property
    def secrets(self) -> dict[str, str]:
        return keyring.load_or_create(self.data_dir / "secrets.env", database_exists=True)

    def database(self, setting: str = "DATABASE_URL") -> str:
        """The address of a login: the owner's, or another setting's."""
        port, secrets = self.control()["ports"]["postgres"], self.secrets
        admin = f"postgresql://{postgres.SUPERUSER}:{secrets['DB_ADMIN_PASSWORD']}@{LOOPBACK}:{port}/postgres"
        if setting == "ADMIN":
            return layout.with_database(admin, layout.DATABASE)
        return layout.database_urls(admin, secrets)[setting]

    def kill(self, name: str) -> float:
        """kill -9 that child; seconds until another one runs and the whole house answers again."""
        before = self.mark(name)
        while before is None:
            time.sleep(POLL_SECONDS)  # noqa: TID251 - another program's start: there is nothing to wait on
            before = self.mark(name)
        os.kill(before.pid, signal.SIGKILL)
        began = time.monotonic()
        _wait(lambda: self.mark(name) not in {None, before} and self.is_healthy(), f"{name} after its kill")
        return time.monotonic() - began

    def is_healthy(self) -> bool:
        """Whether /healthz says 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def _wait(condition: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)  # noqa: TID251 - another program's start: there is nothing to wait on


@contextlib.contextmanager
def supervised() -> Iterator[SupervisedHouse]:
    """`make run` in a directory of its own, with the demo people and no documents."""
    with tempfile.TemporaryDirectory(prefix="dongban-faults-") as name:
        folder = Path(name)
        # The database's user passes through, and sees nothing.
        folder.chmod(0o711)
        port = free_port()
        outer = {key: value for key, value in os.environ.items() if key not in DEFAULTS and key not in OPERATIONS}
        environment = {**outer, "DATA_DIR": str(folder / "data"), "PORT": str(port), "DEMO": "0"}
        log = folder / "house.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "ops.supervisor"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        house = SupervisedHouse(f"http://{LOOPBACK}:{port}", folder / "data", process, log)
        try:
            _wait(lambda: house.is_healthy() or process.poll() is not None, "the house")
            if process.poll() is not None:
                raise RuntimeError(log.read_text(errors="replace")[-3000:])
            _load_people(house, environment)
            yield house
        finally:
            if process.poll() is None:
                house.stop()


def _load_people(house: SupervisedHouse, environment: dict[str, str]) -> None:
    told = {name: house.secrets[name] for name in layout.SECRETS}
    told |= {name: house.database(name) for name in layout.LOGIN_OF}
    command = [sys.executable, "-m", "ops.seed.people"]
    subprocess.run(command, cwd=ROOT, env={**environment, **told}, check=True)

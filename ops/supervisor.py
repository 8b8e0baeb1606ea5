"""`make run`: PostgreSQL, Temporal, schema, worker, sandbox world and web, kept alive until Ctrl-C."""

import asyncio
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

from models.settings import Settings, SettingsError, read
from ops import children, demo_logins, instance, keyring, layout, logs, ports, postgres, temporal
from ops.errors import OperatorError

ROOT = Path(__file__).resolve().parents[1]
INNER_PORTS = ("postgres", *temporal.PORTS, "sandbox")
STOP_ORDER = ("web", "sandbox", "courier", "worker", "temporal", "postgres")
POLL_SECONDS = 0.1
ENGINE_SECONDS = 60.0
READY_SECONDS = 170.0
CRASHES_BEFORE_READY = 5
WORKER_GRACE_SECONDS = 35.0


class House:
    """All processes of one installation."""

    def __init__(self, config: Settings, log: logs.Log) -> None:
        self._config = config
        self._log = log
        self._began = time.monotonic()
        self._children: dict[str, children.Child] = {}
        self._given_admin = os.environ.get("ADMIN_DATABASE_URL") or config.database_url
        data_dir = config.data_dir
        self._secrets = keyring.load_or_create(data_dir / "secrets.env", database_exists=postgres.exists(data_dir)) | {
            name: os.environ[name] for name in keyring.generate() if os.environ.get(name)
        }
        self._ports = ports.choose(INNER_PORTS, data_dir / "ports.json")
        self._control = instance.ControlFile(data_dir, self._ports | {"web": config.port})
        self._control.write()

    async def start(self) -> None:
        """Everything, in the order it needs; returns when `/healthz` is 200 and the demo data is there."""
        engine = self._engine()
        admin, _ = await asyncio.gather(self._start_database(), self._start_engine(engine))
        sandbox = self._config.sandbox_url or f"http://{ports.LOOPBACK}:{self._ports['sandbox']}"
        addresses = layout.Addresses(
            admin_database=admin,
            temporal=engine.address if engine else self._config.temporal_address,
            temporal_ui=engine.ui_url if engine else self._config.temporal_ui_url,
            sandbox=sandbox,
        )
        told = layout.environments(os.environ, self._config, self._secrets, addresses)
        await self._set_up("setup", "schema", told["setup"])
        await self._start_programs(told)
        await asyncio.gather(self._set_up("demo", "demo", told["setup"]), self._wait_for_programs(sandbox))
        self._announce(addresses)

    async def stop(self) -> None:
        """End the children: who serves people first, who keeps their data last."""
        if self._children:
            self._log.say("Stopping; once more ends everything at once.")
        for name in STOP_ORDER:
            if name in self._children:
                await self._children[name].stop()
        self._control.remove()
        if self._children:
            self._log.say("All stopped.")

    def kill(self) -> None:
        """End the children at once; both engines recover from it at the next start."""
        for child in self._children.values():
            child.kill()

    def _engine(self) -> temporal.Engine | None:
        if self._config.temporal_address:
            return None
        file = self._config.data_dir / "temporal" / "temporal.db"
        file.parent.mkdir(exist_ok=True)
        return temporal.Engine(temporal.program(), self._ports, file, self._config.temporal_namespace)

    async def _start_database(self) -> str:
        """The administrator's address, once it answers there."""
        if self._given_admin:
            return self._given_admin
        cluster = await asyncio.to_thread(
            postgres.prepare,
            self._config.data_dir,
            self._secrets["INSTANCE"],
            self._ports["postgres"],
            self._secrets["DB_ADMIN_PASSWORD"],
            lambda line: self._log.line("postgres", line),
        )
        plan = children.Plan(
            name="postgres",
            command=cluster.command(),
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stop_signal=signal.SIGINT,
            stop_seconds=postgres.STOP_SECONDS,
            identity=cluster.identity(),
            prepare=cluster.clear_stale,
            excused=postgres.STILL_IN_USE,
            directory=Path("/"),
            back=True,
        )

        async def ready() -> bool:
            return await asyncio.to_thread(cluster.is_ready)

        await self._start_child(plan, ready, cluster.failure)
        return cluster.url()

    async def _start_engine(self, engine: temporal.Engine | None) -> None:
        if engine is None:
            if not await temporal.answers(self._config.temporal_address):
                raise OperatorError(f"No engine answers at TEMPORAL_ADDRESS {self._config.temporal_address}.")
            return
        plan = children.Plan(
            name="temporal", command=engine.command(), environment=dict(os.environ), directory=ROOT, back=True
        )

        def failure(output: str) -> str:
            last = output.strip().rpartition("\n")[2] or "it ended without saying why"
            return (
                f"The engine does not start on {engine.file}: {last.rstrip('.')}. "
                "Restore the file from a backup, or move its directory away to begin with no processes."
            )

        await self._start_child(plan, engine.is_ready, failure)

    async def _start_programs(self, told: dict[str, dict[str, str]]) -> None:
        python = [sys.executable, "-m", "uvicorn"]
        serve = ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3"]
        web = ["app:app", "--host", self._config.host, "--port", str(self._config.port)]
        world = ["web.sandbox.app:app", "--host", ports.LOOPBACK, "--port", str(self._ports["sandbox"])]
        people, others = ([sys.executable, "worker.py", *parts] for parts in (("people",), ("courier", "batch")))
        plans = [
            children.Plan("worker", people, told["worker"], stop_seconds=WORKER_GRACE_SECONDS),
            children.Plan("courier", others, told["worker"], stop_seconds=WORKER_GRACE_SECONDS, back=True),
            children.Plan("web", [*python, *web, *serve], told["web"]),
        ]
        if not self._config.sandbox_url:
            plans.append(children.Plan("sandbox", [*python, *world, *serve], told["sandbox"], back=True))
        for plan in plans:
            await self._add(plan).start()

    async def _set_up(self, name: str, part: str, told: dict[str, str]) -> None:
        plan = children.Plan(name, [sys.executable, "-m", "ops.bootstrap", part], told)
        code = await children.run_once(plan, self._log, self._control)
        if code == 0:
            return
        if part != "demo":
            raise OperatorError("The database could not be set up; the lines above say why.")
        self._log.say("The demo data could not be loaded; the lines above say why. The rest runs.")

    def _add(self, plan: children.Plan) -> children.Child:
        child = children.Child(plan, self._log, self._control)
        self._children[plan.name] = child
        return child

    async def _start_child(
        self, plan: children.Plan, ready: Callable[[], Awaitable[bool]], failure: Callable[[str], str]
    ) -> None:
        began = time.monotonic()
        child = self._add(plan)
        await child.start()
        while not await ready():
            if child.failures:
                raise OperatorError(failure(child.last_words))
            if time.monotonic() - began > ENGINE_SECONDS:
                raise OperatorError(f"{plan.name} did not answer within {ENGINE_SECONDS:.0f} s; its lines are above.")
            await asyncio.sleep(POLL_SECONDS)
        self._log.line(plan.name, f"ready in {time.monotonic() - began:.1f} s")

    async def _wait_for_programs(self, sandbox: str) -> None:
        await self._wait_for_web()
        for _ in range(round(ENGINE_SECONDS / POLL_SECONDS)):
            if self._config.sandbox_url or await temporal.answers(sandbox.rpartition("/")[2]):
                return
            await asyncio.sleep(POLL_SECONDS)
        self._log.say("The sandbox world does not answer; the lines above say why. The rest runs.")

    async def _wait_for_web(self) -> None:
        limit = time.monotonic() + READY_SECONDS
        told = False
        while (answer := await asyncio.to_thread(self._health)) is not None:
            for name in ("web", "worker", "courier"):
                if self._children[name].failures >= CRASHES_BEFORE_READY:
                    raise OperatorError(f"The {name} process does not start; the lines above say why.")
            if not told and time.monotonic() > limit:
                told = True
                self._log.say(f"Still not ready after {READY_SECONDS:.0f} s; /healthz says: {answer}")
            await asyncio.sleep(POLL_SECONDS)

    def _health(self) -> str | None:
        """None when all is well, else what is not."""
        try:
            with urllib.request.urlopen(self._url("/healthz"), timeout=5) as response:  # noqa: S310
                return None if response.status == 200 else str(response.status)  # noqa: PLR2004
        except urllib.error.HTTPError as problem:
            return problem.read(500).decode(errors="replace")
        except OSError as problem:
            return str(problem)

    def _url(self, path: str = "") -> str:
        host = ports.LOOPBACK if self._config.host in {"0.0.0.0", "::"} else self._config.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self._config.port}{path}"

    def _announce(self, addresses: layout.Addresses) -> None:
        lines = [
            "",
            f"Dongban is ready in {time.monotonic() - self._began:.1f} s",
            f"  Portal         {self._url()}",
        ]
        lines += [
            f"    {person.portal:<12} {person.login:<18} {person.password:<18} {person.person}"
            for person in (demo_logins.EVERYBODY if self._config.demo else ())
        ]
        lines.append(f"  Sandbox inbox  {addresses.sandbox}  (mail, KakaoTalk, SMS and one-time codes arrive here)")
        lines.append(f"  Tax hub        {addresses.sandbox}/hub  (suppliers sign their tax invoices here)")
        if addresses.temporal_ui:
            lines.append(f"  Temporal UI    {addresses.temporal_ui}")
        lines.append(f"  Data           {self._config.data_dir}   (Ctrl-C stops everything and keeps it)")
        self._log.say("\n".join([*lines, ""]))


def stop_orphans(data_dir: Path, log: logs.Log) -> None:
    """End what a killed supervisor left running, in the order of an ordinary end."""
    left = instance.orphans(data_dir)
    for name in sorted(left, key=lambda name: STOP_ORDER.index(name) if name in STOP_ORDER else -1):
        log.say(f"Stopping {name} (process {left[name].pid}) of a run that did not end in order")
        first = signal.SIGINT if name == "postgres" else signal.SIGTERM
        instance.stop(left[name], first, postgres.STOP_SECONDS if name == "postgres" else 3.0)


def make_data_dir(data_dir: Path) -> None:
    """Make DATA_DIR, or say why it cannot be used."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe = data_dir / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise OperatorError(f"DATA_DIR {data_dir} cannot be written to: {problem.strerror}.") from problem


async def run(config: Settings, log: logs.Log) -> int:
    """Start, wait for the signal to stop, stop; the exit code."""
    make_data_dir(config.data_dir)
    with instance.lock(config.data_dir):
        stop_orphans(config.data_dir, log)
        if not ports.is_free(config.port, config.host):
            raise OperatorError(
                f"Port {config.port} on {config.host} is in use by another program; stop it, "
                f"or choose another with PORT={config.port + 1} make run."
            )
        house = House(config, log)
        asked = asyncio.Event()

        def ask() -> None:
            if asked.is_set():
                house.kill()
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ask)
        starting = asyncio.create_task(house.start())
        stopping = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await stopping
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await house.stop()
    return 0


def main() -> int:
    """The command; 2 and one sentence when the operator must do something first."""
    try:
        return asyncio.run(run(read(os.environ), logs.Log()))
    except (OperatorError, SettingsError) as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())

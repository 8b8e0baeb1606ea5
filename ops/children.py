"""A child process that is kept alive: its lines logged, started again when it dies, stopped in order."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.errors import OperatorError
from ops.instance import ControlFile
from ops.logs import Log
from ops.precedence import stand_back

RESTART_SECONDS = 0.2
QUICK_DEATH_SECONDS = 5.0
QUICK_DEATHS = 5
LONGEST_PAUSE_SECONDS = 30.0
CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Plan:
    """How one child is run: `prepare` before each start, in a thread; an end that says `excused` is fine.

    One that stands `back` gives way to the others (ops/precedence.py).
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    identity: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    excused: re.Pattern[str] | None = None
    directory: Path = Path()
    back: bool = False


def pause_after(quick_deaths: int) -> float:
    """Seconds to wait before the next start: well under one, doubling from the sixth quick death on."""
    if quick_deaths <= QUICK_DEATHS:
        return RESTART_SECONDS
    return float(min(2 ** (quick_deaths - QUICK_DEATHS), LONGEST_PAUSE_SECONDS))


class Child:
    """The life of one child over all its restarts."""

    def __init__(self, plan: Plan, log: Log, control: ControlFile) -> None:
        self.plan = plan
        self._log = log
        self._control = control
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._quick_deaths = 0
        self.failures = 0
        self.last_words = ""

    async def start(self) -> None:
        """Start it, and keep it running until `stop`."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.plan.name}")

    async def stop(self) -> None:
        """End it in its own way, by force after its patience."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        process = self._process
        if process is None:
            return
        for number, patience in ((self.plan.stop_signal, self.plan.stop_seconds), (signal.SIGKILL, 5.0)):
            if process.returncode is None:
                _signal(process.pid, number)
                await _within(patience, process)
        self._control.drop(self.plan.name)

    def kill(self) -> None:
        """End it at once (the second Ctrl-C)."""
        if self._process is not None and self._process.returncode is None:
            _signal(self._process.pid, signal.SIGKILL)

    async def _spawn(self) -> None:
        plan = self.plan
        if plan.prepare is not None:
            await asyncio.to_thread(plan.prepare)
        self._log.forget(plan.name)
        self._process = await asyncio.create_subprocess_exec(
            *plan.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(plan.environment),
            cwd=plan.directory,
            start_new_session=True,
            **plan.identity,
        )
        self._control.put(plan.name, self._process.pid)
        if plan.back:
            await asyncio.to_thread(stand_back, self._process.pid)

    async def _keep(self) -> None:
        while True:
            began = time.monotonic()
            how = await self._life()
            self.last_words = self._log.last(self.plan.name)
            if self.plan.excused is None or not self.plan.excused.search(self.last_words):
                self.failures += 1
                quick = time.monotonic() - began < QUICK_DEATH_SECONDS
                self._quick_deaths = self._quick_deaths + 1 if quick else 0
            pause = pause_after(self._quick_deaths)
            self._log.line(self.plan.name, f"{how}; starting again in {pause:.1f} s")
            await asyncio.sleep(pause)
            await self._again()

    async def _life(self) -> str:
        if self._process is None:
            return "could not be started"
        return _how(await self._follow(self._process))

    async def _again(self) -> None:
        # Whatever stands in the way now (no memory, no file handles) may be gone at the next try.
        self._process = None
        try:
            await self._spawn()
        except (OSError, OperatorError) as problem:
            self._log.line(self.plan.name, str(problem))

    async def _follow(self, process: asyncio.subprocess.Process) -> int:
        reader = asyncio.create_task(_read(process, lambda line: self._log.line(self.plan.name, line)))
        try:
            code = await process.wait()
            # A grandchild may hold the pipe open; what the process itself said is already in it.
            await asyncio.wait((reader,), timeout=0.1)
        finally:
            reader.cancel()
        return code


async def follow(stream: asyncio.StreamReader, take: Callable[[str], None]) -> None:
    """Hand over each line; a line of any length, and a last one without its end."""
    rest = b""
    while chunk := await stream.read(CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            take(line.decode(errors="replace"))
        if len(rest) > CHUNK:
            take(rest.decode(errors="replace"))
            rest = b""
    if rest:
        take(rest.decode(errors="replace"))


async def _read(process: asyncio.subprocess.Process, take: Callable[[str], None]) -> None:
    if process.stdout is not None:
        await follow(process.stdout, take)


async def run_once(plan: Plan, log: Log, control: ControlFile) -> int:
    """Run a child that is meant to end; its exit code."""
    process = await asyncio.create_subprocess_exec(
        *plan.command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(plan.environment),
        cwd=plan.directory,
        start_new_session=True,
    )
    control.put(plan.name, process.pid)
    try:
        await _read(process, lambda line: log.line(plan.name, line))
        return await process.wait()
    finally:
        if process.returncode is None:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()
        control.drop(plan.name)


async def _within(seconds: float, process: asyncio.subprocess.Process) -> None:
    # Nobody reads the pipe any more; drain it, so that a talkative end does not block the process.
    drain = asyncio.create_task(process.stdout.read()) if process.stdout is not None else None
    try:
        await asyncio.wait_for(process.wait(), timeout=seconds)
    except TimeoutError:
        pass
    finally:
        if drain is not None:
            drain.cancel()


def _signal(pid: int, number: signal.Signals) -> None:
    # A polite end is for the process, which ends its own children; a kill is for all that are in its group.
    try:
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        pass


def _how(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"

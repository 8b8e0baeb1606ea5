"""django-viewflow beside us: the same PostgreSQL, three web workers, as many people over HTTP.

A flow is the smallest one viewflow has: create → view → assign → open → approve; it counts only when
the page that answers the approval says that the process is done. Both sides do what a person's browser
does: open the page with the form, post it with its token, follow the redirect.
"""

import asyncio
import contextlib
import dataclasses
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path

from bench.load import Browser, Reply, Timings, UnexpectedReplyError, hidden_fields, timed
from bench.processes import answering, listens, running
from ops.ports import LOOPBACK, free_port

ROOT = Path(__file__).parents[1]
WORKERS = 3
CROWDS = (6, 12, 20)
"""How many people act at once, in turn: neither side is judged by a number that suits the other."""
FLOWS_WARMUP = 60
FLOWS = 200
ROUNDS = 2
"""For each number of people."""
DONE = "Approval - Done"
"""The title of the page of a finished process."""
MAKE_PEOPLE = f"""
import sys
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
password = make_password(sys.stdin.read())
User.objects.bulk_create(
    User(username=f"person{{number}}", password=password, is_superuser=True) for number in range({max(CROWDS)})
)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """The peer while it serves."""

    base_url: str
    password: str

    async def approve_many(self, crowd: int, flows: int = FLOWS) -> Timings:
        """Log so many people in, then time whole flows."""
        people = [Browser(self.base_url) for _ in range(crowd)]
        for number, person in enumerate(people):
            await log_in(person, f"person{number}", self.password)

        async def flow(number: int, job: int) -> None:
            await approve(people[number], f"request {job}")

        timings = await timed(crowd, range(flows), flow)
        for person in people:
            person.close()
        return timings


@contextlib.contextmanager
def viewflow(database_url: str, log: Path) -> Iterator[Peer]:
    """The peer on a database of its own, its workers warm.

    Raises: SystemExit with one sentence where the extra is not installed.
    """
    if find_spec("viewflow") is None:
        raise SystemExit("django-viewflow is not installed; `make bench` installs it (the extra `peers`).")
    password = secrets.token_hex(12)
    settings = {
        **os.environ,
        "PEER_DATABASE_URL": database_url,
        "PEER_SECRET_KEY": secrets.token_hex(32),
        "DJANGO_SETTINGS_MODULE": "bench.viewflow_peer.settings",
        "PYTHONPATH": str(ROOT),
    }
    django = (sys.executable, "-m", "django")
    subprocess.run([*django, "migrate", "--run-syncdb", "--verbosity", "0"], env=settings, check=True)
    make_people = [*django, "shell", "--verbosity", "0", "--command", MAKE_PEOPLE]
    subprocess.run(make_people, env=settings, input=password, text=True, check=True)
    with serving(settings, log) as base_url:
        peer = Peer(base_url, password)
        asyncio.run(peer.approve_many(CROWDS[0], FLOWS_WARMUP))
        yield peer


@contextlib.contextmanager
def serving(settings: Mapping[str, str], log: Path) -> Iterator[str]:
    """Gunicorn with three workers on a free port; yields its address."""
    port = free_port()
    address = f"{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "gunicorn", "bench.viewflow_peer.wsgi", "--workers", str(WORKERS)]
    command += ["--bind", address, "--log-level", "warning"]
    with running(command, settings, log):
        answering(lambda: listens(port), "the peer")
        yield f"http://{address}"


async def log_in(person: Browser, name: str, password: str) -> None:
    """Through the log-in page; raises UnexpectedReplyError when it does not let the person in."""
    await _submitted(person, "/accounts/login/", {"username": name, "password": password})
    if person.cookie("sessionid") is None:
        raise UnexpectedReplyError(f"{name} is not logged in")


async def approve(person: Browser, text: str) -> None:
    """One whole approval.

    Raises: UnexpectedReplyError unless the last page says so.
    """
    created = await _submitted(person, "/approval/start/", {"text": text})
    task = re.search(r"/approval/\d+/approve/\d+/", created.text)
    if task is None:
        raise UnexpectedReplyError("no approval task on the page of a new process")
    await _submitted(person, f"{task[0]}assign/", {})
    last = await _submitted(person, f"{task[0]}execute/", {"approved": "on"})
    if last.url != created.url or DONE not in last.text:
        raise UnexpectedReplyError(f"{last.url} does not say that the process is done")


async def _submitted(person: Browser, path: str, form: dict[str, str]) -> Reply:
    """Open the page with the form, post it with its token, follow to the answering page."""
    page = await person.get(path)
    reply = await person.post(path, {**hidden_fields(page.text), **form})
    if reply.status != HTTPStatus.OK or reply.url == path:
        raise UnexpectedReplyError(f"{path} answered {reply.status} at {reply.url}")
    return reply

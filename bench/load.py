"""A small HTTP/1.1 client and closed-loop load: raw streams with keep-alive, so that the driver costs
a fraction of the page it asks for. One `Browser` is one person: own connection, cookies, tokens."""

import asyncio
import dataclasses
import html
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from html.parser import HTMLParser
from typing import TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

Job = TypeVar("Job")

HIDDEN = re.compile(r"<input\b[^>]*\btype=[\"']?hidden\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"\b(name|value)=(?:\"([^\"]*)\"|'([^']*)')")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REDIRECTS_MOST = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `url` is the path it came from."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        return self.body.decode()


class UnexpectedReplyError(Exception):
    """The server answered something this load does not count as success."""


class Browser:
    """One person's connection to one server: keep-alive, cookies, no cache, no scripts."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def cookie(self, name: str) -> str | None:
        """The value the server set last, or None."""
        return self._cookies.get(name)

    def remember(self, name: str, value: str) -> None:
        """Carry a cookie from the first request on."""
        self._cookies[name] = value

    async def get(self, path: str) -> Reply:
        """GET, following redirects."""
        return await self._followed(await self.send("GET", path))

    async def post(self, path: str, form: dict[str, str]) -> Reply:
        """POST a form and follow the redirect, as a browser does."""
        return await self._followed(await self.send("POST", path, form))

    async def send(self, method: str, path: str, form: dict[str, str] | None = None) -> Reply:
        """One exchange, no redirect followed; a connection closed between two requests is opened anew."""
        request = self._request(method, path, form)
        reused = self._streams is not None
        try:
            return await self._exchange(request, path)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if not reused:
                raise
            return await self._exchange(request, path)

    def close(self) -> None:
        """Drop the connection; cookies stay."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _followed(self, reply: Reply) -> Reply:
        for _ in range(REDIRECTS_MOST):
            if reply.status not in REDIRECTS:
                return reply
            target = urlsplit(urljoin(reply.url, reply.headers["location"]))
            reply = await self.send("GET", target.path + (f"?{target.query}" if target.query else ""))
        raise UnexpectedReplyError(f"more than {REDIRECTS_MOST} redirects at {reply.url}")

    def _request(self, method: str, path: str, form: dict[str, str] | None) -> bytes:
        origin = f"{self._host}:{self._port}"
        head = [f"{method} {path} HTTP/1.1", f"Host: {origin}", "Accept: text/html"]
        if self._cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        body = b""
        if form is not None:
            body = urlencode(form).encode()
            head += [
                f"Origin: http://{origin}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return ("\r\n".join(head) + "\r\n\r\n").encode() + body

    async def _exchange(self, request: bytes, path: str) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = self._headers(head[1:])
        body = await _body(reader, status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, headers, body, path)

    def _headers(self, lines: Iterable[str]) -> dict[str, str]:
        headers = {}
        for line in lines:
            name, separator, value = line.partition(":")
            if not separator:
                continue
            name, value = name.lower(), value.strip()
            headers[name] = value
            if name == "set-cookie":
                key, _, content = value.partition(";")[0].partition("=")
                self._cookies[key] = content
        return headers


async def _body(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> bytes:
    if status in {204, 304}:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readline()
        return b"".join(parts)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of a page or of a form cut from it: tokens, request ids, versions."""
    fields = {}
    for tag in HIDDEN.findall(page):
        found = {name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)}
        if "name" in found:
            fields[found["name"]] = found.get("value", "")
    return fields


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden inputs of the form that posts to `action`.

    Raises: UnexpectedReplyError where the page has no such form, i.e. this person may not do this now.
    """
    for block in re.findall(r"<form\b.*?</form>", page, re.DOTALL | re.IGNORECASE):
        if f'action="{html.escape(action)}"' in block.partition(">")[0]:
            return hidden_fields(block)
    raise UnexpectedReplyError(f"no form for {action}")


class _Fields(HTMLParser):
    """What a browser would send for one form as it stands."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action = action
        self._inside = False
        self._writing = ""
        self._choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = facts.get("action") == self._action and facts.get("method", "").lower() == "post"
        elif not self._inside:
            return
        elif tag == "input" and facts.get("name"):
            self._take_input(facts)
        elif tag == "textarea":
            self._writing = facts.get("name", "")
            self.fields[self._writing] = ""
        elif tag == "select":
            self._choosing = facts.get("name", "")
        elif tag == "option" and self._choosing and ("selected" in facts or self._choosing not in self.fields):
            self.fields[self._choosing] = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._writing = "" if tag == "textarea" else self._writing
        self._choosing = "" if tag == "select" else self._choosing

    def handle_data(self, data: str) -> None:
        if self._writing:
            self.fields[self._writing] += data

    def _take_input(self, facts: dict[str, str]) -> None:
        kind = facts.get("type", "text")
        if kind in {"checkbox", "radio"} and "checked" not in facts:
            return
        if kind not in {"submit", "button", "file", "image"}:
            self.fields[facts["name"]] = facts.get("value", "on" if kind in {"checkbox", "radio"} else "")


def fields_of(page: str, action: str) -> dict[str, str]:
    """Everything a browser would send for the form that posts to `action`, as it stands."""
    reader = _Fields(action)
    reader.feed(page)
    return reader.fields


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest measured value that at least `share` (0–1] of all values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclasses.dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of every operation, and the seconds of wall clock they took together."""

    milliseconds: tuple[float, ...]
    seconds: float

    @property
    def p50(self) -> float:
        return percentile(self.milliseconds, 0.50)

    @property
    def p95(self) -> float:
        return percentile(self.milliseconds, 0.95)

    @property
    def p99(self) -> float:
        return percentile(self.milliseconds, 0.99)

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.1f} · p95 {self.p95:.1f} · p99 {self.p99:.1f} ms · {self.per_second:.1f}/s"
            f" ({len(self.milliseconds)})"
        )


def together(parts: Iterable[Timings]) -> Timings:
    """Several rounds as one."""
    rounds = list(parts)
    values = tuple(value for part in rounds for value in part.milliseconds)
    return Timings(values, sum(part.seconds for part in rounds))


async def timed(people: int, jobs: Sequence[Job], act: Callable[[int, Job], Awaitable[object]]) -> Timings:
    """Closed loop: each of `people` takes the next job once the last is answered; any error ends the run."""
    waiting = iter(jobs)
    return await _timed([waiting] * people, act)


async def timed_each(jobs: Sequence[Sequence[Job]], act: Callable[[int, Job], Awaitable[object]]) -> Timings:
    """The same with the jobs dealt beforehand: `jobs[n]` are those of person n."""
    return await _timed([iter(own) for own in jobs], act)


async def _timed(hands: Sequence[Iterable[Job]], act: Callable[[int, Job], Awaitable[object]]) -> Timings:
    taken: list[float] = []

    async def person(number: int, hand: Iterable[Job]) -> None:
        for job in hand:
            began = time.perf_counter()
            await act(number, job)
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, hand in enumerate(hands):
            group.create_task(person(number, hand))
    return Timings(tuple(taken), time.perf_counter() - began)

"""One person at one browser without scripts: pages, forms, and the patience to press again when no answer came."""

import asyncio
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import lxml.html

from ops.demo_logins import PASSWORD
from ops.seed import people

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
ANSWER_SECONDS = 20.0
GIVE_UP_SECONDS = 120.0
PAUSE_SECONDS = 0.25
SERVER_ERROR = 500
FOLLOWED = frozenset({302, 303, 307})
PHONES = {login: people.phone(index) for index, (login, *_) in enumerate(people.STAFF, start=1)} | {
    login: people.phone(100 * number + index)
    for number, firm in enumerate(people.FIRMS, start=1)
    for index, (login, *_) in enumerate(firm.contacts)
}

Files = Mapping[str, tuple[str, bytes, str]]


class NoAnswerError(Exception):
    """The house gave no answer for longer than a person waits."""


class NoFormError(Exception):
    """The page has no such form: this person may not do this now."""


@dataclass(frozen=True)
class Page:
    """What the browser shows: the address it ended at, the status, the markup."""

    url: str
    status: int
    text: str

    @property
    def tree(self) -> Any:
        return lxml.html.fromstring(self.text, base_url=self.url)

    def form(self, action: str) -> "Form":
        """The form that posts to `action`. Raises NoFormError."""
        found = next((form for form in self.tree.forms if form.get("action") == action), None)
        if found is None:
            raise NoFormError(f"{self.url} ({self.status}) has no form for {action}: {self.said}")
        values = [(str(name), str(value)) for name, value in found.form_values()]
        return Form(action, values, multipart=found.get("enctype") == "multipart/form-data")

    def words(self, css: str) -> list[str]:
        """The text of every element with that class."""
        found = self.tree.xpath(f"//*[contains(concat(' ', @class, ' '), ' {css} ')]")
        return [" ".join(element.text_content().split()) for element in found]

    @property
    def said(self) -> str:
        """The refusal or the errors on the page, in its own words."""
        return " / ".join([*self.words("notice"), *self.words("summary"), *self.words("errors")])


@dataclass(frozen=True)
class Form:
    """A form as it stands on the page, with every value a browser would send."""

    action: str
    values: list[tuple[str, str]]
    multipart: bool = False
    files: Files = field(default_factory=dict)

    @property
    def request_id(self) -> str:
        return self.value("request_id")

    def value(self, name: str) -> str:
        return next((value for key, value in self.values if key == name), "")

    def with_values(self, files: Files | None = None, /, **typed: object) -> "Form":
        """The same form with these fields filled in; `__` in a name stands for a hyphen."""
        given = {name.replace("__", "-"): str(value) for name, value in typed.items()}
        kept = [(name, value) for name, value in self.values if name not in given]
        return Form(self.action, [*kept, *given.items()], self.multipart, files or self.files)

    def without(self, name: str) -> "Form":
        """The same form with that field left out."""
        return Form(self.action, [pair for pair in self.values if pair[0] != name], self.multipart, self.files)

    def body(self) -> dict[str, Any]:
        """How httpx2 is told to send it."""
        data: dict[str, Any] = {}
        for name, value in self.values:
            data.setdefault(name, []).append(value)
        if not self.multipart:
            return {"data": data}
        # An empty part makes the body multipart also where no file was chosen.
        return {"data": data, "files": dict(self.files) or {"nothing": ("", b"", "application/octet-stream")}}


class Person:
    """A log-in with its session; used by many jobs at once, as one person has many tabs."""

    def __init__(self, url: str, sandbox: str, login: str, cookies: Mapping[str, str] | None = None) -> None:
        self.login = login
        self.phone = PHONES.get(login, "")
        self.sandbox = sandbox
        self.client = httpx2.AsyncClient(
            base_url=url,
            timeout=httpx2.Timeout(ANSWER_SECONDS),
            headers={"Accept": "text/html", "Origin": url, "User-Agent": "dongban-tests"},
            limits=httpx2.Limits(max_connections=64),
            cookies=dict(cookies or {}),
        )

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser keeps: with it another one is logged in too."""
        return dict(self.client.cookies)

    async def close(self) -> None:
        await self.client.aclose()

    async def enter(self) -> None:
        """Log in through the two pages and the code on the phone."""
        page = await self.get("/login")
        newest = await self._newest()
        form = page.form("/login").with_values(login=self.login, password=PASSWORD)
        page = await self.send(form)
        code = await self._code(after=newest)
        page = await self.send(page.form("/login/code").with_values(code=code))
        if page.status != httpx2.codes.OK or urlsplit(page.url).path != "/":
            raise NoFormError(f"{self.login} was not let in: {page.url} {page.status} {page.said}")

    async def _messages(self) -> list[dict[str, Any]]:
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self.sandbox}/phone/{self.phone}/messages")
            found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    async def _newest(self) -> int:
        return max((message["id"] for message in await self._messages()), default=0)

    async def _code(self, after: int) -> str:
        limit = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < limit:
            for message in await self._messages():
                found = CODE.search(message["text"])
                if found and message["id"] > after:
                    return found[0]
            await asyncio.sleep(PAUSE_SECONDS)
        raise NoAnswerError(f"no code arrived at {self.phone}")

    async def get(self, path: str, *, patient: bool = True) -> Page:
        """Open a page, following redirects; reloaded while the house does not answer. Raises NoAnswerError."""
        return await self._shown(await self._asked("GET", path, {}, patient=patient))

    async def send(self, form: Form, *, patient: bool = True) -> Page:
        """Send a form and follow its answer; with no answer the very same form is sent again."""
        return await self._shown(await self.post(form, patient=patient))

    async def post(self, form: Form, *, patient: bool = True) -> httpx2.Response:
        """Send a form, the answer as it came."""
        return await self._asked("POST", form.action, form.body(), patient=patient)

    async def _asked(self, method: str, path: str, body: dict[str, Any], *, patient: bool) -> httpx2.Response:
        limit = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = await self.client.request(method, path, **body)
                if answer.status_code < SERVER_ERROR or not patient:
                    return answer
                why = f"{answer.status_code}"
            except httpx2.TransportError as error:
                if not patient:
                    raise
                why = type(error).__name__
            if time.monotonic() > limit:
                raise NoAnswerError(f"{method} {path}: {why} for {GIVE_UP_SECONDS:.0f} s")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _shown(self, answer: httpx2.Response) -> Page:
        for _ in range(5):
            if answer.status_code not in FOLLOWED:
                return Page(str(answer.url), answer.status_code, answer.text)
            target = urlsplit(urljoin(str(answer.url), answer.headers["location"]))
            path = target.path + (f"?{target.query}" if target.query else "")
            answer = await self._asked("GET", path, {}, patient=True)
        raise NoFormError(f"redirects without end at {answer.url}")

    async def receipt(self, request_id: str) -> dict[str, Any]:
        """What the house says of one's own act: state, status, code. A 404: it has never heard of it."""
        headers = {"Accept": "application/json"}
        answer = await self._asked("GET", f"/api/v1/receipts/{request_id}", {"headers": headers}, patient=True)
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return {"state": "unknown"}
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


def fresh_id() -> str:
    """A request id as a page makes it."""
    return str(uuid.uuid4())

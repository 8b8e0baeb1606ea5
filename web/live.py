"""Live pages: server-sent events from PostgreSQL notifications, visibility re-checked for every event."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from models.processes.writes import CHANNEL, FOR_RELAY
from models.settings import settings
from web.listening import listen

log = logging.getLogger("live")

KEEP_ALIVE_SECONDS = 15.0
RETRY_SECONDS = 1.0
STREAMS_MAX = 2000


@dataclass(eq=False)
class Subscriber:
    """One open page. `company_id` None: staff, and Harmony's people on a page of their own; told of all it names."""

    company_id: int | None
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """One LISTEN connection per web process, fanned out to the open pages."""

    def __init__(self) -> None:
        self.topics: dict[str, set[Subscriber]] = defaultdict(set)
        self.count = 0

    async def run(self) -> None:
        """Until cancelled; after a lost connection every page is told to look again."""
        while True:
            try:
                await listen(settings().web_database_url, CHANNEL, self._wake_all, self._tell)
            except psycopg.Error as error:
                log.warning("listening again: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    @property
    def is_full(self) -> bool:
        """No more open pages than this process can follow; the others go on without."""
        return self.count >= STREAMS_MAX

    def _tell(self, payload: str) -> None:
        with suppress(ValueError):
            told = json.loads(payload)
            if told["kind"] in FOR_RELAY:
                return
            company = told.get("company")
            for topic in (f"{told['kind']}/{told['id']}", "all"):
                for page in self.topics.get(topic, ()):
                    if page.company_id is None or page.company_id == company:
                        page.woken.set()

    def _wake_all(self) -> None:
        for pages in self.topics.values():
            for page in pages:
                page.woken.set()

    async def stream(
        self,
        topic: str,
        company_id: int | None,
        still_visible: Callable[[], bool],
        missed: Callable[[], bool] = lambda: False,
    ) -> AsyncIterator[str]:
        """Events of one topic until the reader leaves or may no longer see it.

        `missed`, asked once it listens: did something happen between the page and now?
        """
        page = Subscriber(company_id)
        self.topics[topic].add(page)
        self.count += 1
        try:
            yield "retry: 2000\n\n"
            if await asyncio.to_thread(missed):
                page.woken.set()
            while True:
                try:
                    # Not `wait_for`, which may forget that the reader has left (see `Relay._repeat`).
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        await page.woken.wait()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                page.woken.clear()
                if not await asyncio.to_thread(still_visible):
                    yield "event: gone\ndata: {}\n\n"
                    return
                yield "event: changed\ndata: {}\n\n"
        finally:
            self.count -= 1
            self.topics[topic].discard(page)
            if not self.topics[topic]:
                del self.topics[topic]

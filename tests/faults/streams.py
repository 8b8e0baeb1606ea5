"""The live stream of an open page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from tests.faults.person import Person


class Stream:
    """An open page's live stream: what it was told, and when."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.woken = asyncio.Event()

    async def read(self, person: Person, path: str) -> None:
        limits = httpx2.Timeout(10, read=120)
        headers = {"Accept": "text/event-stream"}
        async with person.client.stream("GET", path, headers=headers, timeout=limits) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    self.told.append(line.removeprefix("event: "))
                    self.woken.set()


@asynccontextmanager
async def listening(person: Person, path: str) -> AsyncIterator[Stream]:
    """The stream while the page is open."""
    stream = Stream()
    reading = asyncio.create_task(stream.read(person, path))
    await asyncio.sleep(1.0)
    try:
        yield stream
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

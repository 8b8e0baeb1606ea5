"""What a program does with memory while it has nothing to do."""

import asyncio

import pytest

from models import garbage


async def test_after_work_everything_is_looked_through_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    given = asyncio.Event()
    monkeypatch.setattr(garbage, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(garbage, "PAUSE_SHARE", 1e9)
    monkeypatch.setattr(garbage, "give_back", given.set)
    tidying = asyncio.create_task(garbage.tidy())
    await asyncio.wait_for(given.wait(), 10)
    tidying.cancel()


def test_memory_is_given_back_where_the_library_can() -> None:
    garbage.give_back()

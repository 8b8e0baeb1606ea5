"""What a program does with memory while it has nothing to do."""

import asyncio
import gc

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


@pytest.mark.parametrize(("made", "looks"), [(1, False), (2, True)])
async def test_in_a_short_pause_only_much_is_worth_a_look(
    monkeypatch: pytest.MonkeyPatch, made: int, *, looks: bool
) -> None:
    given, paused = asyncio.Event(), asyncio.Event()
    counts = iter([0])

    def stats() -> list[dict[str, int]]:
        # Asked once in each pause, and once more after a look.
        if next(counts, None) is None:
            paused.set()
        return [{"collections": made}]

    monkeypatch.setattr(gc, "get_stats", stats)
    monkeypatch.setattr(garbage, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(garbage, "PAUSE_SHARE", 1e9)
    monkeypatch.setattr(garbage, "PAUSES", 10**9)
    monkeypatch.setattr(garbage, "MUCH", 2)
    monkeypatch.setattr(garbage, "give_back", given.set)
    tidying = asyncio.create_task(garbage.tidy())
    await asyncio.wait_for(paused.wait(), 10)
    tidying.cancel()
    assert given.is_set() is looks


def test_memory_is_given_back_where_the_library_can() -> None:
    garbage.give_back()

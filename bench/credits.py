"""The monthly run beside plain SQL and raw starts: what a settled month costs, and what people notice of it."""

import asyncio
import os
import signal
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.credit_month import Month
from bench.credit_papers import ceiling_seconds
from bench.floor_workflow import Floor
from bench.house import House
from bench.load import timed, together
from bench.people import Reviewers, quiet
from bench.processes import answering, memory_mb
from bench.report import Row, slower_than
from models.credits.run_rules import Status
from workflows import steps

SMALL, LARGE, LINES, LINES_OF_PAPERS = 1_000, 10_000, 10, 100
UNPRINTED = "SELECT count(*) FROM credit_report WHERE statement_file_id IS NULL"
PAPERS_LIMIT = 3.0
STARTS_AT_ONCE = 16
PEOPLE, CLICKS, ROUNDS_IDLE, ROUNDS_BESIDE = 10, 200, 3, 8
SQL_LIMIT, LINEAR_LIMIT, START_LIMIT, CLICK_LIMIT, CLICKED_START_LIMIT = 3.0, 12.0, 1.5, 2.0, 4.0
MEMORY_LIMIT_MB, KILL_LIMIT_SECONDS = 600.0, 5.0


def rows(house: House) -> list[Row]:
    """All of the group `credits`."""
    small = Month(house, "credits-small", SMALL, LINES)
    with small.serving(("-m", "bench.worker")):
        small_seconds = small.computed_and_published()
        started = small.all_started()
        # The floor has the house to itself: the statements are made and everybody is told.
        small.wait(lambda: small.count(UNPRINTED) == 0)
        asyncio.run(quiet(small.installation))
        trivial = asyncio.run(_trivial_starts(small))
    found = [slower_than("credit_starts_1000", started, "s", trivial, START_LIMIT)]
    large = Month(house, "credits-large", LARGE, LINES)
    with large.serving():
        large_seconds = large.computed_and_published()
    found += [
        slower_than("credit_run_10000x10", large_seconds, "s", large.plain_sql(), SQL_LIMIT),
        slower_than("credit_run_10000_vs_1000", large_seconds, "s", small_seconds, LINEAR_LIMIT),
    ]
    found += _with_papers(house)
    found += _clicked(house, started)
    return [*found, *_killed(house, small_seconds)]


async def _trivial_starts(month: Month) -> float:
    client = await month.client()

    async def start(_person: int, workflow_id: str) -> None:
        await client.start_workflow(Floor.run, id=workflow_id, task_queue=steps.INTERACTIVE)

    began = time.perf_counter()
    await timed(STARTS_AT_ONCE, [f"bench/trivial/{uuid.uuid4().hex}" for _ in range(month.groups)], start)
    return time.perf_counter() - began


def _with_papers(house: House) -> list[Row]:
    """From 「정산 시작」 to the last statement, and what the processes weigh that made them."""
    month = Month(house, "credits-papers", SMALL, LINES_OF_PAPERS)
    with month.serving() as (worker, courier):
        began = time.perf_counter()
        month.computed_and_published()
        month.wait(lambda: month.count(UNPRINTED) == 0)
        seconds = time.perf_counter() - began
        weight = memory_mb(worker) + memory_mb(courier)
    return [
        slower_than("credit_run_1000x100_with_papers", seconds, "s", ceiling_seconds(month), PAPERS_LIMIT),
        Row("credit_workers_with_pdf_processes_mb", weight, "MB", limit=MEMORY_LIMIT_MB),
    ]


def _clicked(house: House, undisturbed: float) -> list[Row]:
    """Ten people click while the reports' processes begin."""
    month = Month(house, "credits-clicked", SMALL, LINES)
    with month.serving():
        month.begin()
        month.until(Status.PREVIEWED)
        idle, beside = asyncio.run(_clicks(month))
        started = month.all_started()
    return [
        slower_than("credit_clicks_p95_beside_starts", beside, "ms", idle, CLICK_LIMIT),
        slower_than("credit_starts_beside_clicks", started, "s", undisturbed, CLICKED_START_LIMIT),
    ]


async def _clicks(month: Month) -> tuple[float, float]:
    reviewers = Reviewers(month.installation, month.people, await month.client())
    await reviewers.press(PEOPLE, CLICKS)
    # Opened beforehand, those of the idle house as well: the people never stop clicking while processes are being
    # started, and no process is fresher in the worker's memory than another.
    opened = deque([await reviewers.ready(PEOPLE, CLICKS) for _ in range(ROUNDS_IDLE + ROUNDS_BESIDE)])
    undisturbed = []
    for _ in range(ROUNDS_IDLE):
        undisturbed.append(await opened.popleft().press())
        await quiet(month.installation)
    await month.approve()
    beside = [await opened.popleft().press()]
    while await asyncio.to_thread(month.unsent):
        hands = opened.popleft() if opened else await reviewers.ready(PEOPLE, CLICKS)
        beside.append(await hands.press())
    return together(undisturbed).p95, together(beside).p95


def _killed(house: House, undisturbed: float) -> list[Row]:
    """The worker of the pages is killed at half of the publishing and started again at once."""
    month = Month(house, "credits-killed", SMALL, LINES)
    with ExitStack() as running:
        running.enter_context(month.installation.sandbox())
        running.enter_context(month.installation.worker())
        first = running.enter_context(month.installation.courier())
        running.enter_context(month.installation.web())
        answering(month.installation.is_healthy, "the worker")
        with ThreadPoolExecutor(1) as pool:
            whole = pool.submit(month.computed_and_published)
            month.wait(lambda: month.count("SELECT count(*) FROM credit_report") >= SMALL // 2)
            os.kill(first, signal.SIGKILL)
            running.enter_context(month.installation.courier())
            seconds = whole.result()
    return [Row("credit_kill_at_half_adds_s", seconds - undisturbed, "s", limit=KILL_LIMIT_SECONDS)]

"""The groups of rows, each with the processes it needs; what `make bench` runs from top to bottom."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from temporalio.client import Client

from bench import credits as credit_runs
from bench import etax, floor, lists, peer, stock
from bench.house import House, Installation
from bench.load import Timings
from bench.people import Approvers, Reviewers, quiet
from bench.processes import answering, memory_mb
from bench.report import Row, fewer_than
from bench.steps import round_trips
from models.settings import read
from workflows.runtime.client import connect

MEMORY_LIMIT_MB = 350.0
APPROVALS_LIMIT = 0.67
WORKER_WITH_FLOOR = ("-m", "bench.worker")
IDLE_SECONDS = 5.0


def step_rows(house: House) -> list[Row]:
    """Round trips beside the floor, then what the two processes weigh once their work is done."""
    installation = house.install("steps")
    floor.create_table(installation.owner_database)
    people = stock.fill(installation)
    with ExitStack() as running:
        running.enter_context(installation.sandbox())
        worker = running.enter_context(installation.worker(WORKER_WITH_FLOOR))
        courier = running.enter_context(installation.courier())
        web = running.enter_context(installation.web())
        answering(installation.is_healthy, "the worker")
        rows = asyncio.run(_round_trips(installation, people))
        weight = memory_mb(web) + memory_mb(worker)
        all_weight = weight + memory_mb(courier)
    return [
        *rows,
        Row("idle_memory_mb", weight, "MB", limit=MEMORY_LIMIT_MB),
        Row("idle_memory_with_courier_mb", all_weight, "MB"),
    ]


async def _round_trips(installation: Installation, people: stock.Stock) -> list[Row]:
    client = await client_of(installation)
    reviewers = Reviewers(installation, people, client)

    async def bare(count: int, clicks: int) -> Timings:
        return await floor.clicks(client, count, await floor.open_floors(client, clicks))

    rows = await round_trips(bare, reviewers.press)
    await asyncio.sleep(IDLE_SECONDS)
    return rows


async def client_of(installation: Installation) -> Client:
    """The engine as the product's web reaches it."""
    config = read(installation.told["worker"])
    return await connect(config.temporal_address, config.temporal_namespace, config.payload_keys)


def approval_rows(house: House) -> list[Row]:
    """Whole approvals per second, the peer and we in turns."""
    installation = house.install("approvals")
    people = stock.fill(installation)
    theirs, ours = [], []
    with ExitStack() as running:
        running.enter_context(installation.sandbox())
        running.enter_context(installation.worker())
        running.enter_context(installation.courier())
        running.enter_context(installation.web(peer.WORKERS))
        serving = running.enter_context(peer.viewflow(house.empty_database("peer"), house.root / "peer.log"))
        answering(installation.is_healthy, "the worker")
        approvers = Approvers(installation, people)
        asyncio.run(approvers.close_many(peer.CROWDS[0], peer.FLOWS_WARMUP))
        for crowd in peer.CROWDS * peer.ROUNDS:
            theirs.append(asyncio.run(serving.approve_many(crowd)))
            ours.append(asyncio.run(_approved(approvers, crowd)))
    best = max(round_.per_second for round_ in theirs)
    return [
        fewer_than("approvals_per_s_vs_viewflow_http", max(r.per_second for r in ours), "1/s", best, APPROVALS_LIMIT)
    ]


async def _approved(approvers: Approvers, crowd: int) -> Timings:
    timings = await approvers.close_many(crowd, peer.FLOWS)
    await quiet(approvers.installation)
    return timings


GROUPS: Mapping[str, Callable[[House], list[Row]]] = {
    "steps": step_rows,
    "lists": lists.list_rows,
    "approvals": approval_rows,
    "credits": credit_runs.rows,
    "etax": lambda _house: etax.rows(),
}
"""What ARGS may name."""

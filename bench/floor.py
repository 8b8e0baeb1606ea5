"""What a durable click costs without a product around it: SDK client → update → local activity → INSERT."""

import uuid
from collections.abc import Sequence

import psycopg
from psycopg_pool import ConnectionPool
from temporalio import activity
from temporalio.client import Client

from bench.floor_workflow import Floor
from bench.load import Timings, timed
from ops.layout import WORKER
from workflows import steps
from workflows.runtime.client import RPC_TIMEOUT

TABLE = (
    "CREATE TABLE bench_floor (id bigint GENERATED ALWAYS AS IDENTITY, workflow_id text);"
    f"GRANT INSERT, SELECT ON bench_floor TO {WORKER}"
)
INSERT = "INSERT INTO bench_floor (workflow_id) VALUES (%s) RETURNING id"
STARTS_AT_ONCE = 8


def create_table(owner_database: str) -> None:
    """The table of the floor's one INSERT, for the worker's login."""
    with psycopg.connect(owner_database) as connection:
        connection.execute(TABLE)


class Inserts:
    """The floor's one activity."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    @activity.defn(name="bench_insert")
    def insert(self, workflow_id: str) -> int:
        """One row in one transaction; its id."""
        with self._pool.connection() as connection:
            row = connection.execute(INSERT, (workflow_id,)).fetchone()
        assert row is not None
        return int(row[0])


async def open_floors(client: Client, count: int) -> list[str]:
    """Start that many processes and return their ids; starting is not part of a click."""
    ids = [f"bench/floor/{uuid.uuid4().hex}" for _ in range(count)]

    async def start(_person: int, workflow_id: str) -> None:
        await client.start_workflow(Floor.run, id=workflow_id, task_queue=steps.INTERACTIVE)

    await timed(STARTS_AT_ONCE, ids, start)
    return ids


async def clicks(client: Client, people: int, ids: Sequence[str]) -> Timings:
    """One update on each process, `people` at a time."""

    async def click(_person: int, workflow_id: str) -> None:
        handle = client.get_workflow_handle(workflow_id)
        await handle.execute_update(Floor.insert, id=uuid.uuid4().hex, rpc_timeout=RPC_TIMEOUT)

    return await timed(people, ids, click)

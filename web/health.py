"""Is the program alive (`/livez`: web and database), and can it work (`/healthz`: the engine and a worker too)?"""

import asyncio
import datetime as dt

from fastapi import APIRouter
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from models import database, presence
from models.clock import now
from web.auth.audience import anyone
from workflows.runtime.client import HEALTH_SECONDS, HEALTH_TIMEOUT, answers, reaching
from workflows.steps import INTERACTIVE

router = APIRouter(include_in_schema=False, dependencies=[anyone("health checks carry no data")])

POLLER_SECONDS_MAX = 70
"""A poll lasts up to a minute; a worker that polled longer ago is gone."""


@router.get("/livez")
def livez() -> JSONResponse:
    """Web and database answer."""
    return _answer({"database": _database()})


@router.get("/healthz")
async def healthz(request: Request) -> JSONResponse:
    """Database, engine and worker answer."""
    client: Client = request.app.state.temporal
    return _answer(
        {
            "database": await run_in_threadpool(_database),
            "engine": await answers(client),
            "worker": await run_in_threadpool(_is_worker_there) and await _is_worker_asking(client),
        }
    )


def _answer(parts: dict[str, bool]) -> JSONResponse:
    return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with database.web() as session:
            session.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no
        return False
    return True


def _is_worker_there() -> bool:
    """A worker that died is missed at once; the engine would remember it for as long as a poll lasts."""
    try:
        with database.web() as session:
            return presence.is_anybody_there(session)
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no
        return False


async def _is_worker_asking(client: Client) -> bool:
    """A worker that hangs is there, and asks for no work."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=INTERACTIVE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        with reaching():
            described = client.workflow_service.describe_task_queue(asked, timeout=HEALTH_TIMEOUT)
            found = await asyncio.wait_for(described, HEALTH_SECONDS)
    except (RPCError, TimeoutError):
        return False
    oldest = now() - dt.timedelta(seconds=POLLER_SECONDS_MAX)
    return any(poller.last_access_time.ToDatetime(dt.UTC) > oldest for poller in found.pollers)

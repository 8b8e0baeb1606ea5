"""What nobody waits for: the processes of a published month, begun by the thousand, and the notices of it.

They take turns with everything else: first the month is published, then its processes begin, gently while somebody
clicks, and then people are told, so that who opens a report finds its process there.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from sqlalchemy import or_, text, true, update
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool

from models import clock, database
from models.notifications.rules import Event
from models.notifications.tables import Message
from models.processes.queries import BACKGROUND, BEGINNING_MOST, is_beginning
from models.processes.tables import Outbox
from web.starting import CLICK_SECONDS, Starter

EVENTS = (Event.REPORT_PUBLISHED.value,)
"""What people are told by the thousand."""
PUBLISHING_MOST = dt.timedelta(minutes=1)
"""How long starts wait for a month to be published: a run that is stuck holds up nobody."""

# Whoever has a month published does not count as clicking: it is what makes these processes begin.
_NOW = """
SELECT (SELECT created_at FROM command
         WHERE actor_id <> 0 AND kind <> 'credit_run' ORDER BY id DESC LIMIT 1) AS clicked_at,
       EXISTS (SELECT 1 FROM credit_run WHERE status = 'publishing' AND status_since > :lately) AS publishing
"""
_TAKE = """
UPDATE outbox SET attempts = attempts + 1,
       next_attempt_at = :now + least(2 ^ least(attempts + 1, 10), :backoff) * interval '1 second'
 WHERE id IN (SELECT id FROM outbox
               WHERE sent_at IS NULL AND next_attempt_at <= :now AND kind = ANY (:kinds)
               ORDER BY id LIMIT :rows FOR UPDATE SKIP LOCKED)
RETURNING id, workflow_id, kind, payload
"""


class Start(NamedTuple):
    """A process that is to begin."""

    id: int
    workflow_id: str
    kind: str
    payload: dict[str, Any]


class Behind:
    """Rounds of starts. `start` begins one process and says whether it runs."""

    def __init__(self, start: Callable[[Start], Awaitable[bool]], backoff_seconds: float) -> None:
        self.start = start
        self.backoff_seconds = backoff_seconds
        self.starter = Starter()

    async def round(self) -> int:
        """Many at a time, or a few with a rest after them while somebody clicks; how many began."""
        clicking, publishing = await run_in_threadpool(_look)
        if publishing:
            return 0
        limit, at_once = self.starter.round(clicking=clicking)
        began = asyncio.get_running_loop().time()
        rows = await run_in_threadpool(self._taken, limit)
        waiting = iter(rows)
        runs: dict[int, bool] = {}

        async def hand() -> None:
            for row in waiting:
                runs[row.id] = await self.start(row)

        await asyncio.gather(*(hand() for _ in range(at_once)))
        started = [row_id for row_id, does_run in runs.items() if does_run]
        if started:
            await run_in_threadpool(_mark, started)
        took = asyncio.get_running_loop().time() - began
        await asyncio.sleep(self.starter.rest(len(started), took, clicking=clicking))
        return len(started)

    def _taken(self, limit: int) -> list[Start]:
        """Taken for a few seconds; a relay that dies here leaves them to the next one."""
        facts = {"now": clock.now(), "kinds": list(BACKGROUND), "rows": limit, "backoff": self.backoff_seconds}
        with database.working() as session:
            rows = [Start(*row) for row in session.execute(text(_TAKE), facts)]
        return sorted(rows)


def _look() -> tuple[bool, bool]:
    """Whether a person pressed something within the last seconds, and whether a month is being published."""
    now = clock.now()
    with database.working() as session:
        found = session.execute(text(_NOW), {"lately": now - PUBLISHING_MOST}).one()
    clicking = found.clicked_at is not None and now - found.clicked_at < dt.timedelta(seconds=CLICK_SECONDS)
    return clicking, found.publishing


def _mark(started: list[int]) -> None:
    with database.working() as session:
        session.execute(update(Outbox).where(col(Outbox.id).in_(started)).values(sent_at=clock.now()))


def may_go(session: Session) -> Any:
    """The condition on messages that go out now: not those of a month whose processes are still beginning."""
    publishing = session.execute(text(_NOW), {"lately": clock.now() - PUBLISHING_MOST}).one().publishing
    if not publishing and not is_beginning(session):
        return true()
    return or_(col(Message.event).not_in(EVENTS), col(Message.created_at) < clock.now() - BEGINNING_MOST)

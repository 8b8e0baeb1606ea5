"""The demo data: people, finished documents of the last months, and cases that live in their real processes.

Loaded once. A load that was interrupted is taken up where it ended, since every document and every act of the script
is found again; a finished load is remembered in the counter `MARK`, and later starts look at nothing else.
"""

import asyncio
import datetime as dt

import psycopg
from sqlmodel import Session

from models import database
from models.processes.tables import NumberCounter
from models.settings import settings

MARK = "DEMO"
MARK_DAY = dt.date(2000, 1, 1)
PAST, ALL = 1, 2
"""What is loaded: the finished documents; the living cases too."""
LOCK = 0x446F6E68
"""Key of the advisory lock that lets one load at a time through."""


def run() -> bool:
    """Load what is not there yet; False when everything was.

    Raises SettingsError without an engine's address and OperatorError when no worker answers.
    """
    with psycopg.connect(settings().worker_database_url, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        stage = _reached()
        if stage == ALL:
            return False
        # Only a load needs the rooms that make documents; a later start is not to wait for their import.
        from ops.seed import credits as credit_masters
        from ops.seed import history, masters, people

        people.load()
        masters.load()
        credit_masters.load()
        if stage < PAST:
            history.load(_remember)
        asyncio.run(_play())
        with database.working() as session:
            _remember(session, ALL)
    return True


def _reached() -> int:
    with database.working() as session:
        mark = session.get(NumberCounter, (MARK, MARK_DAY))
        return mark.last if mark else 0


def _remember(session: Session, stage: int = PAST) -> None:
    session.merge(NumberCounter(prefix=MARK, day=MARK_DAY, last=stage))


async def _play() -> None:
    from ops.seed import living
    from ops.seed.stage import Stage
    from workflows.runtime.client import connect

    config = settings()
    client = await connect(config.needed("TEMPORAL_ADDRESS"), config.temporal_namespace, config.payload_keys)
    await living.play(Stage(client))

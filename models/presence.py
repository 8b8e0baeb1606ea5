"""A worker is known to be there by a lock that ends with its connection, however the process ends."""

import asyncio
import logging

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from models.settings import settings

CLASS, PEOPLE = 0x646F6E67, 1
"""The two keys of the lock; nothing else in the house locks by two."""
AGAIN_SECONDS = 1.0
HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND classid = :class AND objid = :object"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

log = logging.getLogger("worker")


async def stay() -> None:
    """Hold the lock until cancelled, on a connection of its own; any number of workers share it."""
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                settings().worker_database_url, autocommit=True, application_name="dongban"
            )
            async with connection:
                await connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (CLASS, PEOPLE))
                async for _ in connection.notifies():
                    """Nothing is said here: it ends with the connection."""
        except psycopg.Error as error:
            log.warning("the database does not answer, trying again: %s", str(error).partition("\n")[0])
        await asyncio.sleep(AGAIN_SECONDS)


def is_anybody_there(session: Session) -> bool:
    """Whether at least one worker of people's processes runs and has its database."""
    return bool(session.execute(HELD, {"class": CLASS, "object": PEOPLE}).scalar_one())

"""Engines and transactions: `reading`/`writing` as the web role under row-level security, `working` as the worker.

Nobody commits inside: the block is the transaction (ADR 2).
"""

import select
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlmodel import Session

from models.aside import PLACES, Connection, elsewhere, is_aside
from models.plain import Plain, execute
from models.processes.messages import Actor
from models.settings import Settings, settings

Found = TypeVar("Found")

IDLE_SECONDS_TRUSTED = 30.0
KEPT_MAX = 20_000
THREADS, THREADS_MORE = 24, 4
"""Connections kept for the threads of a process, and more for a crowd of them."""

_engines: dict[tuple[str, bool, bool], Engine] = {}
_kept: dict[Hashable, tuple[float, Any]] = {}

SCOPE: Plain[object] = Plain(
    text(
        "SELECT set_config('dongban.member', :member, true), set_config('dongban.company', :company, true),"
        " set_config('dongban.side', :side, true), set_config('transaction_read_only', :read_only, true)"
    )
)


def _engine(url: str, *, at_once: bool = False) -> Engine:
    key = url, is_aside(), at_once
    if key not in _engines:
        size, more = (PLACES, PLACES) if is_aside() else (THREADS, THREADS_MORE)
        engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=size,
            max_overflow=more,
            pool_timeout=10,
            # The connection used last knows its statements: a few stay warm, the others are for crowds.
            pool_use_lifo=True,
            pool_recycle=1800,
            connect_args={"connect_timeout": 5, "application_name": "dongban"},
            **({"isolation_level": "AUTOCOMMIT"} if at_once else {}),
        )
        event.listen(engine, "do_connect", _connected)
        event.listen(engine, "checkout", _must_be_alive)
        event.listen(engine, "checkin", _note_use)
        # Two threads may come here first together: the engine of the other one is kept, and nothing was opened by ours.
        return _engines.setdefault(key, engine)
    return _engines[key]


def _connected(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> Connection:
    return elsewhere(lambda: Connection.connect(*given, **named))


def _must_be_alive(connection: Connection, record: Any, _proxy: object) -> None:
    """Refuse a pooled connection whose server has gone, without asking a live one: nothing comes unasked from it.

    After a while unused it is asked all the same: a broken network says nothing.
    """
    # The engine's own first questions are asked under a lock of its own.
    connection.lets_go_on = True
    if time.monotonic() - record.info.get("used", 0.0) < IDLE_SECONDS_TRUSTED:
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        if not socket.poll(0):
            return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _note_use(_connection: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


def kept(session: Session, key: Hashable, seconds: float, read: Callable[[], Found]) -> Found:
    """What `read` says, remembered by this process for a while: for facts that change slowly and decide nothing."""
    place, now = (session.get_bind(), key), time.monotonic()
    known = _kept.get(place)
    if known is not None and now < known[0]:
        found: Found = known[1]
        return found
    if len(_kept) >= KEPT_MAX:
        _kept.clear()
    fresh = read()
    _kept[place] = (now + seconds, fresh)
    return fresh


def web_engine(config: Settings | None = None) -> Engine:
    return _engine((config or settings()).web_database_url)


def worker_engine(config: Settings | None = None) -> Engine:
    return _engine((config or settings()).worker_database_url)


def dispose() -> None:
    """Close every pool (end of a process, change of database in a test)."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()
    _kept.clear()


@contextmanager
def web() -> Iterator[Session]:
    """A transaction of the web role with no actor: row-level security shows it nothing of any company."""
    with Session(web_engine(), expire_on_commit=False) as session, session.begin():
        yield session


def scope(session: Session, actor: Actor, *, read_only: bool) -> None:
    """Tell row-level security who is asking, for this transaction only."""
    execute(
        session,
        SCOPE,
        {
            "member": str(actor.member_id),
            "company": "" if actor.company_id is None else str(actor.company_id),
            "side": actor.side,
            "read_only": "on" if read_only else "off",
        },
    )


@contextmanager
def reading(actor: Actor) -> Iterator[Session]:
    with web() as session:
        scope(session, actor, read_only=True)
        yield session


@contextmanager
def writing(actor: Actor) -> Iterator[Session]:
    with web() as session:
        scope(session, actor, read_only=False)
        yield session


@contextmanager
def working() -> Iterator[Session]:
    """A transaction of the worker role."""
    with Session(worker_engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def at_once() -> Iterator[Session]:
    """The worker role without a transaction: each statement is one of its own. Nothing may be added to it."""
    with Session(_engine(settings().worker_database_url, at_once=True), expire_on_commit=False) as session:
        yield session

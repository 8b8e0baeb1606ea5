"""Engines and transactions: `reading`/`writing` as the web role under row-level security, `working` as the worker.

Nobody commits inside: the block is the transaction (ADR 2).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from models.processes.messages import Actor
from models.settings import Settings, settings

_engines: dict[str, Engine] = {}

SCOPE = text(
    "SELECT set_config('dongban.member', :member, true), set_config('dongban.company', :company, true),"
    " set_config('dongban.side', :side, true), set_config('transaction_read_only', :read_only, true)"
)


def _engine(url: str, pool_size: int) -> Engine:
    if url not in _engines:
        _engines[url] = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=4,
            pool_pre_ping=True,
            pool_timeout=10,
            pool_recycle=1800,
            connect_args={"connect_timeout": 5, "application_name": "dongban"},
        )
    return _engines[url]


def web_engine(config: Settings | None = None) -> Engine:
    return _engine((config or settings()).web_database_url, 24)


def worker_engine(config: Settings | None = None) -> Engine:
    return _engine((config or settings()).worker_database_url, 24)


def dispose() -> None:
    """Close every pool (end of a process, change of database in a test)."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


@contextmanager
def web() -> Iterator[Session]:
    """A transaction of the web role with no actor: row-level security shows it nothing of any company."""
    with Session(web_engine(), expire_on_commit=False) as session, session.begin():
        yield session


def scope(session: Session, actor: Actor, *, read_only: bool) -> None:
    """Tell row-level security who is asking, for this transaction only."""
    session.execute(
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

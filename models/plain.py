"""Reads that every click makes, past the ORM: prepared statements (`models.wire`), rows as named tuples.

A row has the attributes of the columns selected; nothing is written through it, and it never changes. The ORM's own
work (compiling, identity map, change tracking) costs several times what the database needs for such a read.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

import sqlalchemy
from sqlalchemy import create_engine, text
from sqlalchemy.orm import configure_mappers
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from models.aside import Connection
from models.columns import Encrypted
from models.wire import Asked, ask, holding, tell

Found = TypeVar("Found")

_PLACE = re.compile(rb"%(?:\((\w+)\)s|%)")

DIALECT = create_engine("postgresql+psycopg://").dialect


class Plain(Generic[Found]):
    """A statement compiled once; `keys` are the columns an INSERT is given, JSON as `Jsonb`.

    Raises TypeError for columns whose values the driver alone does not understand.
    """

    def __init__(self, statement: ClauseElement, keys: Sequence[str] | None = None) -> None:
        as_is = {"render_postcompile": True}
        compiled = statement.compile(dialect=DIALECT, column_keys=keys, compile_kwargs=as_is)
        self.sql = str(compiled).encode()
        self.given: Mapping[str, Any] = compiled.params
        self.sealed: dict[str, Callable[[bytes], str]] = {}
        for column in getattr(statement, "selected_columns", ()):
            if isinstance(column.type, Encrypted):
                self.sealed[column.name] = column.type.opened
            elif isinstance(column.type, TypeDecorator):
                raise TypeError(f"{column} is not read plainly")
        self.number()

    @classmethod
    def of(cls, sql: bytes) -> "Plain[Found]":
        """A statement written out, its places as %(name)s."""
        made: Plain[Found] = cls.__new__(cls)
        made.sql, made.given, made.sealed = sql, {}, {}
        made.number()
        return made

    def number(self) -> None:
        """Put its places as the server counts them: the driver would look for them at every execution."""
        order: dict[str, int] = {}

        def place(found: re.Match[bytes]) -> bytes:
            if found[1] is None:
                return b"%"
            return b"$%d" % order.setdefault(found[1].decode(), len(order) + 1)

        self.numbered = _PLACE.sub(place, self.sql)
        self.order = tuple(order)

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """One for each place."""
        known = {**self.given, **given}
        return [known[name] for name in self.order]

    def with_values(self, given: Mapping[str, Any]) -> Asked:
        """As it is handed to the server."""
        return Asked(self.numbered, self.values(given))


@lru_cache(maxsize=4096)
def beside(asked: Plain[Any], other: Plain[Any], name: str = "beside") -> Plain[Any]:
    """Both in one statement: the single value of `other` under a name beside the columns of each row."""
    both: Plain[Any] = copy(asked)
    both.sql = b"SELECT told.*, (%b) AS %b FROM (%b) told" % (other.sql, name.encode(), asked.sql)
    if asked.given.keys() & other.given.keys():
        raise TypeError("parameters of the same name")
    both.given = {**asked.given, **other.given}
    both.number()
    return both


@cache
def plain(statement: ClauseElement) -> Plain[Any]:
    """`Plain` of a statement that is kept for good."""
    return Plain(statement)


def driver(session: Session) -> Connection:
    """The connection of a session's transaction, which it begins."""
    return cast("Connection", session.connection().connection.driver_connection)


def rows(session: Session, asked: Plain[Found], given: Mapping[str, Any]) -> Sequence[Found]:
    """What the statement finds within the session's transaction."""
    (found,) = ask(driver(session), asked.with_values(given))
    return _read(asked, found)


def _read(asked: Plain[Found], found: list[Any]) -> Sequence[Found]:
    return [_opened(asked, row) for row in found] if asked.sealed else found


def _opened(asked: Plain[Any], row: Any) -> Any:
    sealed = {name: getattr(row, name) for name in asked.sealed}
    return row._replace(
        **{name: None if value is None else asked.sealed[name](value) for name, value in sealed.items()}
    )


def array(numbers: Iterable[int]) -> str:
    """Whole numbers as the database reads an array (`CAST(:ids AS bigint[])`): the driver is long over a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


def each(session: Session, *asked: Plain[Any]) -> list[Sequence[Any]]:
    """`rows` of several statements that are given nothing, in one round trip."""
    found = ask(driver(session), *(one.with_values({}) for one in asked))
    return [_read(one, told) for one, told in zip(asked, found, strict=True)]


def last(session: Session, asked: Plain[Found], given: Mapping[str, Any]) -> Sequence[Found]:
    """`rows`, in one round trip with the transaction's commit. What is asked after it begins another."""
    (found,) = ask(driver(session), asked.with_values(given), commit=True)
    return _read(asked, found)


def one_or_none(session: Session, asked: Plain[Found], given: Mapping[str, Any]) -> Found | None:
    """The only row, None without one."""
    found = rows(session, asked, given)
    return found[0] if found else None


def execute(session: Session, asked: Plain[Any], given: Mapping[str, Any]) -> None:
    """For what the statement does; whatever it finds is dropped."""
    tell(driver(session), asked.with_values(given))


@contextmanager
def together(session: Session) -> Iterator[None]:
    """What is executed inside is sent as it comes and waited for at the end, which raises psycopg.Error of the first
    that failed. No cursor of the session may be used meanwhile.
    """
    with holding(driver(session)):
        yield


def add(session: Session, table: Any, made: Sequence[dict[str, Any]]) -> None:
    """Insert rows with the same columns in one statement, with the table's defaults; no column encrypted."""
    if made:
        whole = [_defaults(table) | row for row in made]
        written = json.dumps(whole, ensure_ascii=False, default=str)
        execute(session, _adding(table, tuple(whole[0])), {"rows": written})


@cache
def _defaults(table: Any) -> dict[str, Any]:
    fields = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    return {name: field.default for name, field in fields.items() if field.default is not None}


@cache
def _adding(table: Any, given: tuple[str, ...]) -> Plain[Any]:
    name = table.__tablename__
    into = ", ".join(given)
    read = f"jsonb_populate_recordset(CAST(NULL AS {name}), CAST(:rows AS jsonb))"
    return Plain(text(f"INSERT INTO {name} ({into}) SELECT {into} FROM {read}"))  # noqa: S608 - names of ours


@cache
def columns(table: type[Any]) -> tuple[str, ...]:
    """The columns of a table in the order `entity` takes them."""
    return tuple(column.name for column in table.__table__.columns)


@cache
def _readers(table: type[Any]) -> tuple[Callable[[Any], Any] | None, ...]:
    types = [column.type.dialect_impl(DIALECT) for column in table.__table__.columns]
    return tuple(kind.result_processor(DIALECT, None) for kind in types)


def entity(table: type[Found], values: Sequence[Any]) -> Found:
    """A row as an object of the table, no session's: its attributes may be set, and it remembers which were."""
    kind: Any = table
    read = zip(columns(kind), _readers(kind), values, strict=True)
    return filled(table, {name: value if reader is None else reader(value) for name, reader, value in read})


@cache
def _maker(table: type[Any]) -> Callable[[], Any]:
    # Nothing may have been loaded before, and only then does an attribute know its column.
    configure_mappers()
    new: Callable[[], Any] = sqlalchemy.inspect(table).class_manager.new_instance
    return new


def filled(table: type[Found], values: Mapping[str, Any]) -> Found:
    """An object of the table with these attributes and no others, without what it costs to set each of them."""
    made: Any = _maker(cast("Any", table))()
    made.__dict__.update(values)
    return cast("Found", made)


def things(told: list[dict[str, Any]] | None, instants: Sequence[str] = (), days: Sequence[str] = ()) -> Sequence[Any]:
    """Rows that a statement told as JSON (`jsonb_agg`), one more statement costing more than that.

    JSON has no times: `instants` and `days` name the columns that are.
    """
    for row in told or ():
        for name in instants:
            row[name] = row[name] and dt.datetime.fromisoformat(row[name])
        for name in days:
            row[name] = row[name] and dt.date.fromisoformat(row[name])
    return [SimpleNamespace(**row) for row in told or ()]

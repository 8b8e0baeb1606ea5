"""Statements past the cursors, against a real database: what comes back, what fails, and what is prepared."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from models import wire
from models.aside import Connection
from models.wire import Asked, ask, holding, tell
from tests.engines import Database

ONE = Asked(b"SELECT 1 AS one", [])
VALUES = [
    ("bigint", 7),
    ("bigint", 2**40),
    ("text", "가나다 'x' \\ $1"),
    ("text", None),
    ("boolean", True),
    ("timestamptz", dt.datetime(2026, 2, 28, 15, 0, 0, 1, tzinfo=dt.UTC)),
    ("date", dt.date(2028, 2, 29)),
    ("interval", dt.timedelta(days=1, microseconds=5)),
    ("uuid", uuid.UUID(int=7)),
    ("jsonb", Jsonb({"a": ["나", None, 1.5]})),
    ("text[]", ["a", "b,c", ""]),
    ("bigint[]", []),
    ("bytea", b"\x00\xff"),
]


@pytest.fixture
def connection(module_database: Database) -> Iterator[Connection]:
    made: Any = Connection.connect(module_database.worker_url)
    with made:
        yield made


def prepared(connection: Connection) -> int:
    """What the server keeps of ours."""
    ((number,),) = ask(connection, Asked(b"SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'wire%'", []))[0]
    return int(number)


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_value_comes_back_as_from_a_cursor(connection: Connection, kind: str, value: object) -> None:
    ((row,),) = ask(connection, Asked(f"SELECT $1::{kind} AS told".encode(), [value]))
    with connection.cursor(row_factory=tuple_row) as cursor:
        assert (row.told,) == cursor.execute(f"SELECT %s::{kind}", [value]).fetchone()


def test_several_go_together_with_what_begins_and_ends_the_transaction(connection: Connection) -> None:
    first, second, nothing = ask(
        connection,
        Asked(b"SELECT n, n * $1 AS twice FROM generate_series(1, 2) n", [2]),
        Asked(b"SELECT 1 AS id, 2 AS id, now() = transaction_timestamp()", []),
        Asked(b"SELECT 1 AS one WHERE false", []),
    )
    assert [(row.n, row.twice) for row in first] == [(1, 2), (2, 4)]
    assert tuple(second[0]) == (1, 2, True)
    assert nothing == []
    before = connection.info.transaction_status
    ask(connection, commit=True)
    assert (before, connection.info.transaction_status) == (TransactionStatus.INTRANS, TransactionStatus.IDLE)


def test_the_first_that_fails_is_told_and_nothing_after_it_is_done(connection: Connection) -> None:
    make = Asked(b"CREATE TEMP TABLE told (n bigint)", [])
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(connection, make, Asked(b"SELECT 1 / $1", [0]), ONE, commit=True)
    assert connection.info.transaction_status == TransactionStatus.INERROR
    connection.rollback()
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask(connection, Asked(b"SELECT * FROM told", []))
    connection.rollback()
    assert ask(connection, ONE) == [[(1,)]]


def test_a_statement_is_prepared_once_for_each_kind_of_values(connection: Connection) -> None:
    before = prepared(connection)
    for value in (1, 2, 2**40, 3):
        ask(connection, Asked(b"SELECT $1 AS seen", [value]))
    assert prepared(connection) == before + 2


def test_what_fails_is_prepared_once_too(connection: Connection) -> None:
    for _ in range(3):
        with pytest.raises(psycopg.errors.DivisionByZero):
            ask(connection, Asked(b"SELECT 1 / $1::int", [0]), Asked(b"SELECT 2 AS two", []))
        connection.rollback()
    ask(connection, Asked(b"SELECT 2 AS two", []))
    assert prepared(connection) == 3


def test_a_failure_to_commit_is_told_where_there_is_no_transaction(connection: Connection) -> None:
    connection.autocommit = True
    ask(connection, Asked(b"CREATE TEMP TABLE once (n bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)", []))
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(connection, Asked(b"INSERT INTO once VALUES ($1::bigint), ($1::bigint)", [7]))
    assert ask(connection, Asked(b"SELECT count(*) FROM once", [])) == [[(0,)]]
    assert ask(connection, Asked(b"INSERT INTO once VALUES ($1::bigint) RETURNING n", [7])) == [[(7,)]]


def test_a_statement_is_prepared_anew_when_its_columns_changed(connection: Connection) -> None:
    connection.autocommit = True
    ask(connection, Asked(b"CREATE TEMP TABLE seen AS SELECT 1 AS n", []))
    every = Asked(b"SELECT * FROM seen", [])
    ask(connection, every)
    ask(connection, Asked(b"ALTER TABLE seen ADD COLUMN more bigint", []))
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        ask(connection, every)
    assert ask(connection, every) == [[(1, None)]]
    left = connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT * FROM seen'")
    assert left.fetchone() == (1,)


def test_a_cursor_does_not_wait_for_what_nobody_asks_for(connection: Connection) -> None:
    with holding(connection):
        tell(connection, ONE)
        with pytest.raises(psycopg.ProgrammingError, match="under way"):
            connection.execute("SELECT 1")
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_it_goes_on_after_the_driver_dropped_what_was_prepared(connection: Connection) -> None:
    def dropped() -> None:
        connection.execute("SELECT 1", prepare=True)
        connection.rollback()

    def back_to_a_savepoint() -> None:
        connection.execute("SAVEPOINT here", prepare=True)
        connection.execute("ROLLBACK TO SAVEPOINT here")

    for rolled_back in (dropped, back_to_a_savepoint):
        ask(connection, ONE)
        rolled_back()
        assert ask(connection, ONE, commit=True) == [[(1,)]]


def test_the_one_unused_for_longest_makes_room(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PREPARED_MAX", 3)
    for number in (1, 2, 3, 1, 4, 5):
        assert ask(connection, Asked(f"SELECT {number} AS n".encode(), []), commit=True)[0][0].n == number
    left = "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'wire%' ORDER BY 1"
    assert connection.execute(left).fetchall() == [(f"SELECT {number} AS n",) for number in (1, 4, 5)]


def test_what_is_told_waits_for_the_next_question(connection: Connection) -> None:
    connection.execute("CREATE TEMP TABLE heard (n bigint)")
    add, read = Asked(b"INSERT INTO heard VALUES (1)", []), Asked(b"SELECT count(*) FROM heard", [])
    with holding(connection):
        tell(connection, add)
        tell(connection, add)
        assert ask(connection, read) == [[(2,)]]
        tell(connection, add)
    assert ask(connection, read) == [[(3,)]]
    tell(connection, add)
    assert ask(connection, read) == [[(4,)]]


def test_what_is_told_is_done_while_nobody_waits(connection: Connection, module_database: Database) -> None:
    with holding(connection), psycopg.connect(module_database.admin_url, autocommit=True) as other:
        tell(connection, Asked(b"SELECT pg_advisory_lock(4711)", []))
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND granted"
        for _ in range(500):
            if other.execute(held).fetchone() == (1,):
                break
            other.execute("SELECT pg_sleep(0.01)")
        else:
            pytest.fail("it was not sent")


def test_a_caller_that_fails_leaves_a_connection_that_can_be_used(connection: Connection) -> None:
    def told_and_failed() -> None:
        with holding(connection):
            tell(connection, ONE)
            raise KeyError

    with pytest.raises(KeyError):
        told_and_failed()
    assert connection.pgconn.pipeline_status == PipelineStatus.OFF
    assert ask(connection, ONE) == [[(1,)]]


def test_a_value_nobody_can_write_is_refused_before_anything_is_sent(connection: Connection) -> None:
    with pytest.raises(psycopg.ProgrammingError, match="cannot adapt"):
        ask(connection, ONE, Asked(b"SELECT $1", [object()]))
    assert ask(connection, ONE) == [[(1,)]]


def test_what_was_told_before_a_failure_is_not_told_again(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), holding(connection):
        tell(connection, Asked(b"INSERT INTO nowhere VALUES (1)", []))
    connection.rollback()
    assert ask(connection, ONE) == [[(1,)]]


def test_a_server_that_goes_away_is_an_operational_error(connection: Connection, module_database: Database) -> None:
    ask(connection, ONE)
    with psycopg.connect(module_database.admin_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        ask(connection, ONE)
    assert connection.closed


def test_an_interrupted_one_takes_its_connection_with_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(talk: Any, *_: object) -> None:
        next(talk)
        raise KeyboardInterrupt

    monkeypatch.setattr(connection, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask(connection, Asked(b"SELECT pg_sleep(0.01)", []))
    assert connection.closed

"""Statements handed to libpq itself: several in one message, prepared, with no cursor between.

The driver's pipeline takes four times as much of the processor for the same, its cursors twice; a click asks eight
times (ADR 12). Values are written and read by the driver's own adapters: what comes back is what a cursor would bring.
"""

from collections import namedtuple
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

from models.aside import Connection

PREPARED_MAX = 200
"""Statements a connection keeps; the one that was not used for longest makes room."""

_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
_UNKNOWN = b"26000"
_OUTDATED = frozenset({_UNKNOWN, b"0A000"})
"""States of a statement that is not prepared any more, and of one whose columns have changed since (`cached plan`)."""
_numbers = count(1)


class Asked(NamedTuple):
    """A statement with its places as $1, $2 … and a value for each."""

    sql: bytes
    values: Sequence[Any]


def ask(connection: Connection, *asked: Asked, commit: bool = False) -> list[list[Any]]:
    """The rows each statement finds, by name and place, in one round trip; what begins a transaction goes with them.

    With `commit` it ends there. Raises psycopg.Error of the first that failed, also of what was told before; what
    comes after it has done nothing then, nor, on a connection without transactions, what was sent with it.
    """
    wire = _wire(connection)
    written = [wire.written(one) for one in asked]
    try:
        for one in written:
            wire.send(one, wanted=True)
        if commit:
            wire.send_plainly(b"COMMIT")
        found = connection.wait(wire.answers())
    except BaseException:
        # What is still on its way would be taken for the answer to the next question.
        connection.pgconn.finish()
        raise
    return wire.rows(found)


@contextmanager
def holding(connection: Connection) -> Iterator[None]:
    """What is told inside is sent at once, and nobody waits for its answer before the next `ask` or the end.

    Nothing else may use the connection meanwhile.
    """
    wire = _wire(connection)
    wire.holds = True
    try:
        yield
    except BaseException:
        wire.holds = False
        with suppress(psycopg.Error):
            ask(connection)
        if connection.pgconn.pipeline_status != PipelineStatus.OFF:
            connection.pgconn.finish()
        raise
    wire.holds = False
    ask(connection)


def tell(connection: Connection, asked: Asked) -> None:
    """`ask` for what the statement does."""
    wire = _wire(connection)
    wire.send(wire.written(asked), wanted=False)
    if wire.holds:
        connection.pgconn.flush()
    else:
        ask(connection)


def _wire(connection: Connection) -> "Wire":
    if connection.wire is None:
        connection.wire = Wire(connection)
    wire: Wire = connection.wire
    wire.begins = not connection.autocommit
    return wire


@lru_cache(maxsize=1024)
def _maker(names: tuple[bytes, ...], encoding: str) -> Callable[[Sequence[Any]], Any]:
    fields = [name.decode(encoding) for name in names]
    # Columns may share a name, which only this way of making them takes.
    kind: Any = namedtuple("Row", fields, rename=True)  # type: ignore[misc]  # noqa: PYI024
    make: Callable[[Sequence[Any]], Any] = kind._make
    return make


Key = tuple[bytes, tuple[int, ...]]
"""A statement and the types of its values."""


class Written(NamedTuple):
    """A statement as it is sent."""

    key: Key
    values: Sequence[Any]
    formats: Sequence[Any] | None


class Sent(NamedTuple):
    """What is not answered yet: the statement it is an execution of, and whether its rows are wanted."""

    key: Key | None = None
    wanted: bool = False


class Found(NamedTuple):
    """Answers: those whose rows are wanted, and the first that tells of a failure."""

    results: Sequence[PGresult]
    failed: PGresult | None


class Wire:
    """One connection: what it has prepared, and what was sent and is not answered yet."""

    def __init__(self, connection: Connection) -> None:
        self.pgconn = connection.pgconn
        self.adapters = Transformer.from_context(connection)
        self.names: dict[Key, bytes] = {}
        self.sent: list[Sent] = []
        self.fresh: dict[Key, tuple[bytes, int]] = {}
        """What is prepared on the way: its name, and at which place of `sent`."""
        self.stale: list[bytes] = []
        """Names of statements to be dropped."""
        self.holds = False
        self.begins = False
        """Whether what is sent needs a transaction around it."""

    def written(self, asked: Asked) -> Written:
        """Its values as they are sent. Raises psycopg.ProgrammingError for one the driver does not know."""
        values = self.adapters.dump_sequence(asked.values, [PyFormat.AUTO] * len(asked.values))
        return Written((asked.sql, self.adapters.types or ()), values, self.adapters.formats)

    def send(self, one: Written, *, wanted: bool) -> None:
        """Hand a statement to libpq, and before it what it needs."""
        self._open()
        name = self._name(one.key)
        if name is None:
            self._make_room()
            name = b"wire_%d" % next(_numbers)
            self.pgconn.send_prepare(name, *one.key)
            self.fresh[one.key] = name, len(self.sent)
            self.sent.append(Sent())
        self.pgconn.send_query_prepared(name, one.values, one.formats)
        self.sent.append(Sent(one.key, wanted))

    def _name(self, key: Key) -> bytes | None:
        known = self.names.pop(key, None)
        if known is not None:
            # The one used last makes room last.
            self.names[key] = known
        return known or self.fresh.get(key, (None,))[0]

    def send_plainly(self, sql: bytes) -> None:
        """Hand over what has no values and is not prepared."""
        self._open()
        self.pgconn.send_query_params(sql, None)
        self.sent.append(Sent())

    def _open(self) -> None:
        if self.sent:
            return
        begin = self.begins and self.pgconn.transaction_status == TransactionStatus.IDLE
        self.pgconn.enter_pipeline_mode()
        if begin:
            self.pgconn.send_query_params(b"BEGIN", None)
            self.sent.append(Sent())

    def _make_room(self) -> None:
        if len(self.names) >= PREPARED_MAX:
            self.stale.append(self.names.pop(next(iter(self.names))))
        while self.stale:
            self.send_plainly(b"DEALLOCATE " + self.stale.pop())

    def answers(self) -> Generator[Wait, Ready | int, Found]:
        """Wait for everything that was sent."""
        if not self.sent:
            return Found([], None)
        pgconn = self.pgconn
        pgconn.pipeline_sync()
        while pgconn.flush():
            if (yield Wait.RW) & Ready.R:
                pgconn.consume_input()
        results = yield from self._until_synced()
        pgconn.exit_pipeline_mode()
        is_good = [result.status in _GOOD for result in results]
        # What was prepared stays so whatever becomes of the transaction.
        self.names |= {key: name for key, (name, place) in self.fresh.items() if is_good[place]}
        # One more than was sent is a failure to commit what had no transaction around it.
        found = Found(
            [result for result, one in zip(results, self.sent, strict=False) if one.wanted],
            next((result for result, good in zip(results, is_good, strict=True) if not good), None),
        )
        self._forget(is_good, found.failed)
        self.fresh, self.sent = {}, []
        return found

    def _forget(self, is_good: Sequence[bool], failed: PGresult | None) -> None:
        """Prepare a statement anew that was changed under our hands."""
        state = failed and failed.error_field(DiagnosticField.SQLSTATE)
        if state not in _OUTDATED or is_good.index(False) >= len(self.sent):
            return
        key = self.sent[is_good.index(False)].key
        name = self.names.pop(key, None) if key else None
        if name is not None and state != _UNKNOWN:
            self.stale.append(name)

    def _until_synced(self) -> Generator[Wait, Ready | int, list[PGresult]]:
        pgconn, found = self.pgconn, list[PGresult]()
        while True:
            while pgconn.is_busy():
                yield Wait.R
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                if pgconn.status == ConnStatus.BAD:
                    raise psycopg.OperationalError("the server closed the connection")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)

    def rows(self, found: Found) -> list[list[Any]]:
        """Those that are wanted. Raises psycopg.Error where a statement failed."""
        if found.failed is not None:
            raise error_from_result(found.failed, self.adapters.encoding)
        return [self._read(result) for result in found.results]

    def _read(self, result: PGresult) -> list[Any]:
        if not result.nfields:
            return []
        self.adapters.set_pgresult(result)
        names = tuple(result.fname(place) for place in range(result.nfields))
        read: list[Any] = self.adapters.load_rows(0, result.ntuples, _maker(names, self.adapters.encoding))
        return read

"""What the sandbox worlds remember, in a schema of their own; no table of the house is known here."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

WORLDS = ("phone", "mail")
WEATHERS = (*WORLDS, "carrier", "registry", "bank")
"""Worlds that can be slow, fail or be down."""
SHOWN_MAX = 100
LISTED_MAX = 200
KEPT_DAYS = 90

TABLES: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS sandbox.delivery (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        world text NOT NULL,
        key text NOT NULL,
        request_hash text NOT NULL,
        status int NOT NULL,
        answer jsonb NOT NULL,
        channel text NOT NULL,
        box text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        template text NOT NULL,
        at timestamptz NOT NULL,
        UNIQUE (world, key)
    )""",
    "CREATE INDEX IF NOT EXISTS delivery_box ON sandbox.delivery (world, box, id DESC) WHERE status < 300",
    """CREATE TABLE IF NOT EXISTS sandbox.weather (
        world text PRIMARY KEY,
        outage boolean NOT NULL DEFAULT false,
        delay_ms int NOT NULL DEFAULT 0,
        failure_percent int NOT NULL DEFAULT 0,
        lost_percent int NOT NULL DEFAULT 0
    )""",
    "CREATE TABLE IF NOT EXISTS sandbox.without_kakaotalk (box text PRIMARY KEY)",
)


MORE_TABLES: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS sandbox.identity (
        id text PRIMARY KEY,
        state text NOT NULL DEFAULT 'ready',
        back text NOT NULL DEFAULT '',
        operator text NOT NULL DEFAULT '',
        method text NOT NULL DEFAULT '',
        person jsonb,
        code text NOT NULL DEFAULT '',
        tries int NOT NULL DEFAULT 0,
        sends int NOT NULL DEFAULT 0,
        failure text NOT NULL DEFAULT '',
        at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS sandbox.subscriber (
        phone text PRIMARY KEY,
        verdict text NOT NULL,
        at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS sandbox.bank_account (
        bank text NOT NULL,
        number text NOT NULL,
        holder text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (bank, number)
    )""",
    """CREATE TABLE IF NOT EXISTS sandbox.business (
        number text PRIMARY KEY,
        state text NOT NULL,
        ended_on text NOT NULL DEFAULT '',
        at timestamptz NOT NULL
    )""",
)


@dataclass(frozen=True, slots=True)
class Weather:
    """A world that is down, slow (ms), failing before (percent) or after (percent) it did its work."""

    outage: bool = False
    delay_ms: int = 0
    failure_percent: int = 0
    lost_percent: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A message as a carrier's customer hands it over."""

    world: str
    key: str
    channel: str
    box: str
    subject: str
    text: str
    template: str

    @property
    def hash(self) -> str:
        facts = [self.channel, self.box, self.subject, self.text]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


class Store:
    def __init__(self, url: str) -> None:
        self.pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            url, min_size=1, max_size=4, open=False, kwargs={"row_factory": dict_row, "autocommit": True}
        )

    async def open(self, more: tuple[LiteralString, ...] = ()) -> None:
        """Connect and make the tables that are not there yet, a world's own included."""
        await self.pool.open(wait=True, timeout=60)
        async with self.pool.connection() as connection, connection.transaction():
            # Two worlds started at once would both find a table missing.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('sandbox tables'))")
            for statement in (*TABLES, *MORE_TABLES, *more):
                await connection.execute(statement)
            for world in WEATHERS:
                await connection.execute(
                    "INSERT INTO sandbox.weather (world) VALUES (%s) ON CONFLICT DO NOTHING", (world,)
                )
            await connection.execute(
                "DELETE FROM sandbox.delivery WHERE at < now() - make_interval(days => %s)", (KEPT_DAYS,)
            )
            await connection.execute(
                "DELETE FROM sandbox.identity WHERE at < now() - make_interval(days => %s)", (KEPT_DAYS,)
            )

    async def close(self) -> None:
        await self.pool.close()

    async def weather(self, world: str) -> Weather:
        row = await self._one(
            "SELECT outage, delay_ms, failure_percent, lost_percent FROM sandbox.weather WHERE world = %s",
            (world,),
        )
        return Weather(**row) if row else Weather()

    async def set_weather(self, world: str, weather: Weather) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(
                "UPDATE sandbox.weather SET outage = %s, delay_ms = %s, failure_percent = %s,"
                " lost_percent = %s WHERE world = %s",
                (
                    weather.outage,
                    weather.delay_ms,
                    weather.failure_percent,
                    weather.lost_percent,
                    world,
                ),
            )

    async def take(self, request: Request, now: dt.datetime) -> tuple[int, dict[str, Any]]:
        """Deliver a message, or give the answer this key got before; (HTTP status, body)."""
        async with self.pool.connection() as connection:
            added = await connection.execute(
                "INSERT INTO sandbox.delivery (world, key, request_hash, status, answer, channel, box,"
                " subject, body, template, at)"
                " SELECT %(world)s, %(key)s, %(hash)s, CASE WHEN refused THEN 422 ELSE 201 END,"
                " CASE WHEN refused THEN %(refusal)s ELSE '{}'::jsonb END,"
                " %(channel)s, %(box)s, %(subject)s, %(text)s, %(template)s, %(now)s"
                " FROM (SELECT %(channel)s = 'kakaotalk'"
                " AND EXISTS (SELECT FROM sandbox.without_kakaotalk WHERE box = %(box)s)) AS verdict (refused)"
                " ON CONFLICT (world, key) DO NOTHING RETURNING id, request_hash, status, answer",
                asdict(request) | {"hash": request.hash, "refusal": Jsonb({"code": "no_kakaotalk"}), "now": now},
            )
            row = await added.fetchone()
            if row is None:
                known = await connection.execute(
                    "SELECT id, request_hash, status, answer FROM sandbox.delivery WHERE world = %s AND key = %s",
                    (request.world, request.key),
                )
                row = await known.fetchone()
        if row is None or row["request_hash"] != request.hash:
            return 409, {"code": "key_reused"}
        return row["status"], row["answer"] | {"id": f"{request.world}-{row['id']}"}

    async def has_kakaotalk(self, box: str) -> bool:
        return await self._one("SELECT 1 FROM sandbox.without_kakaotalk WHERE box = %s", (box,)) is None

    async def set_kakaotalk(self, box: str, *, used: bool) -> None:
        statement: LiteralString = (
            "DELETE FROM sandbox.without_kakaotalk WHERE box = %s"
            if used
            else "INSERT INTO sandbox.without_kakaotalk VALUES (%s) ON CONFLICT DO NOTHING"
        )
        async with self.pool.connection() as connection:
            await connection.execute(statement, (box,))

    async def messages(self, world: str, box: str, after: int = 0) -> list[DictRow]:
        """What arrived in a box after the message of that number, newest first."""
        return await self._all(
            "SELECT id, channel, subject, body AS text, template, at FROM sandbox.delivery"
            " WHERE world = %s AND box = %s AND id > %s AND status < 300 ORDER BY id DESC LIMIT %s",
            (world, box, after, SHOWN_MAX),
        )

    async def boxes(self, world: str) -> list[DictRow]:
        """Every box that ever got a message, the latest first."""
        return await self._all(
            "SELECT * FROM (SELECT DISTINCT ON (box) box, channel, subject, body AS text, at, id,"
            " count(*) OVER (PARTITION BY box) AS count FROM sandbox.delivery"
            " WHERE world = %s AND status < 300 ORDER BY box, id DESC) latest ORDER BY id DESC LIMIT %s",
            (world, LISTED_MAX),
        )

    async def one(self, statement: LiteralString, *values: Any) -> DictRow | None:
        """The first row of a statement, which may write."""
        return await self._one(statement, values)

    async def rows(self, statement: LiteralString, *values: Any) -> list[DictRow]:
        return await self._all(statement, values)

    async def run(self, statement: LiteralString, *values: Any) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(statement, values)

    async def _one(self, statement: LiteralString, values: tuple[Any, ...]) -> DictRow | None:
        async with self.pool.connection() as connection:
            found: DictRow | None = await (await connection.execute(statement, values)).fetchone()
            return found

    async def _all(self, statement: LiteralString, values: tuple[Any, ...]) -> list[DictRow]:
        async with self.pool.connection() as connection:
            found: list[DictRow] = await (await connection.execute(statement, values)).fetchall()
            return found

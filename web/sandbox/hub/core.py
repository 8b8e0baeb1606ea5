"""The hub itself: its clock, its weather, and the one way a document moves."""

import datetime as dt
import json
import os
import random
import re
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import httpx2
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from starlette.requests import Request

from web.sandbox import store
from web.sandbox.hub import machine
from web.sandbox.hub.machine import Act, State

Row = dict[str, Any]
Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Sends a body to an address; the HTTP status, 0 when nobody answered."""

POST_SECONDS = 5.0
KEY = re.compile(r"[A-Za-z0-9_-]{1,24}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class UnknownKey(Exception):  # noqa: N818 - an answer, not a fault
    """There is no document of that key."""


@dataclass(frozen=True, slots=True)
class Told:
    """What this program was told at its start: the secrets it shares with the house, and addresses."""

    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    webhook_url: str = ""
    public_url: str = ""


def told(environ: Mapping[str, str] = os.environ) -> Told:
    house = environ.get("PUBLIC_URL", "").rstrip("/")
    return Told(
        key=environ.get("TAX_HUB_KEY", ""),
        secret=environ.get("TAX_HUB_SECRET", ""),
        webhook_url=environ.get("TAX_HUB_WEBHOOK_URL", "") or (f"{house}/hooks/tax-hub" if house else ""),
        public_url=(environ.get("SANDBOX_PUBLIC_URL") or environ.get("SANDBOX_URL", "")).rstrip("/"),
    )


@dataclass(frozen=True, slots=True)
class Weather:
    """What the operator's page sets: an outage, luck of the transmission, and what becomes of messages."""

    seed: str = "hub"
    down_until: dt.datetime | None = None
    pace: str = "demo"
    failure_percent: int = 0
    fail_next: int = 0
    api_failure_percent: int = 0
    lost_percent: int = 0
    newcomers: str = "full"
    copies: int = 1
    shuffle_seconds: int = 0
    delay_seconds: int = 0
    drop_percent: int = 0
    forge_percent: int = 0

    def is_down(self, now: dt.datetime) -> bool:
        return self.down_until is not None and now < self.down_until


SWITCHES = tuple(one.name for one in fields(Weather))


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def post_over_http(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        async with httpx2.AsyncClient(timeout=POST_SECONDS) as client:
            return (await client.post(address, content=body, headers=dict(headers))).status_code
    except httpx2.HTTPError:
        return 0


class Hub:
    """One hub on one store. `now`, `post` and `chance` are the world's unless a test brings its own."""

    def __init__(
        self,
        kept: store.Store,
        known: Told,
        now: Callable[[], dt.datetime] = clock,
        post: Post = post_over_http,
        chance: random.Random | None = None,
    ) -> None:
        self.kept = kept
        self.told = known
        self.now = now
        self.post = post
        self.chance = chance or secrets.SystemRandom()

    async def weather(self) -> Weather:
        row = await self.kept.one("SELECT * FROM hub.weather WHERE id = 1")
        return Weather(**{name: row[name] for name in SWITCHES}) if row else Weather()

    async def set_weather(self, weather: Weather) -> None:
        await self.kept.run(
            "UPDATE hub.weather SET seed = %s, down_until = %s, pace = %s, failure_percent = %s, fail_next = %s,"
            " api_failure_percent = %s, lost_percent = %s, newcomers = %s, copies = %s, shuffle_seconds = %s,"
            " delay_seconds = %s, drop_percent = %s, forge_percent = %s WHERE id = 1",
            *(getattr(weather, name) for name in SWITCHES),
        )

    async def document(self, key: str) -> Row:
        """Raises UnknownKey."""
        row = await self.kept.one("SELECT * FROM hub.document WHERE key = %s", key) if KEY.fullmatch(key) else None
        if row is None:
            raise UnknownKey
        return row

    async def changes(self, key: str) -> list[Row]:
        return await self.kept.rows("SELECT * FROM hub.change WHERE key = %s ORDER BY state_version DESC", key)

    async def move(self, key: str, act: Act, by: str, note: str = "", facts: Mapping[str, Any] | None = None) -> Row:
        """Do an act to a document in one transaction, its message to the house included; the document after it.

        Raises UnknownKey, machine.Forbidden.
        """
        if not KEY.fullmatch(key):
            raise UnknownKey
        weather = await self.weather()
        async with self.kept.pool.connection() as connection, connection.transaction():
            found = await connection.execute("SELECT * FROM hub.document WHERE key = %s FOR UPDATE", (key,))
            row = await found.fetchone()
            if row is None:
                raise UnknownKey
            state = State(row["state"])
            if machine.is_done(state, act):
                return dict(row)
            changed = self._moved(dict(row), machine.after(state, act), weather) | dict(facts or {})
            await connection.execute(
                "UPDATE hub.document SET state = %(state)s, state_version = %(state_version)s, signed = %(signed)s,"
                " approval_number = %(approval_number)s, issued_at = %(issued_at)s, reason = %(reason)s,"
                " due_at = %(due_at)s, sendings = %(sendings)s, sent_at = %(sent_at)s,"
                " result_code = %(result_code)s, result_text = %(result_text)s, updated_at = %(updated_at)s"
                " WHERE key = %(key)s",
                changed,
            )
            await self.tell(connection, changed, by, note, weather)
        return changed

    def _moved(self, row: Row, target: State, weather: Weather) -> Row:
        now = self.now()
        changed = row | {
            "state": str(target),
            "state_version": row["state_version"] + 1,
            "updated_at": now,
            "due_at": None,
        }
        if target is State.WAITING_SENDING:
            changed |= {"sendings": row["sendings"] + 1, "sent_at": None, "result_code": None, "result_text": None}
        if target in machine.UNDER_WAY:
            luck = machine.dice(weather.seed, row["key"], target, changed["sendings"])
            changed["due_at"] = now + machine.wait_of(weather.pace, target, luck)
        return changed

    async def tell(self, connection: AsyncConnection[Any], row: Row, by: str, note: str, weather: Weather) -> None:
        """Note the change, and queue the messages about it as the weather has it."""
        now = self.now()
        await connection.execute(
            "INSERT INTO hub.change (key, state_version, state, by, note, at) VALUES (%s, %s, %s, %s, %s, %s)",
            (row["key"], row["state_version"], row["state"], by, note, now),
        )
        if row["direction"] == "forward" and not row["contact"]:
            # Nobody asked for it, so there is nobody to tell.
            return
        body = {
            "id": str(uuid.uuid4()),
            "key": row["key"],
            "state": row["state"],
            "state_version": row["state_version"],
            "at": now.isoformat(),
        }
        luck = machine.dice(weather.seed, "message", row["key"], row["state_version"])
        if luck.randrange(100) < weather.drop_percent:
            return
        forged = luck.randrange(100) < weather.forge_percent
        bodies = [(body, False)] * weather.copies + [(body | _forgery(row), True)] * forged
        for sent, is_forged in bodies:
            late = weather.delay_seconds + luck.uniform(0, weather.shuffle_seconds)
            await connection.execute(
                "INSERT INTO hub.message (event_id, key, body, forged, at, due_at) VALUES (%s, %s, %s, %s, %s, %s)",
                (
                    sent["id"],
                    row["key"],
                    json.dumps(sent).encode(),
                    is_forged,
                    now,
                    now + dt.timedelta(seconds=late),
                ),
            )

    async def mail(self, key: str, box: str, subject: str, body: str) -> None:
        """Have a mail sent, once for its key."""
        await self.kept.run(
            "INSERT INTO hub.mail (key, box, subject, body, at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            key,
            box.strip().lower(),
            subject,
            body,
            self.now(),
        )

    async def insert(self, row: Row, by: str, weather: Weather) -> bool:
        """Keep a new document and tell of it; False when its key is there already."""
        async with self.kept.pool.connection() as connection, connection.transaction():
            made = await connection.execute(
                "INSERT INTO hub.document (key, direction, request_hash, supplier, buyer_name, title, type_code,"
                " written_on, supply, tax, total, xml, contact, memo, state, state_version, created_at, updated_at)"
                " VALUES (%(key)s, %(direction)s, %(request_hash)s, %(supplier)s, %(buyer_name)s, %(title)s,"
                " %(type_code)s, %(written_on)s, %(supply)s, %(tax)s, %(total)s, %(xml)s, %(contact)s, %(memo)s,"
                " %(state)s, %(state_version)s, %(created_at)s, %(updated_at)s)"
                " ON CONFLICT (key) DO NOTHING RETURNING key",
                row | {"contact": Jsonb(row["contact"])},
            )
            if await made.fetchone() is None:
                return False
            await self.tell(connection, row, by, row["memo"], weather)
        return True


def _forgery(row: Row) -> Row:
    """What somebody who wants an invoice to look accepted would send."""
    return {
        "id": str(uuid.uuid4()),
        "state": str(State.SENDING_COMPLETED),
        "state_version": row["state_version"] + 100,
    }


def one_line(text: str) -> str:
    """What somebody typed, as one line without characters nobody can see."""
    return " ".join(CONTROL.sub(" ", text).split())


def hub_of(request: Request) -> Hub:
    found: Hub = request.app.state.hub
    return found

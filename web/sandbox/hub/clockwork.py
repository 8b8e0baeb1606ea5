"""What the hub does by itself: transmissions that are due, mails, messages to the house."""

import asyncio
import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from web.sandbox import store
from web.sandbox.hub import machine
from web.sandbox.hub.core import Hub, Row, UnknownKey, Weather
from web.sandbox.hub.machine import Act, State

LOG = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5
AT_ONCE = 50
MACHINE = "국세청 전송"
KEPT = dt.timedelta(days=90)
Part = Callable[[Hub, Weather], Awaitable[int]]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The header Hub-Signature over the header Hub-Timestamp and the body."""
    return f"v1={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


async def run(hub: Hub) -> None:
    """Until cancelled. A house that does not answer holds up its messages, not the transmissions."""
    await hub.kept.run("DELETE FROM hub.message WHERE due_at IS NULL AND at < %s", hub.now() - KEPT)
    await hub.kept.run("DELETE FROM hub.mail WHERE sent_at < %s", hub.now() - KEPT)
    await asyncio.gather(*(_repeat(hub, part) for part in PARTS))


async def _repeat(hub: Hub, part: Part) -> None:
    while True:
        try:
            await _once(hub, part)
        except Exception:
            # A database away for a moment must not end the hub for good.
            LOG.exception("the hub's clockwork stumbled")
        await asyncio.sleep(PAUSE_SECONDS)


async def _once(hub: Hub, part: Part) -> int:
    weather = await hub.weather()
    return 0 if weather.is_down(hub.now()) else await part(hub, weather)


async def tick(hub: Hub) -> int:
    """Do once what is due by now; how many things that were. Nothing while the hub is down."""
    return sum([await _once(hub, part) for part in PARTS])


async def _transmit(hub: Hub, weather: Weather) -> int:
    rows = await hub.kept.rows(
        "SELECT key, state, sendings FROM hub.document WHERE due_at <= %s ORDER BY due_at, id LIMIT %s",
        hub.now(),
        AT_ONCE,
    )
    for row in rows:
        # A person may have been faster; then there is nothing left to do here.
        with suppress(machine.Forbidden, UnknownKey):
            await _advance(hub, row, weather)
    return len(rows)


async def _advance(hub: Hub, row: Row, weather: Weather) -> None:
    key, state = row["key"], State(row["state"])
    if state is State.ISSUED:
        await hub.move(key, Act.SEND, MACHINE, "자동 전송")
    elif state is State.WAITING_SENDING:
        await hub.move(key, Act.BEGIN, MACHINE)
    elif await _fails(hub, row, weather):
        luck = machine.dice(weather.seed, key, "why", row["sendings"])
        said = luck.choice(machine.FAILURES)
        facts = {"result_code": said.code, "result_text": said.text}
        await hub.move(key, Act.FAIL, MACHINE, f"{said.code} {said.text}", facts)
    else:
        said = machine.ACCEPTED
        told = {"result_code": said.code, "result_text": said.text, "sent_at": hub.now()}
        await hub.move(key, Act.ACCEPT, MACHINE, f"{said.code} {said.text}", told)


async def _fails(hub: Hub, row: Row, weather: Weather) -> bool:
    if weather.fail_next > 0:
        taken = await hub.kept.one(
            "UPDATE hub.weather SET fail_next = fail_next - 1 WHERE id = 1 AND fail_next > 0 RETURNING id"
        )
        if taken is not None:
            return True
    luck = machine.dice(weather.seed, row["key"], "result", row["sendings"])
    return luck.randrange(100) < weather.failure_percent


async def _post_mails(hub: Hub, _: Weather) -> int:
    rows = await hub.kept.rows(
        "SELECT * FROM hub.mail WHERE sent_at IS NULL AND at <= %s ORDER BY at LIMIT %s", hub.now(), AT_ONCE
    )
    for row in rows:
        mail = store.Request(
            world="mail",
            key=f"hub/{row['key']}",
            channel="email",
            box=row["box"],
            subject=row["subject"],
            text=row["body"],
            template="hub",
        )
        await hub.kept.take(mail, hub.now())
        await hub.kept.run("UPDATE hub.mail SET sent_at = %s WHERE key = %s", hub.now(), row["key"])
    return len(rows)


async def _send_messages(hub: Hub, _: Weather) -> int:
    if not hub.told.webhook_url:
        return 0
    rows = await hub.kept.rows(
        "SELECT * FROM hub.message WHERE due_at <= %s ORDER BY due_at, id LIMIT %s", hub.now(), AT_ONCE
    )
    for row in rows:
        await _send(hub, row)
    return len(rows)


async def _send(hub: Hub, row: Row) -> None:
    # A replay carries the time of its recording.
    timestamp = str(int((row["recorded_at"] or hub.now()).timestamp()))
    secret = "somebody else's" if row["forged"] else hub.told.secret
    headers = {
        "content-type": "application/json",
        "hub-event-id": row["event_id"],
        "hub-timestamp": timestamp,
        "hub-signature": signature(secret, timestamp, row["body"]),
    }
    status = await hub.post(hub.told.webhook_url, row["body"], headers)
    taken = 200 <= status < 300  # noqa: PLR2004 - HTTP's successes
    tries = row["tries"] + 1
    # Whoever forges or replays does not try again.
    is_attack = row["forged"] or row["recorded_at"] is not None
    again = None if taken or is_attack else machine.retry_at(tries, row["at"], hub.now())
    await hub.kept.run(
        "UPDATE hub.message SET tries = %s, status = %s, due_at = %s, taken_at = %s WHERE id = %s",
        tries,
        status,
        again,
        hub.now() if taken else None,
        row["id"],
    )


PARTS: tuple[Part, ...] = (_transmit, _post_mails, _send_messages)


async def next_due(hub: Hub) -> dt.datetime | None:
    """When the next thing will happen by itself; None when nothing waits."""
    row = await hub.kept.one(
        "SELECT least((SELECT min(due_at) FROM hub.document), (SELECT min(due_at) FROM hub.message),"
        " (SELECT min(at) FROM hub.mail WHERE sent_at IS NULL)) AS at"
    )
    found: dt.datetime | None = row["at"] if row else None
    return found

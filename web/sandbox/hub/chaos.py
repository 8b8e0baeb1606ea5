"""The operator's page of the hub: outage, luck, and what becomes of its messages. For everybody who tries things."""

import dataclasses
import datetime as dt
import json
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.sandbox.hub import companies, machine
from web.sandbox.hub.core import KEY, Hub, Weather, hub_of, one_line
from web.sandbox.hub.pages import go
from web.sandbox.hub.sheets import render

LIMITS = {
    "failure_percent": (0, 100),
    "fail_next": (0, 100),
    "api_failure_percent": (0, 100),
    "lost_percent": (0, 100),
    "copies": (1, 20),
    "shuffle_seconds": (0, 86_400),
    "delay_seconds": (0, 7 * 86_400),
    "drop_percent": (0, 100),
    "forge_percent": (0, 100),
}
CHOICES = {"pace": machine.PACES, "newcomers": companies.NEWCOMERS}
DOWN_SECONDS_MAX = 86_400
SEED_MAX = 40
SHOWN_MAX = 30


async def board(request: Request) -> Response:
    """GET /hub/chaos."""
    hub = hub_of(request)
    rows = hub.kept.rows
    weather = await hub.weather()
    return render(
        "chaos.html",
        weather=weather,
        is_down=weather.is_down(hub.now()),
        paces=machine.PACE_WORDS,
        newcomers=companies.NEWCOMERS,
        memberships=companies.MEMBERSHIPS,
        limits=LIMITS,
        webhook=hub.told.webhook_url,
        companies=await rows("SELECT * FROM hub.company ORDER BY joined_at DESC LIMIT %s", SHOWN_MAX),
        documents=await rows("SELECT * FROM hub.document ORDER BY updated_at DESC LIMIT %s", SHOWN_MAX),
        messages=[
            row | {"said": json.loads(bytes(row["body"]))}
            for row in await rows("SELECT * FROM hub.message ORDER BY id DESC LIMIT %s", SHOWN_MAX)
        ],
    )


async def change(request: Request) -> Response:
    """POST /hub/chaos: the switches the form shows; what is missing or senseless stays as it was."""
    hub = hub_of(request)
    form = {name: str(value) for name, value in (await request.form(max_files=0, max_fields=40)).items()}
    await hub.set_weather(changed(await hub.weather(), form))
    return go("/hub/chaos")


def changed(weather: Weather, form: dict[str, str]) -> Weather:
    """The weather after the form."""
    new: dict[str, Any] = {
        name: min(max(int(form[name]), least), most)
        for name, (least, most) in LIMITS.items()
        if form.get(name, "").isdecimal()
    }
    new |= {name: form[name] for name, known in CHOICES.items() if form.get(name) in known}
    if seed := one_line(form.get("seed", ""))[:SEED_MAX]:
        new["seed"] = seed
    return dataclasses.replace(weather, **new)


async def outage(request: Request) -> Response:
    """POST /hub/chaos/outage: down for so many seconds; 0 ends it."""
    hub = hub_of(request)
    typed = str((await request.form(max_files=0, max_fields=5)).get("seconds", ""))
    seconds = min(int(typed), DOWN_SECONDS_MAX) if typed.isdecimal() else 0
    until = hub.now() + dt.timedelta(seconds=seconds) if seconds else None
    await hub.set_weather(dataclasses.replace(await hub.weather(), down_until=until))
    return go("/hub/chaos")


async def set_member(request: Request) -> Response:
    """POST /hub/chaos/member: make a company a full or an associate member."""
    form = await request.form(max_files=0, max_fields=5)
    membership = str(form.get("membership", ""))
    if membership in companies.MEMBERSHIPS:
        await companies.set_membership(hub_of(request), one_line(str(form.get("number", ""))), membership)
    return go("/hub/chaos")


async def repeat(request: Request) -> Response:
    """POST /hub/chaos/messages/{number}: send a message again (again), or just as it was recorded then (replay)."""
    hub = hub_of(request)
    as_recorded = (await request.form(max_files=0, max_fields=5)).get("how") == "replay"
    await hub.kept.run(
        "INSERT INTO hub.message (event_id, key, body, forged, at, due_at, recorded_at)"
        " SELECT event_id, key, body, forged, %s, %s, CASE WHEN %s THEN at END FROM hub.message WHERE id = %s",
        hub.now(),
        hub.now(),
        as_recorded,
        request.path_params["number"],
    )
    return go("/hub/chaos#messages")


async def forge(request: Request) -> Response:
    """POST /hub/chaos/forge: what somebody else might send about a document, without the secret."""
    hub = hub_of(request)
    form = await request.form(max_files=0, max_fields=5)
    key, state = str(form.get("key", "")), str(form.get("state", ""))
    if KEY.fullmatch(key) and state in machine.WORDS:
        await _queue_forgery(hub, key, state)
    return go("/hub/chaos#messages")


async def _queue_forgery(hub: Hub, key: str, state: str) -> None:
    event = str(uuid.uuid4())
    body = {"id": event, "key": key, "state": state, "state_version": 999, "at": hub.now().isoformat()}
    await hub.kept.run(
        "INSERT INTO hub.message (event_id, key, body, forged, at, due_at) VALUES (%s, %s, %s, true, %s, %s)",
        event,
        key,
        json.dumps(body).encode(),
        hub.now(),
        hub.now(),
    )


ROUTES = [
    Route("/hub/chaos", board),
    Route("/hub/chaos", change, methods=["POST"]),
    Route("/hub/chaos/outage", outage, methods=["POST"]),
    Route("/hub/chaos/member", set_member, methods=["POST"]),
    Route("/hub/chaos/forge", forge, methods=["POST"]),
    Route("/hub/chaos/messages/{number:int}", repeat, methods=["POST"]),
]

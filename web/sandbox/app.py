"""The sandbox worlds: a telephone and a mailbox for everybody, so that nothing leaves this machine.

A program of its own: its carriers' side takes messages with an idempotency key, can be slow, fail or be down;
its people's side shows what arrived. It knows nothing of the house, and the house only its HTTP interface.
"""

import asyncio
import datetime as dt
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.sandbox import accounts, agency, bank, carrier, registry, store
from web.sandbox.hub import world as hub_world
from web.sandbox.hub.core import Hub, told
from web.sandbox.pages import render

HERE = Path(__file__).parent
BODY_BYTES_MAX = 1024 * 1024
MESSAGES_MAX = 100
KEY_CHARS_MAX = 200
DELAY_MS_MAX = 60_000
CHANCE = secrets.SystemRandom()
CSP = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"


class Guarded:
    """The same headers on every answer; forms are taken from these pages only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", CSP.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        if scope["type"] == "http" and _is_foreign_form(scope):
            await Response(status_code=403)(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)


def _is_foreign_form(scope: Scope) -> bool:
    site = dict(scope["headers"]).get(b"sec-fetch-site", b"none")
    return scope["method"] not in {"GET", "HEAD"} and site in {b"cross-site", b"same-site"}


class World(Convertor[str]):
    """The worlds that carry messages, as a part of an address."""

    regex = "|".join(store.WORLDS)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Sky(World):
    """The worlds that have a weather."""

    regex = "|".join(store.WEATHERS)


register_url_convertor("world", World())
register_url_convertor("sky", Sky())


def _store(request: Request) -> store.Store:
    found: store.Store = request.app.state.store
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _number(text: str) -> str:
    return re.sub(r"\D", "", text)


def _address(text: str) -> str:
    return text.strip().lower()


BOX = {"phone": _number, "mail": _address}


async def take(request: Request) -> JSONResponse:
    """POST /{phone|mail}/messages: the carrier's interface, an answer for each. The same key gets the same answer."""
    world = request.path_params["world"]
    asked = await _asked(request)
    if asked is None:
        return JSONResponse({"code": "bad_request"}, 400)
    weather = await _store(request).weather(world)
    await asyncio.sleep(weather.delay_ms / 1000)
    if weather.outage:
        return JSONResponse({"code": "unavailable"}, 503)
    answers = [await _taken(_store(request), weather, world, message) for message in asked]
    return JSONResponse({"answers": answers})


async def _taken(kept: store.Store, weather: store.Weather, world: str, message: dict[str, str]) -> dict[str, Any]:
    if _strikes(weather.failure_percent):
        return {"status": 503, "code": "unavailable"}
    box = BOX[world](message["to"])
    if not box:
        return {"status": 422, "code": "no_such_number"}
    asked = store.Request(
        world=world,
        key=message["key"],
        channel=message["channel"],
        box=box,
        subject=message.get("subject", ""),
        text=message["text"],
        template=message.get("template", ""),
    )
    status, answer = await kept.take(asked, _now())
    if _strikes(weather.lost_percent):
        # The work is done, but whoever asked never hears of it.
        return {"status": 504, "code": "unavailable"}
    return answer | {"status": status}


async def _asked(request: Request) -> list[dict[str, str]] | None:
    if int(request.headers.get("content-length") or BODY_BYTES_MAX + 1) > BODY_BYTES_MAX:
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or not 0 < len(messages) <= MESSAGES_MAX:
        return None
    return messages if all(_is_message(one) for one in messages) else None


def _is_message(one: object) -> bool:
    if not isinstance(one, dict) or not {"key", "channel", "to", "text"} <= one.keys():
        return False
    return all(isinstance(value, str) for value in one.values()) and 0 < len(one["key"]) <= KEY_CHARS_MAX


def _strikes(percent: int) -> bool:
    return CHANCE.randrange(100) < percent


async def messages(request: Request) -> JSONResponse:
    """GET /{phone|mail}/{box}/messages[?after=<number>]: what arrived, newest first."""
    world, box = _place(request)
    after = request.query_params.get("after", "0")
    found = await _store(request).messages(world, box, int(after) if after.isdecimal() else 0)
    return JSONResponse([row | {"at": row["at"].isoformat()} for row in found])


def _place(request: Request) -> tuple[str, str]:
    world = request.path_params["world"]
    return world, BOX[world](request.path_params["box"])


async def front(request: Request) -> Response:
    kept = _store(request)
    return render("front.html", phones=await kept.boxes("phone"), mailboxes=await kept.boxes("mail"))


async def find(request: Request) -> Response:
    """GET /find?box=…: open a telephone or mailbox by its number or address."""
    asked = request.query_params.get("box", "")
    world = "mail" if "@" in asked else "phone"
    box = BOX[world](asked)
    return RedirectResponse(f"/{world}/{quote(box)}" if box else "/", 303)


async def inbox(request: Request) -> Response:
    world, box = _place(request)
    kept = _store(request)
    return render(
        f"{world}.html",
        box=box,
        messages=await kept.messages(world, box),
        kakaotalk=await kept.has_kakaotalk(box),
    )


async def switch_kakaotalk(request: Request) -> Response:
    """POST /phone/{box}/kakaotalk: whether this number uses KakaoTalk; 알림톡 fails for good elsewhere."""
    box = _number(request.path_params["box"])
    form = await request.form()
    await _store(request).set_kakaotalk(box, used=form.get("used") == "1")
    return RedirectResponse(f"/phone/{box}", 303)


async def board(request: Request) -> Response:
    kept = _store(request)
    return render("board.html", weathers={world: await kept.weather(world) for world in store.WEATHERS})


async def change_weather(request: Request) -> Response:
    """POST /board/{world}: 상황판."""
    form = await request.form()

    def number(name: str, highest: int) -> int:
        text = str(form.get(name, "0"))
        return min(int(text), highest) if text.isdecimal() else 0

    weather = store.Weather(
        outage=form.get("outage") == "1",
        delay_ms=number("delay_ms", DELAY_MS_MAX),
        failure_percent=number("failure_percent", 100),
        lost_percent=number("lost_percent", 100),
    )
    await _store(request).set_weather(request.path_params["world"], weather)
    return RedirectResponse("/board", 303)


async def alive(_: Request) -> Response:
    return Response(status_code=204)


def create(url: str, make_hub: Callable[[store.Store], Hub] | None = None) -> Starlette:
    """The program on the database at `url`, whose login owns the schemas `sandbox` and `hub`.

    `make_hub`: a tax hub with another clock or network; then whoever brought it makes it tick.
    """

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        kept = store.Store(url)
        await kept.open((*accounts.TABLES, *hub_world.TABLES))
        app.state.store = kept
        app.state.hub = make_hub(kept) if make_hub else Hub(kept, told())
        async with hub_world.living(app.state.hub, ticking=make_hub is None):
            yield
        await kept.close()

    worlds = "{world:world}"
    routes: list[Any] = [
        Route("/", front),
        Route("/livez", alive),
        Route("/find", find),
        Route("/board", board),
        *carrier.ROUTES,
        *accounts.ROUTES,
        *agency.ROUTES,
        *registry.ROUTES,
        *bank.ROUTES,
        *hub_world.ROUTES,
        Route("/board/{world:sky}", change_weather, methods=["POST"]),
        Route(f"/{worlds}/messages", take, methods=["POST"]),
        Route(f"/{worlds}/{{box}}/messages", messages),
        Route("/phone/{box}/kakaotalk", switch_kakaotalk, methods=["POST"]),
        Route(f"/{worlds}/{{box}}", inbox),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    return Starlette(routes=routes, lifespan=life, middleware=[Middleware(Guarded)])


app = create(os.environ.get("SANDBOX_DATABASE_URL", ""))

"""A small program around the shell: what tests need to ask pages for, without any domain."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import column
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.kernel.refusals import FieldErrors, StaleDocument
from models.kernel.roles import Role
from web import assets, errors, portals
from web.grid import Choice, Column, DateRange, Flag, Grid, Option, Segment, Text

NOW = dt.datetime(2023, 2, 9, 3, 0, tzinfo=dt.UTC)
SHELL = portals.Shell(portals.Audience.PARTNER, "김도윤", "(주)한빛네트웍스", frozenset({Role.PARTNER}), "token", 5, 3)
STATUS = {"asked": "초안검토요청", "done": "초안검토완료"}

GRID = Grid(
    name="drafts",
    title="초안검토목록",
    ident=column("id"),
    default_sort="-number",
    columns=(
        Column(
            key="number",
            label="계약번호",
            value=lambda r: r.label,
            sort=column("number"),
            href=lambda r: f"/contracts/{r.id}",
            beside=lambda r: f"{r.revision}차",
        ),
        Column(key="name", label="계약명", sort=column("name"), sub=lambda _: "신규계약 · 일반계약"),
        Column(key="status", label="진행상태", kind="badge", words=STATUS, tones={"asked": "wait", "done": "done"}),
        Column(key="turn", label="다음 차례"),
        Column(key="due", label="남은 시간", kind="left"),
        Column(key="amount", label="계약금액 (원)", kind="won", sort=column("amount")),
        Column(key="day", label="계약일자", kind="date", sort=column("day")),
        Column(key="at", label="요청일시", kind="moment"),
        Column(key="buyer", label="구매담당자"),
        Column(key="note", label="전달사항", shown=False),
    ),
    filters=(
        DateRange(key="asked", label="검토요청일", column=column("day"), default="6m"),
        Segment(
            key="turn",
            label="진행상태",
            options=(Option(value="all", label="전체"), Option(value="mine", label="내 차례")),
        ),
        Flag(key="cancelled", label="계약취소 포함", unticked=column("status") != "cancelled"),
        Text(key="name", label="계약명", column=column("name"), more=True),
        Choice(
            key="kind",
            label="계약유형",
            more=True,
            options=(
                Option(value="", label="전체"),
                Option(value="unit", label="단가계약", where=column("kind") == "unit"),
            ),
        ),
    ),
    pick=lambda r: r.id,
    pick_label=lambda r: r.label,
)


def row(number: int, **other: Any) -> SimpleNamespace:
    """A row as a query would give it."""
    plain: dict[str, Any] = {
        "id": number,
        "label": f"CR20230208-{number:03}",
        "revision": 1,
        "name": "인프라 장비구매요청",
        "status": "asked" if number % 2 else "done",
        "turn": "한빛네트웍스",
        "due": NOW + dt.timedelta(hours=number),
        "amount": 1_200_000,
        "day": dt.date(2023, 2, 9),
        "at": NOW,
        "buyer": "차지애",
        "note": None,
    }
    return SimpleNamespace(**plain | other)


class Name(BaseModel):
    name: str


class LoggedIn:
    """Puts a person into the frame, as the session does."""

    def __init__(self, app: ASGIApp, shell: portals.Shell | None) -> None:
        self.app = app
        self.shell = shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["shell"] = self.shell
        await self.app(scope, receive, send)


def program(shell: portals.Shell | None = None) -> FastAPI:
    """The program; with `shell` somebody is logged in."""
    app = FastAPI()
    errors.install(app)
    app.add_route("/static/{path:path}", assets.serve)
    app.add_middleware(LoggedIn, shell=shell)

    @app.get("/contracts")
    def contracts() -> str:
        return "계약"

    @app.get("/contracts/{number}")
    def contract(number: int) -> int:
        return number

    @app.post("/refused")
    def refused() -> None:
        raise StaleDocument(by="이서연", at="2월 8일 16:42")

    @app.post("/fields")
    def fields() -> None:
        raise FieldErrors({"amount": "3,000,001원은 계약 잔액 3,000,000원을 넘습니다."})

    @app.post("/api/names")
    def names(name: Name) -> str:
        return name.name

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    @app.get("/paper")
    def paper(request: Request) -> Response:
        return Response(b"%PDF" * 1000, media_type="application/pdf", headers={"X-Path": request.url.path})

    return app

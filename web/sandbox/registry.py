"""The business registry of the sandbox worlds, in the shape of the tax service's (odcloud nts-businessman)."""

import asyncio
import datetime as dt
import re
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from web.sandbox import store
from web.sandbox.pages import render

STATES = {
    "active": "계속사업자",
    "suspended": "휴업자",
    "closed": "폐업자",
    "none": "없음",
    "mismatch": "계속사업자 (진위확인 불일치)",
    "failing": "응답 실패",
}
CODES = {"active": "01", "suspended": "02", "closed": "03", "mismatch": "01"}
NUMBERS_MAX = 100
NUMBER = re.compile(r"[0-9]{10}", re.ASCII)
UNKNOWN = "국세청에 등록되지 않은 사업자등록번호입니다."
CHANCE = secrets.SystemRandom()


def _kept(request: Request) -> store.Store:
    found: store.Store = request.app.state.store
    return found


async def _known(request: Request, numbers: list[str]) -> dict[str, dict[str, Any]]:
    rows = await _kept(request).rows("SELECT * FROM sandbox.business WHERE number = ANY(%s)", numbers)
    return {row["number"]: row for row in rows}


async def _away(request: Request) -> bool:
    weather = await _kept(request).weather("registry")
    await asyncio.sleep(weather.delay_ms / 1000)
    return weather.outage or CHANCE.randrange(100) < weather.failure_percent


async def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _problem(request: Request) -> JSONResponse | None:
    if not request.query_params.get("serviceKey"):
        return JSONResponse({"code": -401, "msg": "인증키는 필수 항목 입니다."}, 401)
    return None


async def status(request: Request) -> Response:
    """POST …/status ``{"b_no": ["1208147521"]}``: a hundred numbers at most; in business unless set otherwise."""
    body = await _body(request)
    if problem := _problem(request):
        return problem
    numbers = body.get("b_no") if body else None
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        return JSONResponse({"status_code": "BAD_JSON_REQUEST"}, 400)
    if len(numbers) > NUMBERS_MAX:
        return JSONResponse({"status_code": "TOO_LARGE_REQUEST"}, 413)
    known = await _known(request, numbers)
    if await _away(request) or any(row["state"] == "failing" for row in known.values()):
        return JSONResponse({"status_code": "INTERNAL_ERROR"}, 500)
    rows = [_standing(number, known.get(number)) for number in numbers]
    said: dict[str, Any] = {"request_cnt": len(numbers), "status_code": "OK", "data": rows}
    matched = sum(1 for row in rows if row["b_stt_cd"])
    return JSONResponse(said | ({"match_cnt": matched} if matched else {}))


def _standing(number: str, row: dict[str, Any] | None) -> dict[str, str]:
    state = row["state"] if row else "active"
    code = CODES.get(state, "") if NUMBER.fullmatch(number) else ""
    return {
        "b_no": number,
        "b_stt": STATES["active" if state == "mismatch" else state] if code else "",
        "b_stt_cd": code,
        "tax_type": "부가가치세 일반과세자" if code else UNKNOWN,
        "tax_type_cd": "01" if code else "",
        "end_dt": row["ended_on"] if row and state == "closed" else "",
        "utcc_yn": "N" if code else "",
        "tax_type_change_dt": "",
        "invoice_apply_dt": "",
        "rbf_tax_type": "해당없음" if code else "",
        "rbf_tax_type_cd": "99" if code else "",
    }


async def validate(request: Request) -> Response:
    """POST …/validate ``{"businesses": [{"b_no", "start_dt", "p_nm", …}]}``."""
    body = await _body(request)
    if problem := _problem(request):
        return problem
    asked = body.get("businesses") if body else None
    if not isinstance(asked, list) or not all(isinstance(one, dict) and "b_no" in one for one in asked):
        return JSONResponse({"status_code": "BAD_JSON_REQUEST"}, 400)
    known = await _known(request, [str(one["b_no"]) for one in asked])
    if await _away(request) or any(row["state"] == "failing" for row in known.values()):
        return JSONResponse({"status_code": "INTERNAL_ERROR"}, 500)
    rows = [_match(one, known.get(str(one["b_no"]))) for one in asked]
    return JSONResponse({"request_cnt": len(rows), "status_code": "OK", "data": rows})


def _match(one: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
    number = str(one["b_no"])
    standing = _standing(number, row)
    fits = bool(standing["b_stt_cd"]) and (row is None or row["state"] != "mismatch")
    fits = fits and bool(str(one.get("p_nm", ""))) and bool(re.fullmatch(r"[0-9]{8}", str(one.get("start_dt", ""))))
    if not fits:
        return {"b_no": number, "valid": "02", "valid_msg": "확인할 수 없습니다.", "request_param": one}
    return {"b_no": number, "valid": "01", "request_param": one, "status": standing}


async def board(request: Request) -> Response:
    """GET /registry: numbers that are set to something else than in business."""
    rows = await _kept(request).rows("SELECT * FROM sandbox.business ORDER BY at DESC LIMIT 200")
    return render("registry.html", rows=rows, states=STATES)


async def set_state(request: Request) -> Response:
    """POST /registry: how a number stands from now on."""
    form = await request.form()
    number, state = re.sub(r"\D", "", str(form.get("number", ""))), str(form.get("state", ""))
    ended = re.sub(r"\D", "", str(form.get("ended_on", "")))[:8]
    if NUMBER.fullmatch(number) and state in STATES:
        await _kept(request).run(
            "INSERT INTO sandbox.business (number, state, ended_on, at) VALUES (%s, %s, %s, %s) ON CONFLICT (number)"
            " DO UPDATE SET state = excluded.state, ended_on = excluded.ended_on, at = excluded.at",
            number,
            state,
            ended or (f"{dt.datetime.now(dt.UTC):%Y%m%d}" if state == "closed" else ""),
            dt.datetime.now(dt.UTC),
        )
    return RedirectResponse("/registry", 303)


ROUTES = [
    Route("/registry", board),
    Route("/registry", set_state, methods=["POST"]),
    Route("/api/nts-businessman/v1/status", status, methods=["POST"]),
    Route("/api/nts-businessman/v1/validate", validate, methods=["POST"]),
]

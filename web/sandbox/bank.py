"""The banks of the sandbox worlds, in the shape of PortOne's 예금주 조회 (platform, bank-accounts).

A page opens accounts in a name and closes them, and carries out the 대량이체 files the house exports. 예금주 조회 knows
the accounts that were opened here; a transfer fails only to one that was closed or is in another name.
"""

import asyncio
import csv
import datetime as dt
import io
import re
import secrets
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from web.sandbox import store
from web.sandbox.pages import SEOUL, render

BANKS = {
    "KDB": "002 산업은행", "IBK": "003 기업은행", "KOOKMIN": "004 국민은행", "SUHYUP": "007 수협은행",
    "NONGHYUP": "011 NH농협은행", "WOORI": "020 우리은행", "STANDARD_CHARTERED": "023 SC제일은행",
    "CITI": "027 한국씨티은행", "DAEGU": "031 iM뱅크", "BUSAN": "032 부산은행", "KWANGJU": "034 광주은행",
    "JEJU": "035 제주은행", "JEONBUK": "037 전북은행", "KYONGNAM": "039 경남은행", "KFCC": "045 새마을금고",
    "SHINHYUP": "048 신협", "POST": "071 우체국", "HANA": "081 하나은행", "SHINHAN": "088 신한은행",
    "K_BANK": "089 케이뱅크", "KAKAO": "090 카카오뱅크", "TOSS": "092 토스뱅크",
}  # fmt: skip
NUMBER = re.compile(r"[0-9]{7,16}", re.ASCII)
HOLDER_MAX = 40
FILE_BYTES_MAX = 2 * 1024 * 1024
ROWS_MAX = 20_000
CHANCE = secrets.SystemRandom()
RESULTS = "이체결과.csv"
ADDED = ("결과", "실패사유", "지급일")
NO_ACCOUNT = "해당 계좌가 없습니다"


def _kept(request: Request) -> store.Store:
    found: store.Store = request.app.state.store
    return found


def _no(kind: str, message: str, status: int) -> JSONResponse:
    return JSONResponse({"type": kind, "message": message}, status)


async def holder(request: Request) -> Response:
    """GET /platform/bank-accounts/{bank}/{number}/holder."""
    if not request.headers.get("authorization", "").startswith("PortOne "):
        return _no("UNAUTHORIZED", "인증 정보가 올바르지 않습니다.", 401)
    bank, number = request.path_params["bank"], request.path_params["number"]
    if bank not in BANKS:
        return _no("PLATFORM_NOT_SUPPORTED_BANK", "지원하지 않는 은행입니다.", 400)
    if not NUMBER.fullmatch(number):
        return _no("INVALID_REQUEST", "계좌번호를 확인해 주세요.", 400)
    weather = await _kept(request).weather("bank")
    await asyncio.sleep(weather.delay_ms / 1000)
    if weather.outage or CHANCE.randrange(100) < weather.failure_percent:
        return _no("PLATFORM_EXTERNAL_API_TEMPORARILY_FAILED", "은행 점검 시간입니다.", 503)
    name = await _holder(request, bank, number)
    if not name:
        return _no("PLATFORM_EXTERNAL_API_FAILED", NO_ACCOUNT, 502)
    return JSONResponse({"holderName": name, "accountVerificationId": f"sandbox-{bank}-{secrets.token_hex(4)}"})


async def _holder(request: Request, bank: str, number: str) -> str | None:
    """Whose an account is; "" for a closed one, None for one nobody opened here."""
    row = await _kept(request).one(
        "SELECT holder FROM sandbox.bank_account WHERE bank = %s AND number = %s", bank, number
    )
    return str(row["holder"]) if row else None


async def board(request: Request) -> Response:
    """GET /bank: accounts that were opened or closed here, and what to do with an exported file."""
    rows = await _kept(request).rows("SELECT * FROM sandbox.bank_account ORDER BY at DESC LIMIT 200")
    return render("bank.html", rows=rows, banks=BANKS)


async def open_account(request: Request) -> Response:
    """POST /bank: whose an account is from now on; without a holder there is no such account."""
    form = await request.form()
    bank, number = str(form.get("bank", "")), re.sub(r"\D", "", str(form.get("number", "")))
    name = " ".join(str(form.get("holder", "")).split())[:HOLDER_MAX]
    if bank in BANKS and NUMBER.fullmatch(number):
        await _kept(request).run(
            "INSERT INTO sandbox.bank_account (bank, number, holder, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (bank, number) DO UPDATE SET holder = excluded.holder, at = excluded.at",
            bank,
            number,
            name,
            dt.datetime.now(dt.UTC),
        )
    return RedirectResponse("/bank", 303)


async def transfer(request: Request) -> Response:
    """POST /bank/transfers: a 대량이체 file (.csv) as the house exports it; its results come back as .csv."""
    form = await request.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        return RedirectResponse("/bank", 303)
    content = (await upload.read(FILE_BYTES_MAX)).decode("utf-8-sig", "replace")
    await upload.close()
    rows = list(csv.DictReader(io.StringIO(content)))[:ROWS_MAX]
    written = io.StringIO()
    names = [name for name in (rows[0] if rows else ()) if name not in ADDED]
    out = csv.DictWriter(written, [*names, *ADDED])
    out.writeheader()
    today = f"{dt.datetime.now(SEOUL):%Y-%m-%d}"
    for row in rows:
        why = await _refusal(request, row)
        result = dict(zip(ADDED, ("실패" if why else "성공", why, "" if why else today), strict=True))
        out.writerow({name: row.get(name) or "" for name in names} | result)
    headers = {"Content-Disposition": f"attachment; filename=\"results.csv\"; filename*=UTF-8''{quote(RESULTS)}"}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _refusal(request: Request, row: dict[str, Any]) -> str:
    """Why a line of the file is not paid; empty when it is."""
    code = re.sub(r"\D", "", row.get("은행코드") or "").zfill(3)
    number = re.sub(r"\D", "", row.get("계좌번호") or row.get("계좌") or "")
    bank = next((name for name, words in BANKS.items() if words.startswith(code)), "")
    if not bank or not NUMBER.fullmatch(number):
        return "계좌번호 오류"
    name = await _holder(request, bank, number)
    if name == "":
        return NO_ACCOUNT
    other = name is not None and "".join(name.split()) != "".join((row.get("예금주") or "").split())
    return "예금주 불일치" if other else ""


ROUTES = [
    Route("/bank", board),
    Route("/bank", open_account, methods=["POST"]),
    Route("/bank/transfers", transfer, methods=["POST"]),
    Route("/platform/bank-accounts/{bank}/{number}/holder", holder),
]

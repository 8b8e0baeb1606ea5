"""The carrier of the sandbox worlds: PASS pages for people (web/sandbox/agency.py is for programs)."""

import asyncio
import datetime as dt
import os
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from web.sandbox import store
from web.sandbox.pages import render

OPERATORS = {
    "SKT": "SKT",
    "KT": "KT",
    "LGU": "LG U+",
    "SKT_MVNO": "SKT 알뜰폰",
    "KT_MVNO": "KT 알뜰폰",
    "LGU_MVNO": "LG U+ 알뜰폰",
}
METHODS = {"APP": "PASS 앱", "SMS": "문자(SMS)"}
CONSENTS = {
    "agree_privacy": "개인정보 수집 · 이용 동의",
    "agree_number": "고유식별정보 처리 동의",
    "agree_carrier": "통신사 이용약관 동의",
    "agree_service": "인증사 이용약관 동의",
}
VERDICTS = {"fine": "정상", "mismatch": "정보 불일치로 거절", "broken": "통신사 오류"}
TRIES_MAX = 5
SENDS_MAX = 5
ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
MOBILE = re.compile(r"01[016789][0-9]{7,8}", re.ASCII)
CHANCE = secrets.SystemRandom()
SMS_FROM = "PASS"


def kept_of(request: Request) -> store.Store:
    found: store.Store = request.app.state.store
    return found


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def check_of(request: Request) -> dict[str, Any] | None:
    known = request.path_params["check"]
    return await kept_of(request).one("SELECT * FROM sandbox.identity WHERE id = %s", known)


async def down(request: Request) -> bool:
    """Wait as slow as the weather is; whether the carrier fails this time."""
    weather = await kept_of(request).weather("carrier")
    await asyncio.sleep(weather.delay_ms / 1000)
    return weather.outage or CHANCE.randrange(100) < weather.failure_percent


def _go(request: Request, page: str = "") -> Response:
    return RedirectResponse(f"/pass/{request.path_params['check']}{page}", 303)


def _page(template: str, check: dict[str, Any], status: int = 200, **more: Any) -> Response:
    facts = {
        "check": check,
        "operators": OPERATORS,
        "methods": METHODS,
        "consents": CONSENTS,
        "errors": {},
        "typed": {},
    }
    answer = render(template, **facts | more)
    answer.status_code = status
    return answer


def _may_return(address: str) -> bool:
    """Only to the portal this world belongs to, where that is known."""
    portal = os.environ.get("PUBLIC_URL", "").rstrip("/")
    if portal:
        return address.startswith(f"{portal}/")
    return urlsplit(address).scheme in {"http", "https"}


async def choose(request: Request) -> Response:
    """GET /pass/{check}?return=…: carrier, way and consents."""
    if await down(request):
        return render_down()
    known, back = request.path_params["check"], request.query_params.get("return", "")
    if not ID.fullmatch(known) or (back and not _may_return(back)):
        return JSONResponse({"code": "bad_request"}, 400)
    await kept_of(request).run(
        "INSERT INTO sandbox.identity (id, back, at) VALUES (%s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET back = CASE WHEN sandbox.identity.back = '' THEN excluded.back"
        " ELSE sandbox.identity.back END",
        known,
        back,
        now(),
    )
    check = await check_of(request)
    assert check is not None  # noqa: S101 - made above
    return _go(request, "/done") if check["state"] in {"verified", "failed"} else _page("pass.html", check)


def render_down() -> Response:
    answer = render("pass_down.html")
    answer.status_code = 503
    return answer


async def take_choice(request: Request) -> Response:
    """POST /pass/{check}."""
    check = await check_of(request)
    if check is None or check["state"] != "ready":
        return _go(request, "/done" if check else "")
    form = await request.form()
    typed = {name: str(value) for name, value in form.items()}
    errors = {name: "필수 동의입니다." for name in CONSENTS if typed.get(name) != "1"}
    if typed.get("operator") not in OPERATORS:
        errors["operator"] = "통신사를 선택해 주세요."
    if typed.get("method") not in METHODS:
        errors["method"] = "인증 방법을 선택해 주세요."
    if errors:
        return _page("pass.html", check, 422, errors=errors, typed=typed)
    await kept_of(request).run(
        "UPDATE sandbox.identity SET operator = %s, method = %s WHERE id = %s AND state = 'ready'",
        typed["operator"],
        typed["method"],
        check["id"],
    )
    return _go(request, "/person")


async def person(request: Request) -> Response:
    """GET /pass/{check}/person: who one says one is."""
    check = await check_of(request)
    if check is None or not check["operator"] or check["state"] != "ready":
        return _go(request)
    return _page("pass_person.html", check)


async def take_person(request: Request) -> Response:
    """POST /pass/{check}/person: the code goes out, or the app asks."""
    check = await check_of(request)
    if check is None or not check["operator"] or check["state"] != "ready":
        return _go(request)
    if await down(request):
        return render_down()
    form = await request.form()
    typed = {name: str(value).strip() for name, value in form.items()}
    found, errors = _read_person(typed)
    if errors:
        return _page("pass_person.html", check, 422, errors=errors, typed=typed)
    problem = await begin(request, check["id"], check["method"], found)
    return _go(request, "/done" if problem else "/code")


def _read_person(typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    errors = {}
    phone, born = re.sub(r"\D", "", typed.get("phone", "")), re.sub(r"\D", "", typed.get("birth_date", ""))
    name = " ".join(typed.get("name", "").split())
    if not 1 < len(name) <= 50:  # noqa: PLR2004 - as on the page
        errors["name"] = "이름을 입력해 주세요."
    if typed.get("sex") not in {"male", "female"}:
        errors["sex"] = "성별을 선택해 주세요."
    if typed.get("nationality") not in {"korean", "foreign"}:
        errors["nationality"] = "내국인 또는 외국인을 선택해 주세요."
    if not MOBILE.fullmatch(phone):
        errors["phone"] = "휴대폰번호를 숫자로 입력해 주세요."
    try:
        day = dt.date(int(born[:4]), int(born[4:6]), int(born[6:]))
        if day > now().date():
            raise ValueError  # noqa: TRY301 - the same words
    except ValueError:
        errors["birth_date"] = "생년월일 8자리를 입력해 주세요."
        day = dt.date.min
    found = {
        "name": name,
        "birth_date": day.isoformat(),
        "sex": typed.get("sex", ""),
        "foreign": typed.get("nationality") == "foreign",
        "phone": phone,
        "born_as": " ".join(typed.get("born_as", "").split())[:50],
    }
    return found, errors


async def begin(request: Request, known: str, method: str, found: dict[str, Any]) -> str:
    """Keep who it is said to be, and have the code sent; the reason when the carrier says no."""
    kept = kept_of(request)
    verdict = await kept.one("SELECT verdict FROM sandbox.subscriber WHERE phone = %s", found["phone"])
    if verdict and verdict["verdict"] == "mismatch":
        await _fail(request, known, "MISMATCH")
        return "MISMATCH"
    code = f"{CHANCE.randrange(10**6):06d}"
    row = await kept.one(
        "UPDATE sandbox.identity SET person = %s, code = %s, tries = 0, sends = sends + 1 WHERE id = %s"
        " RETURNING sends",
        Jsonb(found),
        code,
        known,
    )
    assert row is not None  # noqa: S101 - the caller read it
    if method == "SMS":
        await kept.take(
            store.Request(
                world="phone",
                key=f"pass/{known}/{row['sends']}",
                channel="sms",
                box=found["phone"],
                subject="",
                text=f"[{SMS_FROM}] 본인확인 인증번호 [{code}]를 화면에 입력해 주세요. 타인에게 알려주지 마세요.",
                template="pass",
            ),
            now(),
        )
    return ""


async def _fail(request: Request, known: str, reason: str) -> None:
    await kept_of(request).run(
        "UPDATE sandbox.identity SET state = 'failed', failure = %s WHERE id = %s AND state = 'ready'", reason, known
    )


async def code(request: Request) -> Response:
    """GET /pass/{check}/code."""
    check = await check_of(request)
    if check is None or check["person"] is None or check["state"] != "ready":
        return _go(request, "/done" if check else "")
    return _page("pass_code.html", check)


async def take_code(request: Request) -> Response:
    """POST /pass/{check}/code: what was typed, or what the app was told."""
    check = await check_of(request)
    if check is None or check["person"] is None or check["state"] != "ready":
        return _go(request, "/done" if check else "")
    if await down(request):
        return render_down()
    form = await request.form()
    if check["method"] == "APP":
        await _decide_by_app(request, check, approved=form.get("answer") == "approve")
        return _go(request, "/done")
    wrong = await try_code(request, check, re.sub(r"\D", "", str(form.get("code", ""))))
    if wrong == "WRONG_OTP":
        errors = {"code": "인증번호가 맞지 않습니다."}
        return _page("pass_code.html", check, 422, errors=errors)
    return _go(request, "/done")


async def _decide_by_app(request: Request, check: dict[str, Any], *, approved: bool) -> None:
    if approved:
        await verify(request, check["id"])
    else:
        await _fail(request, check["id"], "CANCELLED")


async def try_code(request: Request, check: dict[str, Any], typed: str) -> str:
    """Empty when the code was right, else the reason."""
    if secrets.compare_digest(typed, check["code"]):
        await verify(request, check["id"])
        return ""
    row = await kept_of(request).one(
        "UPDATE sandbox.identity SET tries = tries + 1 WHERE id = %s RETURNING tries", check["id"]
    )
    if row is not None and row["tries"] >= TRIES_MAX:
        await _fail(request, check["id"], "TRIES_USED")
        return "TRIES_USED"
    return "WRONG_OTP"


async def verify(request: Request, known: str) -> None:
    await kept_of(request).run(
        "UPDATE sandbox.identity SET state = 'verified', code = '' WHERE id = %s AND state = 'ready'", known
    )


async def resend(request: Request) -> Response:
    """POST /pass/{check}/resend: another code; the one before is void."""
    check = await check_of(request)
    open_still = check is not None and check["person"] is not None and check["state"] == "ready"
    if check is not None and open_still and check["sends"] < SENDS_MAX:
        await begin(request, check["id"], check["method"], check["person"])
    return _go(request, "/code")


async def cancel(request: Request) -> Response:
    """POST /pass/{check}/cancel: 취소."""
    await _fail(request, request.path_params["check"], "CANCELLED")
    return _go(request, "/done")


async def done(request: Request) -> Response:
    """GET /pass/{check}/done: back to where one came from."""
    check = await check_of(request)
    if check is None or check["state"] == "ready":
        return _go(request)
    answer = _page("pass_done.html", check)
    if check["back"]:
        answer.headers["Refresh"] = f"1; url={check['back']}"
    return answer


async def board(request: Request) -> Response:
    """GET /carrier: the latest checks, and which numbers the carrier refuses."""
    kept = kept_of(request)
    checks = await kept.rows("SELECT * FROM sandbox.identity ORDER BY at DESC LIMIT 50")
    subscribers = await kept.rows("SELECT * FROM sandbox.subscriber ORDER BY at DESC LIMIT 100")
    return render("carrier.html", checks=checks, subscribers=subscribers, verdicts=VERDICTS, operators=OPERATORS)


async def set_subscriber(request: Request) -> Response:
    """POST /carrier: what the carrier says about one number."""
    form = await request.form()
    phone, verdict = re.sub(r"\D", "", str(form.get("phone", ""))), str(form.get("verdict", ""))
    if MOBILE.fullmatch(phone) and verdict in VERDICTS:
        await kept_of(request).run(
            "INSERT INTO sandbox.subscriber (phone, verdict, at) VALUES (%s, %s, %s)"
            " ON CONFLICT (phone) DO UPDATE SET verdict = excluded.verdict, at = excluded.at",
            phone,
            verdict,
            now(),
        )
    return RedirectResponse("/carrier", 303)


ROUTES = [
    Route("/carrier", board),
    Route("/carrier", set_subscriber, methods=["POST"]),
    Route("/pass/{check}", choose),
    Route("/pass/{check}", take_choice, methods=["POST"]),
    Route("/pass/{check}/person", person),
    Route("/pass/{check}/person", take_person, methods=["POST"]),
    Route("/pass/{check}/code", code),
    Route("/pass/{check}/code", take_code, methods=["POST"]),
    Route("/pass/{check}/resend", resend, methods=["POST"]),
    Route("/pass/{check}/cancel", cancel, methods=["POST"]),
    Route("/pass/{check}/done", done),
]

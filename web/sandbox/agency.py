"""The identity agency of the sandbox worlds, in the shape of the real one (PortOne V2, identity-verifications)."""

import datetime as dt
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.sandbox import carrier, people


async def send(request: Request) -> JSONResponse:
    """POST /identity-verifications/{id}/send."""
    if await carrier.down(request):
        return JSONResponse({"type": "UNAVAILABLE", "message": "down"}, 503)
    body = await _json(request)
    known = request.path_params["check"]
    customer = body.get("customer") or {}
    typed = _customer(customer)
    if not carrier.ID.fullmatch(known) or typed is None or body.get("operator") not in carrier.OPERATORS:
        return JSONResponse({"type": "INVALID_REQUEST", "message": "요청이 올바르지 않습니다."}, 400)
    made = await carrier.kept_of(request).one(
        "INSERT INTO sandbox.identity (id, operator, method, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET operator = excluded.operator, method = excluded.method"
        " WHERE sandbox.identity.state = 'ready' RETURNING id",
        known,
        body["operator"],
        body.get("method", "SMS"),
        carrier.now(),
    )
    if made is None:
        return JSONResponse({"type": "IDENTITY_VERIFICATION_ALREADY_VERIFIED", "message": "이미 인증됨"}, 409)
    problem = await carrier.begin(request, known, body.get("method", "SMS"), typed)
    return _refused(problem) if problem else JSONResponse({})


def _customer(said: dict[str, Any]) -> dict[str, Any] | None:
    try:
        # By app the real agency is not told the number either; it asks the phone.
        born, sex, foreign = people.from_identity_number(str(said.get("identityNumber", "9001011")))
        phone, name = str(said["phoneNumber"]), str(said["name"])
    except (KeyError, ValueError, IndexError):
        return None
    if not carrier.MOBILE.fullmatch(phone) or not name:
        return None
    return {"name": name, "birth_date": born.isoformat(), "sex": sex, "foreign": foreign, "phone": phone}


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(reason: str) -> JSONResponse:
    words = {"WRONG_OTP": "인증번호 불일치", "MISMATCH": "정보 불일치", "TRIES_USED": "시도 횟수 초과"}
    said = {"type": "PG_PROVIDER", "message": words.get(reason, reason), "pgCode": reason, "pgMessage": reason}
    return JSONResponse(said, 502)


async def confirm(request: Request) -> JSONResponse:
    """POST /identity-verifications/{id}/confirm."""
    if await carrier.down(request):
        return JSONResponse({"type": "UNAVAILABLE", "message": "down"}, 503)
    check = await carrier.check_of(request)
    return _unconfirmable(check) or await _confirm(request, check or {})


def _unconfirmable(check: dict[str, Any] | None) -> JSONResponse | None:
    if check is None:
        return JSONResponse({"type": "IDENTITY_VERIFICATION_NOT_FOUND", "message": "없음"}, 404)
    if check["state"] == "verified":
        return JSONResponse({"type": "IDENTITY_VERIFICATION_ALREADY_VERIFIED", "message": "이미 인증됨"}, 409)
    if check["person"] is None:
        return JSONResponse({"type": "IDENTITY_VERIFICATION_NOT_SENT", "message": "보내지 않음"}, 409)
    if check["state"] == "failed":
        return _refused(check["failure"])
    return None


async def _confirm(request: Request, check: dict[str, Any]) -> JSONResponse:
    otp = str((await _json(request)).get("otp", ""))
    if check["method"] == "APP":
        await carrier.verify(request, check["id"])
        return JSONResponse({"identityVerification": {"status": "VERIFIED", "id": check["id"]}})
    problem = await carrier.try_code(request, check, otp)
    return (
        _refused(problem)
        if problem
        else JSONResponse({"identityVerification": {"status": "VERIFIED", "id": check["id"]}})
    )


async def read(request: Request) -> JSONResponse:
    """GET /identity-verifications/{id}."""
    if await carrier.down(request):
        return JSONResponse({"type": "UNAVAILABLE", "message": "down"}, 503)
    check = await carrier.check_of(request)
    if check is None:
        return JSONResponse({"type": "IDENTITY_VERIFICATION_NOT_FOUND", "message": "없음"}, 404)
    about: dict[str, Any] = {"id": check["id"], "version": "V2", "requestedAt": check["at"].isoformat()}
    if check["state"] == "failed":
        failure = {"reason": check["failure"], "pgCode": check["failure"], "pgMessage": check["failure"]}
        return JSONResponse(about | {"status": "FAILED", "failure": failure})
    if check["state"] == "ready":
        return JSONResponse(about | {"status": "READY"})
    who = check["person"]
    verdict = await carrier.kept_of(request).one(
        "SELECT verdict FROM sandbox.subscriber WHERE phone = %s", who["phone"]
    )
    if verdict and verdict["verdict"] == "broken":
        return JSONResponse({"type": "UNAVAILABLE", "message": "통신사 오류"}, 503)
    customer = {
        "name": who["name"],
        "operator": check["operator"],
        "phoneNumber": who["phone"],
        "birthDate": who["birth_date"],
        "gender": who["sex"].upper(),
        "isForeigner": who["foreign"],
        "ci": people.ci_of(who.get("born_as") or who["name"], dt.date.fromisoformat(who["birth_date"]), who["sex"]),
        "di": secrets.token_hex(16),
    }
    return JSONResponse(about | {"status": "VERIFIED", "verifiedCustomer": customer, "pgTxId": check["id"]})


ROUTES = [
    Route("/identity-verifications/{check}/send", send, methods=["POST"]),
    Route("/identity-verifications/{check}/confirm", confirm, methods=["POST"]),
    Route("/identity-verifications/{check}", read),
]

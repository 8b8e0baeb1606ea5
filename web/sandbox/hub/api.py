"""The hub's interface for the buyer's program: /hub/api/v1, a key in the header, problem+json when it says no."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from web.sandbox.hub import authority, companies, filing
from web.sandbox.hub.core import Hub, Row, UnknownKey, hub_of, one_line
from web.sandbox.hub.machine import WORDS, Act, Forbidden, State

BODY_BYTES_MAX = 1024 * 1024
REASON_MAX = 200
PERCENT = 100
Handler = Callable[[Request], Awaitable[Response]]


def problem(status: int, code: str, sentence: str, **more: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": sentence, "status": status, "code": code} | more
    return JSONResponse(body, status, media_type="application/problem+json")


def guarded(handler: Handler) -> Handler:
    """The weather and the key come before every handler; what the hub says no to gets its code."""

    async def answer(request: Request) -> Response:
        hub = hub_of(request)
        weather = await hub.weather()
        if weather.is_down(hub.now()) or hub.chance.randrange(PERCENT) < weather.api_failure_percent:
            return problem(503, "unavailable", "서비스가 잠시 멈췄습니다.")
        if not _knows_key(request, hub):
            return problem(401, "unauthorized", "API 키가 맞지 않습니다.")
        said = await _answered(handler, request)
        if hub.chance.randrange(PERCENT) < weather.lost_percent:
            # The work is done, but whoever asked never hears of it.
            return problem(504, "unavailable", "응답이 없습니다.")
        return said

    return answer


def _knows_key(request: Request, hub: Hub) -> bool:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(key.encode(), hub.told.key.encode())
    return bool(hub.told.key) and kind.lower() == "bearer" and same


async def _answered(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except UnknownKey:
        return problem(404, "unknown_key", "그런 문서번호가 없습니다.")
    except Forbidden as wrong:
        sentence = f"{WORDS[wrong.state]} 상태에서는 할 수 없습니다."
        return problem(409, "state_forbids", sentence, state=str(wrong.state))
    except filing.KeyTaken:
        return problem(409, "key_taken", "다른 내용으로 이미 쓰인 문서번호입니다.")
    except companies.NotMember:
        return problem(422, "not_member", "공급자가 회원이 아닙니다.")
    except filing.Invalid as wrong:
        said = [{"path": one.path, "code": one.code, "sentence": one.sentence} for one in wrong.violations]
        return problem(422, "invalid_document", "문서에 잘못된 곳이 있습니다.", violations=said)


async def _body(request: Request) -> Any:
    if int(request.headers.get("content-length") or 0) > BODY_BYTES_MAX:
        return None
    if len(raw := await request.body()) > BODY_BYTES_MAX or not raw:
        return None
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return None


async def _own(request: Request) -> Row:
    """A document this program asked for. Raises UnknownKey, also for what suppliers write by themselves."""
    row = await hub_of(request).document(request.path_params["key"])
    if not filing.is_asked_for(row):
        raise UnknownKey
    return row


def shown(row: Row) -> dict[str, Any]:
    """A document as the API tells it."""

    def moment(name: str) -> str | None:
        return row[name].isoformat() if row[name] else None

    refused = row["reason"] if row["state"] == State.REQUEST_REFUSED else None
    return {
        "key": row["key"],
        "state": row["state"],
        "state_version": row["state_version"],
        "approval_number": row["approval_number"],
        "written_on": row["written_on"].isoformat(),
        "issued_at": moment("issued_at"),
        "refused_reason": refused,
        "transmission": {
            "state": row["state"] if row["sendings"] else None,
            "sent_at": moment("sent_at"),
            "result_code": row["result_code"],
            "result_text": row["result_text"],
        },
        "updated_at": moment("updated_at"),
    }


@guarded
async def put(request: Request) -> Response:
    """PUT /documents/{key}: ask the supplier to sign. The same again is the same request."""
    asked = filing.asked_from(request.path_params["key"], await _body(request))
    row, is_new = await filing.file(hub_of(request), asked)
    return JSONResponse(shown(row), 201 if is_new else 200)


@guarded
async def get(request: Request) -> Response:
    return JSONResponse(shown(await _own(request)))


@guarded
async def xml(request: Request) -> Response:
    """GET /documents/{key}/xml: as it was issued and signed."""
    row = await _own(request)
    if row["signed"] is None:
        raise Forbidden(State(row["state"]))
    return Response(bytes(row["signed"]), media_type="application/xml")


def _act(act: Act, *, with_reason: bool = False) -> Handler:
    async def handle(request: Request) -> Response:
        reason = ""
        if with_reason:
            body = await _body(request)
            reason = one_line(str(body.get("reason") or ""))[:REASON_MAX] if isinstance(body, dict) else ""
            if not reason:
                wrong = filing.Violation("reason", "missing", "사유가 필요합니다.")
                raise filing.Invalid([wrong])
        row, facts = await _own(request), {"reason": reason} if with_reason else None
        moved = await hub_of(request).move(row["key"], act, filing.BUYER, reason, facts)
        if with_reason:
            await filing.tell_withdrawn(hub_of(request), moved, moved["reason"] or reason)
        return JSONResponse(shown(moved))

    return guarded(handle)


@guarded
async def remind(request: Request) -> Response:
    """POST /documents/{key}/remind: the mail again."""
    row = await _own(request)
    if row["state"] != State.REQUESTED:
        raise Forbidden(State(row["state"]))
    await filing.remind(hub_of(request), row)
    return JSONResponse(shown(row))


@guarded
async def member(request: Request) -> Response:
    number = request.path_params["number"]
    if not filing.NUMBER.fullmatch(number):
        return JSONResponse({"membership": "none", "certificate_valid_until": None})
    membership, until = await companies.standing(hub_of(request), number)
    return JSONResponse({"membership": membership, "certificate_valid_until": until.isoformat() if until else None})


async def root(request: Request) -> Response:
    """GET /hub/ca.pem: whose certificates the members sign with; needs no key."""
    _, certificate = await authority.root(hub_of(request))
    return Response(certificate.public_bytes(Encoding.PEM), media_type="application/x-pem-file")


async def unknown(_: Request) -> Response:
    return problem(404, "not_found", "그런 주소가 없습니다.")


BASE = "/hub/api/v1"
DOCUMENT = f"{BASE}/documents/{{key}}"
ROUTES = [
    Route(DOCUMENT, put, methods=["PUT"]),
    Route(DOCUMENT, get),
    Route(f"{DOCUMENT}/xml", xml),
    Route(f"{DOCUMENT}/cancel-request", _act(Act.CANCEL_REQUEST, with_reason=True), methods=["POST"]),
    Route(f"{DOCUMENT}/cancel-issue", _act(Act.CANCEL_ISSUE, with_reason=True), methods=["POST"]),
    Route(f"{DOCUMENT}/send", _act(Act.SEND), methods=["POST"]),
    Route(f"{DOCUMENT}/resend", _act(Act.RESEND), methods=["POST"]),
    Route(f"{DOCUMENT}/remind", remind, methods=["POST"]),
    Route(f"{BASE}/members/{{number}}", member),
    Route("/hub/ca.pem", root),
    Route(f"{BASE}/{{rest:path}}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]

"""What people and programs see when something does not work: a page with one sentence, or problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from models.kernel import wording
from models.kernel.refusals import FieldErrors, Refusal
from models.settings import settings
from web import unstorable
from web.form_sentences import sentence_of
from web.headers import Frame
from web.render import page
from web.sheets import MEDIA_TYPE as XLSX

PROBLEM = "application/problem+json"
PACKED_ALREADY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", XLSX)
COMPRESS_FROM_BYTES = 1024
COMPRESS_LEVEL = 5
UNPROCESSABLE = 422
SERVER_ERROR = 500

_vocabularies: list[Mapping[str, str]] = [
    {"too_many_rows": "{limit}건이 넘어 내려받을 수 없습니다. 기간이나 조건을 좁혀 주세요."}
]

WORDS: Mapping[int, tuple[str, str]] = {
    400: ("요청을 이해하지 못했습니다", "주소나 입력하신 내용을 확인해 주세요."),
    401: ("로그인이 필요합니다", "로그인한 뒤 다시 열어 주세요."),
    403: ("볼 수 있는 권한이 없습니다", "필요한 권한은 담당자나 관리자에게 문의해 주세요."),
    404: ("찾으시는 화면이 없습니다", "주소가 바뀌었거나 볼 수 있는 권한이 없는 문서입니다."),
    405: ("이 주소로는 할 수 없는 일입니다", "이전 화면에서 다시 시도해 주세요."),
    409: ("처리하지 못했습니다", "화면을 새로 고쳐 현재 상태를 확인해 주세요."),
    413: ("보내신 파일이 너무 큽니다", "파일 크기를 줄여 다시 올려 주세요."),
    422: ("입력하신 내용을 확인해 주세요", "이전 화면에서 고친 뒤 다시 보내 주세요."),
    429: ("잠시 뒤에 다시 시도해 주세요", "짧은 시간에 너무 많은 요청이 있었습니다."),
    500: ("문제가 생겼습니다", "저희 쪽 문제로 처리하지 못했습니다. 잠시 뒤에 다시 시도해 주세요."),
    503: ("잠시 점검하고 있습니다", "곧 다시 열립니다. 잠시 뒤에 다시 시도해 주세요."),
}


def install(app: FastAPI) -> None:
    """Handlers, headers and compression; a handler for a narrower refusal may be added beside these."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    for fault in unstorable.FAULTS:
        app.add_exception_handler(fault, _unstorable)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=COMPRESS_FROM_BYTES,
        compresslevel=COMPRESS_LEVEL,
        exclude_content_types=PACKED_ALREADY,
    )
    app.add_middleware(Frame, https=settings().public_url.startswith("https:"), last_page=_last_page)


def add_sentences(*vocabularies: Mapping[str, str]) -> None:
    """Make a domain's refusal sentences known (the composition root calls this once per domain)."""
    _vocabularies.extend(v for v in vocabularies if v not in _vocabularies)


def vocabularies() -> Sequence[Mapping[str, str]]:
    """Every vocabulary made known so far."""
    return tuple(_vocabularies)


def sentence(refusal: Refusal, *own: Mapping[str, str]) -> str:
    """The Korean sentence of a refusal; `own` words come before everybody's."""
    return wording.sentence(refusal, *own, *_vocabularies)


def wants_json(request: Request) -> bool:
    """Programs: everything under /api, and who accepts JSON but no HTML."""
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accepted and "text/html" not in accepted)


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    title: str,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An RFC 9457 answer; `errors` are sentences by field."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": title,
        "instance": request.url.path,
        "request_id": _request_id(request),
    }
    if errors is not None:
        body["errors"] = [{"field": name, "messages": found} for name, found in errors.items()]
    return JSONResponse(body, status, dict(headers) if headers else None, PROBLEM)


def error_page(
    request: Request,
    status: int,
    *,
    title: str = "",
    words: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One sentence, what to do next, and the request id for whoever is asked about it."""
    known = WORDS.get(status, WORDS[SERVER_ERROR if status >= SERVER_ERROR else 400])
    return page(
        request,
        "errors/error.html",
        status=status,
        headers=headers,
        title=title or known[0],
        words=words or known[1],
        code=status,
        request_id=_request_id(request),
        back=_back(request),
        nav="",
    )


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for Refusal only
    words = sentence(refusal)
    fields = {name: [text] for name, text in refusal.errors.items()} if isinstance(refusal, FieldErrors) else None
    if wants_json(request):
        return problem(request, status=refusal.status, code=refusal.code, title=words, errors=fields)
    if fields:
        words = " ".join(text for found in fields.values() for text in found)
    return error_page(request, refusal.status, words=words)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it only
    status = error.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return Response(status_code=status, headers=error.headers)
    if wants_json(request):
        code = HTTPStatus(status).name.lower()
        title = WORDS.get(status, WORDS[400])[0]
        return problem(request, status=status, code=code, title=title, headers=error.headers)
    return error_page(request, status, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """FastAPI's own parsing: addresses and JSON bodies. A document number that is no number is simply not there."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it only
    found: dict[str, list[str]] = {}
    for item in error.errors():
        found.setdefault("-".join(str(part) for part in item["loc"][1:]), []).append(sentence_of(item))
    if wants_json(request):
        return problem(request, status=UNPROCESSABLE, code="invalid", title=WORDS[UNPROCESSABLE][0], errors=found)
    in_path = all(item["loc"][0] == "path" for item in error.errors())
    return error_page(request, HTTPStatus.NOT_FOUND if in_path else UNPROCESSABLE)


async def _unstorable(request: Request, error: Exception) -> Response:
    return await _http_error(request, HTTPException(unstorable.status_of(request, error)))


async def _last_page(request: Request) -> Response:
    """After a failure of the program: nothing about it is told but the id under which it was logged."""
    if wants_json(request):
        return problem(request, status=SERVER_ERROR, code="internal", title=WORDS[SERVER_ERROR][0])
    try:
        return error_page(request, SERVER_ERROR)
    except Exception:  # noqa: BLE001 - the page itself may be what is broken
        return PlainTextResponse(f"{WORDS[SERVER_ERROR][1]} ({_request_id(request)})", SERVER_ERROR)


def _request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def _back(request: Request) -> str:
    """The page of ours the person came from, for 「이전 화면으로」; the front page otherwise."""
    came = urlsplit(request.headers.get("referer", ""))
    own = came.netloc == request.headers.get("host") and came.path not in {"", request.url.path}
    front = "/harmony" if request.url.path.startswith("/harmony") else "/"
    return f"{came.path}{'?' + came.query if came.query else ''}" if own else front

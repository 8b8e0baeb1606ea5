"""The supplier's side of the hub: log in, 문서함, look, sign or refuse."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.etax import parse
from web.sandbox.hub import authority, companies, machine, signing
from web.sandbox.hub.core import Hub, Row, UnknownKey, hub_of
from web.sandbox.hub.machine import Act, State
from web.sandbox.hub.sheets import render

COOKIE = "hub_session"
FILE_BYTES_MAX = 64 * 1024
FORM_BYTES_MAX = 2 * FILE_BYTES_MAX
LISTED_MAX = 100
SAID = {
    "signed": "서명했습니다. 세금계산서가 발급되었습니다.",
    "refused": "역발행 요청을 거부했습니다.",
    "cancelled": "발행을 취소했습니다.",
    "written": "작성했습니다. 내용을 확인하고 서명해 주세요.",
    "dropped": "작성을 취소했습니다.",
    "send": "국세청 전송을 시작했습니다.",
    "resend": "국세청에 다시 전송합니다.",
    "member": "정회원으로 전환했습니다. 이제 서명할 수 있습니다.",
    "settings": "국세청 전송 설정을 저장했습니다.",
    "certificate": "새 인증서를 발급했습니다.",
}
"""What a page says once after something was done."""


class Visit:
    """A request of somebody who is logged in."""

    def __init__(self, request: Request, hub: Hub, company: Row) -> None:
        self.request = request
        self.hub = hub
        self.company = company

    async def page(self, template: str, status: int = 200, **context: object) -> Response:
        waiting = await self.hub.kept.one(
            "SELECT count(*) AS number FROM hub.document WHERE supplier = %s AND state = 'REQUESTED'",
            self.company["registration_number"],
        )
        facts = {
            "company": self.company,
            "waiting": waiting["number"] if waiting else 0,
            "memberships": companies.MEMBERSHIPS,
            "said": SAID.get(self.request.query_params.get("said", ""), ""),
            "errors": {},
        }
        return render(template, status, **facts | context)

    async def document(self) -> Row:
        """The document the address names. Raises UnknownKey, also for another company's."""
        row = await self.hub.document(self.request.path_params["key"])
        if row["supplier"] != self.company["registration_number"]:
            raise UnknownKey
        return row

    @asynccontextmanager
    async def form(self) -> AsyncIterator[FormData]:
        """What was typed and chosen. Raises HTTPException for more than a form of this hub may hold."""
        if int(self.request.headers.get("content-length") or 0) > FORM_BYTES_MAX:
            raise HTTPException(413)
        async with self.request.form(max_files=1, max_fields=20, max_part_size=FILE_BYTES_MAX) as form:
            yield form


Page = Callable[[Visit], Awaitable[Response]]
Handler = Callable[[Request], Awaitable[Response]]


def go(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303)


def seen(page: Page) -> Handler:
    """Only while the hub is up and for who is logged in; others are sent to log in and come back."""

    async def answer(request: Request) -> Response:
        hub = hub_of(request)
        if (await hub.weather()).is_down(hub.now()):
            return render("down.html", 503)
        company = await companies.who(hub, request.cookies.get(COOKIE, ""))
        if company is None:
            return go(f"/hub/login?next={quote(request.url.path)}")
        visit = Visit(request, hub, company)
        try:
            return await page(visit)
        except UnknownKey:
            return await visit.page("missing.html", 404)
        except machine.Forbidden as wrong:
            return await visit.page("gone.html", 409, state=wrong.state, key=request.path_params["key"])

    return answer


def _inside(address: str) -> str:
    """Only pages of the hub are gone back to."""
    return address if address.startswith("/hub/") and "\\" not in address else "/hub/inbox"


async def login(request: Request) -> Response:
    hub = hub_of(request)
    if (await hub.weather()).is_down(hub.now()):
        return render("down.html", 503)
    back = _inside(request.query_params.get("next", ""))
    return await _login_page(hub, back)


async def _login_page(hub: Hub, back: str, number: str = "", errors: dict[str, str] | None = None) -> Response:
    known = await hub.kept.rows("SELECT registration_number, name FROM hub.company ORDER BY joined_at DESC LIMIT 50")
    return render(
        "login.html",
        422 if errors else 200,
        back=back,
        number=number,
        errors=errors or {},
        known=known,
        demo_password=companies.DEMO_PASSWORD,
    )


async def take_login(request: Request) -> Response:
    """POST /hub/login: registration number and password."""
    hub = hub_of(request)
    if (await hub.weather()).is_down(hub.now()):
        return render("down.html", 503)
    form = await request.form(max_files=0, max_fields=10)
    back, number = _inside(str(form.get("next", ""))), str(form.get("number", ""))
    digits = "".join(one for one in number if one.isdecimal())
    try:
        token = await companies.log_in(hub, digits, str(form.get("password", "")))
    except companies.LoginRefused as wrong:
        return await _login_page(hub, back, number, {wrong.field: wrong.sentence})
    answer = go(back)
    life = int(companies.SESSION_LIFE.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=life, path="/hub", httponly=True, samesite="lax")
    return answer


async def logout(request: Request) -> Response:
    await companies.log_out(hub_of(request), request.cookies.get(COOKIE, ""))
    answer = go("/hub/login")
    answer.delete_cookie(COOKIE, path="/hub")
    return answer


async def front(_: Request) -> Response:
    return go("/hub/inbox")


@seen
async def inbox(visit: Visit) -> Response:
    """GET /hub/inbox: 미처리문서."""
    rows = await visit.hub.kept.rows(
        "SELECT * FROM hub.document WHERE supplier = %s AND state = 'REQUESTED' ORDER BY id DESC LIMIT %s",
        visit.company["registration_number"],
        LISTED_MAX,
    )
    return await visit.page("inbox.html", rows=rows)


@seen
async def done(visit: Visit) -> Response:
    """GET /hub/done[?state=…]: 처리문서."""
    asked = visit.request.query_params.get("state", "")
    states = [asked] if asked in machine.WORDS and asked != State.REQUESTED else _closed()
    rows = await visit.hub.kept.rows(
        "SELECT * FROM hub.document WHERE supplier = %s AND state = ANY(%s) ORDER BY updated_at DESC LIMIT %s",
        visit.company["registration_number"],
        states,
        LISTED_MAX,
    )
    words = {state: word for state, word in machine.WORDS.items() if state is not State.REQUESTED}
    return await visit.page("done.html", rows=rows, states=words, asked=asked if len(states) == 1 else "")


def _closed() -> list[str]:
    return [str(state) for state in State if state is not State.REQUESTED]


@seen
async def document(visit: Visit) -> Response:
    """GET /hub/documents/{key}: the invoice as it is or will be issued."""
    row = await visit.document()
    return await visit.page(
        "document.html",
        document=row,
        invoice=parse.parse(bytes(row["signed"] or row["xml"])),
        changes=await visit.hub.changes(row["key"]),
        acts=[str(act) for (state, act) in machine.MOVES if state == row["state"]],
    )


@seen
async def show_sign(visit: Visit) -> Response:
    """GET /hub/documents/{key}/sign: 인증서 선택."""
    row = await visit.document()
    machine.after(State(row["state"]), Act.SIGN)
    return await _sign_page(visit, row)


async def _sign_page(visit: Visit, row: Row, status: int = 200, chosen: str = "", **errors: str) -> Response:
    found = await authority.certificates(visit.hub, visit.company)
    usable = [one for one in found if one["valid_until"] > visit.hub.now()]
    first = str((usable or found)[0]["id"])
    return await visit.page(
        "sign.html",
        status,
        document=row,
        certificates=found,
        now=visit.hub.now(),
        chosen=chosen or first,
        errors=errors,
    )


@seen
async def take_sign(visit: Visit) -> Response:
    """POST /hub/documents/{key}/sign: certificate and password; 서명."""
    row = await visit.document()
    async with visit.form() as form:
        chosen, password = str(form.get("certificate", "")), str(form.get("password", ""))
        pkcs12 = await _chosen(visit, chosen, form)
    if not password:
        return await _sign_page(visit, row, 422, chosen, password="인증서 비밀번호를 입력해 주세요.")  # noqa: S106
    if pkcs12 is None:
        return await _sign_page(visit, row, 422, chosen, certificate="서명할 인증서를 골라 주세요.")
    try:
        await signing.sign(visit.hub, visit.company, row, pkcs12, password)
    except signing.Refused as wrong:
        return await _sign_page(visit, row, 422, chosen, **{wrong.field: wrong.sentence})
    return go(f"/hub/documents/{row['key']}?said=signed")


async def _chosen(visit: Visit, chosen: str, form: FormData) -> bytes | None:
    """The PKCS#12 file: one kept at the hub, or one from the person's own disk."""
    upload = form.get("file")
    if chosen == "file":
        data = await upload.read(FILE_BYTES_MAX + 1) if isinstance(upload, UploadFile) else b""
        return data if 0 < len(data) <= FILE_BYTES_MAX else None
    row = await authority.one(visit.hub, visit.company, int(chosen)) if chosen.isdecimal() else None
    return bytes(row["pkcs12"]) if row else None


REASONED = {
    "refuse": (Act.REFUSE, "역발행 요청 거부", "거부", "거부하면 요청한 회사에 사유가 전달되고, 되돌릴 수 없습니다."),
    "cancel-issue": (Act.CANCEL_ISSUE, "발행취소", "발행취소", "국세청에 전송되기 전에만 취소할 수 있습니다."),
}
"""Acts that need a reason: the act, the page's title, the button, what to know before."""


@seen
async def show_reason(visit: Visit) -> Response:
    """GET /hub/documents/{key}/refuse or …/cancel-issue."""
    row, (act, *_) = await visit.document(), REASONED[visit.request.path_params["what"]]
    machine.after(State(row["state"]), act)
    return await _reason_page(visit, row)


async def _reason_page(visit: Visit, row: Row, status: int = 200, typed: str = "", **errors: str) -> Response:
    what = visit.request.path_params["what"]
    _, title, button, note = REASONED[what]
    facts = {"document": row, "what": what, "title": title, "button": button, "note": note}
    return await visit.page("reason.html", status, typed=typed, errors=errors, **facts)


@seen
async def take_reason(visit: Visit) -> Response:
    """POST /hub/documents/{key}/refuse or …/cancel-issue."""
    row, what = await visit.document(), visit.request.path_params["what"]
    async with visit.form() as form:
        reason = str(form.get("reason", ""))
    try:
        await signing.withdraw(visit.hub, visit.company, row, REASONED[what][0], reason)
    except signing.Refused as wrong:
        return await _reason_page(visit, row, 422, reason, **{wrong.field: wrong.sentence})
    return go(f"/hub/documents/{row['key']}?said={'refused' if what == 'refuse' else 'cancelled'}")


@seen
async def send(visit: Visit) -> Response:
    """POST /hub/documents/{key}/send or …/resend: 국세청 전송."""
    row, what = await visit.document(), visit.request.path_params["what"]
    await visit.hub.move(row["key"], Act(what), visit.company["name"])
    return go(f"/hub/documents/{row['key']}?said={what}")


@seen
async def drop(visit: Visit) -> Response:
    """POST /hub/documents/{key}/drop: 작성취소 of what the supplier wrote by itself."""
    row = await visit.document()
    if row["direction"] != "forward":
        raise UnknownKey
    await visit.hub.move(row["key"], Act.CANCEL_REQUEST, visit.company["name"], "", {"reason": "작성취소"})
    return go(f"/hub/documents/{row['key']}?said=dropped")


@seen
async def xml(visit: Visit) -> Response:
    """GET /hub/documents/{key}/xml: as issued."""
    row = await visit.document()
    if row["signed"] is None:
        raise UnknownKey
    name = f"attachment; filename={row['approval_number']}.xml"
    return Response(bytes(row["signed"]), media_type="application/xml", headers={"content-disposition": name})


def _for(what: str, handler: Handler) -> Handler:
    """The handler of several addresses, told which of them it was."""

    async def answer(request: Request) -> Response:
        request.path_params["what"] = str(what)
        return await handler(request)

    return answer


DOCUMENT = "/hub/documents/{key}"
ROUTES = [
    Route("/hub", front),
    Route("/hub/", front),
    Route("/hub/login", login),
    Route("/hub/login", take_login, methods=["POST"]),
    Route("/hub/logout", logout, methods=["POST"]),
    Route("/hub/inbox", inbox),
    Route("/hub/done", done),
    Route(DOCUMENT, document),
    Route(f"{DOCUMENT}/xml", xml),
    Route(f"{DOCUMENT}/drop", drop, methods=["POST"]),
    Route(f"{DOCUMENT}/sign", show_sign),
    Route(f"{DOCUMENT}/sign", take_sign, methods=["POST"]),
    *(Route(f"{DOCUMENT}/{what}", _for(what, show_reason)) for what in REASONED),
    *(Route(f"{DOCUMENT}/{what}", _for(what, take_reason), methods=["POST"]) for what in REASONED),
    *(Route(f"{DOCUMENT}/{act}", _for(act, send), methods=["POST"]) for act in (Act.SEND, Act.RESEND)),
]

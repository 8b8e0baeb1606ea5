"""Who is asking, and whether the page they ask from is ours. Runs before every route."""

import datetime as dt
import hmac
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, urlsplit

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from models import clock, database
from models.auth import queries
from models.auth.messages import Visit
from models.auth.rules import AudienceRefused, FormForged, LoggedOut, PasswordChangeNeeded
from models.kernel.refusals import Refusal
from models.settings import settings
from web.auth import cookies
from web.auth.cookies import Cookie
from web.portals import Shell, audience_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
URLENCODED = "application/x-www-form-urlencoded"
FORM_TYPES = (URLENCODED, "multipart/form-data")
GUEST_BYTES_MAX = 64 * 1024
GUEST_UPLOADS = {
    "/signups/form": (Cookie.SIGNUP, 128 * 1024 * 1024),
    "/harmony/joining/profile": (Cookie.ENTRY, 6 * 1024 * 1024),
}
"""The forms of guests that take files (bytes at most), from browsers that have begun them."""
FORM_FIELDS_MAX = 5000
TURNED_AWAY = (FormForged, LoggedOut, AudienceRefused, PasswordChangeNeeded)
"""What is said before a page is."""


async def meet(request: Request) -> None:
    """Find the session of a request and refuse forged forms.

    Sets `request.state.visit` (None for a guest) and, for browsers, `request.state.shell`. Raises FormForged,
    or LoggedOut when the form belongs to a session that has ended.
    """
    token = bearer(request) or cookies.read(request, Cookie.SESSION)
    visit, inbox = await run_in_threadpool(_look_up_alone, request, token) if token else (None, 0)
    _know(request, visit, inbox)
    if request.method not in SAFE and not bearer(request):
        given = "" if _from_elsewhere(request) else await _given(request, visit)
        try:
            _check_form(request, visit, given)
        except Refusal:
            # What was sent along is not kept until somebody sweeps it away.
            await request.close()
            raise


@contextmanager
def visiting(
    request: Request, form: FormData | None = None, *, counted: bool = True
) -> Iterator[tuple[Session, Visit]]:
    """`meet` for a browser's session, and the transaction that goes on with what was asked for.

    Not `counted`: the caller tells `request.state.shell` how many tasks are open. Without a `form` the transaction
    reads; to have asked for what one may not see still keeps the session alive. Raises FormForged, LoggedOut.
    """
    refused: Refusal | None = None
    with database.web() as session:
        token = cookies.read(request, Cookie.SESSION)
        visit, inbox = _look_up(session, request, token, read_only=form is None, counted=counted)
        _know(request, visit, inbox)
        if form is not None:
            _check_form(request, visit, _token_in(form))
        if visit is None:
            raise LoggedOut
        try:
            yield session, visit
        except Refusal as refusal:
            if form is not None:
                raise
            refused = refusal
    if refused is not None:
        raise refused


def bearer(request: Request) -> str:
    """The token of an ``Authorization: Bearer`` header, empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def idle_limit() -> dt.timedelta:
    return dt.timedelta(minutes=settings().session_idle_minutes)


def life_limit() -> dt.timedelta:
    return dt.timedelta(hours=settings().session_max_hours)


def visit_of(request: Request) -> Visit | None:
    """The live session of this request."""
    found: Visit | None = getattr(request.state, "visit", None)
    return found


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def csrf_of(request: Request) -> str:
    """What a form on this page must carry as ``csrf``; before log-in the page also sets the form cookie."""
    visit = visit_of(request)
    return visit.csrf if visit else cookies.form_token(request)


def _look_up_alone(request: Request, token: str) -> tuple[Visit | None, int]:
    with database.web() as session:
        return _look_up(session, request, token)


def _look_up(
    session: Session, request: Request, token: str, *, read_only: bool = False, counted: bool = True
) -> tuple[Visit | None, int]:
    # The application says how open tasks are counted; only pages show it.
    count = getattr(request.app.state, "count_inbox", None) if counted and request.method == "GET" else None
    by_person = not _by_itself(request)
    visit = queries.visit_in(session, token, clock.now(), idle_limit(), by_person=by_person, read_only=read_only)
    return visit, count(session, visit.actor) if visit and count and not is_api(request) else 0


def _know(request: Request, visit: Visit | None, inbox: int) -> None:
    request.state.visit = visit
    request.state.shell = _shell(visit, inbox) if visit else None


def _by_itself(request: Request) -> bool:
    """Whether an open page asks without anybody doing anything."""
    return "x-live" in request.headers or "text/event-stream" in request.headers.get("accept", "")


def _shell(visit: Visit, inbox: int) -> Shell:
    actor = visit.actor
    return Shell(
        audience=audience_of(actor.every_role),
        name=actor.name,
        company="" if visit.individual else actor.company_name,
        individual=visit.individual,
        roles=actor.every_role,
        csrf=visit.csrf,
        inbox_count=inbox,
        notification_count=visit.unread,
        session_ends_at=visit.ends_at,
    )


def _check_form(request: Request, visit: Visit | None, given: str) -> None:
    if _from_elsewhere(request):
        raise FormForged
    if visit is None and is_api(request):
        return  # Nothing of a browser's standing is used there, so there is nothing to abuse.
    expected = visit.csrf if visit else cookies.read(request, Cookie.FORM)
    if expected and hmac.compare_digest(expected.encode(), given.encode()):
        return
    if visit is None and cookies.read(request, Cookie.SESSION):
        raise LoggedOut
    raise FormForged


def _from_elsewhere(request: Request) -> bool:
    """Browsers say where a request was made; older ones only by Origin, and some hide even that ("null")."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host", "")


async def _given(request: Request, visit: Visit | None) -> str:
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    if not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return ""
    size = request.headers.get("content-length", "")
    if visit is None and (not size.isdecimal() or int(size) > _guest_bytes_max(request)):
        raise FormForged  # Guests send no files, except where they join.
    return _token_in(await read_form(request))


async def read_form(request: Request) -> FormData:
    """The request's form, kept for whoever asks `request.form()` later.

    A form without files is split by the standard library, at a tenth of what reading it byte by byte costs; one with
    too many fields is left to the framework, which refuses it.
    """
    unread = request._form is None  # noqa: SLF001 - where the framework keeps what it has read
    if unread and request.headers.get("content-type", "").split(";")[0] == URLENCODED:
        body = (await request.body()).decode("latin-1")
        with suppress(ValueError):
            fields = parse_qsl(body, keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
            request._form = FormData(list[tuple[str, str | UploadFile]](fields))  # noqa: SLF001
    return await request.form(max_fields=FORM_FIELDS_MAX)


def _token_in(form: FormData) -> str:
    value = form.get("csrf")
    return value if isinstance(value, str) else ""


def _guest_bytes_max(request: Request) -> int:
    cookie, most = GUEST_UPLOADS.get(request.url.path, (None, GUEST_BYTES_MAX))
    return GUEST_BYTES_MAX if cookie is None or not cookies.read(request, cookie) else most

"""Where people are sent who are not logged in, or must change their password first; programs get a problem."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.auth.rules import PasswordChangeNeeded, local_path
from models.kernel.refusals import Refusal
from web import errors
from web.auth import cookies
from web.auth.cookies import Cookie

PASSWORD_PAGE = "/account/password"  # noqa: S105 - an address
LOGIN_PAGE = "/login"
HARMONY = "/harmony"
HARMONY_LOGIN = "/harmony/login"
SEE_OTHER = 303


def login_address(page: str) -> str:
    """The log-in page that leads on to `page`."""
    door = HARMONY_LOGIN if f"{page}/".startswith(f"{HARMONY}/") else LOGIN_PAGE
    return door if page in {"/", HARMONY} else f"{door}?next={quote(page, safe='/')}"


async def logged_out(request: Request, refusal: Exception) -> Response:
    """People get the log-in page, which leads back to where they were; programs 401."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for LoggedOut only
    if errors.wants_json(request):
        return errors.problem(
            request,
            status=refusal.status,
            code=refusal.code,
            title=errors.sentence(refusal),
            headers={"WWW-Authenticate": "Bearer"},
        )
    answer = RedirectResponse(login_address(_here(request)), SEE_OTHER)
    cookies.clear(answer, Cookie.SESSION)
    return answer


def _here(request: Request) -> str:
    """The page to come back to: the one asked for, or the one a form was sent from."""
    if request.method == "GET":
        query = request.url.query
        return local_path(request.url.path + (f"?{query}" if query else ""))
    came = urlsplit(request.headers.get("referer", ""))
    return local_path(came.path) if came.netloc == request.headers.get("host") else "/"


async def password_change_needed(request: Request, refusal: Exception) -> Response:
    """A temporary password leads to one page only."""
    assert isinstance(refusal, PasswordChangeNeeded)  # noqa: S101 - registered for it only
    if errors.wants_json(request):
        words = errors.sentence(refusal)
        return errors.problem(request, status=refusal.status, code=refusal.code, title=words)
    return RedirectResponse(PASSWORD_PAGE, SEE_OTHER)

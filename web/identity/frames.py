"""Pages with forms for people who may not be logged in yet."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.auth import cookies
from web.auth.cookies import Cookie
from web.auth.visitor import csrf_of, visit_of
from web.render import page


def guest_page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """`page` with `keys` for its forms, and the cookie they are compared with."""
    token = csrf_of(request)
    answer = page(request, template, status=status, keys={"csrf": token}, **context)
    if visit_of(request) is None:
        cookies.write(answer, Cookie.FORM, token)
    return answer

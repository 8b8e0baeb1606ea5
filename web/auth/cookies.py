"""The portal's cookies. Over https their names carry ``__Host-``: no other host or path can set them."""

import datetime as dt
import secrets
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from models.settings import settings

FORM_TOKEN_BYTES = 32
REMEMBER_DAYS = 180


class Cookie(StrEnum):
    SESSION = "dongban"
    FORM = "dongban-form"
    """What forms must repeat before there is a session (double submit)."""
    CHALLENGE = "dongban-code"
    IDENTITY = "dongban-identity"
    """The token of a 본인인증."""
    EMAIL = "dongban-email"
    """The token of an 이메일인증."""
    RECOVERY = "dongban-recovery"
    """Whose password is looked for, while the person is at the carrier's."""
    SIGNUP = "dongban-signup"
    """The token of a 회원가입 form that is being filled in."""
    LOGIN = "dongban-id"
    """「아이디 저장」."""
    LINK = "dongban-harmony-password"
    """What a mailed link to a new password carries, so that no address does."""
    ENTRY = "dongban-harmony"
    """A way into Harmony before it is a session: log-in at another house, joining."""


def is_secure() -> bool:
    """Whether the portal is reached over https."""
    return settings().public_url.startswith("https:")


def name_of(cookie: Cookie) -> str:
    return f"__Host-{cookie.value}" if is_secure() else cookie.value


def read(request: Request, cookie: Cookie) -> str:
    """The value sent by the browser, empty when there is none."""
    return request.cookies.get(name_of(cookie), "")


def write(response: Response, cookie: Cookie, value: str, life: dt.timedelta | None = None) -> None:
    """Set a cookie that scripts cannot read; without `life` it ends with the browser."""
    response.set_cookie(
        name_of(cookie),
        value,
        max_age=None if life is None else int(life.total_seconds()),
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="lax",
    )


def clear(response: Response, *cookies: Cookie) -> None:
    for cookie in cookies:
        response.delete_cookie(name_of(cookie), path="/", secure=is_secure(), httponly=True, samesite="lax")


def form_token(request: Request) -> str:
    """The token for forms of somebody who is not logged in: the browser's own, or a new one to set."""
    return read(request, Cookie.FORM) or secrets.token_urlsafe(FORM_TOKEN_BYTES)

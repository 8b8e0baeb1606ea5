"""The outermost layer: request id, security headers, and a last page when the program fails."""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""No inline script or style anywhere."""
PERMISSIONS: Final = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
HSTS: Final = "max-age=31536000; includeSubDomains"

_log = logging.getLogger("dongban.web")
_ID_FROM_PROXY = re.compile(r"[0-9A-Za-z._-]{8,64}")

LastPage = Callable[[Request], Awaitable[Response]]


class Frame:
    """ASGI layer around the program. `https`: also send Strict-Transport-Security."""

    def __init__(self, app: ASGIApp, *, https: bool, last_page: LastPage) -> None:
        self.app = app
        self.https = https
        self.last_page = last_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def framed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._complete(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self.app(scope, receive, framed)
        except Exception:
            _log.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            if started:
                raise
            answer = await self.last_page(Request(scope))
            await answer(scope, receive, framed)

    def _complete(self, headers: MutableHeaders, request_id: str) -> None:
        headers["Content-Security-Policy"] = CSP
        headers["X-Frame-Options"] = "DENY"
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Request-ID"] = request_id
        if self.https:
            headers["Strict-Transport-Security"] = HSTS


def _request_id(scope: Scope) -> str:
    """The proxy's id when it has a harmless form, else our own."""
    for name, value in scope["headers"]:
        given = bytes(value).decode("latin-1")
        if name == b"x-request-id" and _ID_FROM_PROXY.fullmatch(given):
            return given
    return secrets.token_hex(8)

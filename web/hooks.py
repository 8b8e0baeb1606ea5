"""Doors for machines: a hub of electronic tax invoices tells that something changed there.

No session, no form, no person. Who knows the secret may wake an invoice, and no more: what it is woken to is read from
the hub. So nothing here can be lost but time, and nothing gained by lying, repeating or coming late.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models import clock, database
from models.settings import settings
from models.tax_invoices.events import Heard, Hub, hear
from web.auth.audience import Anyone

BYTES_MAX = 64 * 1024
WINDOW_SECONDS = 5 * 60
"""How far a message's own time may be from ours: one that was overheard is soon worth nothing."""
KEY = re.compile(r"[A-Za-z0-9_-]{1,24}")
EVENT_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
SCHEME = "v1="
POPBILL_STATE = "TAXINVOICE.STATE"

Message = dict[str, Any]


class Door(Route):
    """A route of a machine, without the layers that are there for people."""

    def __init__(self, path: str, endpoint: Any, why: str) -> None:
        super().__init__(path, endpoint, methods=["POST"], include_in_schema=False)
        self.audience = Anyone(why)


async def tax_hub(request: Request) -> Response:
    """The sandbox hub's: signed over its time and body. 202 taken, 200 had it before, 401 without a word why."""
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    if settings().tax_hub_url or not _is_signed(request, body):
        return Response(status_code=401)
    said = _object(body)
    event_id, key = _text(said, "id"), _text(said, "key")
    # The id in the head is not signed, the one in the body is.
    if event_id != request.headers.get("hub-event-id"):
        return Response(status_code=401)
    if not (EVENT_ID.fullmatch(event_id) and KEY.fullmatch(key)):
        return Response(status_code=400)
    heard = await run_in_threadpool(_hear, Hub.SANDBOX, event_id, key, body)
    return Response(status_code=200 if heard is Heard.AGAIN else 202)


async def popbill(request: Request) -> Response:
    """Popbill's: it shows the key it was given. Anything but its own 「OK」 it takes for a failure and repeats."""
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    if not settings().tax_hub_url or not _shows_key(request):
        return Response(status_code=401)
    said, event_id = _object(body), request.headers.get("pb-webhook-mid", "")
    key = _text(said, "invoiceeMgtKey")
    if not EVENT_ID.fullmatch(event_id) or (key and not KEY.fullmatch(key)):
        return Response(status_code=400)
    if request.headers.get("pb-webhook-type") == POPBILL_STATE:
        await run_in_threadpool(_hear, Hub.POPBILL, event_id, key, body)
    return JSONResponse({"result": "OK"})


ROUTES = [
    Door("/hooks/tax-hub", tax_hub, "a hub proves itself by its signature"),
    Door("/hooks/popbill", popbill, "Popbill proves itself by the key it was given"),
]


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is longer than any message."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BYTES_MAX:
            return None
    return bytes(body)


def _is_signed(request: Request, body: bytes) -> bool:
    timestamp = request.headers.get("hub-timestamp", "")
    given = request.headers.get("hub-signature", "")
    wanted = SCHEME + hmac.new(_secret(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not _same(wanted, given) or not TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(clock.now().timestamp() - int(timestamp)) <= WINDOW_SECONDS


def _shows_key(request: Request) -> bool:
    """As ``X-Api-Key``, or as the password of HTTP Basic: both are offered there."""
    given = request.headers.get("x-api-key", "")
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if not given and scheme.lower() == "basic":
        try:
            given = base64.b64decode(packed, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return _same(_secret().decode(), given)


def _secret() -> bytes:
    return settings().tax_hub_secret.encode()


def _same(wanted: str, given: str) -> bool:
    """Without a secret of ours nothing is right."""
    return hmac.compare_digest(wanted.encode(), given.encode()) and bool(_secret())


def _object(body: bytes) -> Message:
    try:
        said = json.loads(body.decode())
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: Message, name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _hear(hub: Hub, event_id: str, key: str, body: bytes) -> Heard:
    with database.web() as session:
        return hear(session, hub, event_id, key, body.decode(), clock.now())

"""본인인증 through PortOne's REST interface (V2, identity-verifications); the sandbox carrier speaks the same.

The person is read from the provider, never believed from the browser that comes back.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx2

from activities.gateways.asking import TIMEOUT_SECONDS, Rejected, Unavailable, ask, content
from activities.gateways.identity.interface import Confirmed, Declined
from models.identity.messages import IdentityRequest
from models.identity.rules import Method, Why
from models.members.rules import Sex

SEXES = {"MALE": Sex.MALE, "FEMALE": Sex.FEMALE}
NOT_BEGUN = "IDENTITY_VERIFICATION_NOT_FOUND"
DONE_BEFORE = frozenset({"IDENTITY_VERIFICATION_ALREADY_VERIFIED", "IDENTITY_VERIFICATION_ALREADY_SENT"})
FROM_CARRIER = "PG_PROVIDER"
SAYS_NO = frozenset({502})
"""With this status the provider passes on what the carrier says."""
REASONS = {
    "CANCELLED": Why.CANCELLED,
    "MISMATCH": Why.MISMATCH,
    "WRONG_OTP": Why.CODE_WRONG,
    "TRIES_USED": Why.TRIES_USED,
    "EXPIRED": Why.EXPIRED,
}
CENTURY_2000 = 2000


@dataclass(frozen=True, slots=True)
class Account:
    """A shop at the provider with the channel of the carriers' agency."""

    base_url: str
    secret: str = field(repr=False)
    channel: str = ""
    store: str = ""


def account(url: str) -> Account:
    """Read ``portone://<API secret>@api.portone.io?channel=channel-key-…[&store=store-…]``.

    Raises ValueError when the secret or the channel is missing.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if not parts.username or not parts.hostname or "channel" not in options:
        raise ValueError("IDENTITY_URL needs a secret and a channel: portone://secret@api.portone.io?channel=…")
    port = f":{parts.port}" if parts.port else ""
    return Account(
        base_url=f"{'http' if parts.scheme == 'portone+http' else 'https'}://{parts.hostname}{port}",
        secret=unquote(parts.username),
        channel=options["channel"],
        store=options.get("store", ""),
    )


class PortOneIdentities:
    def __init__(self, at: Account, transport: httpx2.BaseTransport | None = None) -> None:
        self.account = at
        self.client = httpx2.Client(
            base_url=at.base_url,
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            headers={"Authorization": f"PortOne {at.secret}"},
        )

    def send(self, check: str, request: IdentityRequest) -> None:
        customer = {
            "name": request.name,
            "phoneNumber": request.phone,
            "ipAddress": request.ip,
            "identityNumber": identity_number(request),
        }
        if request.method is Method.APP:
            del customer["identityNumber"]
        body = {
            "channelKey": self.account.channel,
            "customer": customer,
            "operator": request.carrier.value,
            "method": request.method.value,
        }
        self._post(check, "send", body)

    def confirm(self, check: str, code: str) -> None:
        self._post(check, "confirm", {"otp": code} if code else {})

    def read(self, check: str) -> Confirmed | None:
        query = {"storeId": self.account.store} if self.account.store else {}
        answer = ask(self.client, "GET", _path(check), params=query)
        said = content(answer)
        if answer.status_code >= httpx2.codes.BAD_REQUEST:
            if said.get("type") == NOT_BEGUN:
                return None
            raise Rejected(str(said.get("type", answer.status_code)))
        if said.get("status") == "FAILED":
            raise Declined(_why(said.get("failure") or {}))
        return _person(said["verifiedCustomer"]) if said.get("status") == "VERIFIED" else None

    def _post(self, check: str, what: str, body: dict[str, Any]) -> None:
        store = {"storeId": self.account.store} if self.account.store else {}
        answer = ask(self.client, "POST", f"{_path(check)}/{what}", meant=SAYS_NO, json=body | store)
        if answer.status_code < httpx2.codes.BAD_REQUEST:
            return
        said = content(answer)
        kind = str(said.get("type", answer.status_code))
        if kind in DONE_BEFORE:
            return
        if kind == FROM_CARRIER:
            why = _why(said)
            raise Declined(why, final=what == "send" or why not in {Why.CODE_WRONG, Why.UNKNOWN})
        if answer.status_code in SAYS_NO:
            raise Unavailable(f"HTTP {answer.status_code}")
        raise Rejected(kind)


def _path(check: str) -> str:
    return f"/identity-verifications/{quote(check, safe='')}"


def _why(said: dict[str, Any]) -> Why:
    return REASONS.get(str(said.get("pgCode", "")), Why.UNKNOWN)


def identity_number(request: IdentityRequest) -> str:
    """The first seven digits of the resident number: birth date and one digit for century, sex and nationality."""
    digit = (0 if request.sex is Sex.MALE else 1) + (4 if request.foreign_national else 0) + 1
    if request.birth_date.year >= CENTURY_2000:
        digit += 2
    return f"{request.birth_date:%y%m%d}{digit}"


def _person(said: dict[str, Any]) -> Confirmed:
    try:
        return Confirmed(
            name=said["name"],
            birth_date=dt.date.fromisoformat(said["birthDate"]),
            sex=SEXES[said["gender"]],
            foreign_national=bool(said.get("isForeigner", False)),
            phone="".join(char for char in said["phoneNumber"] if char.isdecimal()),
            ci=said["ci"],
        )
    except (KeyError, TypeError, ValueError) as error:
        # The contract with the agency does not give what joining needs: an operator's matter.
        raise Unavailable(f"the provider left out {error}") from None

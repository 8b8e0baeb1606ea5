"""The sandbox hub over its HTTP interface."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from activities.gateways.asking import RETRIED, TIMEOUT_SECONDS, ask, content
from activities.gateways.tax_hub.acting import CANCELLED, ON_ITS_WAY, SENT, UNDONE, act, checked
from activities.gateways.tax_hub.interface import (
    Code,
    HubContact,
    HubState,
    HubStatus,
    Membership,
    Rejected,
    Standing,
    Unavailable,
    Violation,
)
from models.etax.build import build
from models.etax.document import Invoice

PATH = "/hub/api/v1"
XML_BYTES_MAX = 1_000_000
CLOSED_TO_US = frozenset({httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN})

STATES: Mapping[str, HubStatus] = {
    "REQUESTED": HubStatus.REQUESTED,
    "REQUEST_REFUSED": HubStatus.REFUSED,
    "REQUEST_CANCELLED": HubStatus.REQUEST_CANCELLED,
    "ISSUED": HubStatus.ISSUED,
    "ISSUANCE_CANCELLED": HubStatus.ISSUE_CANCELLED,
    "WAITING_SENDING": HubStatus.NTS_WAITING,
    "SENDING": HubStatus.NTS_SENDING,
    "SENDING_COMPLETED": HubStatus.NTS_ACCEPTED,
    "SENDING_FAILED": HubStatus.NTS_FAILED,
}
"""The hub's words for where a document stands, and ours."""


@dataclass(frozen=True, slots=True)
class Account:
    base_url: str
    key: str = field(repr=False)


class SandboxHub:
    """A `TaxHub`."""

    name = "sandbox"

    def __init__(self, at: Account, transport: httpx2.BaseTransport | None = None) -> None:
        self.client = httpx2.Client(
            base_url=at.base_url,
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            headers={"Authorization": f"Bearer {at.key}"},
        )

    def file(self, key: str, invoice: Invoice, contact: HubContact, memo: str = "", *, own: bool = False) -> HubState:
        body = {
            "direction": "forward" if own else "reverse",
            "xml": build(invoice).decode(),
            "contact": {"name": contact.name, "email": contact.email, "phone": contact.phone},
            "memo": memo,
        }
        # The key makes it the same request, however often it is put.
        return _state(self._ask("PUT", f"/documents/{checked(key)}", json=body))

    def state(self, key: str) -> HubState | None:
        try:
            return _state(self._ask("GET", f"/documents/{checked(key)}"))
        except Rejected as no:
            if no.code == Code.UNKNOWN_KEY:
                return None
            raise

    def cancel_request(self, key: str, reason: str) -> HubState:
        return self._act(key, "cancel-request", CANCELLED, {"reason": reason})

    def cancel_issue(self, key: str, reason: str) -> HubState:
        return self._act(key, "cancel-issue", UNDONE, {"reason": reason})

    def send(self, key: str) -> HubState:
        return self._act(key, "send", SENT)

    def resend(self, key: str) -> HubState:
        return self._act(key, "resend", ON_ITS_WAY)

    def remind(self, key: str) -> None:
        self._ask("POST", f"/documents/{checked(key)}/remind", json={})

    def xml(self, key: str) -> bytes:
        try:
            with self.client.stream("GET", f"{PATH}/documents/{checked(key)}/xml") as answer:
                if not answer.is_success:
                    answer.read()
                    raise _why_not(answer)
                return _limited(answer)
        except httpx2.TransportError as error:
            raise Unavailable(type(error).__name__) from None

    def membership(self, registration_number: str) -> Membership:
        if not registration_number.isdecimal():
            raise Rejected(Code.INVALID_DOCUMENT)
        said = self._ask("GET", f"/members/{registration_number}")
        with _reading():
            return Membership(
                standing=Standing(said["membership"]), certificate_valid_until=_day(said.get("certificate_valid_until"))
            )

    def _act(self, key: str, what: str, goal: frozenset[HubStatus], body: Mapping[str, str] | None = None) -> HubState:
        return act(
            lambda: self.state(key),
            goal,
            lambda: self._ask("POST", f"/documents/{checked(key)}/{what}", json=body or {}),
        )

    def _ask(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        answer = self._answer(method, path, **how)
        return content(answer) if answer.content else {}

    def _answer(self, method: str, path: str, **how: Any) -> httpx2.Response:
        answer = ask(self.client, method, PATH + path, **how)
        if not answer.is_success:
            raise _why_not(answer)
        return answer


class _reading:  # noqa: N801 - used as a word
    """What an answer must have and has not makes it no answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            raise Unavailable(f"an answer without sense: {type(error).__name__}") from None


def _state(said: dict[str, Any]) -> HubState:
    with _reading():
        sent: dict[str, Any] = said.get("transmission") or {}
        return HubState(
            state=STATES[said["state"]],
            version=int(said["state_version"]),
            approval_number=said.get("approval_number") or None,
            written_on=_day(said.get("written_on")),
            issued_at=_instant(said.get("issued_at")),
            refused_reason=said.get("refused_reason") or None,
            sent_at=_instant(sent.get("sent_at")),
            result_code=sent.get("result_code") or None,
            result_text=sent.get("result_text") or None,
        )


def _limited(answer: httpx2.Response) -> bytes:
    """The body, as long as it may be a document's."""
    found = bytearray()
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > XML_BYTES_MAX:
            raise Unavailable("more than a document")
    return bytes(found)


def _why_not(answer: httpx2.Response) -> Exception:
    """A no, or an answer that is none. A key that opens nothing is the operator's matter: the document waits."""
    status = answer.status_code
    away = status in RETRIED or status in CLOSED_TO_US or status >= httpx2.codes.INTERNAL_SERVER_ERROR
    if away or status < httpx2.codes.BAD_REQUEST:
        return Unavailable(f"HTTP {status}")
    return _rejected(answer)


def _rejected(answer: httpx2.Response) -> Rejected:
    said = content(answer)
    code = str(said.get("code") or answer.status_code)
    if answer.status_code == httpx2.codes.NOT_FOUND:
        code = Code.UNKNOWN_KEY
    found = said.get("violations")
    violations = [
        Violation(str(one.get("path", "")), str(one.get("code", "")), str(one.get("sentence", "")))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]
    return Rejected(code, str(said.get("detail") or said.get("title") or ""), violations)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None


def _instant(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant without a zone")
    return found

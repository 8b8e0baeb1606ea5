"""What the house asks of a hub of electronic tax invoices (세금계산서 ASP).

A hub is a place where the other side signs. Nothing it tells by itself is believed; what it answers when asked is.
Every method may raise Unavailable: the hub did not answer, or asked to come back; the same question may be put again,
and whether the last one arrived is found out by ``state``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from activities.gateways.asking import Rejected as RejectedAnswer
from activities.gateways.asking import Unavailable
from models.etax.document import Invoice

__all__ = [
    "Code",
    "HubContact",
    "HubState",
    "HubStatus",
    "Membership",
    "Rejected",
    "Standing",
    "TaxHub",
    "Unavailable",
    "Violation",
]


class HubStatus(StrEnum):
    """Where a document stands at the hub: one vocabulary for every hub."""

    REQUESTED = "requested"
    REFUSED = "refused"
    REQUEST_CANCELLED = "request_cancelled"
    ISSUED = "issued"
    ISSUE_CANCELLED = "issue_cancelled"
    NTS_WAITING = "nts_waiting"
    NTS_SENDING = "nts_sending"
    NTS_ACCEPTED = "nts_accepted"
    NTS_FAILED = "nts_failed"


@dataclass(frozen=True, slots=True)
class HubState:
    """What the hub answered about one document.

    `version` grows with every change there (None: this hub does not count). Instants carry a time zone.
    """

    state: HubStatus
    version: int | None = None
    approval_number: str | None = None
    written_on: dt.date | None = None
    issued_at: dt.datetime | None = None
    refused_reason: str | None = None
    sent_at: dt.datetime | None = None
    result_code: str | None = None
    result_text: str | None = None


class Standing(StrEnum):
    """정회원, 준회원, no member. Only a full member can sign."""

    FULL = "full"
    ASSOCIATE = "associate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Membership:
    """How a company stands at the hub, and until when the certificate it put there is valid (None: none there)."""

    standing: Standing
    certificate_valid_until: dt.date | None = None

    @property
    def can_sign(self) -> bool:
        return self.standing is Standing.FULL


@dataclass(frozen=True, slots=True)
class HubContact:
    """Who at the supplier is asked to sign (담당자)."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing the hub does not like about the document."""

    path: str
    code: str
    sentence: str


class Rejected(RejectedAnswer):
    """The hub will not do this however often it is asked.

    `code`: one of this module's ``Code`` where the hub's own could be read so, else the hub's own;
    `sentence`: its words.
    """

    def __init__(self, code: str, sentence: str = "", violations: Sequence[Violation] = ()) -> None:
        super().__init__(code)
        self.sentence = sentence
        self.violations = tuple(violations)


class Code(StrEnum):
    """Why a hub says no, as far as anything here depends on it."""

    KEY_TAKEN = "key_taken"
    """The key is another document's."""
    INVALID_DOCUMENT = "invalid_document"
    NOT_MEMBER = "not_member"
    STATE_FORBIDS = "state_forbids"
    """The document is no longer, or not yet, where this can be done: ask for its state."""
    UNKNOWN_KEY = "unknown_key"


class TaxHub(Protocol):
    """One hub with one account. `key`: the house's name of the document there, 1-24 of ``A-Za-z0-9_-``.

    All raise Unavailable and Rejected. The acts answer with the state after them; asked again when it has been done
    already, they answer the same and do nothing.
    """

    name: str

    def file(self, key: str, invoice: Invoice, contact: HubContact, memo: str = "", *, own: bool = False) -> HubState:
        """Ask the supplier for its signature (역발행 요청); `own`: the supplier is the house itself (정발행).

        The same key and content again is the same request.
        """
        ...

    def state(self, key: str) -> HubState | None:
        """The document's present state; None where the hub knows no such key."""
        ...

    def cancel_request(self, key: str, reason: str) -> HubState:
        """Withdraw a request nobody has signed or refused (역발행 요청취소)."""
        ...

    def cancel_issue(self, key: str, reason: str) -> HubState:
        """Undo a signature that was not sent to the tax service yet (발행취소)."""
        ...

    def send(self, key: str) -> HubState:
        """Send a signed invoice to the tax service now (국세청 즉시전송)."""
        ...

    def resend(self, key: str) -> HubState:
        """Send an invoice the tax service did not take once more."""
        ...

    def remind(self, key: str) -> None:
        """Have the hub write to the supplier's contact again."""
        ...

    def xml(self, key: str) -> bytes:
        """The signed document as it was issued. Rejected(state_forbids) before that."""
        ...

    def membership(self, registration_number: str) -> Membership:
        """How the company of ten digits stands at the hub."""
        ...

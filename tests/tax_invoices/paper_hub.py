"""A hub of paper: the interface, kept in memory, with everything at hand that a hub may do to the house."""

import dataclasses
import datetime as dt
import itertools
from dataclasses import dataclass, field

from activities.gateways.tax_hub.interface import (
    Code,
    HubContact,
    HubState,
    HubStatus,
    Membership,
    Rejected,
    Standing,
    Unavailable,
)
from models import clock
from models.etax.build import build
from models.etax.certificates import Credential, credential
from models.etax.document import Invoice
from models.etax.numbers import approval_number
from models.etax.signature import sign
from tests.etax import papers

REGISTRAR = "41000073"


@dataclass
class Paper:
    """One document at the hub."""

    invoice: Invoice
    state: HubState
    xml: bytes = b""
    issued: int = 0


@dataclass
class PaperHub:
    """A `TaxHub`. `asked` lists every call; with `away` none is answered, with `no` the named ones are refused."""

    name: str = "paper"
    papers: dict[str, Paper] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    no: dict[str, Rejected] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Calls that are done, but whose answer never comes back."""
    own: dict[str, bool] = field(default_factory=dict)
    """Of each document whether the house filed it as the supplier."""
    away: bool = False
    member: Membership = field(default_factory=lambda: Membership(Standing.FULL))
    serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def file(self, key: str, invoice: Invoice, contact: HubContact, memo: str = "", *, own: bool = False) -> HubState:
        self.own[key] = own
        assert "@" in contact.email
        self._asked("file", key)
        if key not in self.papers:
            self.papers[key] = Paper(invoice, HubState(HubStatus.REQUESTED, 1, written_on=invoice.written_on))
        return self._told("file", key)

    def state(self, key: str) -> HubState | None:
        self._asked("state", key)
        return self._told("state", key) if key in self.papers else None

    def cancel_request(self, key: str, reason: str) -> HubState:
        return self._act("cancel_request", key, HubStatus.REQUESTED, HubStatus.REQUEST_CANCELLED)

    def cancel_issue(self, key: str, reason: str) -> HubState:
        return self._act("cancel_issue", key, HubStatus.ISSUED, HubStatus.ISSUE_CANCELLED)

    def send(self, key: str) -> HubState:
        return self._act("send", key, HubStatus.ISSUED, HubStatus.NTS_WAITING)

    def resend(self, key: str) -> HubState:
        return self._act("resend", key, HubStatus.NTS_FAILED, HubStatus.NTS_WAITING)

    def remind(self, key: str) -> None:
        self._asked("remind", key)

    def xml(self, key: str) -> bytes:
        self._asked("xml", key)
        return self.papers[key].xml

    def membership(self, registration_number: str) -> Membership:
        self._asked("membership", registration_number)
        return self.member

    def move(self, key: str, state: HubStatus, **more: object) -> None:
        """What its machines do."""
        paper = self.papers[key]
        version = (paper.state.version or 0) + 1
        paper.state = dataclasses.replace(paper.state, state=state, version=version, **more)  # type: ignore[arg-type]

    def sign(self, key: str, by: Credential | None = None, **otherwise: object) -> str:
        """What the supplier does; `otherwise` is what the document says other than was asked. Its approval number."""
        paper = self.papers[key]
        at = clock.now().replace(microsecond=0)
        number = approval_number(paper.invoice.written_on, REGISTRAR, next(self.serial))
        facts: dict[str, object] = {"issue_id": number, "issued_at": at} | otherwise
        issued = dataclasses.replace(paper.invoice, **facts)  # type: ignore[arg-type]
        paper.xml = sign(build(issued), by or signer())
        paper.issued += 1
        self.move(key, HubStatus.ISSUED, approval_number=number, issued_at=at)
        return number

    def transmit(self, key: str, *, well: bool = True) -> None:
        for state in (HubStatus.NTS_WAITING, HubStatus.NTS_SENDING):
            self.move(key, state)
        if well:
            self.move(key, HubStatus.NTS_ACCEPTED, sent_at=clock.now(), result_code="SUC001", result_text="성공")
        else:
            self.move(key, HubStatus.NTS_FAILED, result_code="ERR301", result_text="국세청 점검")

    def count(self, what: str) -> int:
        return sum(1 for one, _ in self.asked if one == what)

    def _act(self, what: str, key: str, at: HubStatus, to: HubStatus) -> HubState:
        self._asked(what, key)
        if self.papers[key].state.state == at:
            self.move(key, to)
        elif self.papers[key].state.state != to:
            raise Rejected(Code.STATE_FORBIDS, "지금 상태에서는 할 수 없습니다.")
        return self._told(what, key)

    def _asked(self, what: str, key: str) -> None:
        if self.away:
            raise Unavailable("away")
        self.asked.append((what, key))
        if what in self.no:
            raise self.no[what]

    def _told(self, what: str, key: str) -> HubState:
        if what in self.lost:
            raise Unavailable("the answer was lost")
        return self.papers[key].state


def signer() -> Credential:
    """The supplier's, of the authority the tests believe."""
    return credential_of(papers.SUPPLIER_NUMBER)


def credential_of(
    number: str | None, valid: tuple[dt.datetime, dt.datetime] = (papers.FROM, papers.UNTIL)
) -> Credential:
    made = papers.certificate(number, issuer=papers.authority(), valid=valid)
    return Credential(papers.key(), made, (), credential(papers.key(), made).certificate_base64)

"""Popbill. The house asks as the buyer: type BUY, our key is its `invoiceeMgtKey`."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from popbill.taxinvoiceService import TaxinvoiceService

from activities.gateways.tax_hub import popbill_form
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
)
from activities.gateways.tax_hub.popbill_line import Account, Tokens, account, service, sorted_answers
from models.etax.document import Invoice
from models.kernel.calendar import KST

__all__ = ["Account", "PopbillHub", "account"]

BUY = "BUY"
NOTES_CHARS_MAX = 200
MEMBER = 1

DRAFT = 100
STATES: Mapping[int, HubStatus] = {
    200: HubStatus.REQUESTED,
    210: HubStatus.REQUESTED,
    300: HubStatus.ISSUED,
    301: HubStatus.ISSUED,
    302: HubStatus.NTS_WAITING,
    303: HubStatus.NTS_SENDING,
    304: HubStatus.NTS_ACCEPTED,
    305: HubStatus.NTS_FAILED,
    310: HubStatus.ISSUED,
    311: HubStatus.ISSUED,
    312: HubStatus.NTS_WAITING,
    313: HubStatus.NTS_SENDING,
    314: HubStatus.NTS_ACCEPTED,
    315: HubStatus.NTS_FAILED,
    400: HubStatus.REFUSED,
    410: HubStatus.REFUSED,
    500: HubStatus.REQUEST_CANCELLED,
    510: HubStatus.REQUEST_CANCELLED,
    600: HubStatus.ISSUE_CANCELLED,
}
"""Popbill's `stateCode` and ours. 301 and 311 are 「전송전」: signed, and still to be undone."""

Said = TypeVar("Said")


class PopbillHub:
    """A `TaxHub`."""

    name = "popbill"

    def __init__(self, at: Account) -> None:
        self.account = at
        self.tokens = Tokens(at)

    def file(self, key: str, invoice: Invoice, contact: HubContact, memo: str = "", *, own: bool = False) -> HubState:
        if own:
            # There the supplier's documents are of another type (SELL), and signed with the certificate kept there.
            raise Rejected(Code.INVALID_DOCUMENT, "정발행은 팝빌 사이트에서 발급하고 XML을 등록해 주세요.")
        wanted = popbill_form.taxinvoice(checked(key), invoice, contact)
        # Popbill takes a key once; what an earlier call with this one made is looked at before, and after a no.
        if (found := self._info(key)) is None:
            return self._request(key, wanted, memo)
        return self._same(key, found, wanted)

    def state(self, key: str) -> HubState | None:
        found = self._info(checked(key))
        return None if found is None or _code(found) == DRAFT else _state(found)

    def cancel_request(self, key: str, reason: str) -> HubState:
        return self._act(key, CANCELLED, lambda at: at.cancelRequest, reason[:NOTES_CHARS_MAX])

    def cancel_issue(self, key: str, reason: str) -> HubState:
        # Whether the buyer may is Popbill's to say; its sentence is passed on.
        return self._act(key, UNDONE, lambda at: at.cancelIssue, reason[:NOTES_CHARS_MAX])

    def send(self, key: str) -> HubState:
        return self._act(key, SENT, lambda at: at.sendToNTS)

    def resend(self, key: str) -> HubState:
        return self._act(key, ON_ITS_WAY, lambda at: at.sendToNTS)

    def remind(self, key: str) -> None:
        checked(key)
        receiver = self._call(lambda at: at.getDetailInfo(self.account.corp, BUY, key).invoicerEmail)
        if not receiver:
            raise Rejected(Code.INVALID_DOCUMENT, "공급자 담당자의 메일 주소가 없습니다.")
        self._call(lambda at: at.sendEmail(self.account.corp, BUY, key, receiver, self.account.user))

    def xml(self, key: str) -> bytes:
        now = self.state(key)
        if now is None:
            raise Rejected(Code.UNKNOWN_KEY)
        if now.approval_number is None:
            raise Rejected(Code.STATE_FORBIDS)
        found = self._call(lambda at: at.getXML(self.account.corp, BUY, key).retObject)
        if not isinstance(found, str) or not found:
            raise Unavailable("no document in the answer")
        return found.encode()

    def membership(self, registration_number: str) -> Membership:
        if not registration_number.isdecimal():
            raise Rejected(Code.INVALID_DOCUMENT)
        if self._call(lambda at: at.checkIsMember(registration_number).code) != MEMBER:
            return Membership(Standing.NONE)
        try:
            until = self._call(lambda at: at.getCertificateExpireDate(registration_number))
        except Rejected:
            # A member that has put no certificate there cannot sign.
            return Membership(Standing.ASSOCIATE)
        return Membership(Standing.FULL, until.date())

    def _request(self, key: str, wanted: popbill_form.Form, memo: str) -> HubState:
        try:
            self._call(
                lambda at: at.registRequest(self.account.corp, wanted.sdk(), memo[:NOTES_CHARS_MAX], self.account.user)
            )
        except Rejected:
            if (found := self._info(key)) is None:
                raise
            return self._same(key, found, wanted)
        now = self.state(key)
        if now is None:
            raise Unavailable("the request cannot be seen yet")
        return now

    def _same(self, key: str, found: Any, wanted: popbill_form.Form) -> HubState:
        if not wanted.is_described_by(found):
            raise Rejected(Code.KEY_TAKEN, "이미 다른 문서가 쓰고 있는 문서번호입니다.")
        if _code(found) == DRAFT:
            return self._act(key, frozenset({HubStatus.REQUESTED}), lambda at: at.request)
        return _state(found)

    def _act(
        self, key: str, goal: frozenset[HubStatus], method: Callable[[TaxinvoiceService], Any], *more: str
    ) -> HubState:
        corp, user = self.account.corp, self.account.user
        return act(
            lambda: self.state(checked(key)),
            goal,
            lambda: self._call(lambda at: method(at)(corp, BUY, checked(key), *more, UserID=user)),
        )

    def _info(self, key: str) -> Any | None:
        try:
            found = self._call(lambda at: at.getInfo(self.account.corp, BUY, key))
        except Rejected as no:
            if no.code == Code.UNKNOWN_KEY:
                return None
            raise
        _code(found)
        return found

    def _call(self, ask: Callable[[TaxinvoiceService], Said]) -> Said:
        """One call on a connection of its own. Raises Rejected for Popbill's no, Unavailable for everything else."""
        with service(self.account, self.tokens) as at:
            return ask(at)


def _code(found: Any) -> int:
    """Its `stateCode`, which comes as a number or as digits."""
    with sorted_answers():
        return int(found.stateCode)


def _state(found: Any) -> HubState:
    status = STATES.get(_code(found))
    if status is None:
        raise Unavailable(f"unknown state {_code(found)}")
    refused = status is HubStatus.REFUSED
    with sorted_answers():
        return HubState(
            state=status,
            approval_number=found.ntsconfirmNum or None,
            written_on=popbill_form.day(found.writeDate),
            issued_at=_instant(found.issueDT),
            refused_reason=(found.stateMemo or None) if refused else None,
            sent_at=_instant(found.ntssendDT),
            result_code=found.ntssendErrCode or found.ntsresult or None,
        )


def _instant(text: str | None) -> dt.datetime | None:
    """yyyyMMddHHmmss, in Seoul."""
    return dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=KST) if text else None

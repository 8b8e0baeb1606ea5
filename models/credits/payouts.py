"""대량이체: the file of a payment day, what becomes of it at the bank, and what its results press on the reports.

A payment is in one file at a time, to the account in force when the file was made; one that failed may be in a later
file. Nothing here moves a report: results are kept and pressed on it as its officer's acts.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import clock
from models.auth.disclosures import Subject, note
from models.credits import account_rules
from models.credits.account_tables import CreditAccount
from models.credits.kind import CREDIT_REPORT
from models.credits.messages import PaidOn, PaymentFailed
from models.credits.payout_rules import (
    PAYOUTS_MAX,
    AccountsChanged,
    FileClosed,
    FileNotSent,
    FileSent,
    NobodyToPay,
    PayoutTaken,
    Result,
    ResultsFaulty,
    faults_of,
    memo,
)
from models.credits.report_rules import Status
from models.credits.report_tables import CreditReport, Payout, PayoutFile
from models.credits.rules import PayoutState
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.processes.messages import Actor, command_payload
from models.processes.queries import visible_to
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, audit_of, insert_command, lock_case, next_number, wake

PREFIX = "PF"
KIND = "payout_file"
_LIVE = (PayoutState.WAITING.value, PayoutState.SENT.value, PayoutState.PAID.value)


@dataclass(frozen=True, slots=True)
class Due:
    """A report to be paid and the account it would be paid to; empty: it has none."""

    report: CreditReport
    account: CreditAccount | None


def due(session: Session, actor: Actor, day: dt.date, ids: Iterable[int] | None = None) -> list[Due]:
    """What a file of that day would hold: reports whose day has come, or those named, whatever their day."""
    taken = select(col(Payout.id)).where(col(Payout.report_id) == col(CreditReport.id), col(Payout.state).in_(_LIVE))
    rows = (
        visible_to(actor, CreditReport)
        .add_columns(CreditAccount)
        .join(
            CreditAccount,
            (col(CreditAccount.group_id) == col(CreditReport.group_id))
            & (col(CreditAccount.status) == account_rules.Status.ACTIVE.value),
            isouter=True,
        )
        .where(col(CreditReport.status) == Status.PAYING.value, ~taken.exists())
        .order_by(col(CreditReport.company_name), col(CreditReport.id))
        .limit(PAYOUTS_MAX + 1)
    )
    wanted = col(CreditReport.pay_on) <= day if ids is None else col(CreditReport.id).in_(list(ids))
    return [Due(report, account) for report, account in session.execute(rows.where(wanted))]


def make(
    session: Session, actor: Actor, day: dt.date, now: dt.datetime, ids: Iterable[int] | None = None
) -> PayoutFile:
    """「지급 파일 만들기」: everything that is due on the day and has an account. Raises NotYourTurn, NobodyToPay,
    PayoutTaken.
    """
    actor.must_hold(Role.SETTLEMENT)
    # Two officers making the file of one day at once: the second finds nothing left.
    lock_case(session, "payout-files")
    found = [one for one in due(session, actor, day, ids) if one.account is not None][:PAYOUTS_MAX]
    if not found:
        raise NobodyToPay
    file = PayoutFile(
        number=next_number(session, PREFIX, now),
        pay_on=day,
        count=len(found),
        total=sum(one.report.payable for one in found),
        created_by=actor.member_id,
        created_name=actor.name,
        created_at=now,
    )
    session.add(file)
    session.flush()
    session.add_all([_payout(file, position, one) for position, one in enumerate(found, start=1)])
    try:
        session.flush()
    except IntegrityError as taken:
        # The database's last line: a payment of one of them is under way.
        raise PayoutTaken from taken
    audit_of(session, actor, (KIND, file.id or 0, None), "create", {"count": file.count, "total": file.total})
    return file


def _payout(file: PayoutFile, position: int, of: Due) -> Payout:
    assert of.account is not None  # noqa: S101 - chosen so
    return Payout(
        payout_file_id=file.id or 0,
        position=position,
        report_id=of.report.id or 0,
        group_id=of.report.group_id,
        credit_account_id=of.account.id or 0,
        bank_code=of.account.bank_code,
        account_number=of.account.account_number,
        holder=of.account.holder_found or of.account.holder,
        amount=of.report.payable,
        memo=memo(of.report.month),
        state=PayoutState.WAITING.value,
    )


def files(actor: Actor) -> Select[Any]:
    """Every payout file, for the staff whose work they are."""
    actor.must_hold(Role.SETTLEMENT, Role.ADMIN, Role.MEDIA_MANAGER)
    return select(PayoutFile)


def file(session: Session, actor: Actor, file_id: int, *, lock: bool = False) -> PayoutFile:
    """One of them. Raises NotFound."""
    row = files(actor).where(col(PayoutFile.id) == file_id)
    found: PayoutFile | None = session.execute(row.with_for_update() if lock else row).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def payments(session: Session, file_id: int) -> Sequence[tuple[Payout, CreditReport]]:
    """The payments of a file the caller was allowed to find, in its order, with their reports."""
    rows = (
        select(Payout, CreditReport)
        .join(CreditReport, col(CreditReport.id) == col(Payout.report_id))
        .where(col(Payout.payout_file_id) == file_id)
        .order_by(col(Payout.position))
    )
    return [(payout, report) for payout, report in session.execute(rows)]


def of_report(session: Session, report_id: int) -> Sequence[tuple[Payout, PayoutFile]]:
    """Every payment that was tried for a report the caller was allowed to find, the newest first."""
    rows = (
        select(Payout, PayoutFile)
        .join(PayoutFile, col(PayoutFile.id) == col(Payout.payout_file_id))
        .where(col(Payout.report_id) == report_id)
        .order_by(col(Payout.id).desc())
    )
    return [(payout, of) for payout, of in session.execute(rows)]


def changed_accounts(session: Session, file_id: int) -> list[int]:
    """Positions of waiting payments whose group is paid elsewhere by now."""
    rows = (
        select(col(Payout.position))
        .join(CreditAccount, col(CreditAccount.id) == col(Payout.credit_account_id))
        .where(
            col(Payout.payout_file_id) == file_id,
            col(Payout.state) == PayoutState.WAITING.value,
            col(CreditAccount.status) != account_rules.Status.ACTIVE.value,
        )
        .order_by(col(Payout.position))
    )
    return list(session.execute(rows).scalars())


def opened(session: Session, actor: Actor, file_id: int, ip: str) -> list[tuple[Payout, CreditReport]]:
    """What a download holds, account numbers in full; who took it is kept. Raises NotYourTurn, NotFound, FileClosed."""
    actor.must_hold(Role.SETTLEMENT)
    of = file(session, actor, file_id)
    rows = [row for row in payments(session, file_id) if row[0].state != PayoutState.DROPPED]
    if not rows:
        raise FileClosed
    note(session, actor, Subject(KIND, file_id, of.number), "account_number", f"지급 파일 {of.number} 내려받기", ip)
    audit_of(session, actor, (KIND, file_id, None), "download", {"count": len(rows)})
    return rows


def send(session: Session, actor: Actor, file_id: int, now: dt.datetime) -> PayoutFile:
    """「은행에 전달」: from here on only the bank's results decide. Raises NotYourTurn, NotFound, FileSent, FileClosed,
    AccountsChanged.
    """
    actor.must_hold(Role.SETTLEMENT)
    of = _unsent(session, actor, file_id)
    changed = changed_accounts(session, file_id)
    if changed:
        raise AccountsChanged(count=len(changed))
    _move(session, file_id, PayoutState.SENT)
    of.sent_at, of.sent_name = now, actor.name
    session.add(of)
    audit_of(session, actor, (KIND, file_id, None), "send", {"total": of.total})
    return of


def discard(session: Session, actor: Actor, file_id: int, now: dt.datetime) -> PayoutFile:
    """「파일 취소」: its payments may be in another file. Raises NotYourTurn, NotFound, FileSent, FileClosed."""
    actor.must_hold(Role.SETTLEMENT)
    of = _unsent(session, actor, file_id)
    _move(session, file_id, PayoutState.DROPPED)
    of.closed_at = now
    session.add(of)
    audit_of(session, actor, (KIND, file_id, None), "discard")
    return of


def _unsent(session: Session, actor: Actor, file_id: int) -> PayoutFile:
    of = file(session, actor, file_id, lock=True)
    if of.sent_at is not None:
        raise FileSent
    if of.closed_at is not None:
        raise FileClosed
    return of


def _move(session: Session, file_id: int, state: PayoutState) -> None:
    waiting = update(Payout).where(
        col(Payout.payout_file_id) == file_id, col(Payout.state) == PayoutState.WAITING.value
    )
    session.execute(waiting.values(state=state.value).execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import of results did; `same`: rows whose result was known already."""

    paid: int
    failed: int
    same: int


def take_results(session: Session, actor: Actor, file_id: int, results: Sequence[Result], now: dt.datetime) -> Taken:
    """「이체 결과 올리기」: all of it or, with one wrong row, nothing; the same file twice changes nothing.

    Raises NotYourTurn, NotFound, FileNotSent, ResultsFaulty.
    """
    actor.must_hold(Role.SETTLEMENT)
    of = file(session, actor, file_id, lock=True)
    if of.sent_at is None:
        raise FileNotSent
    rows = {payout.position: (payout, report) for payout, report in payments(session, file_id)}
    today = local_date(now)
    known = {place: (p.amount, r.number, p.state, p.failure) for place, (p, r) in rows.items()}
    wrong = faults_of(results, known, local_date(of.created_at), today)
    if wrong:
        raise ResultsFaulty(wrong)
    fresh = [one for one in results if rows[one.position][0].state == PayoutState.SENT]
    for one in fresh:
        _keep_result(session, actor, *rows[one.position], one, one.paid_on or min(of.pay_on, today), now)
    _hurry(session, [_request_id(rows[one.position][0]) for one in fresh])
    of.results_at = now
    if all(payout.state != PayoutState.SENT for payout, _ in rows.values()):
        of.closed_at = now
    session.add(of)
    taken = Taken(
        paid=sum(one.is_paid for one in fresh),
        failed=sum(not one.is_paid for one in fresh),
        same=len(results) - len(fresh),
    )
    audit_of(session, actor, (KIND, file_id, None), "results", {"paid": taken.paid, "failed": taken.failed})
    return taken


def _keep_result(
    session: Session,
    actor: Actor,
    payout: Payout,
    report: CreditReport,
    result: Result,
    paid_on: dt.date,
    now: dt.datetime,
) -> None:
    """The payment's result, and the act on its report, as the officer who brought the bank's file."""
    payout.state = (PayoutState.PAID if result.is_paid else PayoutState.FAILED).value
    payout.result_at = now
    act = "pay" if result.is_paid else "payment_failed"
    if result.is_paid:
        payout.paid_on = paid_on
        payload = command_payload(PaidOn(paid_on=paid_on, payout_id=payout.id))
    else:
        payout.failure = result.reason
        payload = command_payload(PaymentFailed(reason=result.reason, payout_id=payout.id))
    session.add(payout)
    move = CREDIT_REPORT.rules.move(Status.PAYING, act)
    press = Press(CREDIT_REPORT.key, act, _request_id(payout), payload, move.roles, None)
    insert_command(session, actor, report, press)


def _request_id(payout: Payout) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"payout/{payout.id}/result")


def _hurry(session: Session, requests: Sequence[uuid.UUID]) -> None:
    """Nobody waits for thousands of answers: the relay brings them one after the other, at once."""
    if requests:
        waiting = update(Command).where(col(Command.request_id).in_(requests)).values(next_attempt_at=clock.now())
        session.execute(waiting.execution_options(synchronize_session=False))
        wake(session, COMMANDS)

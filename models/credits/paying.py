"""Accounts that are paid to, payments that run: what reports and payout files ask alike."""

import datetime as dt

from sqlalchemy import select
from sqlmodel import Session, col

from models.credits import account_rules
from models.credits.account_tables import CreditAccount
from models.credits.report_tables import Payout, PayoutFile
from models.credits.rules import PayoutState

LIVE = (PayoutState.WAITING.value, PayoutState.SENT.value)
"""A payment that has no result yet."""


def account_in_force(session: Session, group_id: int) -> CreditAccount | None:
    """Where a group is paid to now."""
    row = select(CreditAccount).where(
        col(CreditAccount.group_id) == group_id, col(CreditAccount.status) == account_rules.Status.ACTIVE.value
    )
    found: CreditAccount | None = session.execute(row).scalar_one_or_none()
    return found


def account_to_come(session: Session, group_id: int) -> CreditAccount | None:
    """A changed account that has not taken effect yet."""
    row = select(CreditAccount).where(
        col(CreditAccount.group_id) == group_id,
        col(CreditAccount.status).in_([one.value for one in account_rules.OPEN]),
    )
    found: CreditAccount | None = session.execute(row).scalar_one_or_none()
    return found


def live_payout(session: Session, report_id: int) -> Payout | None:
    """The payment of a report that is in a file and has no result."""
    row = select(Payout).where(col(Payout.report_id) == report_id, col(Payout.state).in_(LIVE))
    found: Payout | None = session.execute(row).scalar_one_or_none()
    return found


def result_on_its_way(session: Session, report_id: int) -> bool:
    """Whether the bank paid a report that does not say so yet: its result is taken in and will be pressed on it."""
    row = select(col(Payout.id)).where(col(Payout.report_id) == report_id, col(Payout.state) == PayoutState.PAID.value)
    return session.execute(row).first() is not None


def drop(session: Session, payout: Payout, now: dt.datetime) -> None:
    """Take a payment out of a file that has not gone to the bank; a file with none left is taken back."""
    payout.state = PayoutState.DROPPED.value
    file = session.get_one(PayoutFile, payout.payout_file_id, with_for_update=True)
    file.count -= 1
    file.total -= payout.amount
    if file.count == 0:
        file.closed_at = now
    session.add_all([payout, file])
    session.flush()

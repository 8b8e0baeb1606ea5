"""Withdrawals."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql

from models.columns import big_int, instant, text
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns
from models.withdrawals.rules import OPEN, Origin, Subject

_SUBJECTS = ", ".join(f"'{subject.value}'" for subject in Subject)
_ORIGINS = ", ".join(f"'{origin.value}'" for origin in Origin)
_OPEN = "status in ({})".format(", ".join(f"'{status.value}'" for status in OPEN))


class Withdrawal(ProcessColumns, table=True):
    """탈퇴요청. Seen by who made it, who leaves, the company's 주담당자 and the buyer."""

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.BUYER, Role.ADMIN})

    number: str = text(unique=True)
    subject: str = text()
    origin: str = text(default=Origin.SELF.value)
    company_name: str = text()
    member_id: int = big_int(foreign_key="member.id")
    """Who leaves; of a company, who asked."""
    reason_code: str = text()
    """Of the house's 탈퇴 사유 코드, with its words as they were."""
    reason_words: str = text()
    request_reason: str = text(default="")
    decided_at: dt.datetime | None = instant(default=None)
    decided_by: str = text(default="")
    decision_reason: str = text(default="")

    __table_args__ = (
        CheckConstraint(f"subject in ({_SUBJECTS})", name="withdrawal_subject"),
        CheckConstraint(f"origin in ({_ORIGINS})", name="withdrawal_origin"),
        Index("withdrawal_one_of_company", "company_id", unique=True,
              postgresql_where=sql(f"subject = 'company' and {_OPEN}")),
        Index("withdrawal_one_of_member", "member_id", unique=True,
              postgresql_where=sql(f"subject = 'contact' and {_OPEN}")),
        Index("withdrawal_list", "company_id", "created_at", "id"),
        Index("withdrawal_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )  # fmt: skip

    @property
    def is_sent(self) -> bool:
        """The end is told to those concerned, not to everybody of the company."""
        return False

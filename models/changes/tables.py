"""Change requests and what they would change."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from models.changes.rules import OPEN, Subject
from models.columns import big_id, big_int, encrypted, instant, text
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns

_OPEN = "status in ({})".format(", ".join(f"'{status.value}'" for status in OPEN))
_SUBJECTS = ", ".join(f"'{subject.value}'" for subject in Subject)


class ChangeRequest(ProcessColumns, table=True):
    """변경요청. Seen by who made it, the company's 주담당자 and the buyer, not by other 담당자."""

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.BUYER, Role.ADMIN})

    __tablename__ = "change_request"

    number: str = text(unique=True)
    subject: str = text()
    company_name: str = text()
    member_id: int = big_int(foreign_key="member.id")
    """The person concerned: the requester; of 「권한 위임」 who becomes 주담당자."""
    request_reason: str = text(default="")
    registration_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    """사업자등록증, attached again."""
    decided_at: dt.datetime | None = instant(default=None)
    """승인일자, or when it was rejected or called back."""
    decided_by: str = text(default="")
    decision_reason: str = text(default="")

    __table_args__ = (
        CheckConstraint(f"subject in ({_SUBJECTS})", name="change_request_subject"),
        Index("change_request_one_of_company", "company_id", "subject", unique=True,
              postgresql_where=sql(f"subject <> 'member' and {_OPEN}")),
        Index("change_request_one_of_member", "member_id", unique=True,
              postgresql_where=sql(f"subject = 'member' and {_OPEN}")),
        Index("change_request_list", "company_id", "created_at", "id"),
        Index("change_request_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )  # fmt: skip

    @property
    def is_sent(self) -> bool:
        """The end is told to the requester alone, not to everybody of the company."""
        return False


class ChangeItem(SQLModel, table=True):
    """One fact that differs. Both values are JSON text, encrypted; empty: there is none on that side."""

    __tablename__ = "change_item"
    __table_args__ = (Index("change_item_once", "change_request_id", "field", unique=True),)

    id: int | None = big_id()
    change_request_id: int = big_int(foreign_key="change_request.id")
    company_id: int = big_int(index=True)
    field: str = text()
    before: str | None = encrypted("change_item.before", default=None)
    after: str | None = encrypted("change_item.after", default=None)

"""Conversions: one row for each time the buyer opened the door to a supplier that does not use the portal."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field

from models.columns import encrypted, instant, text
from models.conversions.rules import OPEN
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns

_OPEN = "status in ({})".format(", ".join(f"'{status.value}'" for status in OPEN))


class Conversion(ProcessColumns, table=True):
    """포탈미사용회원 전환 of one company. The code itself is in the mail only."""

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.BUYER, Role.ADMIN})

    __tablename__ = "conversion"
    __table_args__ = (
        Index("conversion_one_open", "company_id", unique=True, postgresql_where=sql(_OPEN)),
        CheckConstraint("(code_hash is null) = (sent_at is null)", name="conversion_code"),
    )

    number: str = text(unique=True)
    company_name: str = text()
    email: str = encrypted("conversion.email")
    """Where the code goes."""
    code_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """HMAC of company and code under the identity key."""
    sent_at: dt.datetime | None = instant(default=None)
    """Of the code in force."""
    expires_at: dt.datetime | None = instant(default=None)
    """The first instant at which the code is no longer taken."""
    ends_at: dt.datetime | None = instant(default=None)
    """When the conversion ends, unless a code is sent anew, and what was typed for it is deleted."""
    sends: int = 0
    tries: int = 0
    """Wrong ones of the code in force."""
    used_at: dt.datetime | None = instant(default=None)

    @property
    def is_sent(self) -> bool:
        """Nobody at the supplier can log in yet: what it is told goes by mail."""
        return False

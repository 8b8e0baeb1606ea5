"""How often a guest may do one thing: by what it is about, and by the address it comes from."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import text

from models import database
from models.auth.messages import Caller
from models.identity.rules import TooManyRequests

_ADMIT = text("SELECT admit(:bucket, :subject, :instant, :span, :most)")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `of_key` times about one thing and `of_address` times from one address within `span`."""

    purpose: str
    of_key: int
    of_address: int
    span: dt.timedelta = dt.timedelta(minutes=10)


CHECK_COMPANY = Limit("check_company", 20, 30)
FIND_ACCOUNT = Limit("find_account", 5, 20)
FIND_PASSWORD = Limit("find_password", 5, 20)


def admit(limit: Limit, key: str, caller: Caller, now: dt.datetime) -> None:
    """Count one use in a transaction of its own. Raises TooManyRequests (minutes) when it is one too many.

    Key and address are kept as hashes, and no longer than the span. An empty key is not counted by itself.
    """
    subjects = [("key", key, limit.of_key), ("address", caller.ip, limit.of_address)]
    with database.web() as session:
        admitted = [
            session.execute(
                _ADMIT,
                {
                    "bucket": f"{limit.purpose}/{name}",
                    "subject": hashlib.sha256(value.encode()).digest(),
                    "instant": now,
                    "span": limit.span,
                    "most": most,
                },
            ).scalar_one()
            for name, value, most in subjects
            if value
        ]
    # Raised after the transaction: what was admitted by one of the two stays counted.
    if not all(admitted):
        raise TooManyRequests(minutes=max(1, int(limit.span.total_seconds() // 60)))

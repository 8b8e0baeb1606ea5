"""The first version of every text: what a new house begins with, until an administrator writes the next."""

import datetime as dt
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from models.terms.rules import TermsAudience, TermsKey
from models.terms.tables import Terms
from models.terms.wording import KEY

TEXTS = Path(__file__).parent / "texts"
FIRST = (TermsKey.SERVICE, TermsKey.PRIVACY)


def put(session: Session, now: dt.datetime) -> None:
    """Write the first versions where there are none; in force at once."""
    rows = [
        {
            "audience": audience.value,
            "key": key.value,
            "version": 1,
            "title": KEY[key],
            "body": (TEXTS / f"{audience.value}_{key.value}.txt").read_text("utf-8").strip(),
            "required": True,
            "change_note": "",
            "effective_at": now,
            "created_at": now,
        }
        for audience in TermsAudience
        for key in FIRST
    ]
    once = insert(Terms).on_conflict_do_nothing(index_elements=["audience", "key", "version"])
    session.execute(once, rows)

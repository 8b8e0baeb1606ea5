"""What the carrier says about a person, kept with the check it belongs to."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select
from sqlmodel import Session, col

from activities.gateways.asking import Rejected
from activities.gateways.identity.interface import Confirmed, Declined, Identities
from models import clock, database
from models.identity.hashing import identity_hash
from models.identity.messages import CheckAnswer, IdentityRequest, Json, Person
from models.identity.rules import CheckState, Why
from models.identity.tables import IdentityCheck

GONE = "check_gone"


class IdentityAnswers:
    """Answers to the questions about one check; each is asked with ``{"check": id}``."""

    def __init__(self, identities: Callable[[], Identities]) -> None:
        self.identities = identities

    def send(self, asked: Json) -> Json:
        """Have the code sent to the person who typed the request."""
        check = _open(asked["check"])
        if check.request is None:
            raise Rejected(GONE)
        request = IdentityRequest.model_validate_json(check.request)
        try:
            self.identities().send(check.provider_id, request)
        except Declined as no:
            return _declined(check, no)
        return _answer(check.state)

    def confirm(self, asked: Json) -> Json:
        """Hand the code over, then read who it is."""
        check = _open(asked["check"])
        try:
            self.identities().confirm(check.provider_id, asked.get("code", ""))
        except Declined as no:
            return _declined(check, no)
        return self.read(asked)

    def read(self, asked: Json) -> Json:
        """Read from the provider who it is, once; what is known already is not asked again."""
        check = _open(asked["check"])
        if check.state != CheckState.OPEN.value:
            return _answer(check.state, check.why)
        try:
            person = self.identities().read(check.provider_id)
        except Declined as no:
            return _declined(check, no)
        now = clock.now()
        if person is None:
            return _closed(check, Why.EXPIRED) if now >= check.expires_at else _answer(check.state)
        return _verified(check, person, now)


def _open(check_id: int) -> IdentityCheck:
    with database.working() as session:
        found = session.get(IdentityCheck, check_id)
    if found is None:
        raise Rejected(GONE)
    return found


def _answer(state: str, why: str = "") -> Json:
    return CheckAnswer(state=state, why=why).model_dump()


def _declined(check: IdentityCheck, no: Declined) -> Json:
    return _closed(check, no.why) if no.final else _answer(CheckState.OPEN.value, no.why.value)


def _closed(check: IdentityCheck, why: Why) -> Json:
    with database.working() as session:
        row = _locked(session, check)
        if row.state == CheckState.OPEN.value:
            row.state = CheckState.REFUSED.value
            row.why = why.value
            row.request = None
        return _answer(row.state, row.why)


def _verified(check: IdentityCheck, person: Confirmed, now: dt.datetime) -> Json:
    kept = Person(
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        foreign_national=person.foreign_national,
        phone=person.phone,
    )
    with database.working() as session:
        row = _locked(session, check)
        if row.state == CheckState.OPEN.value:
            row.state = CheckState.VERIFIED.value
            row.person = kept.model_dump_json()
            row.identity_hash = identity_hash(person.ci)
            row.verified_at = now
            row.request = None
        return _answer(row.state, row.why)


def _locked(session: Session, check: IdentityCheck) -> IdentityCheck:
    row = select(IdentityCheck).where(col(IdentityCheck.id) == check.id).with_for_update()
    found: IdentityCheck = session.execute(row).scalar_one()
    return found

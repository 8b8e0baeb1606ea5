"""Beginning a conversion, and trying its code from a form of somebody not known yet."""

import datetime as dt

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import database
from models.conversions import queries, rules
from models.conversions.codes import code_hash
from models.conversions.kind import CONVERSION
from models.conversions.rules import Status
from models.conversions.tables import Conversion
from models.kernel.refusals import NotFound
from models.members.queries import companies_visible_to
from models.members.rules import CompanyStatus
from models.members.tables import Company
from models.processes.messages import Actor
from models.processes.writes import CREATE, audit, begin, next_number

PREFIX = "CV"
_TRY = text("SELECT * FROM conversion_try(:firm, :digest, :instant)")


def send(session: Session, actor: Actor, company_id: int, email: str, now: dt.datetime) -> Conversion:
    """「인증번호 전송」: a new conversion; the code is made and mailed by its first step.

    Raises NotFound, NotPortalUnused, ConversionOpen (a code is under way: it is sent anew by its own act).
    """
    actor.must_hold(*rules.SENDERS)
    company = session.execute(companies_visible_to(actor).where(col(Company.id) == company_id)).scalar_one_or_none()
    if company is None:
        raise NotFound
    if company.status != CompanyStatus.PORTAL_UNUSED:
        raise rules.NotPortalUnused
    under_way = queries.open_of(session, actor, company_id)
    if under_way is not None:
        raise rules.ConversionOpen(number=under_way.number, id=under_way.id or 0)
    number = next_number(session, PREFIX, now)
    made = Conversion(
        workflow_id=f"conversion/{number}",
        company_id=company_id,
        case_key=number,
        status=Status.PREPARING,
        turn=CONVERSION.rules.turn(Status.PREPARING),
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        number=number,
        company_name=company.name,
        email=email,
    )
    try:
        begin(session, CONVERSION, made)
    except IntegrityError as taken:
        # Two buyers at once: the table keeps one.
        raise rules.ConversionOpen(number=company.name, id=0) from taken
    audit(session, actor, CONVERSION.key, made, CREATE)
    return made


def try_code(company_id: int, typed: str, now: dt.datetime) -> int:
    """The conversion a code opens; a wrong one is counted for good.

    Raises ConversionCodeNone, ConversionCodeWrong (left), ConversionCodeExpired, ConversionTriesUsed.
    """
    asked = {"firm": company_id, "digest": code_hash(company_id, typed), "instant": now}
    with database.web() as session:
        verdict, conversion_id, left = session.execute(_TRY, asked).one()
    # Raised only after the transaction: the try must stay counted.
    if verdict == "wrong":
        raise rules.ConversionCodeWrong(left=left)
    if verdict in _REFUSED:
        raise _REFUSED[verdict]
    return int(conversion_id)


_REFUSED = {
    "none": rules.ConversionCodeNone,
    "expired": rules.ConversionCodeExpired,
    "tries_used": rules.ConversionTriesUsed,
}

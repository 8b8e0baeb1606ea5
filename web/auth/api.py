"""The log-in of programs: password, then the code from the phone, then a bearer token."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.auth import sessions, writes
from models.auth.messages import Challenge
from models.auth.rules import Method
from models.kernel.roles import Role
from models.notifications.writes import send_code
from models.processes.messages import Actor
from web.auth.audience import CurrentVisit, anyone, require
from web.auth.login import asks_consent, caller_of
from web.auth.visitor import life_limit

router = APIRouter(tags=["session"])

GUEST = [anyone("log-in comes before being known")]
NO_CONTENT = 204
CREATED = 201


class Credentials(BaseModel):
    login: str = Field(max_length=254)
    password: SecretStr = Field(max_length=200)


class ChallengeAnswer(BaseModel):
    """A code was sent to `phone` (masked), or is in the person's authenticator app; `challenge` names it."""

    challenge: str
    method: Method
    phone: str
    expires_at: dt.datetime
    resends_left: int


class ChallengeName(BaseModel):
    challenge: str = Field(max_length=200)


class Answer(ChallengeName):
    code: str = Field(pattern="^([0-9]{6}|[A-Z2-7]{4}(-[A-Z2-7]{4}){3})$")


class Token(BaseModel):
    """Send `token` as ``Authorization: Bearer``; it also ends after half an hour without use."""

    token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme's name
    expires_at: dt.datetime
    must_change_password: bool


class Me(BaseModel):
    member_id: int
    name: str
    company_id: int | None
    company_name: str
    roles: list[Role]
    delegated: dict[Role, str]
    ends_at: dt.datetime


def _answer(made: Challenge) -> ChallengeAnswer:
    return ChallengeAnswer(
        challenge=made.token,
        method=made.method,
        phone=made.phone,
        expires_at=made.expires_at,
        resends_left=made.resends_left,
    )


@router.post("/session", dependencies=GUEST, operation_id="begin_session")
def begin(request: Request, body: Credentials) -> ChallengeAnswer:
    """Check the password and send a one-time code to the phone."""
    password = body.password.get_secret_value()
    made = writes.begin_login(body.login, password, caller_of(request), clock.now(), send_code)
    return _answer(made)


@router.post("/session/otp/resend", dependencies=GUEST, operation_id="resend_code")
def resend(body: ChallengeName) -> ChallengeAnswer:
    """Send another code; the one before is void."""
    made = writes.resend_code(body.challenge, clock.now(), send_code)
    return _answer(made)


@router.post("/session/otp", dependencies=GUEST, status_code=CREATED, operation_id="open_session")
def confirm(request: Request, body: Answer) -> Token:
    """Exchange the code for a token, once.

    403 `login_steps_left`: something must be decided first on the portal's own pages (new terms, 휴면).
    """
    opened = writes.finish_login(
        body.challenge, body.code, caller_of(request), clock.now(), asks_consent, kind="api", life=life_limit()
    )
    return Token(
        token=opened.token,
        expires_at=opened.expires_at,
        must_change_password=opened.must_change_password,
    )


@router.get("/session", operation_id="read_session")
def me(actor: Annotated[Actor, require(old_password=True)], visit: CurrentVisit) -> Me:
    """Who this token is."""
    return Me(
        member_id=actor.member_id,
        name=actor.name,
        company_id=actor.company_id,
        company_name=actor.company_name,
        roles=sorted(actor.roles),
        delegated={role: giver.name for role, giver in actor.delegated.items()},
        ends_at=visit.ends_at,
    )


@router.delete("/session", status_code=NO_CONTENT, operation_id="end_session")
def end(actor: Annotated[Actor, require(old_password=True)], visit: CurrentVisit) -> Response:
    """End the session of this token."""
    sessions.revoke_session(actor, visit.session_id, clock.now())
    return Response(status_code=NO_CONTENT)

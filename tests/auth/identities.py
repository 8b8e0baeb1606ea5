"""People as a carrier confirmed them, without going to one."""

import datetime as dt

from models import database as house
from models.auth.tokens import new_token, token_hash
from models.identity.messages import Person
from models.identity.rules import Purpose
from models.identity.tables import IdentityCheck
from models.members.rules import Sex
from models.members.tables import Member
from tests.auth.conftest import NOW, Browser

CI = b"c" * 32
BORN = dt.date(1985, 3, 2)


def verified(purpose: Purpose, *, name: str, phone: str, ci: bytes = CI, at: dt.datetime = NOW) -> str:
    """A finished check; the token its browser holds."""
    token = new_token()
    person = Person(name=name, birth_date=BORN, sex=Sex.MALE, foreign_national=False, phone=phone)
    with house.working() as session:
        session.add(
            IdentityCheck(
                token_hash=token_hash(token),
                provider_id=f"check-{token[:20].lower()}",
                purpose=purpose.value,
                next="/",
                state="verified",
                person=person.model_dump_json(),
                identity_hash=ci,
                created_at=at,
                expires_at=at + dt.timedelta(minutes=15),
                verified_at=at,
            )
        )
    return token


def hold(browser: Browser, token: str) -> None:
    """Have a browser hold that check's token."""
    browser.keep("dongban-identity", token)


def know(member: Member, ci: bytes | None = CI, born: dt.date | None = BORN) -> None:
    """Have the house know whose account it is."""
    with house.working() as session:
        found = session.get_one(Member, member.id)
        found.identity_hash = ci
        found.birth_date = born.isoformat() if born else None

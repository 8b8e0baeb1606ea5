"""계정 찾기, 비밀번호 찾기, and a changed phone: what a person may do who has lost a part of the key."""

import datetime as dt
import hmac
import secrets
import string
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text, update
from sqlmodel import col

from models import database
from models.auth import rules
from models.auth.messages import Challenge, PhoneChange, Send, TemporaryPassword, Verified
from models.auth.passwords import hashed
from models.auth.rules import Method
from models.auth.sessions import revoke_others_in
from models.auth.writes import count_wrong, open_challenge, send_anew
from models.columns import Encrypted
from models.kernel.roles import Role, with_implied
from models.kernel.text import mask_email
from models.members.rules import CompanyStatus, MemberStatus, normal_login
from models.members.tables import Member
from models.processes.messages import Actor

TellPhone = Callable[[Any, PhoneChange], None]
TellPassword = Callable[[Any, TemporaryPassword], None]

TEMPORARY_CHARS = 12
EVERY_SESSION = 0

_SEALED = {"phone": Encrypted("member.phone"), "birth_date": Encrypted("member.birth_date")}
_NAMESAKES = text("SELECT * FROM namesakes(:name)").columns(**_SEALED)
_LOOKUP = text("SELECT * FROM identity_lookup(:login)").columns(**_SEALED)
_OWN = (col(Member.name), col(Member.email), col(Member.phone), col(Member.birth_date), col(Member.identity_hash))


def find_logins(name: str, birth_date: dt.date, phone: str) -> list[str]:
    """계정 찾기: the masked ids (``p-****@gmail.com``) of the person with that name, birth date and phone."""
    with database.web() as session:
        found = session.execute(_NAMESAKES, {"name": name}).all()
    wanted = birth_date.isoformat()
    return [mask_login(row.login) for row in found if row.birth_date == wanted and row.phone == phone]


def mask_login(login: str) -> str:
    """An id that tells its owner which it is, and nobody else."""
    return mask_email(login) if "@" in login else f"{login[:2]}****"


def temporary_password() -> str:
    """Twelve characters that keep the house's rule; without letters and digits that look alike."""
    letters = "".join(sorted(set(string.ascii_letters) - set("IlOo")))
    digits = "23456789"
    parts = [secrets.choice(letters), secrets.choice(digits), secrets.choice(rules.PASSWORD_MARKS)]
    parts += [secrets.choice(letters + digits) for _ in range(TEMPORARY_CHARS - len(parts))]
    secrets.SystemRandom().shuffle(parts)
    return "".join(parts)


def issue_temporary(login: str, person: Verified, now: dt.datetime, tell: TellPassword) -> bool:
    """비밀번호 찾기: a temporary password goes to the member's mail if the verified person is that member.

    The caller says the same whether it did or not. Every session of the member ends. The same work is done
    for an unknown id: one look-up and one password hash.
    """
    password = temporary_password()
    secret = hashed(password)
    with database.web() as session:
        known = session.execute(_LOOKUP, {"login": normal_login(login)}).one_or_none()
    if known is None or not is_same(known, person) or not _may_recover(known):
        return False
    actor = _actor(known)
    with database.writing(actor) as session:
        mine = update(Member).where(col(Member.id) == actor.member_id)
        session.execute(mine.values(password_hash=secret, password_changed_at=now, must_change_password=True))
        revoke_others_in(session, actor, EVERY_SESSION, now)
        until = now + rules.TEMPORARY_LIFE
        tell(session, TemporaryPassword(actor.member_id, actor.name, known.email, password, now, until))
    return True


def is_same(known: Any, person: Verified, *, moved: bool = False) -> bool:
    """Whether a verified person is a member: by the CI's hash; without one by name, birth date and phone.

    `moved`: the phone is what changed, so it is not compared.
    """
    if known.identity_hash is not None:
        return hmac.compare_digest(bytes(known.identity_hash), person.identity_hash)
    same_phone = moved or known.phone == person.phone
    return (
        known.birth_date is not None
        and same_phone
        and (known.name, known.birth_date)
        == (
            person.name,
            person.birth_date,
        )
    )


def _may_recover(known: Any) -> bool:
    members = {MemberStatus.ACTIVE.value, MemberStatus.DORMANT.value}
    return known.member_status in members and known.company_status in {None, CompanyStatus.ACTIVE.value}


def _actor(known: Any) -> Actor:
    roles = with_implied(Role(role) for role in known.roles)
    return Actor(member_id=known.member_id, name=known.name, company_id=known.company_id, roles=roles)


def change_phone(token: str, person: Verified, now: dt.datetime, send: Send, tell: TellPhone) -> Challenge:
    """「휴대폰번호가 변경되었나요?」: the verified person's phone becomes the member's, if they are the same.

    Other sessions end, the owner is told at the old place and the new, and a new code goes to the new phone.
    Raises IdentityDiffers (counted as a wrong code), PhoneNotAsked, CodeTriesUsed, LoggedOut.
    """
    with database.web() as session:
        made, actor = open_challenge(session, token)
        if made.used_at is not None or now >= made.created_at + rules.PHONE_CHANGE_LIFE:
            raise rules.LoggedOut
        if made.method == Method.APP:
            raise rules.PhoneNotAsked
        if made.tries >= rules.OTP_TRIES_MAX:
            raise rules.CodeTriesUsed
        member = session.execute(select(*_OWN).where(col(Member.id) == actor.member_id)).one()
        if is_same(member, person, moved=True):
            session.execute(update(Member).where(col(Member.id) == actor.member_id).values(phone=person.phone))
            revoke_others_in(session, actor, EVERY_SESSION, now)
            tell(session, PhoneChange(actor.member_id, actor.name, member.email, member.phone, person.phone, now))
            made.counter += 1
            made.resends = 0
            made.sent_at = now
            made.expires_at = now + rules.OTP_LIFE
            session.flush()
            return send_anew(session, made, token, send)
        count_wrong(session, made, actor)
    raise rules.IdentityDiffers

"""인증 앱: a TOTP secret (RFC 6238) in the person's phone, and ten recovery codes for the day it is lost."""

import base64
import datetime as dt
import hashlib
import re
import secrets

import pyotp
from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from models.auth import rules
from models.auth.tables import Authenticator, RecoveryCode
from models.processes.messages import Actor

ISSUER = "Dongban"
RECOVERY_BYTES = 10
RECOVERY_CODE = re.compile(r"[A-Z2-7]{16}")
APP_CODE = re.compile(r"[0-9]{6}")


def is_on(session: Session, member_id: int) -> bool:
    """Whether codes come from this person's app."""
    confirmed = select(col(Authenticator.member_id)).where(
        col(Authenticator.member_id) == member_id, col(Authenticator.confirmed_at).is_not(None)
    )
    return session.execute(confirmed).first() is not None


def of(session: Session, member_id: int) -> Authenticator | None:
    return session.get(Authenticator, member_id)


def recovery_left(session: Session, member_id: int) -> int:
    """How many recovery codes are unused."""
    unused = select(func.count()).where(col(RecoveryCode.member_id) == member_id, col(RecoveryCode.used_at).is_(None))
    return int(session.execute(unused).scalar_one())


def begin(session: Session, actor: Actor, now: dt.datetime) -> Authenticator:
    """The secret to put into the app: the one of an unfinished set-up, or a new one."""
    known = of(session, actor.member_id)
    if known is None:
        known = Authenticator(member_id=actor.member_id, secret=pyotp.random_base32(), created_at=now)
        session.add(known)
        session.flush()
    return known


def address(made: Authenticator, login: str) -> str:
    """The ``otpauth://`` address the QR code holds."""
    return pyotp.TOTP(made.secret, interval=rules.TOTP_SECONDS).provisioning_uri(name=login, issuer_name=ISSUER)


def confirm(session: Session, actor: Actor, code: str, now: dt.datetime) -> list[str]:
    """The first code of the app switches it on; the recovery codes, shown this once. Raises AppCodeWrong."""
    made = of(session, actor.member_id)
    if made is None or made.confirmed_at is not None or not _take_app(session, made, _plain(code), now):
        raise rules.AppCodeWrong
    made.confirmed_at = now
    return _new_recovery(session, actor.member_id, now)


def renew_recovery(session: Session, actor: Actor, code: str, now: dt.datetime) -> list[str]:
    """Ten new recovery codes; the old ones are void. Raises AppCodeWrong."""
    if not take(session, actor.member_id, code, now):
        raise rules.AppCodeWrong
    return _new_recovery(session, actor.member_id, now)


def remove(session: Session, actor: Actor, code: str, now: dt.datetime) -> None:
    """Switch the app off: only with a code of it, or a recovery code. Raises AppCodeWrong."""
    if not take(session, actor.member_id, code, now):
        raise rules.AppCodeWrong
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.member_id) == actor.member_id))
    session.execute(delete(Authenticator).where(col(Authenticator.member_id) == actor.member_id))


def take(session: Session, member_id: int, code: str, now: dt.datetime) -> bool:
    """Whether a code of the app or a recovery code is right; either works once."""
    made = of(session, member_id)
    if made is None or made.confirmed_at is None:
        return False
    plain = _plain(code)
    if APP_CODE.fullmatch(plain):
        return _take_app(session, made, plain, now)
    if not RECOVERY_CODE.fullmatch(plain):
        return False
    unused = update(RecoveryCode).where(
        col(RecoveryCode.member_id) == member_id,
        col(RecoveryCode.code_hash) == _recovery_hash(member_id, plain),
        col(RecoveryCode.used_at).is_(None),
    )
    return session.execute(unused.values(used_at=now).returning(col(RecoveryCode.id))).first() is not None


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


def _take_app(session: Session, made: Authenticator, code: str, now: dt.datetime) -> bool:
    totp = pyotp.TOTP(made.secret, interval=rules.TOTP_SECONDS)
    here = int(now.timestamp()) // rules.TOTP_SECONDS
    for step in range(here - rules.TOTP_SLACK, here + rules.TOTP_SLACK + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            # Decided by the database: of two who use the same code at once, one is too late.
            newer = update(Authenticator).where(
                col(Authenticator.member_id) == made.member_id, col(Authenticator.last_step) < step
            )
            taken = session.execute(newer.values(last_step=step).returning(col(Authenticator.member_id)))
            return taken.first() is not None
    return False


def _new_recovery(session: Session, member_id: int, now: dt.datetime) -> list[str]:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.member_id) == member_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(rules.RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(member_id=member_id, code_hash=_recovery_hash(member_id, code), created_at=now) for code in codes
    )
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _recovery_hash(member_id: int, code: str) -> bytes:
    return hashlib.sha256(f"{member_id}:{code}".encode()).digest()

"""The hub's members: companies with a password, a membership and a way of sending."""

import asyncio
import datetime as dt
import hashlib
import hmac
import secrets

from models.etax.document import Party
from web.sandbox.hub.core import Hub, Row

DEMO_PASSWORD = "hub-1234!"  # noqa: S105 - printed on the log-in page, for trying things out
TRIES_MAX = 5
LOCKED = dt.timedelta(minutes=10)
SESSION_LIFE = dt.timedelta(hours=8)
MEMBERSHIPS = {"full": "정회원", "associate": "준회원"}
NEWCOMERS = MEMBERSHIPS | {"none": "회원이 아님 (요청을 받지 않음)"}
SEND_MODES = {"now": "발급 즉시 국세청 전송", "next_day": "발급일 다음 영업일 15시 전송"}
SCRYPT = {"n": 2**14, "r": 8, "p": 1}


class NotMember(Exception):  # noqa: N818 - an answer, not a fault
    """The hub knows no such company, and takes none by itself now."""


class LoginRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The sentence says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


async def company(hub: Hub, number: str) -> Row | None:
    return await hub.kept.one("SELECT * FROM hub.company WHERE registration_number = %s", number)


async def enrol(hub: Hub, party: Party, membership: str) -> Row:
    """The company of an invoice's supplier, made a member when it is not one yet. Raises NotMember."""
    found = await company(hub, party.registration_number)
    if found is not None:
        return found
    if membership == "none":
        raise NotMember
    hashed = await asyncio.to_thread(_hash, DEMO_PASSWORD, secrets.token_hex(8))
    await hub.kept.run(
        "INSERT INTO hub.company (registration_number, name, representative, address, membership, password_hash,"
        " joined_at) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        party.registration_number,
        party.name,
        party.representative,
        party.address,
        membership,
        hashed,
        hub.now(),
    )
    made = await company(hub, party.registration_number)
    assert made is not None  # noqa: S101 - made above
    return made


async def standing(hub: Hub, number: str) -> tuple[str, dt.date | None]:
    """full, associate or none, and until when the best certificate is valid.

    Whom the hub would take at its first document is told as what it would become.
    """
    found = await company(hub, number)
    if found is None:
        return (await hub.weather()).newcomers, None
    row = await hub.kept.one(
        "SELECT max(valid_until) AS until FROM hub.certificate WHERE registration_number = %s", number
    )
    until = row["until"] if row else None
    return found["membership"], until.date() if until else None


async def set_membership(hub: Hub, number: str, membership: str) -> None:
    await hub.kept.run("UPDATE hub.company SET membership = %s WHERE registration_number = %s", membership, number)


async def set_send_mode(hub: Hub, number: str, mode: str) -> None:
    await hub.kept.run("UPDATE hub.company SET send_mode = %s WHERE registration_number = %s", mode, number)


async def log_in(hub: Hub, number: str, password: str) -> str:
    """A session's token. Raises LoginRefused."""
    found = await company(hub, number)
    if found is None:
        raise LoginRefused("number", "가입되지 않은 사업자등록번호입니다.")
    if found["locked_until"] is not None and hub.now() < found["locked_until"]:
        raise LoginRefused("password", "비밀번호를 여러 번 틀렸습니다. 10분 뒤에 다시 시도해 주세요.")
    salt, _, _ = found["password_hash"].partition("$")
    if not hmac.compare_digest(await asyncio.to_thread(_hash, password, salt), found["password_hash"]):
        await hub.kept.run(
            "UPDATE hub.company SET tries = (tries + 1) %% %s,"
            " locked_until = CASE WHEN tries + 1 >= %s THEN %s::timestamptz END WHERE registration_number = %s",
            TRIES_MAX,
            TRIES_MAX,
            hub.now() + LOCKED,
            number,
        )
        raise LoginRefused("password", "비밀번호가 맞지 않습니다.")
    token = secrets.token_urlsafe(24)
    await hub.kept.run("UPDATE hub.company SET tries = 0, locked_until = NULL WHERE registration_number = %s", number)
    await hub.kept.run("DELETE FROM hub.session WHERE at < %s", hub.now() - SESSION_LIFE)
    await hub.kept.run("INSERT INTO hub.session VALUES (%s, %s, %s)", _token_hash(token), number, hub.now())
    return token


async def who(hub: Hub, token: str) -> Row | None:
    """The company of a session."""
    return await hub.kept.one(
        "SELECT company.* FROM hub.session JOIN hub.company USING (registration_number)"
        " WHERE session.hash = %s AND session.at > %s",
        _token_hash(token),
        hub.now() - SESSION_LIFE,
    )


async def log_out(hub: Hub, token: str) -> None:
    await hub.kept.run("DELETE FROM hub.session WHERE hash = %s", _token_hash(token))


def _hash(password: str, salt: str) -> str:
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), **SCRYPT)
    return f"{salt}${digest.hex()}"


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""What people type to join is nowhere readable: not in a raw table, not in a log, not on an error page."""

import base64
import logging

import pytest
from sqlalchemy import text

from models import database
from models.signups.rules import PersonTaken, SignupKind
from tests.engines import Database
from tests.signups.cases import GERMAN, GOOD_PASSWORD, abroad
from tests.signups.world import World, somebody

ACCOUNT = "3333-01-1234567"


@pytest.fixture
def world(database: Database) -> World:
    assert database
    return World()


def tables() -> list[str]:
    with database.working() as session:
        names = session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
        return [name for name in names.scalars() if name != "alembic_version"]


def everything() -> dict[str, str]:
    """Every row of every table as the database itself holds it."""
    with database.working() as session:
        return {
            table: "\n".join(session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars())  # noqa: S608
            for table in tables()
        }


def spellings(value: str) -> set[str]:
    """The value, and as bytes would be shown: hex and base64."""
    raw = value.encode()
    return {value, value.replace("-", ""), raw.hex(), base64.b64encode(raw).decode().rstrip("=")}


def test_personal_numbers_are_encrypted_in_every_table(world: World, caplog: pytest.LogCaptureFixture) -> None:
    who = somebody("오비밀")
    with caplog.at_level(logging.DEBUG):
        signup = world.company(who)
        world.press(world.buyer, signup, "approve")
        foreign = world.request(world.draft(SignupKind.COMPANY), somebody(), **abroad())
        world.press(world.buyer, foreign, "approve")
        rejected = world.company(somebody())
        world.press(world.buyer, rejected, "reject", reason="미비")
    rows = everything()
    secrets = (who.birth_date.isoformat(), who.phone, ACCOUNT, GERMAN, GOOD_PASSWORD, who.ci)
    for secret in secrets:
        for spelling in spellings(secret):
            for table, content in rows.items():
                if spelling == who.phone and f"{spelling}@" in content:
                    content = content.replace(f"{spelling}@", "")  # noqa: PLW2901 - part of the e-mail of this test
                assert spelling not in content, (table, secret)
            assert spelling not in caplog.text.replace(f"{who.phone}@", ""), secret
    assert "$argon2id$" in rows["member"]
    assert all(rows[table] for table in ("signup", "bank_account", "member", "signup_draft"))


def test_a_refusal_carries_no_personal_data(world: World) -> None:
    who = somebody("오비밀")
    world.company(who)
    with pytest.raises(PersonTaken) as refused:
        world.company(who)
    assert refused.value.detail == {}

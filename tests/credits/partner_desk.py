"""A partner's browser in front of the credit pages; what is pressed is recorded at once, without an engine."""

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from activities import credits_accounts
from activities.credits_accounts import Holders
from activities.gateways.bank.interface import Account
from models import clock, database
from models.auth import queries as visits
from models.auth import writes as sessions
from models.auth.messages import Caller
from models.catalog import KINDS
from models.credits.account_rules import Status
from models.credits.account_tables import CreditAccount
from models.harmony import stepups
from models.harmony.tables import HarmonyAccount, StepUp
from models.kernel.refusals import Refusal
from models.members.tables import Member
from models.notifications.rules import Channel
from models.notifications.tables import Message, Notification
from models.processes.kinds import Kind
from models.processes.messages import Actor, Job
from models.processes.tables import Command, ProcessColumns
from models.terms import standard
from models.terms.queries import current
from models.terms.writes import consent
from tests import visiting
from tests.credits.report_world import World
from web import confirming, harmony
from web.engine import Decision
from web.harmony.credits import router

CSRF = re.compile(r'name="csrf" value="([^"]*)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
REQUEST = re.compile(r'name="request_id" value="([0-9a-f-]{36})"')
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
HOLDER = "주식회사 매체"


class PaperBank:
    """Answers by what a test wrote: account number -> holder, or an exception to raise."""

    def __init__(self) -> None:
        self.accounts: dict[str, str | Exception] = {}
        self.asked: list[Account] = []

    def holder(self, account: Account) -> str | None:
        self.asked.append(account)
        found = self.accounts.get(account.number)
        if isinstance(found, Exception):
            raise found
        return found


class PartnerWorld(World):
    """The reports' world with accounts that run, and people who may log in."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.bank = PaperBank()
        self.holders = Holders(lambda: self.bank)
        steps = (credits_accounts.STEPS, credits_accounts.CHANGE_STEPS)
        self.recorder.domains = {**self.recorder.domains, **{one.kind.key: one for one in steps}}
        with database.working() as session:
            standard.put(session, self.now)
            agreed = [one.id for one in current(session, "media", self.now) if one.id is not None]
            for person in (self.person, self.fellow):
                consent(session, person.id or 0, agreed, self.now)
                account = HarmonyAccount(
                    member_id=person.id or 0, issuer="https://id.example", subject=person.name, created_at=self.now
                )
                session.add(account)

    def kind_of(self, row: ProcessColumns) -> Kind:
        return next(kind for kind in KINDS.values() if isinstance(row, kind.table))

    def checked(self, account: CreditAccount) -> CreditAccount:
        """What the account's process does first: ask the bank, record its answer."""
        act = self.holders.check_credit_account(
            Job(workflow_id="", kind="credit_account", document_id=account.id or 0, job="", at=self.now)
        )
        self.step(account, act)
        return self.read(account)

    def newest_account(self) -> CreditAccount:
        with database.working() as session:
            rows = select(CreditAccount).order_by(col(CreditAccount.id).desc()).limit(1)
            found: CreditAccount = session.execute(rows).scalar_one()
            return found

    def bells(self, event: str = "payout_changed") -> list[tuple[int, str]]:
        """(member, words) of everybody who was told."""
        with database.working() as session:
            rows = select(Notification).where(col(Notification.event) == event).order_by(col(Notification.id))
            return [(row.member_id, row.body) for row in session.execute(rows).scalars()]

    def statuses(self, group_id: int) -> list[str]:
        with database.working() as session:
            rows = select(col(CreditAccount.status)).where(col(CreditAccount.group_id) == group_id)
            return list(session.execute(rows.order_by(col(CreditAccount.account_version))).scalars())

    def is_active(self, account: CreditAccount) -> bool:
        return self.read(account).status == Status.ACTIVE


class Desk:
    """One person's browser."""

    def __init__(self, world: PartnerWorld, client: TestClient, actor: Actor, session_id: int) -> None:
        self.world, self.client, self.actor, self.session_id = world, client, actor, session_id

    def ask(self, path: str, **query: Any) -> httpx2.Response:
        with clock.set_to(self.world.now):
            return self.client.get(path, params=query or None)

    def get(self, path: str, **query: Any) -> str:
        """The page; it must be there."""
        answer = self.ask(path, **query)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("location"), answer.text[:1500])
        return answer.text

    def post(self, path: str, shown: str = "", **fields: Any) -> httpx2.Response:
        """A form of `shown` sent; not followed."""
        files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        keys = {
            name: found[-1]
            for name, pattern in (("csrf", CSRF), ("version", VERSION), ("request_id", REQUEST))
            if (found := pattern.findall(shown))
        }
        data = {"csrf": "t"} | keys | {name: str(value) for name, value in fields.items() if name not in files}
        with clock.set_to(self.world.now):
            return self.client.post(path, data=data, files=files or None)

    def step_up(self, purpose: str, *, phone: str | None = None) -> None:
        """추가인증 passed, by the code that was sent."""
        with clock.set_to(self.world.now):
            stepups.send(self.actor, self.session_id, purpose, Channel.SMS, self.world.now, phone=phone)
            code = self.code()
            stepups.confirm(self.actor, self.session_id, purpose, code, self.world.now)

    def code(self) -> str:
        with database.working() as session:
            newest = select(Message).where(col(Message.event) == "step_up").order_by(col(Message.id).desc()).limit(1)
            found = CODE.search(session.execute(newest).scalar_one().body)
        assert found is not None
        return found[0]

    def forget_codes(self) -> None:
        """As if the codes had been sent long ago: how many may be sent in a while is told elsewhere."""
        with database.working() as session:
            for row in session.execute(select(StepUp)).scalars():
                row.sent_at -= dt.timedelta(hours=1)
                session.add(row)


@contextmanager
def desk(world: PartnerWorld, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Pages for `actor`; what they press is recorded by the world's recorder."""

    async def deliver(client: Any, command: Command) -> Decision:
        return await asyncio.to_thread(_recorded, world, command)

    monkeypatch.setattr(confirming, "deliver", deliver)
    session_id = _session_of(world, actor)
    with TestClient(_app(world, actor, session_id), follow_redirects=False) as client:
        yield Desk(world, client, actor, session_id)


def _recorded(world: PartnerWorld, command: Command) -> Decision:
    found = world.read(_document(command))
    try:
        return Decision(outcome=world.step(found, command.act, command.request_id))
    except Refusal as refusal:
        return Decision(refusal=refusal)


def _document(command: Command) -> ProcessColumns:
    with database.working() as session:
        return session.get_one(KINDS[command.kind].table, command.document_id)


def _session_of(world: PartnerWorld, actor: Actor) -> int:
    with database.working() as session:
        login = session.get_one(Member, actor.member_id).login
    token = sessions.begin_verified(login, Caller(), world.now)
    opened = sessions.open_passed(token, Caller(), world.now)
    visit = visits.visit(opened.token, world.now)
    assert visit is not None
    return visit.session_id


def _app(world: PartnerWorld, actor: Actor, session_id: int) -> FastAPI:
    app = visiting.application(actor, world.now, (router,), session_id=session_id)
    harmony.install(app)
    return app

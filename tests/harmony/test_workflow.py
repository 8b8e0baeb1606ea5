"""The invitation's process on the time-skipping engine, its steps recorded in a real database."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.harmony import STEPS
from activities.recording import Recorder
from models import database
from models.auth.tokens import token_hash
from models.harmony import entries
from models.harmony.kind import INVITATION
from models.harmony.messages import Join
from models.harmony.rules import SpaceRole, Status
from models.harmony.tables import HarmonyAccount, Invitation, SpaceMembership
from models.members.tables import Member
from models.notifications.tables import Message
from models.processes.messages import Act, Actor, Outcome, ProcessStart, Reason, command_payload
from models.processes.queries import events
from models.processes.tables import ProcessEvent
from models.processes.writes import Press, insert_command
from tests.engines import Database
from tests.harmony.world import World, ready
from workflows.invitations import InvitationWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
LIFE = dt.timedelta(days=7)


class Story:
    """One invitation whose process runs."""

    def __init__(self, world: World, environment: WorkflowEnvironment, invitation: Invitation) -> None:
        self.world = world
        self.environment = environment
        self.invitation = invitation

    async def start(self) -> None:
        begin = ProcessStart(
            kind=INVITATION.key, document_id=self.invitation.id or 0, company_id=0, status=self.invitation.status
        )
        self.handle = await self.environment.client.start_workflow(
            InvitationWorkflow.run, begin, id=self.invitation.workflow_id, task_queue=INTERACTIVE
        )
        await self.until(Status.SENT)

    async def until(self, status: Status) -> None:
        for _ in range(400):
            state = await self.handle.query("state", result_type=Outcome)
            if state.status == status:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never {status}")

    def row(self) -> Invitation:
        with database.working() as session:
            return session.get_one(Invitation, self.invitation.id)

    def mails(self) -> list[Message]:
        with database.working() as session:
            found = select(Message).where(col(Message.recipient).is_not(None)).order_by(col(Message.id))
            return [one for one in session.execute(found).scalars() if one.event.startswith("invitation")]

    def link(self) -> str:
        body = self.mails()[-1].body
        return body.split("/harmony/join/")[1].split()[0]

    async def press(self, actor: Actor, act: str, payload: BaseModel | None = None) -> Outcome:
        request_id = uuid.uuid4()
        await asyncio.to_thread(self._keep, actor, act, request_id, payload)
        asked = Act(
            request_id=str(request_id),
            act=act,
            member_id=actor.member_id,
            company_id=actor.company_id,
            roles=sorted(actor.roles),
        )
        outcome: Outcome = await self.handle.execute_update("act", asked, id=str(request_id), result_type=Outcome)
        return outcome

    def _keep(self, actor: Actor, act: str, request_id: uuid.UUID, payload: BaseModel | None) -> None:
        kept = command_payload(payload)
        press = Press(INVITATION.key, act, request_id, kept, frozenset(actor.roles), None)
        with entries.holding(self.row().token_hash or b"", actor) as session:
            insert_command(session, actor, self.invitation, press)


@asynccontextmanager
async def story(time_skipping: TimeSkipping, world: World, role: SpaceRole = SpaceRole.EDITOR) -> AsyncIterator[Story]:
    recorder = Recorder({INVITATION.key: STEPS})
    with ThreadPoolExecutor(4) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[InvitationWorkflow],
                activities=[recorder.record_step],
                activity_executor=threads,
            ),
        ):
            told = Story(world, environment, await asyncio.to_thread(world.invite, "new@media.example", role))
            await told.start()
            yield told
            closed = told.row().turn is None
            await (told.handle.result() if closed else told.handle.terminate())


@pytest.fixture
def world(database: Database) -> World:
    return World.made()


async def _asked_for(told: Story, seconds: int) -> Status:
    """The status that many seconds before (negative) or after the link's end."""
    end = told.row().expires_at
    assert end is not None
    now = await told.environment.get_current_time()
    await told.environment.sleep(end - now + dt.timedelta(seconds=seconds))
    if seconds > 0:
        await told.until(Status.EXPIRED)
    return Status(told.row().status)


@pytest.mark.parametrize(("seconds", "status"), [(-1, Status.SENT), (1, Status.EXPIRED)])
async def test_an_invitation_ends_at_seven_days(
    time_skipping: TimeSkipping, world: World, seconds: int, status: Status
) -> None:
    async with story(time_skipping, world) as told:
        sent = told.row()
        assert sent.sent_at is not None
        assert sent.expires_at == sent.sent_at + LIFE
        assert await _asked_for(told, seconds) == status
        acts = [event.act for event in _events(told)]
        assert acts == (["send", "remind", "lapse"] if seconds > 0 else ["send", "remind"])
        # The day before, the mail is called to mind, without a link in it.
        assert [mail.event for mail in told.mails()] == ["invitation", "invitation_reminder"]
        assert "/harmony/join/" not in told.mails()[1].body


def _events(told: Story) -> list[ProcessEvent]:
    with database.working() as session:
        return list(events(session, told.invitation.workflow_id))


async def test_sending_again_voids_the_old_link_and_begins_anew(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        first, ends = told.link(), told.row().expires_at
        await told.environment.sleep(dt.timedelta(days=5))
        await told.press(world.manager, "resend")
        second = told.row()
        assert told.link() != first
        assert second.token_hash == token_hash(told.link())
        assert (second.sendings, second.status) == (2, Status.SENT)
        assert ends is not None
        assert second.expires_at is not None
        assert second.expires_at >= ends + dt.timedelta(days=5)
        await told.environment.sleep(dt.timedelta(days=3))  # past the first end
        assert told.row().status == Status.SENT
        assert await _asked_for(told, 1) == Status.EXPIRED


async def test_joining_makes_the_member_and_the_membership(time_skipping: TimeSkipping, world: World) -> None:
    fellow = world.person("동료")
    async with story(time_skipping, world) as told:
        token, entry_id = await asyncio.to_thread(_ready, told.link())
        outcome = await told.press(entries.GUEST, "join", Join(entry_id=entry_id))
        assert outcome.status == Status.JOINED
        row = told.row()
        with database.working() as session:
            member = session.get_one(Member, row.member_id)
            account = session.get_one(HarmonyAccount, row.member_id)
            inside = session.execute(
                select(SpaceMembership).where(col(SpaceMembership.member_id) == row.member_id)
            ).scalar_one()
            told_to = session.execute(
                select(col(Message.member_id)).where(col(Message.event) == "user_joined")
            ).scalars()
            assert list(told_to) == [fellow.member_id]
        assert (member.name, member.email, member.roles) == ("새 기자", "notice@media.example", ["media"])
        assert (account.issuer, account.subject) == ("https://id.example", "sub-of-the-new-one")
        assert (inside.space, inside.role, inside.invitation_id) == ("studio", "editor", row.id)
        assert token


def _ready(link: str, **more: object) -> tuple[str, int]:
    return ready(link, **more)


@pytest.mark.parametrize(
    ("missing", "code"),
    [({"phone_confirmed_at": None}, "phone_unconfirmed"), ({"consented_at": None}, "entry_over"),
     ({"name": None}, "entry_over"), ({"verified_at": None}, "entry_over"), ({"invitation_token": b"x"}, "entry_over")],
)  # fmt: skip
async def test_what_was_not_verified_makes_nobody(
    time_skipping: TimeSkipping, world: World, missing: dict[str, object], code: str
) -> None:
    async with story(time_skipping, world) as told:
        _, entry_id = await asyncio.to_thread(_ready, told.link(), **missing)
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await told.press(entries.GUEST, "join", Join(entry_id=entry_id))
        assert isinstance(refusal.value.cause, ApplicationError)
        assert refusal.value.cause.type == code
        assert told.row().status == Status.SENT
        with database.working() as session:
            assert session.execute(select(HarmonyAccount)).all() == []


async def test_an_account_joins_once_and_a_studio_has_one_master(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world, SpaceRole.MASTER) as told:
        # Meanwhile somebody else became the master, and somebody has the account.
        await asyncio.to_thread(world.person, "마스터", SpaceRole.MASTER)
        _, taken = await asyncio.to_thread(_ready, told.link(), subject="마스터")
        _, fresh = await asyncio.to_thread(_ready, told.link())
        for entry_id, code in ((taken, "account_taken"), (fresh, "master_taken")):
            with pytest.raises(WorkflowUpdateFailedError) as refusal:
                await told.press(entries.GUEST, "join", Join(entry_id=entry_id))
            assert isinstance(refusal.value.cause, ApplicationError)
            assert refusal.value.cause.type == code


async def test_a_member_joins_a_further_space_but_not_the_same_one(time_skipping: TimeSkipping, world: World) -> None:
    known = world.person("기자")
    async with story(time_skipping, world) as told:
        _, entry_id = await asyncio.to_thread(_ready, told.link())
        with pytest.raises(WorkflowUpdateFailedError) as refusal:
            await told.press(known, "join", Join(entry_id=entry_id))
        assert isinstance(refusal.value.cause, ApplicationError)
        assert refusal.value.cause.type == "already_joined"


@pytest.mark.parametrize(("act", "status"), [("decline", Status.DECLINED), ("cancel", Status.CANCELLED)])
async def test_both_sides_may_end_it(time_skipping: TimeSkipping, world: World, act: str, status: Status) -> None:
    async with story(time_skipping, world) as told:
        outcome = await told.press(
            *((entries.GUEST, act) if act == "decline" else (world.manager, act, Reason(reason="사람이 바뀌었습니다")))
        )
        assert outcome.status == status


async def test_other_staff_and_the_invited_have_no_part_in_it(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        for actor, act in ((world.manager, "join"), (entries.GUEST, "cancel"), (entries.GUEST, "resend")):
            with pytest.raises(WorkflowUpdateFailedError) as refusal:
                await told.press(actor, act)
            assert isinstance(refusal.value.cause, ApplicationError)
            assert refusal.value.cause.type == "not_your_turn"

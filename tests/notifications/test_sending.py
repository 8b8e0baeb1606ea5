"""Sending on a real database and a real engine, with a carrier that can be told to fail."""

import datetime as dt
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlmodel import col
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.gateways.messages.interface import Answer, Carrier, Outgoing, Receipt, Unavailable, Undeliverable
from activities.notifications import Messages
from models import clock
from models import database as house
from models.kernel.roles import Role
from models.notifications import rules
from models.notifications.messages import MessageBatchResult, MessageBatchStart
from models.notifications.rules import Channel, MessageState
from models.notifications.tables import Message
from models.notifications.writes import notify
from models.settings import settings
from tests import engines, factories
from tests.conftest import TimeSkipping
from workflows import steps
from workflows.notifications import MessageBatch
from workflows.runtime.client import data_converter

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)


class FakeCarrier(Carrier):
    """Keeps what it took by key; `answers` are given first, one for each try."""

    def __init__(self, *answers: Undeliverable | Unavailable) -> None:
        self.answers = list(answers)
        self.taken: dict[str, Outgoing] = {}
        self.tries = 0
        self.handfuls: list[int] = []

    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        self.handfuls.append(len(messages))
        return [self._answer(message) for message in messages]

    def _answer(self, message: Outgoing) -> Answer:
        self.tries += 1
        if self.answers:
            return self.answers.pop(0)
        self.taken.setdefault(message.key, message)
        return Receipt(f"provider-{message.key}")


def activities(carrier: FakeCarrier) -> Messages:
    return Messages(lambda: dict.fromkeys(Channel, carrier))


def queue(people: int = 1, event: str = "your_turn") -> MessageBatchStart:
    """Messages to some people, gathered into a batch as the relay does."""
    batch = uuid.UUID(int=7)
    with house.working() as session:
        members = [factories.member(session, f"담당{n}", Role.BUYER).id or 0 for n in range(people)]
        notify(
            session,
            event=event,
            members=members,
            link="/contracts/7",
            workflow_id="contract/CR/1",
            step=1,
            params={"title": "CR20260120-007", "status": "초안검토요청", "act": "검토완료"},
            now=NOW,
        )
        for message in session.execute(select(Message)).scalars():
            message.batch_id = batch
    return MessageBatchStart(batch_id=str(batch))


def stored() -> list[Message]:
    with house.working() as session:
        return list(session.execute(select(Message).order_by(col(Message.id))).scalars())


def send(messages: Messages, message_id: int) -> bool:
    return bool(ActivityEnvironment().run(messages.send_message, message_id))


def test_a_message_is_reserved_handed_over_and_confirmed(database: engines.Database) -> None:
    carrier = FakeCarrier()
    messages = activities(carrier)
    start = queue()
    (reserved,) = messages.reserve_messages(start)
    assert stored()[0].state == MessageState.SENDING.value
    with clock.set_to(NOW):
        assert send(messages, reserved)
    row = stored()[0]
    assert (row.state, row.sent_at, row.attempts) == (MessageState.SENT.value, NOW, 1)
    assert row.provider_id == f"provider-{row.dedupe_key}"
    # Repeats, as after a lost answer, do nothing more.
    assert send(messages, reserved)
    assert messages.reserve_messages(start) == []
    assert carrier.tries == 1


def test_an_answer_lost_before_it_was_noted_is_asked_for_with_the_same_key(
    database: engines.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = FakeCarrier()
    messages = activities(carrier)
    (reserved,) = messages.reserve_messages(queue())
    with monkeypatch.context() as patch:
        patch.setattr(messages, "_note", lambda *_: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            send(messages, reserved)
    assert send(messages, reserved)
    assert carrier.tries == 2
    assert len(carrier.taken) == 1


def test_alimtalk_that_fails_for_good_goes_out_as_sms_once(database: engines.Database) -> None:
    messages = activities(FakeCarrier(Undeliverable("no_kakaotalk")))
    (reserved,) = messages.reserve_messages(queue())
    assert not send(messages, reserved)
    assert not send(messages, reserved)
    messages.give_up_message(reserved)
    failed, instead = stored()
    assert (failed.state, failed.error) == (MessageState.FAILED.value, "no_kakaotalk")
    assert (instead.channel, instead.state, instead.fallback_of) == ("sms", "queued", failed.id)
    assert instead.batch_id is None
    assert instead.body == failed.fallback_body
    assert instead.recipient == failed.recipient


def test_a_mail_that_fails_for_good_has_no_second_way(database: engines.Database) -> None:
    messages = activities(FakeCarrier(Undeliverable("smtp_550")))
    (reserved,) = messages.reserve_messages(queue(event="decided"))
    assert not send(messages, reserved)
    assert [row.state for row in stored()] == [MessageState.FAILED.value]


def test_a_carrier_that_is_away_is_tried_again(database: engines.Database) -> None:
    messages = activities(FakeCarrier(Unavailable("HTTP 503")))
    (reserved,) = messages.reserve_messages(queue(event="decided"))
    with pytest.raises(ApplicationError) as error:
        send(messages, reserved)
    assert error.value.type == "unavailable"
    assert not error.value.non_retryable
    assert send(messages, reserved)
    assert stored()[0].attempts == 2


def test_a_code_past_its_time_is_not_sent(database: engines.Database) -> None:
    carrier = FakeCarrier()
    messages = activities(carrier)
    (reserved,) = messages.reserve_messages(queue())
    with house.working() as session:
        session.get_one(Message, reserved).expires_at = NOW
    with clock.set_to(NOW):
        assert not send(messages, reserved)
    assert (stored()[0].state, stored()[0].error, carrier.tries) == ("failed", "expired", 0)


async def run_batch(
    environment: WorkflowEnvironment, messages: Messages, start: MessageBatchStart
) -> tuple[MessageBatchResult, dt.timedelta]:
    """The result, and how long the engine says it took."""
    with ThreadPoolExecutor(8) as threads:
        async with Worker(
            environment.client,
            task_queue=steps.EXTERNAL,
            workflows=[MessageBatch],
            activities=messages.activities,
            activity_executor=threads,
        ):
            handle: WorkflowHandle[MessageBatch, MessageBatchResult] = await environment.client.start_workflow(
                MessageBatch.run, start, id=f"messages/{start.batch_id}", task_queue=steps.EXTERNAL
            )
            result = await handle.result()
            told = await handle.describe()
    assert told.close_time is not None
    return result, told.close_time - told.start_time


async def test_a_batch_waits_out_an_outage(database: engines.Database, time_skipping: TimeSkipping) -> None:
    carrier = FakeCarrier(*[Unavailable("HTTP 503")] * 8)
    start = queue(people=3, event="decided")
    async with time_skipping(data_converter=data_converter(settings().payload_keys)) as environment:
        result, _ = await run_batch(environment, activities(carrier), start)
    assert result == MessageBatchResult(sent=3, failed=0)
    assert len(carrier.taken) == 3
    assert {row.state for row in stored()} == {MessageState.SENT.value}


async def test_after_a_day_a_batch_gives_up(database: engines.Database, time_skipping: TimeSkipping) -> None:
    class AlwaysAway(FakeCarrier):
        def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
            return [Unavailable(message.channel) for message in messages]

    start = queue(event="decided")
    async with time_skipping(data_converter=data_converter(settings().payload_keys)) as environment:
        result, took = await run_batch(environment, activities(AlwaysAway()), start)
    assert result == MessageBatchResult(sent=0, failed=1)
    assert dt.timedelta(hours=23) < took < dt.timedelta(hours=25)
    assert [(row.state, row.error) for row in stored()] == [(MessageState.FAILED.value, "unavailable")]


def test_alimtalk_waits_a_quarter_of_an_hour_for_its_carrier(database: engines.Database) -> None:
    messages = activities(FakeCarrier(*[Unavailable("HTTP 503")] * 2))
    (reserved,) = messages.reserve_messages(queue())
    patience = rules.ALIMTALK_PATIENCE
    with clock.set_to(NOW + patience - dt.timedelta(seconds=1)), pytest.raises(ApplicationError):
        send(messages, reserved)
    with clock.set_to(NOW + patience):
        assert not send(messages, reserved)
    assert [(row.channel, row.state) for row in stored()] == [("kakaotalk", "failed"), ("sms", "queued")]

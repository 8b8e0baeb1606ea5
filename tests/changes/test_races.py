"""Two people at the same moment: one of them is first, and the company is never left in between."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from models import clock, database
from models.changes import queries, rules, writes
from models.changes.tables import ChangeRequest
from models.kernel.refusals import Refusal
from models.members.tables import Member
from models.processes.messages import Actor
from models.withdrawals import rules as withdrawals
from models.withdrawals.messages import Leaving, Why
from models.withdrawals.writes import ask_company, ask_contact
from tests.changes.world import AT, BIRTH, World
from tests.engines import Database

ROUNDS = 3
LEAVING = {"name": "박서연", "birth_date": BIRTH, "reason_code": "LEFT", "reason": "퇴사"}


@pytest.fixture(params=range(ROUNDS))
def world(request: pytest.FixtureRequest, database: Database) -> World:
    return World()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run at the same moment; what each returned or was refused with, in order."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[number] = call()
        except Refusal as refusal:
            answers[number] = refusal

    threads = [threading.Thread(target=run, args=(number, call)) for number, call in enumerate(calls)]
    with clock.set_to(AT):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    return answers


def asking(actor: Actor, address: str, world: World) -> Callable[[], ChangeRequest]:
    def ask() -> ChangeRequest:
        with database.writing(actor) as session:
            after = queries.facts(queries.company_of(session, actor)) | {"address": address}
            return writes.ask_company(
                session,
                actor,
                after=after,
                accounts=None,
                reason="이전",
                registration_file_id=world.certificate,
                now=AT,
            )

    return ask


def delegating(actor: Actor, to: Actor) -> Callable[[], ChangeRequest]:
    def ask() -> ChangeRequest:
        with database.writing(actor) as session:
            return writes.ask_delegation(session, actor, to.member_id, "담당 변경", AT)

    return ask


def leaving(actor: Actor) -> Callable[[], Any]:
    def ask() -> Any:
        with database.writing(actor) as session:
            return ask_contact(session, actor, Leaving.model_validate(LEAVING), AT)

    return ask


def owners(world: World) -> int:
    rows = select(func.count()).where(
        col(Member.company_id) == world.company.id,
        col(Member.roles).contains(["partner_owner"]),
        col(Member.status) == "active",
    )
    with database.working() as session:
        return int(session.execute(rows).scalar_one())


def test_two_requests_at_once_are_one(world: World) -> None:
    answers = together(asking(world.owner, "가", world), asking(world.owner, "나", world))
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["ChangeOpen", "ChangeRequest"]


def test_who_asks_to_leave_does_not_become_owner_and_an_owner_does_not_leave(world: World) -> None:
    def hand_over() -> Any:
        made = delegating(world.owner, world.contact)()
        world.press(world.owner, made, "approve")
        return made

    handed, asked = together(hand_over, leaving(world.contact))
    if isinstance(asked, Refusal):
        # In the moment between asking and approving, the open hand-over itself stands in the way.
        assert isinstance(asked, withdrawals.OwnerMustDelegate | withdrawals.UnfinishedBusiness)
        assert "partner_owner" in world.member(world.contact).roles
    else:
        # Asked first: either the hand-over was not even taken, or its approval found the open request.
        assert isinstance(handed, rules.HasOpenRequest)
        assert "partner_owner" not in world.member(world.contact).roles
    assert owners(world) == 1


def test_two_hand_overs_at_once_leave_one_owner(world: World) -> None:
    def hand_to(to: Actor) -> Callable[[], Any]:
        def run() -> Any:
            made = delegating(world.owner, to)()
            world.press(world.owner, made, "approve")
            return made

        return run

    answers = together(hand_to(world.contact), hand_to(world.other))
    assert owners(world) == 1
    assert sum(not isinstance(answer, Refusal) for answer in answers) == 1


def test_a_change_and_a_withdrawal_of_the_company_at_once(world: World) -> None:
    def leave() -> Any:
        with database.writing(world.owner) as session:
            why = Why.model_validate({"reason_code": "OTHER", "reason": "거래 종료"})
            return ask_company(session, world.owner, why, AT)

    changed, left = together(asking(world.owner, "가", world), leave)
    refused = [answer for answer in (changed, left) if isinstance(answer, Refusal)]
    assert len(refused) == 1
    assert isinstance(refused[0], rules.WithdrawalOpen | withdrawals.UnfinishedBusiness)


def test_approved_and_called_back_at_once(world: World) -> None:
    made = asking(world.owner, "가", world)
    with clock.set_to(AT):
        request = made()

    def press(actor: Actor, act: str) -> Callable[[], Any]:
        return lambda: world.press(actor, request, act)

    answers = together(press(world.buyer, "approve"), press(world.owner, "cancel"))
    # The engine would send the second back to look again (`other`): nothing of it is recorded.
    assert sum(isinstance(answer, Refusal) or answer.other for answer in answers) == 1
    with database.working() as session:
        status = session.get_one(ChangeRequest, request.id).status
        address = queries.company_of(session, world.owner).address
    assert (address == "가") == (status == "approved")

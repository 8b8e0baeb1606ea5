"""「국세청 즉시전송」: what is issued is sent when the officer wants it, and stays issued where the hub will not."""

import pytest

from activities.gateways.tax_hub.interface import Code, HubStatus, Rejected
from models.kernel.refusals import NotYourTurn
from models.kernel.roles import Role
from models.tax_invoices.rules import RULES, Status
from tests.engines import Database
from tests.tax_invoices.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World()


def test_what_is_issued_is_sent_at_once_and_once(world: World) -> None:
    made = world.signed()
    world.do(world.officer, made, "send")
    asked = world.read(made)
    assert (asked.status, asked.sending_wanted) == ("nts_waiting", True)
    assert world.ask(made).acts == ()
    assert world.hub.count("send") == 1
    assert world.read(made).sending_wanted is False
    world.ask(made)
    assert world.hub.count("send") == 1
    for state in (HubStatus.NTS_SENDING, HubStatus.NTS_ACCEPTED):
        world.hub.move(made.hub_key, state)
    assert world.ask(made).acts == ("sending", "accepted")
    assert world.follow() == ["settle_by_invoice"]


def test_a_lost_answer_sends_nothing_twice(world: World) -> None:
    made = world.signed()
    world.do(world.officer, made, "send")
    world.hub.lost = {"send"}
    assert world.ask(made).away
    world.hub.lost = set()
    world.ask(made)
    assert world.hub.count("send") == 1
    assert (world.read(made).status, world.read(made).sending_wanted) == ("nts_waiting", False)


def test_what_the_hub_will_not_send_now_stays_issued_and_says_why(world: World) -> None:
    made = world.signed()
    world.hub.no = {"send": Rejected(Code.STATE_FORBIDS, "점검 중입니다.")}
    world.do(world.officer, made, "send")
    assert world.ask(made).acts == ("sending_stands",)
    found = world.read(made)
    assert (found.status, found.hub_problem, found.sending_wanted) == ("issued", "점검 중입니다.", False)
    world.hub.no = {}
    world.do(world.officer, made, "send")
    world.ask(made)
    assert world.hub.papers[made.hub_key].state.state is HubStatus.NTS_WAITING


def test_what_was_undone_meanwhile_is_not_sent(world: World) -> None:
    made = world.signed()
    world.do(world.officer, made, "send")
    world.hub.move(made.hub_key, HubStatus.ISSUE_CANCELLED)
    assert world.ask(made).acts == ("issue_withdrawn",)
    assert world.hub.count("send") == 0


def test_who_would_rather_undo_it_no_longer_sends_it(world: World) -> None:
    made = world.signed()
    world.do(world.officer, made, "send")
    world.hub.no = {"cancel_issue": Rejected(Code.STATE_FORBIDS, "점검 중입니다.")}
    world.do(world.officer, made, "cancel_issue", reason="계약 해제")
    assert world.ask(made).acts == ("issue_stands",)
    assert world.ask(made).acts == ()
    assert (world.hub.count("send"), world.read(made).status) == (0, "issued")


def test_only_the_officer_sends() -> None:
    for role in set(Role) - {Role.SETTLEMENT}:
        with pytest.raises(NotYourTurn):
            RULES.next_status(Status.ISSUED, "send", [role])

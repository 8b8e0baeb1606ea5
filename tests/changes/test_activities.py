"""What asking for and deciding a change does in the database."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import clock, database
from models.changes import queries, rules, writes
from models.changes.tables import ChangeItem, ChangeRequest
from models.kernel.refusals import NotFound, NotYourTurn, StaleDocument
from models.members.tables import BankAccount, Company
from models.notifications.tables import Message
from models.processes.messages import Actor
from models.processes.queries import visible_document
from tests.changes.world import ACCOUNT, AT, World
from tests.engines import Database


@pytest.fixture
def world(database: Database) -> World:
    return World()


def ask(world: World, actor: Actor | None = None, **more: Any) -> ChangeRequest:
    """A company's request; `after` and `accounts` as given, the rest as it is."""
    actor = actor or world.owner
    with clock.set_to(AT), database.writing(actor) as session:
        company = queries.company_of(session, actor)
        facts: dict[str, Any] = queries.facts(company) | more.pop("after", {"address": "서울특별시 중구 세종대로 110"})
        values = {
            "after": facts,
            "accounts": None,
            "reason": "본점 이전",
            "registration_file_id": world.certificate,
            "now": AT,
        }
        return writes.ask_company(session, actor, **(values | more))


def rows_of(world: World) -> list[dict[str, Any]]:
    with database.working() as session:
        found = queries.accounts(session, world.company.id or 0)
        return [queries.account_facts(row) | {"id": row.id} for row in found]


def items(request: ChangeRequest) -> Mapping[str, tuple[Any, Any]]:
    with database.working() as session:
        found = queries.items(session, request.id or 0)
        return {item.field: (queries.value(item.before), queries.value(item.after)) for item in found}


def test_only_what_differs_is_kept_and_approval_applies_it(world: World) -> None:
    made = ask(world)
    assert (made.status, made.turn, made.number) == ("requested", "buyer", "MC20260209-001")
    assert items(made) == {"address": ("경기도 성남시 분당구 판교역로 152", "서울특별시 중구 세종대로 110")}
    assert world.load(Company, world.company.id).address == "경기도 성남시 분당구 판교역로 152"

    world.press(world.buyer, made, "approve", reason="등록증 확인")
    decided = world.load(ChangeRequest, made.id)
    assert (decided.status, decided.decided_by, decided.decision_reason) == ("approved", "차지애", "등록증 확인")
    assert decided.decided_at is not None
    assert world.load(Company, world.company.id).address == "서울특별시 중구 세종대로 110"


def test_rejected_with_reason_changes_nothing(world: World) -> None:
    made = ask(world)
    world.press(world.buyer, made, "reject", reason="등록증이 흐립니다")
    decided = world.load(ChangeRequest, made.id)
    assert (decided.status, decided.decision_reason) == ("rejected", "등록증이 흐립니다")
    assert world.load(Company, world.company.id).address == "경기도 성남시 분당구 판교역로 152"
    assert ask(world).number == "MC20260209-002"


def test_a_changed_account_is_closed_and_opened_anew(world: World) -> None:
    rows = rows_of(world)
    old = rows[0]["id"]
    new = rows[0] | {"id": None, "account_number": "3333-01-1234567", "copy_file_id": world.copy}
    made = ask(world, after={}, accounts=[rows[0] | {"is_default": False}, new])
    assert {field.rpartition("-")[0] for field in items(made)} == {"account", "account-new"}

    world.press(world.buyer, made, "approve")
    now = {row["account_number"]: row for row in rows_of(world)}
    assert (now[ACCOUNT]["is_default"], now["3333-01-1234567"]["is_default"]) == (False, True)
    assert now[ACCOUNT]["id"] != old
    assert world.load(BankAccount, old).closed_at is not None


def test_a_removed_account_is_closed(world: World) -> None:
    rows = rows_of(world)
    new = rows[0] | {"id": None, "account_number": "3333-01-1234567"}
    made = ask(world, after={}, accounts=[new])
    world.press(world.buyer, made, "approve")
    assert [row["account_number"] for row in rows_of(world)] == ["3333-01-1234567"]


def test_an_account_of_others_is_a_new_one(world: World) -> None:
    with database.working() as session:
        theirs = queries.accounts(session, world.person_company.id or 0)[0]
    rows = rows_of(world)
    stolen = queries.account_facts(theirs) | {"id": theirs.id, "is_default": False}
    made = ask(world, after={}, accounts=[*rows, stolen])
    assert [field.startswith("account-new") for field in items(made)] == [True]
    world.press(world.buyer, made, "approve")
    assert world.load(BankAccount, theirs.id).closed_at is None


def test_values_are_encrypted_at_rest(world: World, database: Database) -> None:
    rows = rows_of(world)
    ask(world, after={}, accounts=[rows[0] | {"holder": "한빛 김도윤", "account_number": "777-88-99999"}])
    with psycopg.connect(database.admin_url) as connection:
        raw = connection.execute("SELECT * FROM change_item").fetchall()
        outbox = connection.execute("SELECT payload::text FROM outbox").fetchall()
        audits = connection.execute("SELECT detail::text FROM audit_entry").fetchall()
    everything = repr((raw, outbox, audits))
    assert "777-88" not in everything
    assert "한빛 김도윤" not in everything


def test_a_company_attaches_its_certificate_again_an_individual_does_not(world: World) -> None:
    with pytest.raises(rules.RegistrationMissing):
        ask(world, registration_file_id=None)
    made = ask(world, world.single, registration_file_id=None, after={"address": "서울특별시 종로구 사직로 161"})
    assert items(made)["address"][1] == "서울특별시 종로구 사직로 161"


def test_a_file_of_others_is_not_attached(world: World) -> None:
    with database.working() as session:
        session.connection()
    with pytest.raises(NotFound):
        ask(world, world.outsider, registration_file_id=world.certificate)


def test_nothing_changed_and_one_open(world: World) -> None:
    with pytest.raises(rules.NothingChanged):
        ask(world, after={})
    ask(world)
    with pytest.raises(rules.ChangeOpen) as refused:
        ask(world, after={"representative": "남궁한빛"})
    assert refused.value.detail["number"] == "MC20260209-001"


def test_only_the_owner_asks_for_the_company(world: World) -> None:
    with pytest.raises(NotYourTurn):
        ask(world, world.contact)


def test_business_number_and_kind_never_change(world: World) -> None:
    with pytest.raises(rules.NothingChanged):
        ask(world, after={"business_number": "1208147521", "kind": "sole", "phone": "02-1"})


def test_another_company_and_other_contacts_do_not_see_it(world: World) -> None:
    made = ask(world)
    for actor, sees in (
        (world.owner, True),
        (world.buyer, True),
        (world.contact, False),
        (world.outsider, False),
        (world.inspector, False),
    ):
        with database.reading(actor) as session:
            if sees:
                assert visible_document(session, actor, ChangeRequest, made.id or 0).id == made.id
                assert session.execute(select(ChangeItem)).scalars().all()
                continue
            with pytest.raises(NotFound):
                visible_document(session, actor, ChangeRequest, made.id or 0)
            if actor is not world.inspector:
                assert not session.execute(select(ChangeItem)).scalars().all()


def test_a_fact_that_moved_meanwhile_is_not_overwritten(world: World) -> None:
    made = ask(world)
    with database.working() as session:
        session.get_one(Company, world.company.id).address = "다른 곳"
    with pytest.raises(rules.FactMoved):
        world.press(world.buyer, made, "approve")
    world.press(world.buyer, made, "reject", reason="다시 요청해 주세요")
    assert world.load(Company, world.company.id).address == "다른 곳"


def ask_me(world: World, actor: Actor, **after: str) -> ChangeRequest:
    with clock.set_to(AT), database.writing(actor) as session:
        return writes.ask_member(session, actor, after=after, reason="개명", now=AT)


def test_a_contact_is_decided_by_the_owner_an_owner_by_the_buyer(world: World) -> None:
    made = ask_me(world, world.contact, name="박지안", login="jian@example.com")
    assert (made.status, made.turn) == ("owner_requested", "partner_owner")
    world.press(world.owner, made, "approve")
    member = world.member(world.contact)
    assert (member.name, member.login, member.email) == ("박지안", "jian@example.com", "jian@example.com")
    assert ask_me(world, world.owner, name="김새이름").turn == "buyer"


def test_an_individual_and_their_partner_are_one(world: World) -> None:
    made = ask_me(world, world.single, name="이두나")
    world.press(world.buyer, made, "approve")
    assert world.member(world.single).name == "이두나"
    assert world.load(Company, world.person_company.id).name == "이두나"


def test_an_email_somebody_else_logs_in_with_is_refused(world: World) -> None:
    taken = world.member(world.outsider).login
    made = ask_me(world, world.contact, login=taken)
    with pytest.raises(rules.EmailTaken):
        world.press(world.owner, made, "approve")


def test_calling_back(world: World) -> None:
    made = ask_me(world, world.contact, name="박지안")
    with pytest.raises(rules.NotRequester):
        world.press(world.other, made, "cancel")
    world.press(world.contact, made, "cancel")
    assert world.load(ChangeRequest, made.id).status == "cancelled"
    again = ask_me(world, world.contact, name="박지안")
    world.press(world.owner, again, "cancel")
    assert world.load(ChangeRequest, again.id).decided_by == "김도윤"


def delegate(world: World, to: Actor, actor: Actor | None = None) -> ChangeRequest:
    actor = actor or world.owner
    with clock.set_to(AT), database.writing(actor) as session:
        return writes.ask_delegation(session, actor, to.member_id, "담당 변경", AT)


def test_the_owner_hands_the_role_on(world: World) -> None:
    made = delegate(world, world.contact)
    world.press(world.owner, made, "approve")
    assert "partner_owner" not in world.member(world.owner).roles
    assert set(world.member(world.contact).roles) == {"partner", "partner_owner"}
    assert (world.live_sessions(world.owner), world.live_sessions(world.contact)) == (0, 1)
    with database.working() as session:
        told = session.execute(select(Message).where(col(Message.event) == "owner_changed")).scalars().all()
    assert {message.member_id for message in told} == {world.owner.member_id, world.contact.member_id}
    with pytest.raises(rules.NoLongerOwner):
        world.press(world.owner, delegate(world, world.other), "approve")


def test_nobody_approves_a_request_of_their_own(world: World) -> None:
    made = ask_me(world, world.contact, name="박지안")
    with database.working() as session:
        session.get_one(type(world.member(world.owner)), world.owner.member_id).roles = ["partner"]
        session.flush()
        session.get_one(type(world.member(world.contact)), world.contact.member_id).roles = ["partner", "partner_owner"]
    now_owner = world.contact.model_copy(update={"roles": world.owner.roles})
    with pytest.raises(rules.OwnRequest):
        world.press(now_owner, made, "approve")


def test_who_has_an_open_request_cannot_become_owner(world: World) -> None:
    ask_me(world, world.contact, name="박지안")
    with pytest.raises(rules.HasOpenRequest):
        delegate(world, world.contact)
    with pytest.raises(rules.NotMember):
        delegate(world, world.outsider)
    with pytest.raises(rules.NotMember):
        delegate(world, world.owner)


def test_own_fields_are_saved_at_once_and_a_stale_form_is_not(world: World) -> None:
    with database.writing(world.owner) as session:
        seen = writes.mark(queries.company_of(session, world.owner), writes.OWN_COMPANY)
        writes.edit_company(session, world.owner, "02-111-2222", seen)
    assert world.load(Company, world.company.id).phone == "02-111-2222"
    with pytest.raises(StaleDocument), database.writing(world.owner) as session:
        writes.edit_company(session, world.owner, "02-333-4444", seen)
    with pytest.raises(NotYourTurn), database.writing(world.contact) as session:
        writes.edit_company(session, world.contact, "02-333-4444", seen)
    with database.writing(world.contact) as session:
        mark = writes.mark(queries.member_of(session, world.contact, world.contact.member_id), writes.OWN_MEMBER)
        values = {"position": "집요정", "department": "청소부", "extension": "1234", "name": "도비"}
        writes.edit_member(session, world.contact, values, mark)
    member = world.member(world.contact)
    assert (member.position, member.department, member.extension, member.name) == ("집요정", "청소부", "1234", "박서연")

"""The third side: a person of Harmony has no company and is no staff, whatever asks."""

import datetime as dt
import re

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select
from starlette.testclient import TestClient

import models.registry  # noqa: F401 - fills the metadata
from models import clock, database, inbox, record
from models.auth import writes as sessions
from models.auth.messages import Caller
from models.catalog import KINDS
from models.files.queries import visible
from models.harmony.rules import SpaceRole
from models.harmony.tables import Invitation
from models.kernel.refusals import NotFound
from models.kernel.roles import STAFF_SIDE, Role, side_of
from models.members.queries import actor_of, companies_visible_to, members_in_turn
from models.members.tables import Delegation, Member
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to
from tests import factories
from tests.engines import Database
from tests.harmony.world import World
from web.auth.audience import Anyone, Audience, Declared, declared

PUBLIC = frozenset({"/static/{path:path}", "/api/v1/openapi.json"})
SHOWN_TO_ALL = frozenset({"holiday", "terms"})
"""Public facts: red days and texts everybody agrees to."""
OWN = frozenset({"member", "studio", "space_membership", "harmony_account", "consent"})
"""Where the person of these tests has rows of their own."""
PLACE = re.compile(r"\{[^}]+\}")


@pytest.mark.parametrize(
    ("roles", "company", "side"),
    [
        ({Role.MEDIA}, None, "media"),
        ({Role.MEDIA}, 7, "media"),
        ({Role.MEDIA, Role.ADMIN}, None, "media"),
        ({Role.MEDIA, Role.SYSTEM}, None, "media"),
        (set(), None, "nobody"),
        (set(), 7, "partner"),
        ({Role.PARTNER}, 7, "partner"),
        ({Role.PARTNER}, None, "nobody"),
        ({Role.SYSTEM}, None, "buyer"),
        *(({role}, None, "buyer") for role in STAFF_SIDE),
    ],
)
def test_a_side_is_said_by_roles(roles: set[Role], company: int | None, side: str) -> None:
    assert side_of(roles, company) == side
    actor = Actor(member_id=1, name="x", company_id=company, roles=frozenset(roles))
    assert (actor.side, actor.is_office) == (side, side == "buyer")


@pytest.fixture
def world(database: Database) -> World:
    return World.made()


def _house(world: World) -> None:
    """The other two sides, with something of theirs in their tables."""
    with database.working() as session:
        company = factories.company(session)
        buyer = factories.member(session, "차지애", Role.BUYER)
        factories.member(session, "김도윤", Role.PARTNER_OWNER, of=company)
        factories.contract(session, company, buyer)


def _rows(actor: Actor) -> dict[str, int]:
    """How many rows of every table row-level security shows, without any condition of ours."""
    found = {}
    for table in sorted(SQLModel.metadata.tables):
        with database.reading(actor) as session:
            readable = session.execute(
                text("SELECT has_any_column_privilege(current_user, :table, 'SELECT')"), {"table": table}
            ).scalar_one()
            count = text(f"SELECT count(*) FROM (SELECT 1 FROM {table}) t")  # noqa: S608 - names of ours
            found[table] = session.execute(count).scalar_one() if readable else 0
    return found


def test_row_level_security_alone_shows_nothing_of_the_other_sides(world: World) -> None:
    _house(world)
    person = world.person("기자")
    shown = {table for table, rows in _rows(person).items() if rows}
    assert shown - SHOWN_TO_ALL <= OWN
    assert {"member", "studio", "space_membership"} <= shown
    everything = {table for table, rows in _rows(world.manager).items() if rows}
    assert {"contract", "company", "studio", "credit_group"} <= everything


def test_people_see_those_they_share_a_space_with_and_nobody_else(world: World) -> None:
    _house(world)
    person, fellow = world.person("기자"), world.person("동료")
    with database.writing(world.manager) as session:
        from models.harmony import writes
        from models.harmony.messages import NewStudio
        from models.harmony.rules import Service

        other = writes.make_studio(
            session,
            world.manager,
            NewStudio(name="다른 매체", company_name="(주)다른", service=Service.CAR),
            factories.NOW,
        )
    with database.working() as session:
        from tests.harmony.world import member

        stranger = member(session, "남", other.id or 0, SpaceRole.MASTER)
    with database.reading(person) as session:
        seen = set(session.execute(select(Member.id)).scalars())
    assert seen == {person.member_id, fellow.member_id}
    assert stranger.member_id not in seen


def test_partners_do_not_see_people_of_harmony(world: World) -> None:
    person = world.person("기자")
    with database.working() as session:
        company = factories.company(session)
        partner = factories.actor(factories.member(session, "김도윤", Role.PARTNER_OWNER, of=company))
    with database.reading(partner) as session:
        seen = set(session.execute(select(Member.id)).scalars())
    assert world.manager.member_id in seen
    assert person.member_id not in seen


def test_queries_begin_with_nothing(world: World) -> None:
    _house(world)
    person = world.person("기자")
    with database.working() as session:  # the worker sees every row: only the conditions are tested
        for kind in KINDS.values():
            assert session.execute(visible_to(person, kind.table)).all() == [], kind.key
        assert session.execute(companies_visible_to(person)).all() == []
        assert session.execute(record.visible_events(person)).all() == []
        assert session.execute(visible(person)).all() == []
        assert inbox.count(session, person) == 0
        assert inbox.tasks(session, person) == []
        with pytest.raises(NotFound):
            visible_document(session, person, KINDS["contract"].table, 1)


def test_other_staff_do_not_work_with_invitations(world: World) -> None:
    invitation = world.sent()
    with database.working() as session:
        buyer = factories.actor(factories.member(session, "차지애", Role.BUYER))
    for actor, seen in ((buyer, 0), (world.manager, 1)):
        with database.reading(actor) as session:
            assert len(session.execute(visible_to(actor, Invitation)).all()) == seen
    with database.reading(buyer) as session, pytest.raises(NotFound):
        visible_document(session, buyer, Invitation, invitation.id or 0)


def test_no_role_can_be_lent_across_the_sides(world: World) -> None:
    person = world.person("기자")
    with database.working() as session:
        admin = factories.member(session, "오민석", Role.ADMIN)
        session.add(
            Delegation(
                from_member_id=admin.id or 0,
                to_member_id=person.member_id,
                role="admin",
                starts_at=factories.NOW - dt.timedelta(days=1),
                ends_at=factories.NOW + dt.timedelta(days=1),
                created_at=factories.NOW,
            )
        )
        session.flush()
        found = actor_of(session, person.member_id, factories.NOW)
    assert found is not None
    assert (found.delegated, found.side, found.company_name) == ({}, "media", "")


def test_the_database_keeps_the_roles_apart(world: World, database: Database) -> None:
    person = world.person("기자")
    with psycopg.connect(database.owner_url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE member SET roles = '{media,admin}' WHERE id = %s", (person.member_id,))


def test_a_mediums_turn_is_nobodys_but_whom_it_names(world: World) -> None:
    person = world.person("기자")
    with database.working() as session:
        assert members_in_turn(session, Role.MEDIA, 0, None) == []
        assert members_in_turn(session, Role.MEDIA, 0, person.member_id) == [person.member_id]


@pytest.fixture
def visitor(world: World, house_settings: pytest.MonkeyPatch) -> TestClient:
    """A browser of a person of Harmony who is logged in, in front of the whole program."""
    from app import create_app
    from models.settings import settings

    house_settings.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings.cache_clear()
    person = world.person("기자")
    now = clock.now()
    with database.working() as session:
        login = session.get_one(Member, person.member_id).login
    token = sessions.begin_verified(login, Caller(), now)
    opened = sessions.open_passed(token, Caller(), now)
    # Without the life of the program: nothing here needs the engine.
    return TestClient(create_app(), cookies={"dongban": opened.token}, follow_redirects=False)


def _is_for_harmony(route: Declared) -> bool:
    named = [one for one in route.audiences if isinstance(one, Audience)]
    return any(Role.MEDIA in one.roles or one.media for one in named)


def _is_public(route: Declared) -> bool:
    return route.path in PUBLIC or any(isinstance(one, Anyone) for one in route.audiences)


def test_every_page_of_the_other_portals_is_closed(visitor: TestClient) -> None:
    csrf = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/harmony").text)
    assert csrf is not None
    wrong, asked = [], 0
    for route in declared(visitor.app.routes):  # type: ignore[attr-defined]
        if _is_public(route) or _is_for_harmony(route):
            continue
        path = PLACE.sub("1", route.path.replace("{plural}", "contracts").replace("{kind}", "contract"))
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            answer = visitor.request(
                method, path, data={"csrf": csrf[1]} if method != "GET" else None, headers={"X-CSRF-Token": csrf[1]}
            )
            asked += 1
            if answer.status_code not in {403, 404}:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
    assert asked > 150


def test_the_front_door_leads_home(visitor: TestClient) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/harmony")
    assert "기자 님, 안녕하세요" in visitor.get("/harmony").text
    assert visitor.get("/harmony/studios/2").status_code == 404
    assert visitor.get("/harmony/credits/1").status_code == 404

"""정책의 기간: kept with their history, within their bounds, read by what begins afterwards."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.auth import dormancy
from models.processes import lifetimes
from models.processes.lifetimes import BOUNDS, NAME, Lifetime
from models.processes.tables import LifetimePolicy, Outbox
from tests.admin.office import AT, Office, opened
from tests.engines import Database

PATH = "/admin/policies/lifetimes"


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _set(office: Office, lifetime: Lifetime, amount: str) -> tuple[int, str]:
    with office.seat(office.admin) as seat:
        answer = seat.post(PATH, lifetime=lifetime.value, amount=amount)
        return int(answer.status_code), answer.text


def _rearmed() -> list[str]:
    with database.working() as session:
        rows = select(Outbox).where(col(Outbox.kind) == "rearm").order_by(col(Outbox.id))
        return [row.payload["workflow_id"] for row in session.execute(rows).scalars()]


def test_every_lifetime_has_a_line_with_what_is_in_force(office: Office) -> None:
    with office.seat(office.admin) as seat:
        page = seat.get("/admin/policies")
        for name in NAME.values():
            assert name in page
        assert "1년" in page
        seat.done(PATH, lifetime="dormancy", amount="6")
        page = seat.get("/admin/policies", saved="1")
        assert ("저장했습니다." in page, "6개월" in page) == (True, True)
        one = seat.get(PATH, lifetime="dormancy")
        assert ("오민석" in one, "총 1건" in one, 'value="6"' in one) == (True, True, True)


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_the_newest_row_holds_and_the_same_again_changes_nothing(office: Office, lifetime: Lifetime) -> None:
    usual = BOUNDS[lifetime].usual
    with database.reading(office.admin) as session:
        assert lifetimes.amount(session, lifetime) == usual
    for amount in (usual + 1, usual + 1, usual):
        assert _set(office, lifetime, str(amount))[0] == 303
    with database.working() as session:
        kept = session.execute(select(LifetimePolicy).order_by(col(LifetimePolicy.id))).scalars().all()
        assert lifetimes.amount(session, lifetime) == lifetimes.in_force(session)[lifetime] == usual
    assert [(row.lifetime, row.amount, row.changed_by) for row in kept] == [
        (lifetime.value, usual + 1, office.admin.member_id),
        (lifetime.value, usual, office.admin.member_id),
    ]


@pytest.mark.parametrize(
    ("lifetime", "amount", "words"),
    [
        (Lifetime.CODE, "0", "1 이상을 입력해 주세요."),
        (Lifetime.CODE, "", "입력해 주세요."),
        (Lifetime.CODE, "일주일", "숫자로 입력해 주세요."),
        (Lifetime.CODE, "61", "1~60일 안에서"),
        (Lifetime.CODE, "31", "유효기간보다 짧을 수 없습니다."),
        (Lifetime.UNFINISHED, "6", "유효기간보다 짧을 수 없습니다."),
        (Lifetime.UNFINISHED, "366", "1~365일 안에서"),
        (Lifetime.INVITATION, "61", "1~60일 안에서"),
        (Lifetime.DORMANCY, "61", "1~5년 안에서"),
        (Lifetime.DORMANCY, "1", "휴면 전환까지의 기간보다 짧아야 합니다."),
        (Lifetime.NOTICE, "181", "1~180일 안에서"),
    ],
)
def test_what_is_no_lifetime_is_told_at_its_field(office: Office, lifetime: Lifetime, amount: str, words: str) -> None:
    status, page = _set(office, lifetime, amount)
    assert (status, words in page) == (422, True)
    assert 'id="e-amount"' in page


def test_only_the_administrator_sets_them(office: Office) -> None:
    for actor in (office.buyer, office.partner):
        with office.seat(actor) as seat:
            assert seat.status(f"{PATH}?lifetime=dormancy") == 403
            assert seat.post(PATH, lifetime="dormancy", amount="6").status_code == 403
    with office.seat(office.admin) as seat:
        assert seat.status(PATH) == 404
        assert seat.post(PATH, lifetime="nothing", amount="6").status_code == 404


def test_those_who_watch_absences_follow_at_once_the_others_from_now_on(office: Office) -> None:
    with database.working() as session:
        for actor in (office.admin, office.partner):
            dormancy.watch(session, actor.member_id)
    watches = [dormancy.workflow_id(actor.member_id) for actor in (office.admin, office.partner)]
    assert _set(office, Lifetime.CODE, "8")[0] == 303
    assert _rearmed() == []
    assert _set(office, Lifetime.DORMANCY, "6")[0] == 303
    assert sorted(_rearmed()) == sorted(watches)
    assert _set(office, Lifetime.NOTICE, "14")[0] == 303
    assert len(_rearmed()) == 4


def test_people_of_the_house_are_watched_too(office: Office) -> None:
    with database.working() as session:
        assert dormancy.watch_everybody(session) == 6
        asked = select(col(Outbox.workflow_id)).where(col(Outbox.kind) == "dormancy")
        started = set(session.execute(asked).scalars())
    assert dormancy.workflow_id(office.buyer.member_id) in started


def test_words_of_a_span() -> None:
    assert lifetimes.words(Lifetime.CODE, 12) == "12일"
    assert lifetimes.words(Lifetime.DORMANCY, 6) == "6개월"
    assert lifetimes.words(Lifetime.DORMANCY, 24) == "2년"


def test_a_span_is_read_when_it_matters(office: Office) -> None:
    with database.reading(office.admin) as session:
        assert lifetimes.span(session, Lifetime.INVITATION) == dt.timedelta(days=7)
    with database.writing(office.admin) as session:
        lifetimes.change(session, office.admin, Lifetime.INVITATION, 3, AT)
    with database.web() as session:  # somebody nobody knows yet
        assert lifetimes.span(session, Lifetime.INVITATION) == dt.timedelta(days=3)

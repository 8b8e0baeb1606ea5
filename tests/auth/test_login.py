"""The log-in on a real database, as the web role."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session, col

from models import database as house
from models.auth import passwords, queries, rules, sessions, writes
from models.auth.messages import Caller, Challenge
from models.auth.tables import LoginAttempt, LoginSession
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.members.tables import Company, Delegation, Member
from models.notifications.tables import Notification
from models.notifications.writes import send_code
from models.processes.messages import Actor
from tests import factories
from tests.auth.conftest import NOW, PASSWORD, Clock, People, sent_code

HERE = Caller("192.0.2.1", "Firefox/140.0")


def begin(member: Member, now: dt.datetime = NOW, password: str = PASSWORD) -> Challenge:
    return writes.begin_login(member.login, password, HERE, now, send_code)


def open_session(member: Member, now: dt.datetime = NOW) -> str:
    challenge = begin(member, now)
    return writes.finish_login(challenge.token, sent_code(member), HERE, now).token


def actor_of(member: Member) -> Actor:
    assert member.id is not None
    return Actor(member_id=member.id, name=member.name, company_id=member.company_id)


def change(row: type[Member | Company], row_id: int | None, **values: object) -> None:
    with house.working() as session:
        found = session.get_one(row, row_id)
        for name, value in values.items():
            setattr(found, name, value)


def test_password_then_code_then_session(people: People) -> None:
    challenge = begin(people.partner)
    assert challenge.phone == "010-****-5678"
    assert challenge.expires_at == NOW + rules.OTP_LIFE
    opened = writes.finish_login(challenge.token, sent_code(people.partner), HERE, NOW)
    visit = queries.visit(opened.token, NOW)
    assert visit is not None
    assert visit.actor.member_id == people.partner.id
    assert visit.actor.company_name == "(주)한빛네트웍스"
    assert visit.actor.roles == {Role.PARTNER, Role.PARTNER_OWNER}
    assert not visit.individual
    change(Company, people.partner.company_id, kind="individual", business_number=None)
    found = queries.visit(opened.token, NOW)
    assert found is not None
    assert found.individual
    assert visit.ends_at == NOW + rules.SESSION_IDLE


def test_the_id_is_the_same_however_it_is_typed(people: People) -> None:
    assert writes.begin_login(f"  {people.buyer.login.upper()} ", PASSWORD, HERE, NOW, send_code)


@pytest.mark.parametrize("reason", ["wrong", "unknown", "member", "company"])
def test_every_reason_to_refuse_a_log_in_gets_the_same_answer(people: People, reason: str) -> None:
    login, password = people.partner.login, PASSWORD
    if reason == "wrong":
        password = "Dongban2@"
    elif reason == "unknown":
        login = "nobody@example.com"
    elif reason == "member":
        change(Member, people.partner.id, status="withdrawn")
    else:
        change(Company, people.partner.company_id, status="withdrawn")
    with pytest.raises(rules.BadCredentials) as refused:
        writes.begin_login(login, password, HERE, NOW, send_code)
    assert refused.value.detail == {}


def test_an_unknown_id_costs_one_hash_like_a_known_one(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    real = passwords.matches

    def counted(known: str | None, password: str) -> bool:
        checked.append(known is not None)
        return real(known, password)

    monkeypatch.setattr(passwords, "matches", counted)
    for login in (people.partner.login, "nobody@example.com"):
        with pytest.raises(rules.BadCredentials):
            writes.begin_login(login, "wrong", HERE, NOW, send_code)
    assert checked == [True, False]


def test_five_failures_are_free_then_the_id_waits_known_or_not(people: People, time: Clock) -> None:
    for login in (people.partner.login, "nobody@example.com"):
        now = time.now
        for _ in range(5):
            with pytest.raises(rules.BadCredentials):
                writes.begin_login(login, "wrong", HERE, now, send_code)
        with pytest.raises(rules.TooManyAttempts):
            writes.begin_login(login, PASSWORD, HERE, now, send_code)
    begin(people.partner, NOW + dt.timedelta(minutes=1))


def test_a_success_wipes_the_failures_but_a_password_alone_does_not(people: People) -> None:
    def fail(times: int) -> None:
        for _ in range(times):
            with pytest.raises(rules.BadCredentials):
                begin(people.partner, password="wrong")

    fail(4)
    begin(people.partner)
    fail(1)
    with pytest.raises(rules.TooManyAttempts):
        begin(people.partner)
    later = NOW + dt.timedelta(minutes=2)
    open_session(people.partner, later)
    for _ in range(4):
        with pytest.raises(rules.BadCredentials):
            begin(people.partner, later + dt.timedelta(seconds=1), "wrong")
    begin(people.partner, later + dt.timedelta(seconds=1))


def test_guesses_sent_side_by_side_are_all_counted(people: People) -> None:
    answers: list[str] = []

    def guess() -> None:
        try:
            writes.begin_login(people.partner.login, "wrong", HERE, NOW, send_code)
        except Refusal as refusal:
            answers.append(refusal.code)

    run_together([guess] * 12)
    assert sorted(answers) == ["bad_credentials"] * 5 + ["too_many_attempts"] * 7


def run_together(tasks: list[Callable[[], None]]) -> None:
    barrier = threading.Barrier(len(tasks))

    def one(task: Callable[[], None]) -> None:
        barrier.wait()
        task()

    threads = [threading.Thread(target=one, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_browsers_with_one_code_get_one_session(people: People) -> None:
    challenge = begin(people.buyer)
    code = sent_code(people.buyer)
    answers: list[str] = []

    def submit() -> None:
        try:
            writes.finish_login(challenge.token, code, HERE, NOW)
            answers.append("session")
        except Refusal as refusal:
            answers.append(refusal.code)

    run_together([submit] * 6)
    assert sorted(answers) == ["code_used"] * 5 + ["session"]
    with house.working() as session:
        assert session.execute(select(func.count()).select_from(LoginSession)).scalar_one() == 1


def test_a_code_is_not_good_twice_nor_for_another_challenge(people: People) -> None:
    first = begin(people.buyer)
    code = sent_code(people.buyer)
    second = begin(people.buyer)
    with pytest.raises(rules.CodeWrong):
        writes.finish_login(second.token, code, HERE, NOW)
    writes.finish_login(first.token, code, HERE, NOW)
    with pytest.raises(rules.CodeUsed):
        writes.finish_login(first.token, code, HERE, NOW)


def test_wrong_codes_stay_counted_and_the_sixth_try_is_none(people: People) -> None:
    challenge = begin(people.buyer)
    code = sent_code(people.buyer)
    wrong = "000000" if code != "000000" else "000001"
    for left in (4, 3, 2, 1):
        with pytest.raises(rules.CodeWrong) as refused:
            writes.finish_login(challenge.token, wrong, HERE, NOW)
        assert refused.value.detail == {"left": left}
    for _ in range(2):
        with pytest.raises(rules.CodeTriesUsed):
            writes.finish_login(challenge.token, wrong, HERE, NOW)
    with pytest.raises(rules.CodeTriesUsed):
        writes.finish_login(challenge.token, code, HERE, NOW)
    with house.working() as session:
        assert session.execute(select(col(LoginAttempt.outcome))).scalars().all() == ["code_failed"]


def test_resending_voids_the_code_before_and_keeps_the_tries(people: People) -> None:
    challenge = begin(people.buyer)
    old = sent_code(people.buyer)
    with pytest.raises(rules.CodeWrong):
        writes.finish_login(challenge.token, "000000" if old != "000000" else "000001", HERE, NOW)
    later = NOW + rules.OTP_RESEND_GAP
    again = writes.resend_code(challenge.token, later, send_code)
    new = sent_code(people.buyer)
    assert (again.resends_left, again.tries_left) == (2, 4)
    assert again.expires_at == later + rules.OTP_LIFE
    if old != new:
        with pytest.raises(rules.CodeWrong):
            writes.finish_login(challenge.token, old, HERE, later)
    writes.finish_login(challenge.token, new, HERE, later + rules.OTP_LIFE - dt.timedelta(seconds=1))


def test_an_expired_code_is_refused(people: People) -> None:
    challenge = begin(people.buyer)
    with pytest.raises(rules.CodeExpired):
        writes.finish_login(challenge.token, sent_code(people.buyer), HERE, NOW + rules.OTP_LIFE)


def test_codes_are_not_sent_without_end(people: People) -> None:
    for _ in range(rules.CHALLENGES_MAX):
        begin(people.buyer)
    with pytest.raises(rules.TooManyAttempts):
        begin(people.buyer)
    begin(people.buyer, NOW + rules.CHALLENGES_SPAN)


def test_a_session_ends_idle_at_its_end_and_when_revoked(people: People) -> None:
    token = open_session(people.buyer)
    idle = rules.SESSION_IDLE
    second = dt.timedelta(seconds=1)
    # What a page asks for by itself does not keep it alive.
    assert queries.visit(token, NOW + idle - second, by_person=False)
    assert queries.visit(token, NOW + idle) is None
    now = NOW
    while now < NOW + rules.SESSION_LIFE - idle:
        now += idle - second
        assert queries.visit(token, now)
    assert queries.visit(token, NOW + rules.SESSION_LIFE - second)
    assert queries.visit(token, NOW + rules.SESSION_LIFE) is None


def test_revoking_ends_ones_own_sessions_only(people: People) -> None:
    here, there = open_session(people.buyer), open_session(people.buyer)
    mine, other = queries.visit(here, NOW), queries.visit(there, NOW)
    assert mine is not None
    assert other is not None
    assert not sessions.revoke_session(actor_of(people.partner), mine.session_id, NOW)
    assert sessions.revoke_session(mine.actor, other.session_id, NOW)
    assert not sessions.revoke_session(mine.actor, other.session_id, NOW)
    assert queries.visit(there, NOW) is None
    assert queries.visit(here, NOW)


def test_a_person_who_leaves_is_out_at_once(people: People) -> None:
    token = open_session(people.partner)
    assert queries.visit(token, NOW)
    change(Company, people.partner.company_id, status="withdrawn")
    assert queries.visit(token, NOW) is None


def test_delegated_roles_come_with_the_session_for_their_time(people: People) -> None:
    hour = dt.timedelta(hours=1)
    with house.working() as session:
        giver = factories.member(session, "권준", Role.INSPECTOR)
        lent = Delegation(
            from_member_id=giver.id or 0,
            to_member_id=people.buyer.id or 0,
            role=Role.INSPECTOR.value,
            starts_at=NOW - hour,
            ends_at=NOW + dt.timedelta(minutes=10),
            created_at=NOW,
        )
        session.add(lent)
    token = open_session(people.buyer)
    visit = queries.visit(token, NOW)
    assert visit is not None
    assert visit.actor.acting_for([Role.INSPECTOR]) == visit.actor.delegated[Role.INSPECTOR]
    assert visit.actor.delegated[Role.INSPECTOR].name == "권준"
    ended = queries.visit(token, NOW + dt.timedelta(minutes=10))
    assert ended is not None
    assert ended.actor.delegated == {}


def test_unread_notifications_come_with_the_session(people: People) -> None:
    with house.working() as session:
        for step in range(3):
            session.add(
                Notification(member_id=people.buyer.id or 0, event="your_turn", title="t", step=step, created_at=NOW)
            )
    visit = queries.visit(open_session(people.buyer), NOW)
    assert visit is not None
    assert visit.unread == 3


def test_a_new_password_ends_the_other_sessions(people: People) -> None:
    here, there = open_session(people.buyer), open_session(people.buyer)
    visit = queries.visit(here, NOW)
    assert visit is not None

    def set_to(current: str, new: str) -> str | None:
        return writes.change_password(
            visit.actor, login=visit.login, current=current, new=new, keep=visit.session_id, now=NOW
        )

    assert set_to("wrong", "Dongban2@") == "password_current"
    assert set_to(PASSWORD, PASSWORD) == "password_same"
    assert set_to(PASSWORD, "short") == "password_length"
    assert set_to(PASSWORD, "Dongban2@") is None
    assert queries.visit(there, NOW) is None
    assert queries.visit(here, NOW)
    begin(people.buyer, password="Dongban2@")


def refused_sql(statement: str, actor: Actor | None = None) -> str:
    """What the database says to the web role, with nobody or somebody logged in."""
    try:
        with house.web() as session:
            if actor is not None:
                house.scope(session, actor, read_only=False)
            return f"{rows(session, statement)} rows"
    except Exception as error:  # noqa: BLE001 - the kind of error is what is looked at
        return type(getattr(error, "orig", error)).__name__


def rows(session: Session, statement: str) -> int:
    result = session.execute(text(statement))
    return len(result.all()) if result.returns_rows else int(result.rowcount)  # type: ignore[attr-defined]


def test_the_web_role_cannot_read_passwords_codes_or_others_sessions(people: People) -> None:
    begin(people.buyer)
    open_session(people.buyer)
    partner = actor_of(people.partner)
    assert refused_sql("SELECT password_hash FROM member", partner) == "InsufficientPrivilege"
    assert refused_sql("SELECT body FROM message", partner) == "InsufficientPrivilege"
    assert refused_sql("SELECT id FROM login_attempt", partner) == "InsufficientPrivilege"
    for statement in (
        "SELECT id FROM login_session",
        "SELECT id FROM otp_challenge",
        "SELECT id FROM notification",
    ):
        assert refused_sql(statement, partner) == "0 rows"
        assert refused_sql(statement) == "0 rows"
    assert refused_sql("SELECT id FROM member") == "0 rows"


def test_nobody_changes_anothers_password_even_in_the_database(people: People) -> None:
    buyer = actor_of(people.buyer)
    change_all = "UPDATE member SET must_change_password = true"
    assert refused_sql(change_all, buyer) == "1 rows"
    with house.working() as session:
        changed = select(col(Member.id)).where(col(Member.must_change_password))
        assert session.execute(changed).scalars().all() == [people.buyer.id]

"""The table of 가입요청, and what a check of 가입여부 answers."""

import itertools

import pytest

from models.kernel.refusals import ActNotPossible, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.members.rules import CompanyStatus, MemberStatus
from models.signups import rules
from models.signups.rules import RULES, Answer, SignupKind, Status, answer_of_company, answer_of_person
from models.signups.wording import ANSWERS, MODE, SIGNUP_KIND, WORDS, told

EXPECTED = {
    ("received", "receive", Role.SYSTEM): ("requested", "owner_requested"),
    ("requested", "approve", Role.BUYER): ("approved",),
    ("requested", "reject", Role.BUYER): ("rejected",),
    ("owner_requested", "approve", Role.PARTNER_OWNER): ("approved",),
    ("owner_requested", "reject", Role.PARTNER_OWNER): ("rejected",),
}


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


@pytest.mark.parametrize(("status", "act", "role"), [*itertools.product(Status, RULES.acts, Role)])
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert RULES.next_status(status, act, [role]) == expected
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        RULES.next_status(status, act, [role])


def test_a_rejection_needs_its_reason() -> None:
    assert all(move.reason == (move.act == "reject") for move in RULES.moves)


def test_every_word_is_there() -> None:
    for status in Status:
        assert all(status in table for table in (WORDS.status, WORDS.tone, WORDS.step, WORDS.hint))
    assert set(RULES.acts) <= set(WORDS.event)
    own = {one.code for one in Refusal.__subclasses__() if one.__module__ == rules.__name__}
    own |= {one.code for one in rules.SignupRefused.__subclasses__()}
    assert own <= set(WORDS.sentences)
    assert set(SIGNUP_KIND) == set(SignupKind)
    assert set(MODE) == set(rules.SignupMode)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (None, Answer.NEW),
        (CompanyStatus.WITHDRAWN, Answer.NEW),
        (CompanyStatus.ACTIVE, Answer.MEMBER),
        (CompanyStatus.APPLYING, Answer.WAITING),
        (CompanyStatus.REJECTED, Answer.REJECTED),
        (CompanyStatus.PORTAL_UNUSED, Answer.PORTAL_UNUSED),
        (CompanyStatus.BLOCKED, Answer.BLOCKED),
    ],
)
def test_what_is_said_of_a_company(status: str | None, answer: Answer) -> None:
    assert answer_of_company(status) is answer
    assert told(SignupKind.COMPANY, answer).message


@pytest.mark.parametrize(
    ("statuses", "answer"),
    [
        (set(), Answer.NEW),
        ({MemberStatus.WITHDRAWN}, Answer.NEW),
        ({MemberStatus.REJECTED}, Answer.REJECTED),
        ({MemberStatus.REJECTED, MemberStatus.APPLYING}, Answer.WAITING),
        ({MemberStatus.APPLYING, MemberStatus.ACTIVE}, Answer.MEMBER),
        ({MemberStatus.DORMANT}, Answer.MEMBER),
        ({MemberStatus.ACTIVE, MemberStatus.BLOCKED}, Answer.BLOCKED),
    ],
)
def test_what_is_said_of_a_person(statuses: set[str], answer: Answer) -> None:
    assert answer_of_person(statuses) is answer


def test_the_manuals_messages() -> None:
    said = {key: told(*key) for key in ANSWERS}
    assert said[SignupKind.INDIVIDUAL, Answer.NEW] == (
        "회원정보가 존재하지 않습니다.",
        "신규 회원으로 등록하시겠습니까?",
    )
    assert said[SignupKind.INDIVIDUAL, Answer.MEMBER].message.startswith("이미 등록된 개인회원입니다.")
    assert said[SignupKind.COMPANY, Answer.MEMBER].question == "부담당자로 가입하시겠습니까?"
    assert said[SignupKind.COMPANY, Answer.PORTAL_UNUSED].question == "포탈 사용이 가능한 회원으로 등록하시겠습니까?"
    assert "직접 가입해서 이용하실 수 없는 회원입니다." in told(SignupKind.COMPANY, Answer.BLOCKED).message
    assert not told(SignupKind.COMPANY, Answer.BLOCKED).question
    assert not told(SignupKind.CONTACT, Answer.WAITING).question

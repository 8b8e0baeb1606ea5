"""The tables of changes and withdrawals: every status, act and role."""

import itertools
from types import ModuleType

import pytest

from models.changes import rules as changes
from models.changes.rules import Subject, account_changes, changeable, differing, first_status
from models.changes.wording import WORDS as CHANGE_WORDS
from models.changes.wording import field_words
from models.kernel.refusals import ActNotPossible, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import ProcessRules, problems
from models.processes.kinds import Words
from models.withdrawals import rules as withdrawals
from models.withdrawals.wording import WORDS as WITHDRAWAL_WORDS

EXPECTED = {
    ("requested", "approve", Role.BUYER): "approved",
    ("requested", "reject", Role.BUYER): "rejected",
    ("requested", "cancel", Role.PARTNER): "cancelled",
    ("owner_requested", "approve", Role.PARTNER_OWNER): "approved",
    ("owner_requested", "reject", Role.PARTNER_OWNER): "rejected",
    ("owner_requested", "cancel", Role.PARTNER): "cancelled",
}
BOTH = [changes.RULES, withdrawals.RULES]


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.kind)
def test_the_tables_are_sound(rules: ProcessRules) -> None:
    assert problems(rules) == []


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.kind)
@pytest.mark.parametrize(
    ("status", "act", "role"), [*itertools.product(withdrawals.Status, ("approve", "reject", "cancel"), Role)]
)
def test_every_status_act_and_role(rules: ProcessRules, status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert rules.next_status(status, act, [role]) == (expected,)
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        rules.next_status(status, act, [role])


@pytest.mark.parametrize(("module", "words"), [(changes, CHANGE_WORDS), (withdrawals, WITHDRAWAL_WORDS)])
def test_every_refusal_has_its_sentence(module: ModuleType, words: Words) -> None:
    own = {
        kind.code
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind.__module__ == module.__name__
    }
    assert own == set(words.sentences)


@pytest.mark.parametrize(
    ("subject", "owner", "status"),
    [
        (Subject.COMPANY, True, "requested"),
        (Subject.MEMBER, True, "requested"),
        (Subject.MEMBER, False, "owner_requested"),
        (Subject.OWNER, True, "owner_requested"),
    ],
)
def test_who_decides(subject: Subject, owner: bool, status: str) -> None:
    assert first_status(subject, owner=owner) == status


@pytest.mark.parametrize(
    ("kind", "has", "has_not"),
    [
        ("corporation", "corporate_number", "artist_insurance"),
        ("sole", "artist_insurance", "corporate_number"),
        ("individual", "address", "name"),
    ],
)
def test_what_a_company_may_have_changed(kind: str, has: str, has_not: str) -> None:
    fields = changeable(kind)
    assert has in fields
    assert has_not not in fields
    assert "business_number" not in fields
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": "1"}, {"a": "1"}, {}),
        ({"a": "1"}, {"a": "2"}, {"a": ("1", "2")}),
        ({"a": None}, {"a": ""}, {}),
        ({"a": False}, {}, {}),
        ({"a": False}, {"a": True}, {"a": (False, True)}),
        ({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {}),
    ],
)
def test_only_what_differs_in_what_may_change(
    before: dict[str, object], after: dict[str, object], found: object
) -> None:
    assert differing(before, after, ("a",)) == found


def test_accounts_that_go_come_or_differ() -> None:
    there: dict[int, dict[str, object]] = {1: {"bank_name": "가", "is_default": True}, 2: {"bank_name": "나"}}
    found = account_changes(there, [{"id": 1, "bank_name": "가", "is_default": False}, {"id": None, "bank_name": "다"}])
    assert set(found) == {"account-1", "account-2", "account-new-2"}
    assert found["account-2"][1] is None
    assert found["account-new-2"][0] is None
    assert account_changes(there, [row | {"id": key} for key, row in there.items()]) == {}


def test_fields_have_words() -> None:
    for kind in ("corporation", "sole", "individual"):
        for field in changeable(kind):
            assert field_words(Subject.COMPANY, field) != field
    assert field_words(Subject.MEMBER, "name") == "성명"
    assert field_words(Subject.COMPANY, "account-new-1") == "계좌정보"

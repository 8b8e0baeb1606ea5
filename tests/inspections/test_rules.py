"""The inspection's table."""

import itertools

import pytest

from models.inspections.rules import RULES, Status
from models.inspections.wording import WORDS
from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role
from models.kernel.transitions import problems

EXPECTED = {
    ("waiting", "accept", Role.INSPECTOR): "accepted",
    ("waiting", "cancel", Role.INSPECTOR): "cancelled",
}


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


@pytest.mark.parametrize(("status", "act", "role"), [*itertools.product(Status, RULES.acts, Role)])
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert RULES.next_status(status, act, [role]) == (expected,)
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        RULES.next_status(status, act, [role])


def test_every_word_is_there() -> None:
    for status in Status:
        assert all(status in table for table in (WORDS.status, WORDS.tone, WORDS.step, WORDS.hint))
    for act in RULES.acts:
        assert all(act in table for table in (WORDS.act, WORDS.done, WORDS.event))

"""The order's table against every status, act and role; its amounts and limits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.orders import rules
from models.orders.kind import ORDER
from models.orders.messages import Confirm
from models.orders.rules import RULES, Status
from models.processes.messages import Reason

TABLE = {
    (Status.DRAFTING, "request_confirmation"): ("confirmation_requested", Role.BUYER),
    (Status.DRAFTING, "cancel"): ("cancelled", Role.BUYER),
    (Status.CONFIRMATION_REQUESTED, "confirm"): ("confirmed", Role.PARTNER),
    (Status.CONFIRMATION_REQUESTED, "refuse"): ("refused", Role.PARTNER),
    (Status.CONFIRMATION_REQUESTED, "cancel"): ("cancelled", Role.BUYER),
    (Status.REFUSED, "revise"): ("drafting", Role.BUYER),
    (Status.REFUSED, "cancel"): ("cancelled", Role.BUYER),
}


def test_the_table_is_sound_and_every_word_is_there() -> None:
    assert problems(RULES) == []
    words = ORDER.words
    assert set(words.status) == set(words.tone) == set(words.step) == set(words.hint) == set(Status)
    assert set(words.act) == set(words.done) == set(RULES.acts) <= set(words.event)


@pytest.mark.parametrize(("status", "act", "role"), list(itertools.product(Status, RULES.acts, Role)))
def test_every_status_act_and_role(status: Status, act: str, role: Role) -> None:
    expected = TABLE.get((status, act))
    if expected is None:
        with pytest.raises(ActNotPossible):
            RULES.next_status(status, act, {role})
    elif role is expected[1]:
        assert RULES.next_status(status, act, {role}) == (expected[0],)
    else:
        with pytest.raises(NotYourTurn):
            RULES.next_status(status, act, {role})


@given(st.lists(st.tuples(st.integers(1, 10**4), st.integers(0, 10**7)), max_size=30))
def test_tax_is_cut_on_every_line_and_the_lines_add_up(lines: list[tuple[int, int]]) -> None:
    found = rules.priced(lines)
    assert found.sum.supply == sum(quantity * price for quantity, price in lines)
    assert found.sum.tax == sum(quantity * price // 10 for quantity, price in lines)
    assert found.sum.total == sum(line.total for line in found.lines)


def test_a_contract_is_ordered_up_to_its_quantity() -> None:
    rules.check_within_contract("서버", asked=3, limit=10, ordered=7)
    with pytest.raises(rules.OverContract):
        rules.check_within_contract("서버", asked=4, limit=10, ordered=7)
    with pytest.raises(rules.OverContract) as over:
        rules.check_within_contract("서버", asked=1, limit=10, ordered=12)
    assert over.value.detail["left"] == 0


def test_the_same_product_has_one_key() -> None:
    assert rules.product_key(" FG-1100E ", "10GHz") == rules.product_key("fg-1100e", "10ghz ")
    assert rules.product_key("FG-1100E", "10GHz") != rules.product_key("FG-1100E", "1GHz")


def test_acts_ask_for_what_they_need() -> None:
    with pytest.raises(ValueError, match="사유"):
        Reason(reason="  ")
    with pytest.raises(ValueError, match="동의"):
        Confirm(agreed=False, seen_pages=1)

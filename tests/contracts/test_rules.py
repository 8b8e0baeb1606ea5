"""The transition table of contracts: every status x act x role, and its words."""

import pytest

from models.contracts import refusals
from models.contracts.kind import CONTRACT
from models.contracts.rules import EDITABLE, RULES, Status
from models.contracts.wording import WORDS
from models.kernel.refusals import ActNotPossible, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import problems

ALLOWED = {
    ("drafting", "request_review", "buyer"): "review_requested",
    ("drafting", "cancel", "buyer"): "cancelled",
    ("review_requested", "complete_review", "partner"): "reviewed",
    ("review_requested", "request_redraft", "partner"): "redraft_requested",
    ("review_requested", "cancel", "buyer"): "cancelled",
    ("redraft_requested", "request_review", "buyer"): "review_requested",
    ("redraft_requested", "cancel", "buyer"): "cancelled",
    ("reviewed", "request_seal", "buyer"): "seal_requested",
    ("reviewed", "cancel", "buyer"): "cancelled",
    ("seal_requested", "sign", "partner"): "completed",
    ("seal_requested", "refuse_signature", "partner"): "sign_refused",
    ("seal_requested", "cancel", "buyer"): "cancelled",
    ("sign_refused", "return_to_draft", "buyer"): "drafting",
    ("sign_refused", "end", "buyer"): "ended",
}
KNOWN = {(status, act) for status, act, _ in ALLOWED}


@pytest.mark.parametrize("status", RULES.statuses)
@pytest.mark.parametrize("act", RULES.acts)
@pytest.mark.parametrize("role", list(Role))
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = ALLOWED.get((status, act, role.value))
    if expected is not None:
        assert RULES.next_status(status, act, {role}) == (expected,)
        return
    with pytest.raises(NotYourTurn if (status, act) in KNOWN else ActNotPossible):
        RULES.next_status(status, act, {role})


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


def test_acts_that_send_back_or_end_need_a_reason() -> None:
    reasoned = {move.act for move in RULES.moves if move.reason}
    assert reasoned == {"request_redraft", "refuse_signature", "cancel", "end"}


def test_drafts_are_edited_only_while_it_is_the_buyers_turn() -> None:
    assert {RULES.turn(status) for status in EDITABLE} == {Role.BUYER}


def test_every_status_and_act_has_its_words() -> None:
    for words in (WORDS.status, WORDS.tone, WORDS.step, WORDS.hint):
        assert set(words) == set(Status)
    for words in (WORDS.act, WORDS.done, WORDS.event):
        assert set(RULES.acts) <= set(words)
    assert set(WORDS.reason) == {move.act for move in RULES.moves if move.reason}


def test_every_refusal_of_contracts_has_a_sentence() -> None:
    found = [value for value in vars(refusals).values() if isinstance(value, type) and issubclass(value, Refusal)]
    codes = {value.code for value in found} - {Refusal.code}
    assert codes <= set(CONTRACT.words.sentences)

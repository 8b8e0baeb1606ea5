import pickle

import pytest

from models.kernel import refusals
from models.kernel.refusals import ActNotPossible, FieldErrors, NotFound, NotYourTurn, Refusal
from models.kernel.wording import SENTENCES, sentence


class LimitPassed(Refusal):
    code = "test_limit_passed"
    status = 422


def test_a_refusal_is_a_code_a_status_and_facts() -> None:
    refusal = LimitPassed(amount=3_000_001, left=3_000_000)
    assert (refusal.code, refusal.status) == ("test_limit_passed", 422)
    assert refusal.detail == {"amount": 3_000_001, "left": 3_000_000}
    assert "amount=3000001" in str(refusal)


def test_the_status_is_409_unless_it_says_otherwise() -> None:
    assert (Refusal().status, NotYourTurn().status, NotFound().status) == (409, 403, 404)


def test_it_comes_back_from_its_code_and_facts() -> None:
    back = refusals.rebuild("test_limit_passed", {"amount": 1})
    assert isinstance(back, LimitPassed)
    assert back.detail == {"amount": 1}


def test_an_unknown_code_comes_back_as_the_base() -> None:
    assert type(refusals.rebuild("from_a_later_version", {"x": "y"})) is Refusal


@pytest.mark.parametrize("refusal", [LimitPassed(amount=5), FieldErrors({"items.0.amount": "금액을 입력해 주세요."})])
def test_it_survives_pickling(refusal: Refusal) -> None:
    back = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert type(back) is type(refusal)
    assert back.detail == refusal.detail


def test_field_errors_keep_their_sentences() -> None:
    errors = FieldErrors({"amount": "금액을 입력해 주세요."})
    assert errors.errors == {"amount": "금액을 입력해 주세요."}
    assert errors.status == 422


def test_two_classes_cannot_share_a_code() -> None:
    with pytest.raises(TypeError, match="not_found"):
        type("Impostor", (Refusal,), {"code": "not_found", "__module__": __name__})


def test_every_shared_code_has_a_sentence() -> None:
    shared = {code for code in refusals.known_codes() if refusals.by_code(code).__module__ == refusals.__name__}
    assert shared <= set(SENTENCES)


def test_the_sentence_says_who_was_first_and_when() -> None:
    told = sentence(ActNotPossible(by="박지은 님", at="2월 10일 (금) 18:00"))
    assert told.startswith("박지은 님이 2월 10일 (금) 18:00에 먼저 처리했습니다.")
    assert "현재 상태" in sentence(ActNotPossible(status="done"))


def test_a_domain_sentence_goes_before_the_shared_one() -> None:
    words = {"test_limit_passed": "{amount:,}원은 계약 잔액 {left:,}원을 넘습니다."}
    assert sentence(LimitPassed(amount=3_000_001, left=3_000_000), words) == (
        "3,000,001원은 계약 잔액 3,000,000원을 넘습니다."
    )


def test_a_missing_fact_never_breaks_the_page() -> None:
    assert sentence(LimitPassed(), {"test_limit_passed": "{amount}원"}) == SENTENCES["refused"]
    assert sentence(LimitPassed(amount="많이"), {"test_limit_passed": "{amount:,}원"}) == SENTENCES["refused"]

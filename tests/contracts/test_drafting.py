"""Drafts: sums, what is missing, and the texts of papers."""

from typing import Any

import pytest

from models.contracts import papers
from models.contracts.drafting import faults, total
from tests.contracts.world import draft

PLAN = [{"label": "선금", "amount": 1_000_000}, {"label": "잔금", "amount": 2_000_000}]


def test_the_amount_is_the_sum_of_the_items() -> None:
    assert total(draft(1)) == 2 * 680_000 + 1_640_000 == 3_000_000


def test_a_sound_draft_has_no_faults() -> None:
    assert faults(draft(1)) == {}
    assert faults(draft(1, settlement_type="instalments", instalments=PLAN)) == {}


def test_a_plan_that_is_one_won_off_is_told_with_both_sums() -> None:
    plan = [PLAN[0], {"label": "잔금", "amount": 2_000_001}]
    assert faults(draft(1, settlement_type="instalments", instalments=plan)) == {
        "instalments": "분할정산 금액의 합 3,000,001원은 계약 금액 3,000,000원과 같아야 합니다."
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": "2026-02-01"}, "ends_on"),
        ({"items": []}, "items"),
        ({"items": [{"name": "서버", "quantity": 0, "unit_price": 1}]}, "items-0-quantity"),
        ({"items": [{"quantity": 1, "unit_price": 1}]}, "items-0-name"),
        ({"items": [{"name": "서버", "quantity": 1}]}, "items-0-unit_price"),
        ({"items": [{"name": "서버", "quantity": 10**9, "unit_price": 10**12}]}, "items"),
        ({"papers": []}, "papers"),
        ({"papers": [{"template": "security", "title": "약정", "text": "■ 1\n글"}]}, "papers"),
        ({"papers": [{"template": "supply", "title": "계약서", "text": " "}]}, "papers-0-text"),
        ({"settlement_type": "instalments", "instalments": []}, "instalments"),
        ({"settlement_type": "instalments", "instalments": [{"amount": 3_000_000}]}, "instalments-0-label"),
    ],
)
def test_what_is_missing_is_told_at_its_field(change: dict[str, Any], field: str) -> None:
    found = faults(draft(1, **change))
    assert set(found) == {field}
    assert found[field].endswith(("주세요.", "없습니다.", "합니다."))


def test_a_unit_price_contract_has_no_amount_and_no_plan() -> None:
    by_unit = draft(1, contract_type="unit_price", items=[{"name": "서버", "unit_price": 10}])
    assert total(by_unit) is None
    assert faults(by_unit) == {}
    with_plan = by_unit.model_copy(update={"settlement_type": "instalments", "instalments": []})
    assert set(faults(with_plan)) == {"settlement_type"}


def test_clauses_survive_editing_and_take_their_facts() -> None:
    text = "머리말\n■ 제1조 (금액)\n금액은 {계약금액}이다.\n1. {모르는것}\n■ 제2조\n끝"
    clauses = papers.clauses_of(text)
    assert [clause["heading"] for clause in clauses] == ["전문", "제1조 (금액)", "제2조"]
    assert papers.clauses_of(papers.text_of(clauses)) == clauses
    filled = papers.filled(clauses, {"계약금액": "금 삼백만 원"})
    assert filled[1] == ("제1조 (금액)", "금액은 금 삼백만 원이다.\n1. {모르는것}")


@pytest.mark.parametrize("template", [*papers.standard(), *papers.choices()], ids=lambda t: t.key)
def test_templates_name_only_facts_that_exist(template: papers.Template) -> None:
    import datetime as dt
    from types import SimpleNamespace

    day = dt.date(2026, 2, 9)
    contract = SimpleNamespace(
        number="CR", title="t", amount=1, starts_on=day, ends_on=day, payment_terms="p", company_name="c"
    )
    clauses = papers.filled(papers.clauses_of(template.text), papers.facts(contract, "검수기반"))
    assert clauses
    assert not any("{" in text or "{" in heading for heading, text in clauses)

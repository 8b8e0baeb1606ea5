"""The officer's lists and forms of credits: every page at both widths, an empty form's errors at their fields."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.house import House
from tests.journeys.conftest import LogIn
from tests.journeys.credit_desk import seed
from tests.journeys.looking import look

LISTS = (
    *("runs", "reports", "payouts", "imports", "pools", "adjustments", "accounts", "changes"),
    *("companies", "groups", "media", "rates", "businesses"),
)
FORMS = ("companies", "groups", "media", "rates", "pools", "adjustments", "imports", "payouts")


@pytest.fixture(scope="module", autouse=True)
def settled(house: House) -> None:
    seed(house)


@pytest.fixture
def officer(log_in: LogIn) -> Page:
    return log_in("daeun.jung")


def test_every_list_and_what_it_leads_to(officer: Page, tmp_path: Path) -> None:
    for name in LISTS:
        officer.goto(f"/credit-{name}")
        expect(officer.locator("h1")).to_be_visible()
        look(officer, tmp_path, f"{name}-list")
        first = officer.locator("tbody a.ref, tbody td a").first
        if first.count():
            first.click()
            expect(officer).to_have_url(re.compile(rf"/credit-{name}/\d+"))
            look(officer, tmp_path, f"{name}-one")


def test_an_empty_form_says_what_is_missing_at_its_fields(officer: Page, tmp_path: Path) -> None:
    for name in FORMS:
        officer.goto(f"/credit-{name}/new")
        expect(officer.locator("h1")).to_be_visible()
        if name == "payouts":
            look(officer, tmp_path, f"{name}-new")
            continue
        officer.locator("form.form, main form").first.evaluate("form => form.noValidate = true")
        officer.locator("main form .btn.primary").last.click()
        expect(officer.locator("[aria-invalid=true]").first).to_be_visible()
        look(officer, tmp_path, f"{name}-new-wrong")


def test_the_policy_tells_what_is_no_number(officer: Page, tmp_path: Path) -> None:
    officer.goto("/credit-runs/policy")
    officer.get_by_label("계좌 변경 대기").fill("칠일")
    officer.get_by_role("button", name="저장").click()
    expect(officer.locator("[aria-invalid=true]")).to_have_count(1)
    look(officer, tmp_path, "policy-wrong")

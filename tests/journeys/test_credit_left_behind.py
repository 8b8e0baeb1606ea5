"""A month of credits that is ended with a failure left behind, in a house of its own: a month is settled once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ops.seed.credits import PAYEES
from tests import engines
from tests.house import House, running
from tests.journeys.conftest import LogIn
from tests.journeys.credit_desk import approve, becomes, begin, seed
from tests.journeys.looking import look


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("left-behind"), engines.new_namespace("left")) as made:
        seed(made)
        yield made


def test_a_failed_group_is_left_behind_and_the_run_ended(log_in: LogIn, tmp_path: Path) -> None:
    officer = log_in("daeun.jung")
    officer.goto("/credit-companies")
    officer.get_by_role("link", name=PAYEES[-1].name).click()
    officer.get_by_role("button", name="사용 종료").click()
    expect(officer.get_by_role("button", name="다시 사용")).to_be_visible()
    begin(officer)
    approve(officer)
    becomes(officer, "일부 실패")
    failed = officer.locator("[data-live=failed]")
    expect(failed).to_contain_text("지급처가 종료되었습니다")
    failed.get_by_role("button", name="다시 시도").click()
    expect(failed).to_contain_text("2번째")
    becomes(officer, "일부 실패")
    look(officer, tmp_path, "incomplete")
    officer.get_by_role("button", name="실패를 두고 끝내기").click()
    officer.get_by_label("사유").fill("다음 달에 정정으로 지급합니다.")
    officer.get_by_role("button", name="실패를 두고 끝내기").last.click()
    becomes(officer, "발행 완료")
    expect(failed).to_contain_text("2번째")
    expect(failed.get_by_role("button", name="다시 시도")).to_have_count(0)

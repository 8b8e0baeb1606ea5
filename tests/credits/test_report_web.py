"""The house's pages of reports and payout files: every button, every refusal, who may see."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database as house_database
from models.credits.account_tables import CreditAccount
from models.credits.report_tables import PayoutFile
from models.credits.rules import IssueMode
from models.kernel.calendar import at_hour
from models.kernel.roles import Role
from tests import factories
from tests.credits.report_desk import desk
from tests.credits.report_world import World
from tests.engines import Database

PAYDAY = dt.date(2026, 3, 16)
NUMBER = "202602204100007300000077"
CSV = "text/csv"


@pytest.fixture
def world(database: Database) -> World:
    del database
    return World()


def newest_file() -> PayoutFile:
    with house_database.working() as session:
        newest = select(PayoutFile).order_by(col(PayoutFile.id).desc()).limit(1)
        found: PayoutFile = session.execute(newest).scalar_one()
        return found


def test_the_list_says_what_is_to_be_done_and_downloads(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed, person = world.signed(), world.published(IssueMode.INDIVIDUAL, [1_234_567])
    waiting = world.published(IssueMode.FORWARD)
    with desk(world, world.officer, monkeypatch) as seat:
        all_of_them = seat.get("/credit-reports")
        assert all(report.number in all_of_them for report in (signed, person, waiting))
        unsigned = seat.get("/credit-reports", view="unsigned")
        assert waiting.number in unsigned
        assert signed.number not in unsigned
        assert person.number not in seat.get("/credit-reports", mode="reverse")
        assert seat.client.get("/credit-reports", params={"format": "xlsx"}).content[:2] == b"PK"
    world.now = at_hour(PAYDAY, 9)
    with desk(world, world.officer, monkeypatch) as seat:
        due = seat.get("/credit-reports", view="due")
        assert signed.number in due
        assert waiting.number in seat.get("/credit-reports", view="late")


def test_the_page_shows_lines_steps_invoice_and_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.signed()
    with desk(world, world.officer, monkeypatch) as seat:
        shown = seat.get(f"/credit-reports/{report.id}")
    for words in ("9,920,000", "992,000", "10,912,000", "33330112*****", "카카오뱅크", "2026.03.16"):
        assert words in shown
    assert "3333011212345" not in shown
    assert '<li class="done">세금계산서 역발행요청' in shown
    assert '<li aria-current="step">지급 처리중' in shown
    assert world.invoice_of(report).number in shown


def test_withheld_tax_of_an_individual_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.INDIVIDUAL, [1_234_567])
    with desk(world, world.officer, monkeypatch) as seat:
        shown = seat.get(f"/credit-reports/{report.id}")
    for words in ("37,030", "3,700", "1,193,837", "지급 처리중 (원천징수)"):
        assert words in shown


def test_hold_release_confirm_return_pay_fail_and_retry_are_buttons(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published(IssueMode.FORWARD)
    world.press(world.partner, report, "register_invoice", approval_number=NUMBER, written_on=dt.date(2026, 2, 20))
    with desk(world, world.officer, monkeypatch) as seat:
        assert seat.act(report, "return_invoice").status_code == 422
        assert seat.act(report, "return_invoice", reason="금액이 다릅니다").status_code == 303
        assert "금액이 다릅니다" in seat.get(f"/credit-reports/{report.id}")
        world.press(world.partner, report, "register_invoice", approval_number=NUMBER, written_on=dt.date(2026, 2, 20))
        assert seat.act(report, "confirm_invoice").status_code == 303
        assert seat.act(report, "hold", reason="분쟁").status_code == 303
        assert "보류했습니다. 분쟁" in seat.get(f"/credit-reports/{report.id}")
        assert seat.act(report, "release").status_code == 303
        assert seat.act(report, "payment_failed", reason="계좌 해지").status_code == 303
        assert "지급하지 못했습니다. 계좌 해지" in seat.get(f"/credit-reports/{report.id}")
        assert seat.act(report, "retry").status_code == 303
        assert seat.act(report, "pay", paid_on="2999-01-01").status_code == 422
        assert seat.act(report, "pay", paid_on="2026-02-20").status_code == 303
    assert (world.read(report).status, world.read(report).paid_on) == ("paid", dt.date(2026, 2, 20))


def test_a_file_from_due_to_paid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report, person = world.signed(), world.published(IssueMode.INDIVIDUAL, [1_234_567])
    bare = world.published(IssueMode.INDIVIDUAL, [70_000], account=False)
    world.now = at_hour(PAYDAY, 9)
    with desk(world, world.officer, monkeypatch) as seat:
        before = seat.get("/credit-payouts/new", pay_on=PAYDAY.isoformat())
        assert all(one.number in before for one in (report, person, bare))
        assert "지급계좌가 없는 1건은 빠집니다." in before
        made = seat.post("/credit-payouts", pay_on=PAYDAY.isoformat())
        assert made.status_code == 303
        file = newest_file()
        base = f"/credit-payouts/{file.id}"
        assert file.number in seat.get("/credit-payouts", state="draft")
        assert seat.post("/credit-payouts", pay_on=PAYDAY.isoformat()).status_code == 422

        book = openpyxl.load_workbook(io.BytesIO(seat.post(f"{base}/file", format="xlsx").content))
        assert [cell.value for cell in book.worksheets[0][1]][:5] == ["순번", "은행코드", "은행명", "계좌번호", "금액"]
        rows = list(csv.DictReader(io.StringIO(seat.post(f"{base}/file", format="csv").content.decode("utf-8-sig"))))
        assert {row["계좌번호"] for row in rows} == {"3333011212345"}

        early = seat.post(f"{base}/results", files={"file": ("r.csv", b"a", CSV)})
        assert (early.status_code, "결과를 읽을 수 없습니다" in early.text) == (422, True)
        assert seat.post(f"{base}/sending").status_code == 303
        assert seat.post(f"{base}/discarding").status_code == 409

        assert 'id="e-file"' in seat.post(f"{base}/results").text
        wrong = "순번,결과,금액\n1,성공,1\n9,성공,1\n".encode()
        refused = seat.post(f"{base}/results", files={"file": ("r.csv", wrong, CSV)})
        assert refused.status_code == 422
        assert "순번 9: 이 파일에 없는 순번입니다." in refused.text

        answer = io.StringIO(newline="")
        writer = csv.DictWriter(answer, [*rows[0], "결과", "실패사유"])
        writer.writeheader()
        for row in rows:
            paid = row["정산리포트번호"] == report.number
            writer.writerow({**row, "결과": "성공" if paid else "실패", "실패사유": "" if paid else "예금주 불일치"})
        sent = seat.post(
            f"{base}/results", files={"file": ("이체결과.csv", answer.getvalue().encode("utf-8-sig"), CSV)}
        )
        assert sent.status_code == 303
        shown = seat.get(base)
        assert "예금주 불일치" in shown
        assert "이체 결과 올리기" not in shown
    world.follow()
    assert (world.read(report).status, world.read(person).status) == ("paid", "payment_failed")
    with desk(world, world.officer, monkeypatch) as seat:
        assert "예금주 불일치" in seat.get(f"/credit-reports/{person.id}")


def test_ticked_reports_become_a_file_and_a_file_can_be_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, other = world.signed(), world.published(IssueMode.INDIVIDUAL, [70_000])
    with desk(world, world.officer, monkeypatch) as seat:
        chosen = seat.post("/credit-payouts/new", selected=str(report.id))
        assert chosen.headers["location"] == f"/credit-payouts/new?selected={report.id}"
        assert report.number in seat.get(chosen.headers["location"])
        # 「이 날로 다시 보기」 asks with the form's own fields.
        again = seat.get("/credit-payouts/new", pay_on=PAYDAY.isoformat(), selected=str(report.id))
        assert (report.number in again, other.number in again) == (True, False)
        assert f'name="selected" value="{report.id}"' in again
        assert "지급할 정산이 없습니다." in seat.get("/credit-payouts/new", pay_on="", selected=str(report.id))
        seat.post("/credit-payouts", pay_on="2026-02-23", selected=str(report.id))
        base = f"/credit-payouts/{newest_file().id}"
        assert seat.post(f"{base}/discarding").status_code == 303
        assert "취소" in seat.get(base)


def test_a_file_with_a_changed_account_says_so_and_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.signed()
    world.now = at_hour(PAYDAY, 9)
    with desk(world, world.officer, monkeypatch) as seat:
        seat.post("/credit-payouts", pay_on=PAYDAY.isoformat())
        base = f"/credit-payouts/{newest_file().id}"
        with house_database.working() as session:
            of = select(CreditAccount).where(col(CreditAccount.group_id) == report.group_id)
            account = session.execute(of).scalar_one()
            account.status = "replaced"
            session.add(account)
        assert "지급계좌가 바뀐 정산이 있습니다" in seat.get(base)
        assert seat.post(f"{base}/sending").status_code == 409


def test_who_may_look_and_who_may_act(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.signed()
    with house_database.working() as session:
        buyer = factories.actor(factories.member(session, "차지애", Role.BUYER))
    with desk(world, world.admin, monkeypatch) as seat:
        assert (
            "보류"
            not in seat.get(f"/credit-reports/{report.id}").split("<main")[1].split("doc-side")[0].split("</h1>")[0]
        )
        assert seat.status("/credit-payouts") == 200
        assert seat.post("/credit-payouts", pay_on=PAYDAY.isoformat()).status_code == 403
    with desk(world, buyer, monkeypatch) as seat:
        assert seat.status(f"/credit-reports/{report.id}") == 404
        assert report.number not in seat.get("/credit-reports")
        assert seat.status("/credit-payouts") == 403
    for outsider in (world.partner, world.stranger):
        with desk(world, outsider, monkeypatch) as seat:
            assert seat.status("/credit-reports") in {403, 404}
            assert seat.status(f"/credit-reports/{report.id}") in {403, 404}


def test_the_api_tells_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.signed()
    with desk(world, world.officer, monkeypatch) as seat:
        told = seat.client.get(f"/api/v1/credit-reports/{report.id}").json()
    assert (told["status"], told["payable"], told["pay_on"]) == ("paying", 10_912_000, "2026-03-16")

"""Payout files: what is due, once, to the right account; results row by row, pressed on the reports."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select
from sqlmodel import col

from models import database as house_database
from models.auth.tables import Disclosure
from models.credits import payout_rules as rules
from models.credits import payout_sheets, payouts
from models.credits.account_tables import CreditAccount
from models.credits.payout_rules import Fault, Result, ResultsFaulty, ResultsUnreadable, faults_of
from models.credits.report_rules import PayoutRunning
from models.credits.report_tables import CreditReport, Payout, PayoutFile
from models.credits.rules import IssueMode
from models.harmony.tables import CreditGroup
from models.kernel.calendar import at_hour
from models.kernel.refusals import NotFound, NotYourTurn
from models.processes.tables import Command
from tests.credits.report_world import World
from tests.engines import Database

PAYDAY = dt.date(2026, 3, 16)


@pytest.fixture
def world(database: Database) -> World:
    del database
    return World()


def made(world: World, day: dt.date = PAYDAY, ids: list[int] | None = None) -> PayoutFile:
    with house_database.writing(world.officer) as session:
        return payouts.make(session, world.officer, day, world.now, ids)


def rows_of(file: PayoutFile) -> list[tuple[Payout, CreditReport]]:
    with house_database.working() as session:
        return list(payouts.payments(session, file.id or 0))


def sent(world: World, file: PayoutFile) -> None:
    with house_database.writing(world.officer) as session:
        payouts.send(session, world.officer, file.id or 0, world.now)


def answered(world: World, file: PayoutFile, *results: Result) -> payouts.Taken:
    with house_database.writing(world.officer) as session:
        return payouts.take_results(session, world.officer, file.id or 0, results, world.now)


def paid(position: int, **more: Any) -> Result:
    return Result(row=position + 1, position=position, is_paid=True, **more)


def failed(position: int, reason: str = "계좌번호 오류") -> Result:
    return Result(row=position + 1, position=position, is_paid=False, reason=reason)


def test_a_file_holds_what_is_due_and_has_an_account(world: World) -> None:
    reverse, person = world.signed(), world.published(IssueMode.INDIVIDUAL, [1_234_567])
    world.published()  # not signed
    world.published(IssueMode.INDIVIDUAL, [50_000], account=False)
    with pytest.raises(rules.NobodyToPay):
        made(world, dt.date(2026, 3, 15))

    file = made(world)

    assert (file.count, file.total, file.pay_on) == (2, 10_912_000 + 1_193_837, PAYDAY)
    rows = rows_of(file)
    assert {row[1].id for row in rows} == {reverse.id, person.id}
    assert {row[0].amount for row in rows} == {10_912_000, 1_193_837}
    assert {(row[0].bank_code, row[0].account_number, row[0].memo) for row in rows} == {
        ("090", "3333011212345", "카카오2601정산")
    }
    with pytest.raises(rules.NobodyToPay):
        made(world)


def test_ticked_reports_are_paid_before_their_day(world: World) -> None:
    report = world.signed()
    file = made(world, dt.date(2026, 2, 23), [report.id or 0])
    assert (file.count, file.pay_on) == (1, dt.date(2026, 2, 23))


def test_results_move_the_reports_and_the_same_file_twice_changes_nothing(world: World) -> None:
    world.signed()
    world.published(IssueMode.INDIVIDUAL, [1_234_567])
    file = made(world)
    with pytest.raises(rules.FileNotSent):
        answered(world, file, paid(1))
    world.now = at_hour(PAYDAY, 15)
    sent(world, file)

    taken = answered(world, file, paid(1, paid_on=PAYDAY), failed(2))
    assert (taken.paid, taken.failed, taken.same) == (1, 1, 0)
    assert sorted(world.follow()) == ["pay", "payment_failed"]

    first, second = (row[1] for row in rows_of(file))
    assert (world.read(first).status, world.read(first).paid_on) == ("paid", PAYDAY)
    assert (world.read(second).status, world.read(second).payment_problem) == ("payment_failed", "계좌번호 오류")
    again = answered(world, file, paid(1, paid_on=PAYDAY), failed(2))
    assert (again.paid, again.failed, again.same) == (0, 0, 2)
    assert world.follow() == []
    with house_database.working() as session:
        closed = session.get_one(PayoutFile, file.id)
        assert closed.closed_at is not None


def test_a_failed_payment_goes_into_a_later_file_to_the_new_account(world: World) -> None:
    report = world.signed()
    first = made(world)
    world.now = at_hour(PAYDAY, 15)
    sent(world, first)
    answered(world, first, failed(1))
    world.follow()
    with house_database.working() as session:
        old = session.execute(select(CreditAccount).where(col(CreditAccount.group_id) == report.group_id)).scalar_one()
        old.status = "replaced"
        session.add(old)
        session.flush()
        group = session.get_one(CreditGroup, report.group_id)
        world.account(session, group, 2, account_number="110123456789", bank_code="088")
    world.press(world.partner, report, "retry")

    second = made(world)
    [(payment, _)] = rows_of(second)
    assert (payment.bank_code, payment.account_number) == ("088", "110123456789")
    sent(world, second)
    answered(world, second, paid(1))
    world.follow()
    found = world.read(report)
    assert (found.status, found.payments) == ("paid", 2)


def test_one_wrong_row_and_nothing_is_taken(world: World) -> None:
    world.signed()
    file = made(world)
    sent(world, file)
    with pytest.raises(ResultsFaulty) as refused:
        answered(world, file, paid(1), paid(7))
    assert refused.value.faults == (Fault(8, "순번 7: 이 파일에 없는 순번입니다."),)
    assert world.follow() == []
    assert rows_of(file)[0][0].state == "sent"


def test_a_file_that_went_out_is_not_taken_back_and_what_is_in_it_is_not_held(world: World) -> None:
    report = world.signed()
    file = made(world)
    sent(world, file)
    with house_database.writing(world.officer) as session, pytest.raises(rules.FileSent):
        payouts.discard(session, world.officer, file.id or 0, world.now)
    with pytest.raises(PayoutRunning):
        world.press(world.officer, report, "hold", reason="분쟁")
    with pytest.raises(PayoutRunning):
        world.press(world.officer, report, "pay")


def test_a_report_held_before_the_file_goes_out_leaves_it(world: World) -> None:
    report = world.signed()
    world.published(IssueMode.INDIVIDUAL, [100_000])
    file = made(world)
    world.press(world.officer, report, "hold", reason="분쟁")
    states = {row[1].id: row[0].state for row in rows_of(file)}
    assert states[report.id] == "dropped"
    with house_database.working() as session:
        kept = session.get_one(PayoutFile, file.id)
        assert (kept.count, kept.total) == (1, 96_700)


def test_a_file_that_everything_left_is_taken_back(world: World) -> None:
    report = world.signed()
    file = made(world)
    world.press(world.officer, report, "hold", reason="분쟁")
    with house_database.working() as session:
        assert session.get_one(PayoutFile, file.id).closed_at == world.now
    with pytest.raises(rules.FileClosed):
        sent(world, file)


def test_a_payment_called_failed_before_it_was_sent_leaves_its_file_and_is_paid_once(world: World) -> None:
    report = world.signed()
    world.published(IssueMode.INDIVIDUAL, [100_000])
    file = made(world)
    world.press(world.officer, report, "payment_failed", reason="계좌 해지")
    states = {row[1].id: row[0].state for row in rows_of(file)}
    assert states[report.id] == "dropped"
    sent(world, file)
    with house_database.writing(world.officer) as session:
        assert [row[1].id for row in payouts.opened(session, world.officer, file.id or 0, "")] != [report.id]
        assert payouts.file(session, world.officer, file.id or 0).total == 96_700
    world.press(world.partner, report, "retry")
    assert [row[1].id for row in rows_of(made(world, dt.date(2026, 4, 15)))] == [report.id]


def test_between_the_bank_s_result_and_the_report_nothing_comes(world: World) -> None:
    """The result is taken in, and the process is not told yet: the money is gone."""
    report = world.signed()
    file = made(world)
    world.now = at_hour(PAYDAY, 15)
    sent(world, file)
    answered(world, file, paid(1))
    for act in ("hold", "payment_failed"):
        with pytest.raises(PayoutRunning):
            world.press(world.officer, report, act, reason="분쟁")
    with house_database.working() as session:
        others = select(Command).where(col(Command.act).in_(["hold", "payment_failed"]), col(Command.state) == "open")
        for one in session.execute(others).scalars():
            session.delete(one)
    assert world.follow() == ["pay"]
    assert world.read(report).status == "paid"


def test_a_discarded_file_frees_its_payments(world: World) -> None:
    world.signed()
    file = made(world)
    with house_database.writing(world.officer) as session:
        payouts.discard(session, world.officer, file.id or 0, world.now)
    assert made(world).count == 1


def test_a_file_made_before_an_account_changed_is_not_sent(world: World) -> None:
    report = world.signed()
    file = made(world)
    with house_database.working() as session:
        account = session.execute(
            select(CreditAccount).where(col(CreditAccount.group_id) == report.group_id)
        ).scalar_one()
        account.status = "replaced"
        session.add(account)
    with pytest.raises(rules.AccountsChanged) as refused:
        sent(world, file)
    assert refused.value.detail["count"] == 1


def test_account_numbers_leave_the_house_on_record(world: World) -> None:
    world.signed()
    file = made(world)
    with house_database.writing(world.officer) as session:
        rows = payouts.opened(session, world.officer, file.id or 0, "192.0.2.7")
        text = payout_sheets.as_csv(rows).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text)))[:7] == [
        "순번",
        "은행코드",
        "은행명",
        "계좌번호",
        "금액",
        "예금주",
        "적요",
    ]
    assert "3333011212345" in text
    with house_database.working() as session:
        seen = session.execute(select(Disclosure)).scalars().all()
        assert [(one.subject_kind, one.actor_id, one.ip) for one in seen] == [
            ("payout_file", world.officer.member_id, "192.0.2.7")
        ]


def test_only_the_settlement_officer_makes_and_nobody_outside_sees(world: World) -> None:
    world.signed()
    with house_database.writing(world.admin) as session, pytest.raises(NotYourTurn):
        payouts.make(session, world.admin, PAYDAY, world.now)
    file = made(world)
    with house_database.reading(world.partner) as session:
        with pytest.raises(NotYourTurn):
            payouts.file(session, world.partner, file.id or 0)
        assert session.execute(select(PayoutFile)).scalars().all() == []
    with house_database.reading(world.officer) as session, pytest.raises(NotFound):
        payouts.file(session, world.officer, 999)


SENT = {1: (1_000, "RS202601-00001", "sent", ""), 2: (2_000, "RS202601-00002", "paid", "")}
MADE_ON, TODAY = dt.date(2026, 3, 13), dt.date(2026, 3, 16)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (paid(9), "이 파일에 없는 순번입니다."),
        (paid(1, amount=999), "금액이 보낸 1,000원과 다릅니다."),
        (paid(1, number="RS202601-00009"), "정산리포트번호가 보낸 RS202601-00001과 다릅니다."),
        (paid(1, paid_on=dt.date(2026, 3, 17)), "지급일이 오늘보다 뒤입니다."),
        (paid(1, paid_on=dt.date(2026, 3, 12)), "지급일이 지급 파일을 만든 날보다 앞섭니다."),
        (failed(2), "이미 반영한 결과와 다릅니다."),
    ],
)
def test_each_row_is_held_against_what_was_sent(result: Result, sentence: str) -> None:
    assert faults_of([result], SENT, MADE_ON, TODAY) == [Fault(result.row, f"순번 {result.position}: {sentence}")]


def test_a_position_twice_is_a_fault_and_sound_rows_are_none() -> None:
    sound = [paid(1, amount=1_000, number="RS202601-00001", paid_on=TODAY), paid(2)]
    assert faults_of(sound, SENT, MADE_ON, TODAY) == []
    assert faults_of([paid(1), paid(1)], SENT, MADE_ON, TODAY) == [Fault(2, "순번 1: 같은 순번이 두 번 있습니다.")]


def sheet(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


HEAD = ["순번", "금액", "결과", "실패사유", "지급일", "정산리포트번호"]
BODY: list[list[Any]] = [
    [1, 1000, "성공", None, dt.date(2026, 3, 16), "RS202601-00001"],
    [2, "2,000", "실패", "예금주 불일치", None, None],
]
READ = [
    Result(2, 1, is_paid=True, paid_on=dt.date(2026, 3, 16), amount=1_000, number="RS202601-00001"),
    Result(3, 2, is_paid=False, reason="예금주 불일치", amount=2_000),
]


def test_a_workbook_and_a_csv_say_the_same() -> None:
    assert payout_sheets.read_results(sheet([HEAD, *BODY]), "결과.xlsx") == READ
    target = io.StringIO(newline="")
    csv.writer(target).writerows([HEAD, *[["" if cell is None else str(cell) for cell in row] for row in BODY]])
    for encoding in ("utf-8-sig", "cp949"):
        assert payout_sheets.read_results(target.getvalue().encode(encoding), "결과.CSV") == READ


def test_a_number_is_read_as_a_spreadsheet_saved_it() -> None:
    [found] = payout_sheets.read_results("순번,결과,금액\n3.0,성공,1000.0\n".encode(), "r.csv")
    assert (found.position, found.amount) == (3, 1_000)


def test_a_failure_without_a_reason_says_so() -> None:
    [found] = payout_sheets.read_results("순번,결과,금액\n1,불능,5\n".encode(), "r.csv")
    assert found.reason == rules.NO_REASON


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("순번,결과\n1,글쎄\n", "순번 1: 결과 「글쎄」: 성공 또는 실패로 적어 주세요."),
        ("순번,결과\n,성공\n", "순번이 없습니다."),
        ("순번,결과\n-3,성공\n", "순번이 없습니다."),
        ("순번,결과\n1.5,성공\n", "순번이 없습니다."),
        ("순번,결과\n1,성공\n", "순번 1: 금액이나 정산리포트번호가 없어 보낸 지급인지 확인할 수 없습니다."),
        ("순번,결과,지급일\n1,성공,어제\n", "순번 1: 지급일 「어제」: 날짜로 읽을 수 없습니다."),
        ("순번,결과,금액\n1,성공,-5\n", "순번 1: 금액 「-5」: 0 이상의 정수로 읽을 수 없습니다."),
    ],
)
def test_rows_that_cannot_be_read_are_named(body: str, sentence: str) -> None:
    with pytest.raises(ResultsFaulty) as refused:
        payout_sheets.read_results(body.encode(), "r.csv")
    assert refused.value.faults == (Fault(2, sentence),)


@given(st.binary(max_size=300), st.sampled_from(["r.csv", "r.xlsx"]))
def test_whatever_is_uploaded_is_read_or_refused(data: bytes, name: str) -> None:
    try:
        payout_sheets.read_results(data, name)
    except (ResultsUnreadable, ResultsFaulty):
        return


def test_what_is_sent_is_no_formula() -> None:
    report = CreditReport.model_construct(number="RS202601-00001")
    payment = Payout.model_construct(
        position=1, bank_code="090", account_number="333", amount=1, holder="=HYPERLINK(1)", memo="카카오"
    )
    assert "'=HYPERLINK(1)" in payout_sheets.as_csv([(payment, report)]).decode("utf-8-sig")

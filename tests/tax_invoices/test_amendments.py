"""수정세금계산서: the wizard of each reason, what it makes, and what becomes of the settlement."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from models import database
from models.members.tables import Company
from models.tax_invoices import writes
from models.tax_invoices.messages import Amendment
from models.tax_invoices.rules import Reason, Status
from tests.engines import Database
from tests.tax_invoices.desk import Office, desk, keys, post, rows
from tests.tax_invoices.world import TODAY as WORLD_DAY
from tests.tax_invoices.world import World

TODAY = WORLD_DAY.isoformat()


@pytest.fixture
def office(database: Database) -> Office:
    return Office()


@pytest.fixture
def world(database: Database) -> World:
    return World()


NEEDS: dict[Reason, dict[str, Any]] = {
    Reason.CORRECTION: {
        "remarks": ["바르게 적음"],
        "lines-0-name": "총무서버 셋",
        "lines-0-amount": "26000",
        "lines-0-tax": "2600",
    },
    Reason.PRICE_CHANGE: {"happened_on": TODAY, "difference": "-6,720"},
    Reason.RETURN: {"happened_on": TODAY, "difference": "16,666"},
    Reason.TERMINATION: {"happened_on": TODAY},
    Reason.LETTER_OF_CREDIT: {"happened_on": TODAY},
    Reason.DUPLICATE: {},
}
BECOMES = {
    Reason.CORRECTION: (2, "-720", "26,000"),
    Reason.PRICE_CHANGE: (1, "-6,720", "20,000"),
    Reason.RETURN: (1, "-16,666", "10,054"),
    Reason.TERMINATION: (1, "-26,720", "0"),
    Reason.LETTER_OF_CREDIT: (2, "0", "26,720"),
    Reason.DUPLICATE: (1, "-26,720", "0"),
}


@pytest.mark.parametrize("reason", list(Reason))
def test_the_wizard_knows_each_reason(office: Office, monkeypatch: pytest.MonkeyPatch, reason: Reason) -> None:
    issued = office.accepted(office.requested(office.settlement()))
    path = f"/tax-invoices/{issued.id}/amendment"
    count, change, after = BECOMES[reason]
    with desk(office, office.officer, monkeypatch) as seat:
        assert f"{path}?reason={reason.value}" in seat.get(path)
        form = seat.get(path, reason=reason.value)
        assert ('name="happened_on"' in form) == ("happened_on" in NEEDS[reason])
        assert ('name="difference"' in form) == ("difference" in NEEDS[reason])
        assert ('name="lines-0-name"' in form) == (reason is Reason.CORRECTION)
        preview = post(seat, path, reason=reason.value, then="preview", **NEEDS[reason])
        assert preview.status_code == 200, preview.text
        assert preview.text.count('<article class="etax') == count
        assert f"{count}장이 이대로 발급됩니다" in preview.text
        for words in (f'<td class="n">{change}</td>', f'<td class="n">{after}</td>', "당초승인번호"):
            assert words in preview.text, words
        assert len(rows()) == 1
        wanted = keys(reason=reason.value, then="request", **NEEDS[reason])
        made = [seat.client.post(path, data=wanted, follow_redirects=False) for _ in range(2)]
        assert made[0].headers["location"] == made[1].headers["location"]
        shown = seat.get(made[0].headers["location"])
        assert "역발행 요청" in shown
        drafted = rows()[1:]
        assert [row.status for row in drafted] == [Status.FILING] * count
        assert {row.amendment_reason for row in drafted} == {reason.value}
        opened = seat.get(path)
        assert f"수정세금계산서 {drafted[0].number}가 진행 중입니다." in opened
        assert seat.get(f"/tax-invoices/{issued.id}").count(drafted[0].number) >= 1


def test_an_amendment_that_cannot_be_is_told_at_its_field(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = office.accepted(office.requested(office.settlement()))
    path = f"/tax-invoices/{issued.id}/amendment"
    with desk(office, office.officer, monkeypatch) as seat:
        early = post(seat, path, reason="04", then="preview", happened_on="2026-02-01")
        assert (early.status_code, "2026.02.09부터 오늘까지" in early.text) == (422, True)
        much = post(seat, path, reason="03", then="request", happened_on=TODAY, difference="30000")
        assert (much.status_code, "30,000원은 남은 공급가액 26,720원을 넘습니다." in much.text) == (422, True)
        assert "바뀌는 내용이 없습니다." in post(seat, path, reason="02", happened_on=TODAY, difference="0").text
        assert post(seat, path, reason="09").status_code == 200
    assert len(rows()) == 1


@pytest.mark.parametrize("reason", [Reason.TERMINATION, Reason.DUPLICATE, Reason.PRICE_CHANGE])
def test_a_full_minus_invoice_takes_the_settlement_back(world: World, reason: Reason) -> None:
    of, invoice = world.settled()
    world.press(world.officer, of, "request_cancel", at=world.now, reason="계약 해제")
    world.press(world.partner, of, "confirm_cancel", at=world.now)
    wanted = Amendment(
        reason=reason,
        happened_on=None if reason is Reason.DUPLICATE else WORLD_DAY,
        difference=-26_720 if reason is Reason.PRICE_CHANGE else None,
        lines=None,
    )
    with database.writing(world.officer) as session:
        (minus,) = writes.amend(session, world.officer, invoice.id or 0, wanted, world.now)
    done = world.through(minus)
    assert (done.status, done.verification_problem) == ("nts_accepted", "")
    assert world.follow() == ["cancel_by_invoice"]
    found = world.read(of)
    assert (found.status, found.minus_evidence_number) == ("cancelled", done.approval_number)
    again = world.draft(*world.ids)
    assert again.total_amount == of.total_amount


def test_a_correction_leaves_the_settlement_as_it_is(world: World) -> None:
    of, invoice = world.settled()
    with database.working() as session:
        session.execute(update(Company).where(col(Company.id) == world.company.id).values(representative="새대표"))
    with database.writing(world.officer) as session:
        made = writes.amend(session, world.officer, invoice.id or 0, Amendment(reason=Reason.CORRECTION), world.now)
    for one in made:
        assert world.through(one).status == "nts_accepted"
    assert world.follow() == []
    assert world.read(of).status == "payment_due"


def test_a_return_leaves_the_settlement_as_it_is(world: World) -> None:
    of, invoice = world.settled()
    wanted = Amendment(reason=Reason.RETURN, difference=55, happened_on=WORLD_DAY)
    with database.writing(world.officer) as session:
        (less,) = writes.amend(session, world.officer, invoice.id or 0, wanted, world.now)
    world.through(less)
    assert world.follow() == []
    assert world.read(of).status == "payment_due"

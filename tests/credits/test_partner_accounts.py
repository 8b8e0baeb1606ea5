"""지급계좌 관리 and 크레딧정보 관리: masks, codes, the bank, the cooling-off, and who is told."""

import datetime as dt
import itertools

import pytest
from sqlalchemy import select
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities import credits_accounts
from activities.gateways.asking import Rejected, Unavailable
from models import database
from models.credits import account_rules
from models.credits.account_rules import TAKES_EFFECT, ChangeStatus, Status
from models.credits.account_tables import CreditAccount, CreditChange, CreditContact
from models.credits.holders import same_holder
from models.credits.partner_messages import ContactNotice
from models.credits.report_rules import Status as ReportStatus
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode
from models.credits.tables import CreditCompany, CreditPerson, CreditPolicy
from models.kernel.transitions import problems
from models.notifications.rules import Event
from models.processes.chain import broken_link
from models.processes.queries import events
from models.processes.tables import AuditEntry, Outbox
from tests.credits.partner_desk import Desk, PartnerWorld, desk
from tests.engines import Database

NEW, HOLDER = "1102345678901", "주식회사 매체"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture
def world(database: Database) -> PartnerWorld:
    return PartnerWorld()


def _typed(**more: str) -> dict[str, str]:
    facts = {
        "name": "박지은",
        "phone": "01012345678",
        "email": "dm1004@daum.net",
        "bank_code": "088",
        "account_number": "110-234-5678901",
        "holder": HOLDER,
        "agreed": "1",
        "edit_version": "1",
    }
    return facts | more


def _address(report: CreditReport) -> str:
    return f"/harmony/credits/{report.group_id}/account"


def _changed(world: PartnerWorld, browser: Desk, report: CreditReport, **more: str) -> CreditAccount:
    """A change that was typed and sent."""
    browser.step_up("account")
    answer = browser.post(_address(report), browser.get(_address(report)), **_typed(**more))
    assert answer.status_code == 303, answer.text[:2000]
    return world.newest_account()


@pytest.mark.parametrize("rules", [account_rules.RULES, account_rules.CHANGE_RULES], ids=lambda one: one.kind)
def test_the_tables_are_sound(rules: object) -> None:
    assert problems(rules) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "found", "same"),
    [
        ("주식회사 카카오", "(주)카카오", True),
        ("㈜ 카카오", "카카오 주식회사", True),
        ("홍길동", "홍 길 동", True),
        ("Kakao Corp.", "KAKAO CORP", True),
        ("홍길동", "홍길순", False),
        ("(주)", "주식회사", False),
        ("카카오", "카카오뱅크", False),
    ],
)
def test_banks_write_names_their_own_way(typed: str, found: str, same: bool) -> None:
    assert same_holder(typed, found) is same


def test_everybody_sees_masks_and_the_code_opens_the_rest(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        listed = browser.get("/harmony/credits/accounts")
        for words in ("박**", "010-****-5678", "dm****@daum.net", "카카오뱅크", "33330112*****"):
            assert words in listed
        for secret in ("3333011212345", "dm1004@daum.net", "01012345678", HOLDER):
            assert secret not in listed
        for method in ("GET", "POST"):
            answer = browser.client.request(method, _address(report), data={"csrf": "t"})
            assert answer.headers["location"].startswith("/harmony/verification?purpose=account")
        browser.step_up("account")
        shown = browser.get(_address(report))
        assert "3333011212345" in shown
        assert "dm1004@daum.net" in shown
    with database.working() as session:
        seen = select(col(AuditEntry.actor_id)).where(col(AuditEntry.act) == "unmask")
        assert session.execute(seen).scalars().all() == [world.partner.member_id]


def test_a_changed_account_cools_off_and_replaces_the_one_before(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    world.bank.accounts[NEW] = "(주)매체"
    with desk(world, world.partner, monkeypatch) as browser:
        account = world.checked(_changed(world, browser, report))
        assert account.status == Status.COOLING
        assert account.effective_at is not None
        assert account.effective_at - world.now == dt.timedelta(days=7)
        assert account.holder_found == "(주)매체"
        listed = browser.get("/harmony/credits/accounts")
        assert "2026.02.27부터 새 계좌로 지급합니다." in listed
        assert "33330112*****" in listed
        browser.forget_codes()
        again = browser.post(_address(report), **_typed(account_number="99999999"))
        assert again.status_code == 409
        assert "아직 적용되지 않은 계좌 변경" in again.text
    told = {member for member, _ in world.bells()}
    assert told == {world.person.id, world.fellow.id}
    world.now = account.effective_at
    world.step(account, TAKES_EFFECT)
    assert world.statuses(report.group_id) == [Status.REPLACED, Status.ACTIVE]
    with database.working() as session:
        rows = select(CreditAccount).order_by(col(CreditAccount.account_version))
        first, second = session.execute(rows).scalars().all()
        for one in (first, second):
            assert broken_link(list(events(session, one.workflow_id))) is None
        signal = select(col(Outbox.payload)).where(col(Outbox.workflow_id).startswith(f"{first.workflow_id}/"))
        assert session.execute(signal).scalar_one()["signal"] == "superseded"


def test_the_first_account_holds_at_once(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(account=False)
    world.bank.accounts[NEW] = HOLDER
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(f"/harmony/credits/{report.group_id}/reports/{report.id}")
        assert "지급계좌가 등록되지 않았습니다." in shown
        assert world.checked(_changed(world, browser, report)).status == Status.ACTIVE


def test_no_cooling_off_where_the_policy_says_so(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    world.bank.accounts[NEW] = HOLDER
    with database.working() as session:
        session.add(CreditPolicy(cooling_days=0, changed_at=world.now))
    with desk(world, world.partner, monkeypatch) as browser:
        assert world.checked(_changed(world, browser, report)).status == Status.ACTIVE
    assert world.statuses(report.group_id) == [Status.REPLACED, Status.ACTIVE]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "은행에 없는 계좌입니다."),
        ("다른 사람", "은행에 등록된 예금주와 다릅니다."),
        (Rejected("bank_not_supported"), "예금주를 확인할 수 없는 은행입니다."),
    ],
)
def test_an_account_that_is_not_theirs_changes_nothing(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None, why: str
) -> None:
    report = world.published()
    if answer is not None:
        world.bank.accounts[NEW] = answer
    with desk(world, world.partner, monkeypatch) as browser:
        account = world.checked(_changed(world, browser, report))
        assert (account.status, account.holder_problem) == (Status.REJECTED, why)
        assert why in browser.get("/harmony/credits/accounts")
    assert world.statuses(report.group_id) == [Status.ACTIVE, Status.REJECTED]
    assert all(why in words for _, words in world.bells())


def test_a_bank_that_is_away_is_asked_again(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    world.bank.accounts[NEW] = Unavailable("away")
    with desk(world, world.partner, monkeypatch) as browser:
        account = _changed(world, browser, report)
        with pytest.raises(ApplicationError):
            world.checked(account)
        assert world.read(account).status == Status.CHECKING
        listed = browser.get("/harmony/credits/accounts")
        answer = browser.post(f"{_address(report)}/cancellation", listed)
        assert answer.status_code == 303
    assert world.read(account).status == Status.CANCELLED


def test_anybody_of_the_credit_may_cancel_and_nobody_else(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    world.bank.accounts[NEW] = HOLDER
    with desk(world, world.partner, monkeypatch) as browser:
        account = world.checked(_changed(world, browser, report))
    with desk(world, world.stranger, monkeypatch) as browser:
        assert browser.post(f"{_address(report)}/cancellation").status_code == 404
        browser.step_up("account")
        assert browser.ask(_address(report)).status_code == 404
        assert browser.post(_address(report), **_typed()).status_code == 404
    from tests import factories

    with desk(world, factories.actor(world.fellow), monkeypatch) as browser:
        listed = browser.get("/harmony/credits/accounts")
        assert browser.post(f"{_address(report)}/cancellation", listed).status_code == 303
        assert browser.post(f"{_address(report)}/cancellation", listed).status_code == 303
    assert world.statuses(report.group_id) == [Status.ACTIVE, Status.CANCELLED]
    assert world.read(account).cancelled_by == "최서연"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agreed", ""),
        ("account_number", "12"),
        ("account_number", "계좌 1234567"),
        ("bank_code", "999"),
        ("holder", " "),
        ("name", ""),
        ("email", "x"),
        ("phone", "02-123-4567"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch, field: str, value: str
) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("account")
        answer = browser.post(_address(report), browser.get(_address(report)), **_typed(**{field: value}))
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    assert world.statuses(report.group_id) == [Status.ACTIVE]


def test_a_new_telephone_needs_its_code(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    same = {"bank_code": "090", "account_number": "3333011212345", "phone": "01099998888"}
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("account")
        refused = browser.post(_address(report), browser.get(_address(report)), **_typed(**same))
        assert refused.status_code == 422
        assert "「인증」을 마쳐 주세요" in refused.text
        sent = browser.post(f"{_address(report)}/phone", refused.text, **_typed(**same))
        assert sent.status_code == 200
        assert "010-****-8888 번호의 카카오톡으로" in sent.text
        code = browser.code()
        wrong = browser.post(f"{_address(report)}/phone/confirmation", sent.text, **_typed(**same), code="000000")
        assert wrong.status_code in {403, 409, 422} or code == "000000"
        right = browser.post(f"{_address(report)}/phone/confirmation", sent.text, **_typed(**same), code=code)
        assert "인증한 번호: 010-****-8888" in right.text
        assert 'value="3333011212345"' in right.text
        saved = browser.post(_address(report), right.text, **_typed(**same))
        assert saved.status_code == 303
    with database.working() as session:
        contact = session.get_one(CreditContact, report.group_id)
        assert (contact.phone, contact.edit_version) == ("01099998888", 2)
        waiting = select(col(Outbox.payload)).where(col(Outbox.kind) == "credit_contact")
        notice = ContactNotice.model_validate(session.execute(waiting).scalar_one())
    assert world.statuses(report.group_id) == [Status.ACTIVE]
    tell = credits_accounts.JOBS[0]
    assert tell(notice) == 2
    tell(notice)
    assert world.bells(Event.PAYOUT_CHANGED.value) == [
        (world.person.id, "정산 담당자 정보가 변경되었습니다."),
        (world.fellow.id, "정산 담당자 정보가 변경되었습니다."),
    ]


def test_enter_saves_or_confirms_and_sends_no_fresh_code(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser presses the first button of the form."""
    report = world.published()

    def pressed_by_enter(shown: str) -> str:
        form = shown[shown.index(f'action="{_address(report)}"') :]
        return form[form.index("<button") :].partition(">")[0]

    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("account")
        shown = browser.get(_address(report))
        assert "formaction" not in pressed_by_enter(shown)
        sent = browser.post(f"{_address(report)}/phone", shown, **_typed(phone="01099998888")).text
        assert f'formaction="{_address(report)}/phone/confirmation"' in pressed_by_enter(sent)


def test_two_people_do_not_overwrite_each_other(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    same = {"bank_code": "090", "account_number": "3333011212345"}
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("account")
        shown = browser.get(_address(report))
        assert browser.post(_address(report), shown, **_typed(**same, name="최서연")).status_code == 303
        late = browser.post(_address(report), shown, **_typed(**same, name="박다른"))
        assert late.status_code == 409


def test_a_corrected_account_tries_the_failed_payment_again(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.signed()
    world.press(world.officer, report, "payment_failed", reason="계좌번호 오류")
    world.bank.accounts[NEW] = HOLDER
    with desk(world, world.partner, monkeypatch) as browser:
        account = world.checked(_changed(world, browser, report))
    assert account.effective_at is not None
    world.now = account.effective_at
    world.step(account, TAKES_EFFECT)
    assert world.follow() == ["retry"]
    assert world.read(report).status == ReportStatus.PAYING


def test_a_companys_paper_waits_for_an_approval_inside(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    send = f"/harmony/credits/{report.group_id}/changes"
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get("/harmony/credits/information")
        for words in ("최종 로그인", "박지은", "최서연", "김대표", "서울특별시 종로구 세종대로 1"):
            assert words in shown
        assert browser.post(send, shown, note="").status_code == 422
        assert browser.post(send, shown, paper=("a.exe", b"MZ", "application/exe")).status_code == 422
        assert browser.post(send, shown, note="주소 변경", paper=("a.png", PNG, "image/png")).status_code == 303
        waiting = browser.get("/harmony/credits/information")
        assert "하모니 관리자가 확인 후" in waiting
        twice = browser.post(send, shown, paper=("a.png", PNG, "image/png"))
        assert twice.status_code == 409
        assert browser.post(f"{send}/cancellation", waiting).status_code == 303
        assert browser.post(send, shown, note="다시", paper=("a.png", PNG, "image/png")).status_code == 303
    with database.working() as session:
        first, second = session.execute(select(CreditChange).order_by(col(CreditChange.id))).scalars().all()
    assert (first.status, second.status) == (ChangeStatus.CANCELLED, ChangeStatus.REQUESTED)
    world.press(world.officer, second, "approve")
    with database.working() as session:
        assert session.get_one(CreditCompany, report.credit_company_id).certificate_file_id == second.file_id
    assert world.read(second).decided_by == "이정산"


def test_an_individual_changes_its_own_facts_after_a_code(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    person, firm = world.published(IssueMode.INDIVIDUAL, (1_000_000,)), world.published()
    address = f"/harmony/credits/{person.group_id}/person"
    typed = {"email": "Me@Mail.example", "zip_code": "13529", "address": "성남시 판교역로 166", "edit_version": "0"}
    with desk(world, world.partner, monkeypatch) as browser:
        assert browser.ask(address).headers["location"].startswith("/harmony/verification?purpose=person")
        browser.step_up("person")
        shown = browser.get(address)
        assert browser.post(address, shown, **(typed | {"email": "x"})).status_code == 422
        assert browser.post(address, shown, **typed, address_detail="101호").status_code == 303
        assert browser.post(address, shown, **typed).status_code == 409
        assert browser.ask(f"/harmony/credits/{firm.group_id}/person").status_code == 404
        listed = browser.get("/harmony/credits/information", company=str(person.credit_company_id))
        assert "me****@mail.example" not in listed or "me@mail.example" not in listed
        assert "101호" not in listed
    with database.working() as session:
        kept = session.get_one(CreditPerson, person.credit_company_id)
        assert (kept.email, kept.address) == ("me@mail.example", "성남시 판교역로 166 101호")


def test_statistics_add_up_and_come_as_a_workbook(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    pages = itertools.count()
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get("/harmony/credits/statistics")
        assert "10,912,000원" in shown
        assert shown.count('class="chart-bar') == 12
        assert "상생RS" in shown or "상생 RS" in shown
        link = next(one for one in shown.split('"') if one.startswith("/harmony/credits/statistics/media/"))
        medium = browser.get(link.replace("&amp;", "&"))
        assert medium.count("<rect") == 12
        for path in ("/harmony/credits/statistics", link.replace("&amp;", "&").partition("?")[0]):
            sheet = browser.ask(path, download="1", company=str(report.credit_company_id))
            assert sheet.content[:2] == b"PK", path
            next(pages)
        empty = browser.get("/harmony/credits/statistics", month="2020-01")
        assert "이 달에는 정산이 없습니다." in empty
    with desk(world, world.stranger, monkeypatch) as browser:
        assert "참여한 크레딧이 없습니다." in browser.get("/harmony/credits/statistics")
        assert browser.ask(link.replace("&amp;", "&")).status_code == 404

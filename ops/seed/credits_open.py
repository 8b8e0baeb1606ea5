"""The demo's credits that live: every status of reports, runs, accounts and company changes, each in its process.

What is open of the last settled month belongs to payees of its own, so that the first ones' months stay paid and the
month after waits to be settled.
"""

import datetime as dt

from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool

from activities.documents.seals import default_seal
from models import clock, database
from models.credits import account_writes
from models.credits.account_rules import (
    HOLDER_DIFFERS,
    HOLDER_FOUND,
    SUPERSEDED,
    account_workflow_id,
    change_workflow_id,
)
from models.credits.account_rules import Status as AccountStatus
from models.credits.account_tables import CreditAccount, CreditChange
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE, CREDIT_REPORT, CREDIT_RUN
from models.credits.messages import PaymentFailed, RegisterInvoice, RequestInvoice
from models.credits.partner_messages import ChangeForm
from models.credits.report_tables import CreditReport
from models.credits.rules import (
    Adjustment,
    CompanyKind,
    IssueMode,
    OutcomeState,
    Source,
    default_written_on,
    item_of,
    month_after,
    month_key,
)
from models.credits.run_rules import COMPUTED, FINISHED, PUBLISH, run_number
from models.credits.run_rules import Status as RunStatus
from models.credits.run_rules import workflow_id as run_workflow_id
from models.credits.run_tables import CreditRun
from models.credits.shares import Line
from models.credits.tables import CreditAdjustment, CreditCompany
from models.files.rules import PAPER
from models.files.writes import stage_once
from models.harmony.tables import NOBODYS, CreditGroup, HarmonyAccount
from models.kernel.roles import Role
from models.processes.messages import Actor, Reason
from models.processes.tables import Outbox
from ops.seed.chronicle import Chronicle
from ops.seed.credits import PAYEES, Payee, payee_of
from ops.seed.credits_past import Settled, businesses, lives, outcome, report
from ops.seed.past import frame
from ops.seed.stage import DAEUN, Stage, office

REVERSE, FORWARD, PERSON = (
    Payee(
        "구름라디오 주식회사", CompanyKind.COMPANY, IssueMode.REVERSE, "220811234", "오구름",
        "gureum@media.example", "문구름",
        (
            ("상생 RS > 라디오 > 구름아침", (("GR-AM", "구름아침", "라디오"),), ("090", "3333022212345")),
            ("상생 RS > 라디오 > 구름저녁", (("GR-PM", "구름저녁", "라디오"),), ("004", "92540207654321")),
            ("상생 RS > 라디오 > 구름심야", (("GR-NT", "구름심야", "라디오"),), ("020", "1002345678901")),
        ),
    ),
    Payee(
        "언덕출판 주식회사", CompanyKind.COMPANY, IssueMode.FORWARD, "301862345", "강언덕",
        "hill@media.example", "유언덕",
        (
            ("기타지급내역 > 뉴스 > 언덕주간", (("HL-WEEK", "언덕주간", "뉴스"),), ("088", "110456789012")),
            ("기타지급내역 > 뉴스 > 언덕월간", (("HL-MONTH", "언덕월간", "뉴스"),), ("081", "91012345678907")),
        ),
    ),
    Payee(
        "윤슬기", CompanyKind.INDIVIDUAL, IssueMode.INDIVIDUAL, "", "", "seulgi@media.example", "윤슬기",
        (
            ("상생 RS > 1boon > 슬기로운영화", (("SG-FILM", "슬기로운영화", "1boon"),), ("092", "100098765432")),
            ("상생 RS > 1boon > 슬기로운산책", (("SG-WALK", "슬기로운산책", "1boon"),), ("011", "3019876543210")),
        ),
    ),
)  # fmt: skip
SUPPLIES = (3_120_000, 2_480_000, 1_960_000, 4_210_000, 1_350_000, 2_890_000, 1_640_000)
"""공급가액 of the open reports, in won."""
COOLING = dt.timedelta(days=5)


async def credits_open(stage: Stage) -> None:
    """정산리포트: 발행, 역발행요청, 발행 대기, 확인, 지급 처리중, 지급 실패, 보류; 월 정산, 지급계좌, 변경요청."""
    await run_in_threadpool(_write_once)
    people = await stage.read(_people)
    stage.cast = {**stage.cast, **people}
    await stage.until("the reports' processes", _are_started)
    reports = await stage.read(_reports)
    asked, held, checking, failed = (reports[name] for name in ("구름저녁", "구름심야", "언덕월간", "슬기로운산책"))
    written_on = default_written_on(asked.month, stage.today)
    request = RequestInvoice(written_on=written_on, stepped_up=True)
    await stage.press(REVERSE.login, CREDIT_REPORT, asked, "request_invoice", request)
    await stage.press(DAEUN, CREDIT_REPORT, held, "hold", Reason(reason="계약 갱신을 확인하고 있습니다."))
    invoice = RegisterInvoice(approval_number=f"{written_on:%Y%m%d}4100002000000007", written_on=written_on)
    await stage.press(FORWARD.login, CREDIT_REPORT, checking, "register_invoice", invoice)
    await stage.press(DAEUN, CREDIT_REPORT, failed, "payment_failed", PaymentFailed(reason="예금주 불일치"))
    await _changes(stage)


async def _changes(stage: Stage) -> None:
    """회사정보 변경요청: 승인 대기 of one company; 승인, 반려, 요청취소 of another."""
    await _asked(stage, REVERSE, 1, "본점을 옮겼습니다.")
    approved = await _asked(stage, FORWARD, 1, "대표자가 바뀌었습니다.")
    await stage.press(DAEUN, CREDIT_CHANGE, approved, "approve")
    rejected = await _asked(stage, FORWARD, 2, "업태를 더했습니다.")
    await stage.press(DAEUN, CREDIT_CHANGE, rejected, "reject", Reason(reason="사본의 글자가 보이지 않습니다."))
    withdrawn = await _asked(stage, FORWARD, 3, "종목을 더했습니다.")
    await stage.press(FORWARD.login, CREDIT_CHANGE, withdrawn, "cancel")


async def _asked(stage: Stage, payee: Payee, number: int, note: str) -> CreditChange:
    group = await stage.read(lambda session: _group(session, payee))

    def make(session: Session, actor: Actor) -> CreditChange:
        paper = stage_once(
            session, actor.member_id, None, f"사업자등록증_{number}.png", default_seal(payee.name), PAPER
        )
        form = ChangeForm(note=note)
        return account_writes.request_change(session, actor, group, paper, form, clock.now())

    like = col(CreditChange.workflow_id) == change_workflow_id(group.id or 0, number)
    return await stage.made(payee.login, CreditChange, like, make)


def _group(session: Session, payee: Payee) -> CreditGroup:
    rows = select(CreditGroup).where(col(CreditGroup.company_name) == payee.name).order_by(col(CreditGroup.id)).limit(1)
    found: CreditGroup = session.execute(rows).scalar_one()
    return found


def _people(session: Session) -> dict[str, Actor]:
    """The payees' people by their log-in."""
    found = {}
    for payee in (REVERSE, FORWARD, PERSON):
        row = select(col(HarmonyAccount.member_id)).where(col(HarmonyAccount.subject) == payee.login)
        found[payee.login] = Actor(
            member_id=session.execute(row).scalar_one(), name=payee.person, roles=frozenset({Role.MEDIA})
        )
    return found


def _are_started(session: Session) -> bool:
    waiting = select(col(Outbox.id)).where(col(Outbox.kind) == CREDIT_REPORT.key, col(Outbox.sent_at).is_(None))
    return session.execute(waiting.limit(1)).first() is None


def _reports(session: Session) -> dict[str, CreditReport]:
    """The payees' reports by the last word of their group."""
    names = [payee.name for payee in (REVERSE, FORWARD, PERSON)]
    rows = session.execute(select(CreditReport).where(col(CreditReport.company_name).in_(names))).scalars()
    return {report.group_name.rpartition(" > ")[2]: report for report in rows}


def _write_once() -> None:
    """Payees, their reports of the last settled month, accounts on their way, and runs of a second time."""
    with database.working() as session:
        known = select(col(CreditCompany.id)).where(col(CreditCompany.name) == REVERSE.name)
        if session.execute(known).first() is not None:
            return
        chronicle = Chronicle(session, clock.now(), office(session))
        payees = enumerate((REVERSE, FORWARD, PERSON), start=len(PAYEES))
        settled = [one for index, payee in payees for one in payee_of(chronicle, index, payee)]
        last = session.execute(select(func.max(col(CreditRun.month)))).scalar_one()
        run = session.execute(select(CreditRun).where(col(CreditRun.month) == last)).scalar_one()
        for one, supply in zip(settled, SUPPLIES, strict=True):
            _earned(chronicle, run, one, supply)
        _accounts(chronicle, settled)
        for back, status in enumerate((RunStatus.INCOMPLETE, RunStatus.STOPPED, RunStatus.PAUSED, RunStatus.PREVIEWED)):
            _again(chronicle, month_after(last, -back), status)


def _earned(chronicle: Chronicle, run: CreditRun, one: Settled, supply: int) -> None:
    """A manual line, the report it makes, and its process at the report's first step."""
    session, by = chronicle.session, chronicle.cast[DAEUN]
    business, medium = businesses(session)[1], one.media[0]
    item = item_of(run.month, business.item)
    session.add(
        CreditAdjustment(
            kind=Adjustment.MANUAL.value, month=run.month, medium_id=medium.id or 0, business_id=business.id or 0,
            item=item, supply=supply, reason="신규 제휴 정산", created_by=by.member_id, created_name=by.name,
            created_at=run.created_at,
        )
    )  # fmt: skip
    line = Line(medium.id or 0, business.id or 0, Source.MANUAL, item, supply)
    made, _ = report(chronicle, run, one, [line], {business.id or 0: business})
    run.groups_total += 1
    run.groups_done += 1
    run.supply, run.tax, run.total = run.supply + made.supply, run.tax + made.tax, run.total + made.total
    lives(chronicle, made, CREDIT_REPORT)


def _accounts(chronicle: Chronicle, settled: list[Settled]) -> None:
    """변경 대기, 이전 계좌; 예금주 불일치, 변경 취소."""
    now = chronicle.now
    _account(chronicle, settled[0], 2, AccountStatus.COOLING, now - dt.timedelta(days=2))
    _account(chronicle, settled[3], 2, AccountStatus.REJECTED, now - dt.timedelta(days=9))
    _account(chronicle, settled[3], 3, AccountStatus.CANCELLED, now - dt.timedelta(days=8))
    _replaced(chronicle, settled[4], now - dt.timedelta(days=200))


def _replaced(chronicle: Chronicle, one: Settled, at: dt.datetime) -> None:
    """The account before the one in force, which becomes the second."""
    rows = select(CreditAccount).where(col(CreditAccount.group_id) == one.group.id)
    chronicle.session.execute(rows).scalar_one().account_version = 2
    chronicle.session.flush()
    _account(chronicle, one, 1, AccountStatus.REPLACED, at)


def _account(chronicle: Chronicle, one: Settled, version: int, ends: AccountStatus, at: dt.datetime) -> None:
    # The one in force has the first name already: it was there before this history was written.
    key = account_workflow_id(one.group.id or 0, 0 if ends is AccountStatus.REPLACED else version)
    found = ends is not AccountStatus.REJECTED
    cools = at + COOLING if ends is not AccountStatus.REJECTED else None
    made = CreditAccount(
        **frame(CREDIT_ACCOUNT, at, one.person, NOBODYS, workflow_id=key, case_key=key),
        group_id=one.group.id or 0,
        account_version=version,
        bank_code="088",
        account_number=f"1104567{one.group.id:05d}",
        holder=one.company.name,
        holder_found=one.company.name if found else None,
        holder_problem="" if found else "은행에 등록된 예금주와 다릅니다.",
        checked_at=at,
        consented_at=at,
        effective_at=cools,
        author_name=one.person.name,
    )
    pen = chronicle.add(made, CREDIT_ACCOUNT)
    if not found:
        pen.act(HOLDER_DIFFERS, ends.value, at, None)
        return
    pen.act(HOLDER_FOUND, AccountStatus.COOLING.value, at, None)
    if ends is AccountStatus.COOLING:
        lives(chronicle, made, CREDIT_ACCOUNT)
    elif ends is AccountStatus.CANCELLED:
        pen.act("cancel", ends.value, at + dt.timedelta(hours=3), one.person)
        made.cancelled_by = one.person.name
    else:
        made.active_since, made.replaced_at = cools, at + dt.timedelta(days=90)
        pen.act("takes_effect", AccountStatus.ACTIVE.value, at + COOLING, None)
        pen.act(SUPERSEDED, ends.value, at + dt.timedelta(days=90), None)


STEPS: dict[RunStatus, tuple[tuple[str, RunStatus, bool], ...]] = {
    RunStatus.PREVIEWED: (),
    RunStatus.STOPPED: (("cancel", RunStatus.STOPPED, True),),
    RunStatus.PAUSED: (
        ("approve", RunStatus.APPROVED, True),
        (PUBLISH, RunStatus.PUBLISHING, False),
        ("pause", RunStatus.PAUSED, True),
    ),
    RunStatus.INCOMPLETE: (
        ("approve", RunStatus.APPROVED, True),
        (PUBLISH, RunStatus.PUBLISHING, False),
        (FINISHED, RunStatus.INCOMPLETE, False),
    ),
}
"""How a second run of a month came to where it stands; whether a person did it."""


def _again(chronicle: Chronicle, month: dt.date, ends: RunStatus) -> None:
    """A second run of a month that is published already: nothing of it differs, but for what is paid already."""
    session, by = chronicle.session, chronicle.cast[DAEUN]
    reports = session.execute(select(CreditReport).where(col(CreditReport.month) == month)).scalars().all()
    first = session.execute(select(CreditRun).where(col(CreditRun.month) == month)).scalar_one()
    at = chronicle.now - dt.timedelta(hours=6)
    key, sums = month_key(month), ("groups_total", "supply", "tax", "total", "previous_total")
    place = {"workflow_id": run_workflow_id(key, 2), "case_key": first.case_key}
    run = CreditRun(
        **frame(CREDIT_RUN, at, by, NOBODYS, **place),
        number=run_number(key, 2),
        month=month,
        run_no=2,
        notes=[],
        computed_at=at,
        **{name: getattr(first, name) for name in sums},
    )
    pen = chronicle.add(run, CREDIT_RUN)
    pen.act(COMPUTED, RunStatus.PREVIEWED.value, at, None)
    for minutes, (act, status, is_person) in enumerate(STEPS[ends], start=1):
        pen.act(act, status.value, at + dt.timedelta(minutes=minutes), by if is_person else None)
    if len(STEPS[ends]) > 1:
        run.approved_at, run.approved_by = at, by.name
    failed = ends is RunStatus.INCOMPLETE
    for made in reports:
        wrong = failed and made is reports[0]
        state = OutcomeState.FAILED if wrong else OutcomeState.UNCHANGED
        session.add(outcome(run, made, state, None, "report_moved_on" if wrong else ""))
    run.groups_failed, run.groups_unchanged = int(failed), len(reports) - int(failed)
    if ends is RunStatus.STOPPED:
        run.stop_reason, run.finished_at = "자료를 다시 확인합니다.", at
    else:
        lives(chronicle, run, CREDIT_RUN)

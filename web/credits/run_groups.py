"""The groups of a run beside the month before: on its page, on a page of their own, as a workbook."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Select, func, or_, select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import run_queries
from models.credits.kind import CREDIT_RUN
from models.credits.rules import OutcomeState
from models.credits.run_rules import Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.run_wording import ERROR, OTHER_ERROR, WORDS
from models.credits.wording import ISSUE_MODE, OUTCOME, OUTCOME_TONE, OUTLIER
from models.processes.messages import Actor
from models.processes.queries import visible_document
from web import sheets
from web.credits.office import Looker, settles
from web.render import page
from web.sheets import SheetColumn

BASE = "/credit-runs"
router = APIRouter(prefix=BASE, include_in_schema=False)
SHOWN = 20
PAGE_ROWS = 50
VIEWS = {
    "outliers": "확인 필요",
    "failed": "실패",
    "changed": "금액 변동",
    "carried": "이월",
    "all": "전체",
}


@router.get("/{run_id:int}/groups")
def groups_page(
    request: Request,
    actor: Looker,
    run_id: int,
    view: str = "all",
    format: str = "",  # noqa: A002 - the address says format, as every list's does
    p: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every group of a run beside the month before, those to look at first."""
    wanted = view if view in VIEWS else "all"
    with database.reading(actor) as session:
        run = visible_document(session, actor, CreditRun, run_id)
        if format == "xlsx":
            return _workbook(session, actor, run, wanted)
        counted = counts(session, run_id)
        rows = groups(session, actor, run_id, wanted, offset=(p - 1) * PAGE_ROWS, limit=PAGE_ROWS)
        return page(
            request,
            "credits/run_groups.html",
            run=run,
            number=run.number,
            title=CREDIT_RUN.title(run),
            base=f"{BASE}/{run_id}",
            views=[(key, words, counted[key]) for key, words in VIEWS.items()],
            view=wanted,
            rows=rows,
            p=p,
            last=max(1, -(-counted[wanted] // PAGE_ROWS)),
            words=WORDS,
            may_retry=may_retry(actor, run),
            nav=BASE,
        )


@dataclass(frozen=True)
class GroupRow:
    """One group of a run as it is shown."""

    outcome: CreditOutcome
    group: str
    company: str
    mode: str
    state: str
    tone: str
    why: tuple[str, ...]
    report_link: str

    @property
    def difference(self) -> int | None:
        """Won more than the month before; None where there was none."""
        before = self.outcome.previous_total
        return None if before is None else self.outcome.total - before


SHEET = (
    SheetColumn("정산그룹", lambda row: row.group, width=34),
    SheetColumn("지급처", lambda row: row.company, width=24),
    SheetColumn("발행방식", lambda row: row.mode),
    SheetColumn("결과", lambda row: row.state),
    SheetColumn("시도", lambda row: row.outcome.attempt, "number", 8),
    SheetColumn("공급가액", lambda row: row.outcome.supply, "won"),
    SheetColumn("세액", lambda row: row.outcome.tax, "won"),
    SheetColumn("합계", lambda row: row.outcome.total, "won"),
    SheetColumn("원천징수", lambda row: row.outcome.withheld_income + row.outcome.withheld_local, "won"),
    SheetColumn("전월", lambda row: row.outcome.previous_total, "won"),
    SheetColumn("차이", lambda row: row.difference, "won"),
    SheetColumn("확인", lambda row: " · ".join(row.why), width=40),
    SheetColumn("결정일시", lambda row: row.outcome.decided_at, "moment", 18),
    SheetColumn("계산 해시", lambda row: row.outcome.input_hash, width=40),
)


def _where(view: str) -> Any:
    state = col(CreditOutcome.state)
    return {
        "outliers": func.cardinality(col(CreditOutcome.outlier)) > 0,
        "failed": state == OutcomeState.FAILED.value,
        "changed": col(CreditOutcome.previous_total).is_distinct_from(col(CreditOutcome.total)),
        "carried": state == OutcomeState.CARRIED.value,
        "all": or_(state != OutcomeState.EMPTY.value, func.cardinality(col(CreditOutcome.outlier)) > 0),
    }[view]


def counts(session: Session, run_id: int) -> dict[str, int]:
    """How many groups each view of a run shows."""
    columns = [func.count().filter(_where(view), _where("all")).label(view) for view in VIEWS]
    found = session.execute(select(*columns).where(col(CreditOutcome.run_id) == run_id)).one()
    return dict(zip(VIEWS, map(int, found), strict=True))


def groups(
    session: Session, actor: Actor, run_id: int, view: str, *, offset: int = 0, limit: int = SHOWN
) -> list[GroupRow]:
    """Some groups of a view: the failed ones first, then those that changed most."""
    return [_shown(*row) for row in session.execute(_ordered(actor, run_id, view).offset(offset).limit(limit))]


def _ordered(actor: Actor, run_id: int, view: str) -> Select[*tuple[Any, ...]]:
    rows = run_queries.outcomes(actor, run_id).where(_where(view), _where("all"))
    difference = func.abs(col(CreditOutcome.total) - func.coalesce(col(CreditOutcome.previous_total), 0))
    failed_first = col(CreditOutcome.state) != OutcomeState.FAILED.value
    return rows.order_by(failed_first, difference.desc(), col(CreditOutcome.group_id))


def _workbook(session: Session, actor: Actor, run: CreditRun, view: str) -> Response:
    """What the view shows, every row of it. Raises TooManyRows."""
    found = session.execute(_ordered(actor, run.id or 0, view).limit(sheets.ROWS_MAX + 1))
    title = f"{run.number} {VIEWS[view]}"
    return sheets.attachment(sheets.workbook(title, SHEET, (_shown(*row) for row in found)), title, clock.now())


def _shown(outcome: CreditOutcome, group: str, company: str | None, mode: str | None) -> GroupRow:
    failed = (ERROR.get(outcome.error, OTHER_ERROR.format(outcome.error)),) if outcome.error else ()
    return GroupRow(
        outcome=outcome,
        group=group,
        company=company or "–",
        mode=ISSUE_MODE[mode] if mode else "–",
        state=OUTCOME[outcome.state],
        tone=OUTCOME_TONE[outcome.state],
        why=(*failed, *(OUTLIER[key] for key in outcome.outlier)),
        report_link=f"/credit-reports/{outcome.report_id}" if outcome.report_id else "",
    )


def may_retry(actor: Actor, run: CreditRun) -> bool:
    """Whether this person may press 「다시 시도」 now."""
    return settles(actor) and run.status in {Status.PUBLISHING, Status.INCOMPLETE}

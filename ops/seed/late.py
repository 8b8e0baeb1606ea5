"""Open documents that have waited too long, handed to their workflows at the state they are in.

Their bells are overdue, so that each is reminded of, or escalated, as soon as the worker takes it up.
"""

import datetime as dt
from typing import Any

from models.contracts import queries as contracts
from models.contracts.kind import CONTRACT
from models.deliveries.kind import DELIVERY
from models.inspections.kind import INSPECTION
from models.kernel.calendar import first_of_next_month, local_date
from models.orders.kind import ORDER
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.kinds import Kind
from models.processes.messages import Alarm
from models.processes.queries import pace
from models.processes.tables import ProcessColumns
from models.processes.writes import start_process
from models.settlements.kind import SETTLEMENT
from models.settlements.rules import Status as SettlementStatus
from models.settlements.rules import payment_due
from ops.seed import goods, past, past_supply
from ops.seed.chronicle import Chronicle, Pen
from ops.seed.goods import Lot
from ops.seed.past import Deal
from ops.seed.stage import AMELA, DAEHAN, DAEUN, HANBIT, YOUNG, partner_of

ORDERED_BEFORE = 28
"""Days between the order and the month of its invoice."""
PAPERS, SHEET, STATEMENT = "build_contract_papers", "build_order_sheet", "build_settlement_statement"


def fill(chronicle: Chronicle) -> None:
    """One or two of every kind."""
    _contract(chronicle, _deal(HANBIT, AMELA, "물류센터 네트워크 장비 교체", Lot(goods.ROUTER, 4)), 9, escalated=True)
    _contract(chronicle, _deal(DAEHAN, YOUNG, goods.TITLES[DAEHAN][3], Lot(goods.LONG, 1)), 4, escalated=False)
    _order(chronicle, _deal(HANBIT, AMELA, "연구소 스위치 발주", Lot(goods.SPLITTER, 2)), 4)
    _supply(
        chronicle,
        _deal(
            HANBIT,
            AMELA,
            "전산실 부품 정기 발주",
            Lot(goods.MEMORY, 12, "OFC"),
            Lot(goods.DISK, 16, "OFC"),
            Lot(goods.ROUTER, 2, "MD1"),
            Lot(goods.TRANSPORT, 3, "LGX"),
        ),
    )


def _deal(firm: int, buyer: str, title: str, *lots: Lot) -> Deal:
    return Deal(firm=firm, buyer=buyer, contact=partner_of(firm), title=title, lots=lots)


def _ago(chronicle: Chronicle, days: int) -> dt.datetime:
    return chronicle.opening(local_date(chronicle.now) - dt.timedelta(days=days))


def _contract(chronicle: Chronicle, deal: Deal, days: int, *, escalated: bool) -> None:
    """초안검토요청 that nobody answered."""
    made, pen = past.contract(chronicle, deal, _ago(chronicle, days))
    at = made.created_at + dt.timedelta(minutes=20)
    past.reviewing(made, pen, at, chronicle.cast[deal.buyer])
    made.turn_member_id = None
    chronicle.session.flush()
    assert contracts.papers(chronicle.session, made.id or 0)  # noqa: S101 - they are printed by the job
    _start(chronicle, CONTRACT, pen, ESCALATE if escalated else REMIND, [PAPERS])


def _order(chronicle: Chronicle, deal: Deal, days: int) -> None:
    """발주확인요청 that nobody answered."""
    made, pen = past.order(chronicle, deal, _ago(chronicle, days), None)
    past.order_items(chronicle, made, deal, [])
    past.asked(chronicle, made, pen, deal)
    _start(chronicle, ORDER, pen, REMIND, [SHEET])


def _supply(chronicle: Chronicle, deal: Deal) -> None:
    """Of one order: a round past its day, an inspection nobody made, an invoice not acknowledged, a payment due."""
    invoice_month = _month_paid_late(chronicle)
    made, pen = past.order(chronicle, deal, chronicle.opening(invoice_month - dt.timedelta(days=ORDERED_BEFORE)), None)
    items = past.order_items(chronicle, made, deal, [])
    confirmed_at = past.agreed(chronicle, made, pen, deal)
    paid_for, asked_for, waiting, missing = items
    start = chronicle.later(confirmed_at, 1, 20)

    done, pen = past_supply.arrived(chronicle, deal, (made, paid_for), 1, paid_for.quantity, start)
    at = max(past_supply.judged(chronicle, done, pen), chronicle.opening(invoice_month))
    due, pen = past_supply.settlement(chronicle, made, [done], at, "전산실 부품 정산 1차")
    past_supply.invoiced(chronicle, due, pen, deal, [done])
    _start(chronicle, SETTLEMENT, pen, REMIND, [STATEMENT])

    done, pen = past_supply.arrived(chronicle, deal, (made, asked_for), 1, asked_for.quantity, _ago(chronicle, 24))
    past_supply.judged(chronicle, done, pen)
    asked, pen = past_supply.settlement(chronicle, made, [done], _ago(chronicle, 8), "전산실 부품 정산 2차")
    asked.requested_at = asked.created_at + dt.timedelta(minutes=15)
    officer = chronicle.cast[DAEUN]
    pen.act("request_issue", SettlementStatus.ISSUE_REQUESTED, asked.requested_at, officer)
    _start(chronicle, SETTLEMENT, pen, REMIND, [STATEMENT])

    _, pen = past_supply.arrived(chronicle, deal, (made, waiting), 1, waiting.quantity, _ago(chronicle, 26))
    _start(chronicle, INSPECTION, pen, REMIND, [])

    plan, pen = past_supply.planned(chronicle, deal, (made, missing), 1, missing.quantity, _ago(chronicle, 20))
    plan.planned_on = local_date(chronicle.now) - dt.timedelta(days=2)
    _start(chronicle, DELIVERY, pen, REMIND, [])


def _month_paid_late(chronicle: Chronicle) -> dt.date:
    """The newest month whose invoices should have been paid by now."""
    today = local_date(chronicle.now)
    last = first_of_next_month(today, -1)
    return last if payment_due(last, chronicle.holidays) < today else first_of_next_month(today, -2)


def _start(chronicle: Chronicle, kind: Kind, pen: Pen, bell: str, jobs: list[str]) -> None:
    """Hand the document to its workflow, one bell overdue, the later ones as the policy has them."""
    found: ProcessColumns = pen.document
    policy = pace(chronicle.session, kind.key, found.status)
    found.due_at = kind.due_at(found, policy, chronicle.holidays)
    ahead = kind.alarms(found, policy, chronicle.holidays, chronicle.now)
    overdue = Alarm(at=chronicle.now - dt.timedelta(hours=1), act=bell)
    chronicle.session.flush()
    state: dict[str, Any] = {"alarms": [overdue, *ahead], "jobs": jobs}
    start_process(chronicle.session, found, kind.key, **state)

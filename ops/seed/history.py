"""A few hundred finished documents of the last eighteen months.

Closed documents need no workflow. A handful that waited too long is written with them (`late`).
"""

import datetime as dt
from collections.abc import Callable, Sequence

from sqlmodel import Session

from models import clock, database
from models.contracts import queries as contracts
from models.contracts.tables import Contract
from models.inspections.tables import Inspection
from models.kernel.calendar import local_date
from models.orders.rules import Status as OrderStatus
from models.orders.tables import OrderItem, PurchaseOrder
from models.settlements.rules import Status as SettlementStatus
from ops.seed import goods, late, past, past_supply
from ops.seed.chronicle import Chronicle
from ops.seed.goods import Good, Lot
from ops.seed.past import Deal
from ops.seed.people import FIRMS
from ops.seed.stage import AMELA, DAEUN, HANBIT, JUN, YOUNG, all_actors

DEALS = 84
SPAN_DAYS = 540
NEWEST_DAYS = 14
WITHOUT_CONTRACT, ORDER_CANCELLED, SENT_BACK, PLAN_REMOVED, SETTLED_WRONGLY = 7, 12, 9, 8, 11
"""One in so many of the deals (of their orders, items, settlements)."""
GIVEN_UP = "예산이 다음 분기로 넘어갔습니다."
REJECTED = ("재검 필요", "수량 부족", "사양 불일치", "파손")


def load(remember: Callable[[Session], None]) -> None:
    """Write all of it in one transaction, in which `remember` notes that it is there."""
    with database.working() as session:
        chronicle = Chronicle(session, clock.now(), all_actors(session))
        today = local_date(chronicle.now)
        for number in range(DEALS):
            age = SPAN_DAYS - number * (SPAN_DAYS - NEWEST_DAYS) // DEALS
            _deal(chronicle, number, today - dt.timedelta(days=age))
        late.fill(chronicle)
        chronicle.keep_numbers()
        remember(session)


def _agreed(chronicle: Chronicle, number: int, day: dt.date) -> Deal:
    """Half of the deals are with the firm of the first demo log-in."""
    rng = chronicle.random
    firm = HANBIT if number % 2 == 0 else 1 + number // 2 % (len(FIRMS) - 1)
    sold = rng.sample(goods.OF_FIRM[firm], rng.randint(1, min(3, len(goods.OF_FIRM[firm]))))
    return Deal(
        firm=firm,
        buyer=rng.choice((AMELA, JUN, YOUNG)),
        contact=rng.choice(FIRMS[firm].contacts)[0],
        title=f"{rng.choice(goods.TITLES[firm])} ({day:%y}년 {day.month}월)",
        lots=tuple(Lot(good, _pieces(chronicle, good), rng.choice(goods.PLACES)) for good in sold),
    )


def _pieces(chronicle: Chronicle, good: Good) -> int:
    """Works and months are ordered one at a time."""
    return 1 if good.unit in {"식", "월"} else chronicle.random.randint(2, 24)


def _deal(chronicle: Chronicle, number: int, day: dt.date) -> None:
    """A contract to its end, and what was ordered under it."""
    deal = _agreed(chronicle, number, day)
    at = chronicle.opening(day)
    if number % WITHOUT_CONTRACT == 1:
        _order(chronicle, number, deal, at, None)
        return
    made, pen = past.contract(chronicle, deal, at)
    if number % WITHOUT_CONTRACT == 5:  # noqa: PLR2004 - as many were given up
        past.given_up(chronicle, made, pen, deal, GIVEN_UP)
        return
    signed_at = past.signed(chronicle, made, pen, deal)
    _order(chronicle, number, deal, chronicle.later(signed_at, 1, 30), made)


def _order(chronicle: Chronicle, number: int, deal: Deal, at: dt.datetime, under: Contract | None) -> None:
    """An order to its end, its deliveries and what was settled of them."""
    made, pen = past.order(chronicle, deal, at, under)
    chronicle.session.flush()
    contracted = contracts.contract_items(chronicle.session, under.id or 0) if under else []
    items = past.order_items(chronicle, made, deal, contracted)
    if number % ORDER_CANCELLED == 3:  # noqa: PLR2004 - any remainder but those above
        when = chronicle.later(past.asked(chronicle, made, pen, deal), 1, 20)
        pen.act("cancel", OrderStatus.CANCELLED, when, chronicle.cast[deal.buyer], reason=GIVEN_UP)
        return
    confirmed_at = past.agreed(chronicle, made, pen, deal)
    accepted: list[Inspection] = []
    last = confirmed_at
    for position, item in enumerate(items):
        rows, last_of_item = _delivered(chronicle, number + position, deal, (made, item), confirmed_at)
        accepted += rows
        last = max(last, last_of_item)
    _settled(chronicle, number, deal, made, (accepted, last))


def _delivered(
    chronicle: Chronicle, number: int, deal: Deal, of: tuple[PurchaseOrder, OrderItem], at: dt.datetime
) -> tuple[list[Inspection], dt.datetime]:
    """An item delivered in one or two rounds; what was accepted, and when the last of it was."""
    item = of[1]
    at = chronicle.later(at, 1, 30)
    parts = [item.quantity] if item.quantity < 8 else [item.quantity // 2, item.quantity - item.quantity // 2]  # noqa: PLR2004
    if number % PLAN_REMOVED == 2:  # noqa: PLR2004 - any remainder
        past_supply.removed(chronicle, deal, of, len(parts) + 2, at)
    if number % SENT_BACK == 4:  # noqa: PLR2004 - any remainder
        # Sent back whole, and delivered again as a round of its own.
        found, pen = past_supply.arrived(chronicle, deal, of, len(parts) + 1, parts[0], at)
        reason = REJECTED[number % len(REJECTED)]
        at = chronicle.later(past_supply.judged(chronicle, found, pen, reason), 1, 20)
    accepted = []
    last = at
    for place, quantity in enumerate(parts, start=1):
        found, pen = past_supply.arrived(chronicle, deal, of, place, quantity, at)
        last = max(last, past_supply.judged(chronicle, found, pen))
        accepted.append(found)
    return accepted, last


def _settled(
    chronicle: Chronicle, number: int, deal: Deal, of: PurchaseOrder, done: tuple[Sequence[Inspection], dt.datetime]
) -> None:
    """Settled and paid where the payment's day is past; the newest deliveries still wait for the officer."""
    rows, last = done
    at = chronicle.later(last, 2, 40)
    if past_supply.latest_payment(chronicle, at) >= local_date(chronicle.now):
        return
    if number % SETTLED_WRONGLY == 6:  # noqa: PLR2004 - any remainder
        _, pen = past_supply.settlement(chronicle, of, rows, at, f"{deal.title} 정산", active=False)
        at = chronicle.later(at, 0.2, 4)
        reason = "발행요청일을 잘못 적었습니다."
        pen.act("cancel", SettlementStatus.CANCELLED, at, chronicle.cast[DAEUN], reason=reason)
        at = chronicle.later(at, 0.2, 4)
    made, pen = past_supply.settlement(chronicle, of, rows, at, f"{deal.title} 정산")
    past_supply.invoiced(chronicle, made, pen, deal, rows)
    past_supply.paid(chronicle, made, pen)

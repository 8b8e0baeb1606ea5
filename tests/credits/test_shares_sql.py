"""The database computes what the pure rules say: random months, line by line, and numbers as large as they get."""

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from activities import credits_compute
from models import database as house_database
from models.credits import shares
from models.credits.rules import MILLION, IssueMode, Source, item_of, month_after
from models.credits.run_tables import CreditDraftLine, CreditOutcome, CreditRun, CreditShare
from models.credits.shares import Line, MonthInput
from models.kernel.roles import Role
from models.members.tables import Member
from tests import factories
from tests.credits import world
from tests.credits.world import MONTH
from tests.engines import Database

MODES = [IssueMode.REVERSE, IssueMode.FORWARD, IssueMode.INDIVIDUAL]


def _run(session: Session, by: Member) -> CreditRun:
    number = "RN202601-1"
    made = CreditRun(
        workflow_id="run/2026-01/1",
        company_id=0,
        case_key=number,
        status="drafting",
        status_since=factories.NOW,
        created_by=by.id or 0,
        created_at=factories.NOW,
        number=number,
        month=MONTH,
        run_no=1,
        notes=[],
    )
    session.add(made)
    session.flush()
    return made


def _facts(run: CreditRun) -> dict[str, Any]:
    return {
        "run": run.id,
        "month": MONTH,
        "previous": month_after(MONTH, -1),
        "prefix": item_of(MONTH, ""),
        "percent": 50,
        "at": factories.NOW,
    }


class _Month:
    """A random month written to the database and, beside it, as the pure rules take it."""

    def __init__(self, session: Session, by: Member, chance: random.Random, size: int) -> None:
        self.session, self.by, self.chance = session, by, chance
        self.rs, self.etc = world.business(session), world.business(session, "ETC")
        self.pool = size if chance.random() > 0.05 else 0
        self.consumption: dict[tuple[int, int], int] = {}
        self.revenue: dict[tuple[int, int, str], int] = {}
        self.rates: dict[tuple[int, int], int] = {}
        self.others: list[Line] = []
        self.mode_of: dict[int, IssueMode] = {}
        self.group_of: dict[int, int] = {}
        self._write()

    def _write(self) -> None:
        chance = self.chance
        world.pool(self.session, self.pool, self.by)
        for _ in range(chance.randint(1, 6)):
            mode = chance.choice(MODES)
            of = world.group(self.session, world.company(self.session, self.by, mode), self.by)
            self.mode_of[of.id or 0] = mode
            for _ in range(chance.randint(1, 6)):
                self._medium(of)
        used = [(medium, "", views) for (_, medium), views in self.consumption.items()]
        # A medium in several lines counts once, with all of them.
        world.imported(self.session, self.rs, [(m, i, v - v // 3) for m, i, v in used], self.by)
        self._more_lines([(m, i, v // 3) for m, i, v in used])
        sold = [(medium, item, amount) for (_, medium, item), amount in self.revenue.items()]
        world.imported(self.session, self.etc, sold, self.by)

    def _more_lines(self, lines: list[tuple[int, str, int]]) -> None:
        self.session.execute(
            text(
                "INSERT INTO credit_ledger (import_id, row, month, business_id, medium_id, item, consumption)"
                " SELECT i.id, :row, i.month, i.business_id, :medium, :item, :value FROM credit_import i"
                "  WHERE i.business_id = :business"
            ),
            [
                {"row": 1000 + at, "medium": m, "item": i, "value": v, "business": self.rs.id}
                for at, (m, i, v) in enumerate(lines)
            ],
        )

    def _medium(self, of: Any) -> None:
        chance = self.chance
        made = world.medium(self.session, of, self.by)
        medium, rs, etc = made.id or 0, self.rs.id or 0, self.etc.id or 0
        self.group_of[medium] = of.id
        for what in (self.rs, self.etc):
            if chance.random() < 0.9:
                millionths = chance.choice([0, 1, 333_333, MILLION, chance.randint(0, 10 * MILLION)])
                world.rate(self.session, made, what, self.by, rate_millionths=millionths)
                self.rates[what.id or 0, medium] = millionths
        self.consumption[rs, medium] = chance.choice([0, 1, chance.randint(0, 10**12)])
        for item in ("뉴스 제공", "영상 제공")[: chance.randint(0, 2)]:
            self.revenue[etc, medium, item] = chance.randint(-(10**13), 10**13)
        if chance.random() < 0.5:
            supply = chance.choice([-1, 7, chance.randint(-(10**9), -1), chance.randint(1, 10**9)])
            made_line = world.adjustment(self.session, made, self.etc, supply, self.by)
            self.others.append(Line(medium, etc, Source.MANUAL, made_line.item, supply))

    def pure(self) -> MonthInput:
        return MonthInput(
            pools={self.rs.id or 0: self.pool},
            consumption=self.consumption,
            revenue=self.revenue,
            rates=self.rates,
            items={self.rs.id or 0: item_of(MONTH, self.rs.item)},
            others=tuple(self.others),
        )


def _shared(month: _Month) -> MonthInput:
    """What nobody can share stays with nobody: the run notes it, the other lines are computed."""
    pure = month.pure()
    weight = sum(views * month.rates.get(key, 0) for key, views in month.consumption.items())
    return pure if weight else MonthInput(revenue=pure.revenue, rates=pure.rates, others=pure.others)


@pytest.mark.parametrize("seed", range(12))
def test_the_database_and_the_pure_rules_agree(module_database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable month
    with house_database.working() as session:
        by = factories.member(session, "정산희", Role.SETTLEMENT)
        month = _Month(session, by, chance, chance.choice([1, 999, 10**7 + 3, 10**13]))
        run = _run(session, by)
        credits_compute.begin_anew(session, _facts(run))
        groups = sorted(month.mode_of)
        for page in (groups[::2], groups[1::2]):
            credits_compute.compute(session, page, _facts(run))
        expected = shares.lines_of(_shared(month))
        _compare_lines(session, run, expected)
        _compare_sums(session, run, month, expected)
        session.rollback()


def _compare_lines(session: Session, run: CreditRun, expected: tuple[Line, ...]) -> None:
    rows = session.execute(select(CreditDraftLine).where(col(CreditDraftLine.run_id) == run.id)).scalars()
    found = Counter((row.medium_id, row.business_id, row.source, row.item, row.supply) for row in rows)
    assert found == Counter(
        (line.medium_id, line.business_id, line.source.value, line.item, line.supply) for line in expected
    )


def _compare_sums(session: Session, run: CreditRun, month: _Month, expected: tuple[Line, ...]) -> None:
    rows = session.execute(select(CreditOutcome).where(col(CreditOutcome.run_id) == run.id)).scalars().all()
    assert {row.group_id for row in rows} >= set(month.mode_of)
    for row in rows:
        if row.group_id not in month.mode_of:
            continue
        lines = [line for line in expected if month.group_of[line.medium_id] == row.group_id]
        sums = shares.sums(lines, month.mode_of[row.group_id])
        assert (row.supply, row.tax, row.total) == (sums.supply, sums.tax, sums.total)
        assert (row.withheld_income, row.withheld_local) == (sums.withheld.income, sums.withheld.local)
        assert row.line_count == len(lines)
        assert bool(row.input_hash)
    shared = session.execute(select(col(CreditShare.amount)).where(col(CreditShare.run_id) == run.id)).scalars().all()
    assert not shared or sum(shared) == month.pool


def test_numbers_as_large_as_they_get(module_database: Database) -> None:
    """Numeric division rounds at sixteen digits; what is cut must be cut of the whole number."""
    with house_database.working() as session:
        by = factories.member(session, "정산희", Role.SETTLEMENT)
        etc = world.business(session, "ETC")
        made = world.medium(session, world.group(session, world.company(session, by), by), by)
        world.rate(session, made, etc, by, rate_millionths=999_999)
        amount = 9_007_199_254_740_991
        world.imported(session, etc, [(made.id or 0, "뉴스 제공", amount)], by)
        run = _run(session, by)
        credits_compute.begin_anew(session, _facts(run))
        credits_compute.compute(session, [made.group_id or 0], _facts(run))
        row = session.execute(select(CreditDraftLine).where(col(CreditDraftLine.run_id) == run.id)).scalar_one()
        assert row.supply == shares.rated(amount, 999_999)
        session.rollback()


def test_a_rate_ends_with_its_month(module_database: Database) -> None:
    with house_database.working() as session:
        by = factories.member(session, "정산희", Role.SETTLEMENT)
        etc = world.business(session, "ETC")
        made = world.medium(session, world.group(session, world.company(session, by), by), by)
        before, after = month_after(MONTH, -1), month_after(MONTH)
        world.rate(session, made, etc, by, rate_millionths=100_000, until_month=before)
        world.rate(session, made, etc, by, rate_millionths=200_000, from_month=MONTH, until_month=MONTH)
        world.rate(session, made, etc, by, rate_millionths=300_000, from_month=after)
        world.imported(session, etc, [(made.id or 0, "뉴스 제공", 1_000)], by)
        run = _run(session, by)
        credits_compute.begin_anew(session, _facts(run))
        credits_compute.compute(session, [made.group_id or 0], _facts(run))
        row = session.execute(select(CreditDraftLine).where(col(CreditDraftLine.run_id) == run.id)).scalar_one()
        assert (row.supply, row.tax) == (200, 20)
        session.rollback()


def test_rates_of_one_medium_and_business_do_not_overlap(module_database: Database) -> None:
    with house_database.working() as session:
        by = factories.member(session, "정산희", Role.SETTLEMENT)
        made = world.medium(session, None, by)
        etc = world.business(session, "ETC")
        world.rate(session, made, etc, by, until_month=MONTH)
        with pytest.raises(Exception, match="credit_rate_once"), session.begin_nested():
            world.rate(session, made, etc, by, from_month=dt.date(2026, 1, 1))
        world.rate(session, made, etc, by, from_month=dt.date(2026, 2, 1))
        session.rollback()

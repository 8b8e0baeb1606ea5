"""The run on a real database: what is computed, published once, carried over, revised, and left when it fails."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from activities import credits_compute, credits_run, credits_statements
from models import clock
from models import database as house
from models.credits import shares
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import IssueMode, month_after
from models.credits.run_messages import RunTask
from models.credits.run_rules import RunOpen, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditAdjustment
from models.harmony.tables import CreditGroup
from models.kernel.vat import vat_floor
from models.processes.chain import GENESIS, broken_link
from models.processes.messages import ProcessStart
from models.processes.queries import BEGINNING_MOST
from models.processes.tables import Outbox, ProcessEvent
from tests.credits import run_world
from tests.credits.run_world import MONTH, NOW, World
from tests.engines import Database


@pytest.fixture
def world(database: Database) -> World:
    return run_world.build()


def outcomes(run: CreditRun) -> dict[int, CreditOutcome]:
    with house.working() as session:
        rows = session.execute(select(CreditOutcome).where(col(CreditOutcome.run_id) == run.id)).scalars()
        return {row.group_id: row for row in rows}


def reports(month: dt.date = MONTH) -> dict[int, CreditReport]:
    with house.working() as session:
        rows = session.execute(select(CreditReport).where(col(CreditReport.month) == month)).scalars()
        return {row.group_id: row for row in rows}


def counts(database: Database) -> dict[str, int]:
    with psycopg.connect(database.owner_url) as connection:
        tables = ("credit_report", "credit_report_line", "process_event", "notification", "message", "outbox")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # type: ignore[index]  # noqa: S608


def run_of(world: World) -> CreditRun:
    run = run_world.begun(world)
    run_world.computed(run)
    return run_world.put(run, Status.PUBLISHING)


def test_a_month_is_computed_and_published_as_the_rules_say(world: World, database: Database) -> None:
    with house.working() as session:
        reverse = world.group(session, IssueMode.REVERSE, media=2)
        forward = world.group(session, IssueMode.FORWARD)
        person = world.group(session, IssueMode.INDIVIDUAL)
        world.pool_of(session, 1_000_001)
        for medium, used in zip(world.media, (3, 3, 1, 0), strict=True):
            world.line(session, medium, used=used)
        world.line(session, world.media[3], amount=1_234_567)
        world.adjust(session, world.media[2], -5_005, kind="correction", origin_month=dt.date(2026, 9, 1))
    run = run_of(world)
    run_world.published(run)
    parts = shares.share_pool(1_000_001, dict(zip(world.media, (3, 3, 1, 0), strict=True)))
    found = reports()
    assert found[reverse].supply == parts[world.media[0]] + parts[world.media[1]]
    assert found[forward].supply == parts[world.media[2]] - 5_005
    assert (found[person].supply, found[person].tax) == (1_234_567, 0)
    assert (found[person].withheld_income, found[person].withheld_local) == (37_030, 3_700)
    assert found[person].payable == 1_193_837
    assert [found[g].status for g in (reverse, forward, person)] == ["published", "invoice_waiting", "paying"]
    assert {found[g].sign_by for g in found} == {dt.date(2026, 12, 10)}
    assert {found[g].pay_on for g in found} == {dt.date(2026, 12, 15)}
    with house.working() as session:
        names = {group: session.get_one(CreditGroup, group).name for group in found}
    assert {group: report.group_name for group, report in found.items()} == names
    assert {state.state for state in outcomes(run).values()} == {"published"}
    with house.working() as session:
        _adds_up(session)
        _has_its_record(session)
    told = counts(database)
    assert (told["notification"], told["message"]) == (3, 3)


def _adds_up(session: Session) -> None:
    for report in session.execute(select(CreditReport)).scalars():
        rows = select(CreditReportLine).where(col(CreditReportLine.report_id) == report.id)
        lines = session.execute(rows).scalars().all()
        assert len(lines) == report.line_count
        assert sum(line.supply for line in lines) == report.supply
        assert sum(line.tax for line in lines) == report.tax
        if report.issue_mode != IssueMode.INDIVIDUAL:
            assert [line.tax for line in lines] == [vat_floor(line.supply) for line in lines]


def _has_its_record(session: Session) -> None:
    for report in session.execute(select(CreditReport)).scalars():
        rows = select(ProcessEvent).where(col(ProcessEvent.workflow_id) == report.workflow_id)
        events: list[Any] = list(session.execute(rows).scalars())
        assert [(event.step, event.act) for event in events] == [(1, "publish")]
        assert broken_link(events) is None
        sent = session.execute(select(Outbox).where(col(Outbox.workflow_id) == report.workflow_id)).scalar_one()
        start = ProcessStart.model_validate(sent.payload)
        assert (start.document_id, start.status, start.version, start.step) == (report.id, report.status, 1, 1)
        # Of a payment the officers' morning message speaks.
        assert bool(start.alarms) is (report.status != "paying")


def test_a_page_done_again_changes_nothing(world: World, database: Database) -> None:
    with house.working() as session:
        for _ in range(3):
            world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_of(world)
    run_world.published(run)
    before = counts(database)
    for _ in range(2):
        run_world.published(run)
        for page in run_world.pages(run, [(0, 10**9)]):
            credits_run.publish_page(page)
    assert counts(database) == before


def test_a_repeated_run_publishes_only_what_changed(world: World, database: Database) -> None:
    with house.working() as session:
        same, other = (world.media_of(session, world.group(session))[0] for _ in range(2))
        for medium in (same, other):
            world.line(session, medium, amount=50_000)
    first = run_of(world)
    run_world.published(first)
    run_world.put(first, Status.PUBLISHED)
    before = counts(database)
    with house.working() as session:
        world.adjust(session, other, 1_000)
    second = run_of(world)
    assert second.number == "RN202610-2"
    run_world.published(second)
    states = outcomes(second)
    assert [states[g].state for g in world.groups] == ["unchanged", "published"]
    after = counts(database)
    # The run's own start; the revision is pressed on the report's own process, nothing is told before it is done.
    assert after | {"outbox": 0} == before | {"outbox": 0}
    with psycopg.connect(database.owner_url) as connection:
        pressed = connection.execute("SELECT act, payload, workflow_id FROM command").fetchall()
    assert pressed == [("revised", {"run_id": second.id}, reports()[world.groups[1]].workflow_id)]


def test_too_little_is_carried_over_once_and_paid_with_the_next_month(world: World, database: Database) -> None:
    with house.working() as session:
        medium = world.media_of(session, world.group(session))[0]
        world.line(session, medium, amount=4_000)
        world.line(session, medium, amount=90_000, month=month_after(MONTH), item="26년 11월 기타 지급")
    run = run_of(world)
    run_world.published(run)
    assert outcomes(run)[world.groups[0]].state == "carried"
    assert reports() == {}
    run_world.put(run, Status.PUBLISHED)
    again = run_of(world)
    run_world.published(again)
    assert outcomes(again)[world.groups[0]].state == "unchanged"
    run_world.put(again, Status.PUBLISHED)
    later = NOW + dt.timedelta(days=30)
    following = run_world.begun(world, month_after(MONTH), later)
    run_world.computed(following)
    run_world.published(run_world.put(following, Status.PUBLISHING))
    report = reports(month_after(MONTH))[world.groups[0]]
    assert (report.supply, report.tax) == (94_000, 9_400)
    with house.working() as session:
        rows = select(CreditReportLine).where(col(CreditReportLine.report_id) == report.id)
        lines = session.execute(rows.order_by(col(CreditReportLine.position))).scalars().all()
    assert [(line.source, line.supply) for line in lines] == [("revenue", 90_000), ("carry", 4_000)]


def test_one_group_that_cannot_be_computed_holds_up_no_other(world: World) -> None:
    with house.working() as session:
        good, bad = (world.media_of(session, world.group(session))[0] for _ in range(2))
        world.line(session, good, amount=50_000)
        # Together too much for 64 bits.
        first = world.adjust(session, bad, 2**62)
        world.adjust(session, bad, 2**62)
    run = run_of(world)
    states = outcomes(run)
    assert [states[g].state for g in world.groups] == ["computed", "failed"]
    assert "out of range" in states[world.groups[1]].error
    run_world.published(run)
    assert set(reports()) == {world.groups[0]}
    with house.working() as session:
        session.get_one(CreditAdjustment, first).cancelled_at = NOW
        row = session.get_one(CreditOutcome, (run.id, world.groups[1]))
        row.state, row.attempt = "pending", 2
    run_world.published(run)
    assert set(reports()) == set(world.groups)
    assert outcomes(run)[world.groups[1]].attempt == 2


def test_one_group_that_cannot_be_published_holds_up_no_other(world: World, database: Database) -> None:
    """What the database refuses of statements that nobody waits for is one group's as well; nothing of it stays."""
    with house.working() as session:
        for _ in range(3):
            world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_of(world)
    bad = world.groups[1]
    with house.working() as session:
        facts: dict[str, Any] = {"workflow_id": f"report/2026-10/{bad}", "step": 1, "version": 1, "act": "publish"}
        facts |= {
            "kind": "credit_report",
            "document_id": 1,
            "company_id": 0,
            "case_key": "",
            "detail": {},
            "outcome": {},
        }
        facts |= {"status_from": "published", "status_to": "published", "prev_hash": GENESIS, "hash": "", "at": NOW}
        session.add(ProcessEvent(**facts))
    run_world.published(run)
    states = outcomes(run)
    assert [states[g].state for g in world.groups] == ["published", "failed", "published"]
    assert states[bad].error.startswith("IntegrityError: duplicate key")
    assert set(reports()) == {world.groups[0], world.groups[2]}
    told = counts(database)
    assert [told[name] for name in ("credit_report_line", "notification", "message")] == [2, 2, 2]


def test_what_the_officer_should_know_is_noted(world: World) -> None:
    with house.working() as session:
        world.pool_of(session, 100)
        homeless = world.medium(session, None)
        world.line(session, homeless, amount=1_000)
    run = run_world.begun(world)
    run_world.computed(run)
    with house.working() as session:
        notes = session.get_one(CreditRun, run.id).notes
    assert [note["what"] for note in notes] == ["pool_unshared", "group_missing"]


def test_a_month_has_one_open_run(world: World) -> None:
    run_world.begun(world)
    with pytest.raises(RunOpen):
        run_world.begun(world)


def test_work_for_another_step_does_nothing(world: World) -> None:
    with house.working() as session:
        world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_world.begun(world)
    run_world.computed(run)
    late = run_world.pages(run, [(0, 10**9)])[0]
    run_world.put(run, Status.PAUSED)
    assert credits_run.compute_page(late).groups == 0
    assert credits_run.publish_page(late).groups == 0
    assert reports() == {}


def test_statements_are_made_by_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credits_statements, "PAGE_STATEMENTS", 2)
    with house.working() as session:
        for _ in range(5):
            world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_of(world)
    run_world.published(run)
    a, b, c, d, e = world.groups
    with clock.set_to(clock.now() + 2 * BEGINNING_MOST):
        planned = credits_statements.plan_statements(RunTask(run_id=run.id or 0, step=run.step, at=NOW))
    assert planned.pages == [(a, b), (c, d), (e, e)]


def test_pages_are_as_few_and_as_even_as_they_can_be(world: World) -> None:
    with house.working() as session:
        groups = [world.group(session) for _ in range(7)]
    run = run_world.begun(world)
    run_world.computed(run)
    with house.working() as session:
        states = [state.state for state in outcomes(run).values()]
        found = credits_compute.pages(session, run.id or 0, states, 3)
        none = credits_compute.pages(session, run.id or 0, ["failed"], 3)
    # Three and two pairs, not two threes and one alone.
    assert found == [(groups[0], groups[2]), (groups[3], groups[4]), (groups[5], groups[6])]
    assert none == []

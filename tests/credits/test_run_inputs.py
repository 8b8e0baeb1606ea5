"""A run publishes what was looked at: what changes meanwhile is looked at again, nothing is paid twice or lost."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from models import clock
from models import database as house
from models.credits import import_writes, run_inputs, writes
from models.credits.messages import AdjustmentForm, GroupForm, MediumForm, PoolForm, RateForm
from models.credits.report_tables import CreditReport
from models.credits.rules import MILLION, MonthPublished, month_after
from models.credits.run_rules import COMPUTED, MonthApproved, RunPublishing, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditCarry, CreditCompany, CreditImport, CreditMedium, CreditRate, RsPool
from models.harmony.tables import CreditGroup
from tests.credits import desk as office_desk
from tests.credits import run_world
from tests.credits.run_world import MONTH, NOW, World
from tests.credits.test_run_web import desk, only_run, record
from tests.engines import Database

LATER = NOW + dt.timedelta(hours=1)
NEXT = month_after(MONTH)
Change = Callable[[Session, World], object]


@pytest.fixture
def world(database: Database) -> World:
    made = run_world.build()
    with house.working() as session:
        medium = made.media_of(session, made.group(session))[0]
        made.line(session, medium, amount=50_000)
        made.line(session, medium, used=10)
        made.pool_of(session, 1_000)
    return made


def _adjustment(month: dt.date, world: World) -> AdjustmentForm:
    return AdjustmentForm(
        month=month, medium_id=world.media[0], business_id=world.revenue, supply=700, reason="누락", item="수기"
    )


def _adjust(session: Session, world: World) -> object:
    return writes.add_adjustment(session, world.officer, _adjustment(MONTH, world), LATER)


def _pool(session: Session, world: World) -> object:
    row = session.execute(select(RsPool)).scalar_one()
    form = PoolForm(business_id=world.pool, month=MONTH, amount=2_000, edit_version=row.edit_version)
    return writes.save_pool(session, world.officer, form, LATER, row.id)


def _import(session: Session, world: World) -> object:
    """Another file takes the place of the one that counted."""
    counts = session.get_one(CreditImport, world.imports[world.revenue, MONTH])
    other = CreditImport(**counts.model_dump(exclude={"id", "state", "looked_at_id"}), state="checked")
    other.looked_at_id = counts.id
    session.add(other)
    session.flush()
    return import_writes.apply_import(session, world.officer, other.id or 0, LATER)


def _rate(session: Session, world: World) -> object:
    row = session.execute(select(CreditRate).where(col(CreditRate.business_id) == world.revenue)).scalar_one()
    form = RateForm(
        medium_id=row.medium_id, business_id=row.business_id, rate=MILLION // 2, from_month=row.from_month,
        edit_version=row.edit_version,
    )  # fmt: skip
    return writes.save_rate(session, world.officer, form, LATER, row.id)


def _close(session: Session, world: World) -> None:
    writes.set_closed(session, world.officer, CreditGroup, world.groups[0], LATER, closed=True)


def _other_payee(session: Session, world: World) -> object:
    """The group is of another company from now on."""
    group = session.get_one(CreditGroup, world.groups[0])
    other = session.execute(
        select(col(CreditCompany.id)).where(col(CreditCompany.id) != group.credit_company_id)
    ).scalar_one()
    form = GroupForm(name=group.name, credit_company_id=other, edit_version=group.edit_version)
    return writes.save_group(session, world.officer, form, LATER, group.id)


def _medium(session: Session, world: World, **more: int | str | None) -> object:
    row = session.get_one(CreditMedium, world.media[0])
    facts = {"code": row.code, "name": row.name, "group_id": row.group_id, "edit_version": row.edit_version} | more
    return writes.save_medium(session, world.officer, MediumForm.model_validate(facts), LATER, row.id)


def _rename(session: Session, world: World) -> object:
    _medium(session, world, name="새 이름")
    group = session.get_one(CreditGroup, world.groups[0])
    assert group.credit_company_id
    form = GroupForm(name="새 그룹명", credit_company_id=group.credit_company_id, edit_version=group.edit_version)
    return writes.save_group(session, world.officer, form, LATER, group.id)


CHANGES: tuple[tuple[Change, str], ...] = (
    (_rename, ""),
    (_adjust, "adjustments"),
    (_pool, "pools"),
    (_import, "imports"),
    (_rate, "rates"),
    (_close, "groups"),
    (lambda session, world: _medium(session, world, group_id=None), "media"),
)


def test_what_changed_since_the_preview_is_told_and_refuses_the_approval(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_world.begun(world)
    run_world.computed(run)
    record(run.id or 0, COMPUTED)
    told: set[str] = set()
    for change, what in CHANGES:
        with clock.set_to(LATER), house.writing(world.officer) as session:
            change(session, world)
        told |= {what} - {""}
        with house.reading(world.officer) as session:
            assert set(run_inputs.changed(session, run)) == told
    with desk(world.officer, monkeypatch) as seat:
        base = f"/credit-runs/{run.id}"
        assert "미리 계산한 뒤에 바뀐 것이 있습니다: 매출 · 소비 자료, RS 재원" in seat.get(base)
        assert (seat.act(base, "approve").status_code, only_run().status) == (409, Status.PREVIEWED)
        # Computed once more it is as the officer sees it; what was changed before then is in it.
        with clock.set_to(LATER + dt.timedelta(minutes=1)):
            assert seat.act(base, "rerun").status_code == 303
            run_world.computed(only_run())
        record(run.id or 0, COMPUTED)
        with house.working() as session:
            assert run_inputs.changed(session, only_run()) == []
        assert seat.act(base, "approve").status_code == 303


def _waits_for(key: str) -> int:
    """How many transactions wait for the lock of that name."""
    waiting = text(
        "SELECT count(*) FROM pg_locks, (SELECT hashtextextended(:key, 0) AS k) named WHERE locktype = 'advisory'"
        " AND NOT granted AND objid::bigint = k & 4294967295 AND classid::bigint = (k >> 32) & 4294967295"
    )
    with house.working() as session:
        return int(session.execute(waiting, {"key": key}).scalar_one())


def _beside(change: Change, at: dt.datetime, world: World, work: Callable[[], object]) -> Future[object]:
    """`work`, begun while the change is written and not there yet, and over once it is."""
    with ThreadPoolExecutor(1) as thread:
        with clock.set_to(at), house.writing(world.officer) as session:
            change(session, world)
            session.flush()
            asked = thread.submit(work)
            while not _waits_for(run_inputs.MASTERS) and not asked.done():
                pass
        return asked


def test_a_change_on_its_way_is_in_the_preview(world: World) -> None:
    run = run_world.begun(world)
    before = NOW - dt.timedelta(seconds=1)
    _beside(_rate, before, world, lambda: run_world.computed(run)).result()
    with house.working() as session:
        outcome = session.execute(select(CreditOutcome)).scalar_one()
    assert outcome.supply == 50_000 // 2 + 1_000


def test_a_change_on_its_way_refuses_the_approval(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_world.begun(world)
    run_world.computed(run)
    record(run.id or 0, COMPUTED)
    with desk(world.officer, monkeypatch) as seat:
        asked = _beside(_close, LATER, world, lambda: seat.act(f"/credit-runs/{run.id}", "approve").status_code)
    assert (asked.result(), only_run().status) == (409, Status.PREVIEWED)


def test_a_month_that_is_being_published_takes_nothing(world: World) -> None:
    with house.working() as session:
        world.group(session)
    run = run_world.begun(world)
    run_world.computed(run)
    for status in run_inputs.DECIDED:
        run_world.put(run, status)
        for change in (_adjust, _pool, _import):
            with pytest.raises(MonthApproved), house.writing(world.officer) as session:
                change(session, world)
        with pytest.raises(RunPublishing), house.writing(world.officer) as session:
            _other_payee(session, world)
    run_world.put(run, Status.INCOMPLETE)
    with house.writing(world.officer) as session:
        _pool(session, world)
        _other_payee(session, world)


def test_pages_say_that_the_month_takes_nothing_more(world: World) -> None:
    run = run_world.put(run_world.begun(world), Status.APPROVED)
    with house.working() as session:
        line = world.adjust(session, world.media[0], 700)
        counts = session.get_one(CreditImport, world.imports[world.revenue, MONTH])
        other = CreditImport(**counts.model_dump(exclude={"id", "state"}), state="checked")
        session.add(other)
        session.flush()
        file = other.id
    office = office_desk.opened()
    with office.seat(office.officer) as seat:
        for page, words, button in (
            (f"/credit-adjustments/{line}", "더는 취소할 수 없습니다.", "등록 취소"),
            (f"/credit-imports/{file}", "반영할 수 없습니다.", "반영</button>"),
        ):
            shown = seat.get(page)
            assert (words in shown, run.number in shown, button in shown) == (True, True, False)
        typed = _adjustment(MONTH, world).model_dump(mode="json", exclude={"origin_month"}) | {"month": "2026-10"}
        refused = seat.post("/credit-adjustments", **typed)
        assert (refused.status_code, "승인해 발행하고 있습니다" in refused.text) == (422, True)
        assert "누락" in refused.text


def test_behind_a_published_month_nothing_is_put_that_no_run_would_settle(world: World) -> None:
    run_world.published(_approved(world, NEXT, NOW + dt.timedelta(days=30)))
    with house.working() as session:
        assert session.execute(select(col(CreditReport.id))).first() is None
        world.line(session, world.media[0], amount=90_000, month=NEXT)
    run_world.put(only_run(), Status.PUBLISHED)
    run_world.published(_approved(world, NEXT, NOW + dt.timedelta(days=30)))
    for change in (_adjust, _pool, _import):
        with pytest.raises(MonthPublished), house.writing(world.officer) as session:
            change(session, world)


def _approved(world: World, month: dt.date = MONTH, now: dt.datetime = NOW) -> CreditRun:
    run = run_world.begun(world, month, now)
    run_world.computed(run)
    return run_world.put(run, Status.PUBLISHING)


def _little(world: World) -> int:
    """A group that earns too little in the month."""
    with house.working() as session:
        group = world.group(session)
        world.line(session, world.media_of(session, group)[0], amount=4_000)
        return group


def _carried(group: int) -> list[tuple[dt.date, dt.date, int]]:
    with house.working() as session:
        rows = select(CreditCarry).where(col(CreditCarry.group_id) == group)
        return [(row.from_month, row.month, row.supply) for row in session.execute(rows).scalars()]


def _outcome(run: CreditRun, group: int) -> tuple[str, str]:
    with house.working() as session:
        found = session.get_one(CreditOutcome, (run.id, group))
        return found.state, found.error


def test_what_is_carried_into_a_month_that_is_approved_goes_into_the_one_after(world: World) -> None:
    group = _little(world)
    first = run_world.begun(world)
    run_world.computed(first)
    later = run_world.begun(world, NEXT, NOW + dt.timedelta(days=30))
    run_world.computed(later)
    run_world.put(later, Status.APPROVED)
    run_world.published(run_world.put(first, Status.PUBLISHING))
    assert _carried(group) == [(MONTH, month_after(NEXT), 4_000)]


def test_a_preview_that_lacks_what_was_carried_meanwhile_is_computed_again(world: World) -> None:
    group = _little(world)
    first = run_world.begun(world)
    run_world.computed(first)
    later = run_world.begun(world, NEXT, NOW - dt.timedelta(seconds=1) + dt.timedelta(days=30))
    run_world.computed(later)
    with house.working() as session:
        assert run_inputs.changed(session, later) == []
    run_world.published(run_world.put(first, Status.PUBLISHING))
    with house.working() as session:
        session.get_one(CreditOutcome, (first.id, group)).decided_at = NOW + dt.timedelta(days=31)
    with house.working() as session:
        assert run_inputs.changed(session, later) == ["carried"]
    assert _carried(group) == [(MONTH, NEXT, 4_000)]


def test_what_was_carried_over_and_paid_is_not_paid_once_more(world: World) -> None:
    group = _little(world)
    first = _approved(world)
    run_world.published(first)
    run_world.put(first, Status.PUBLISHED)
    # A second run of the month, with more for the group, is overtaken by the month after.
    with house.working() as session:
        world.line(session, world.media_of(session, group)[0], amount=80_000, item="더")
    second = _approved(world)
    with house.working() as session:
        world.line(session, world.media_of(session, group)[0], amount=90_000, month=NEXT)
    run_world.published(_approved(world, NEXT, NOW + dt.timedelta(days=30)))
    run_world.published(second)
    assert _outcome(second, group) == ("failed", "carry_settled")
    with house.working() as session:
        rows = select(col(CreditReport.month), col(CreditReport.supply)).where(col(CreditReport.group_id) == group)
        assert [tuple(row) for row in session.execute(rows)] == [(NEXT, 94_000)]


def test_the_officer_is_told_of_a_month_left_out_and_of_a_closed_group_s_carry(world: World) -> None:
    group = _little(world)
    first = _approved(world)
    run_world.published(first)
    with house.working() as session:
        session.get_one(CreditGroup, group).closed_at = NOW
    following = run_world.begun(world, NEXT, NOW + dt.timedelta(days=30))
    run_world.computed(following)
    with house.working() as session:
        notes = {note["what"]: note["more"] for note in session.get_one(CreditRun, following.id).notes}
    assert notes == {"month_skipped": "", "carry_closed": "4000"}

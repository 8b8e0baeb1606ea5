"""The tax invoice's table, the way from our status to the hub's, and its alarms."""

import datetime as dt
import itertools

import holidays as public_holidays
import pytest

from models.kernel.calendar import at_hour, is_business_day
from models.kernel.refusals import ActNotPossible, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.tax_invoices import alarms, refusals, rules
from models.tax_invoices.rules import HUB_STATUSES, RULES, Status, way
from models.tax_invoices.wording import MEMBERSHIP, REASON, REASON_HINT, VERIFICATION, WORDS

HOLIDAYS = frozenset(public_holidays.country_holidays("KR", years=range(2025, 2028)))
OFFICER, SYSTEM = Role.SETTLEMENT, Role.SYSTEM
EXPECTED = {
    ("drafting", "request", OFFICER): "filing",
    ("drafting", "cancel", OFFICER): "cancelled",
    ("filing", "filed", SYSTEM): "requested",
    ("filing", "filing_failed", SYSTEM): "drafting",
    ("requested", "cancel_request", OFFICER): "cancelling_request",
    ("requested", "supplier_signed", SYSTEM): "issued",
    ("requested", "supplier_refused", SYSTEM): "refused",
    ("requested", "request_withdrawn", SYSTEM): "request_cancelled",
    ("cancelling_request", "supplier_signed", SYSTEM): "issued",
    ("cancelling_request", "supplier_refused", SYSTEM): "refused",
    ("cancelling_request", "request_withdrawn", SYSTEM): "request_cancelled",
    ("cancelling_request", "request_stands", SYSTEM): "requested",
    ("issued", "cancel_issue", OFFICER): "cancelling_issue",
    ("issued", "issue_withdrawn", SYSTEM): "issue_cancelled",
    ("issued", "send", OFFICER): "nts_waiting",
    ("issued", "queued", SYSTEM): "nts_waiting",
    ("cancelling_issue", "issue_withdrawn", SYSTEM): "issue_cancelled",
    ("cancelling_issue", "issue_stands", SYSTEM): "issued",
    ("cancelling_issue", "queued", SYSTEM): "nts_waiting",
    ("nts_waiting", "cancel_issue", OFFICER): "cancelling_issue",
    ("nts_waiting", "issue_withdrawn", SYSTEM): "issue_cancelled",
    ("nts_waiting", "sending_stands", SYSTEM): "issued",
    ("nts_waiting", "sending", SYSTEM): "nts_sending",
    ("nts_sending", "accepted", SYSTEM): "nts_accepted",
    ("nts_sending", "rejected", SYSTEM): "nts_failed",
    ("nts_failed", "resend", OFFICER): "nts_waiting",
    ("nts_failed", "queued", SYSTEM): "nts_waiting",
}


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


@pytest.mark.parametrize(("status", "act", "role"), [*itertools.product(Status, RULES.acts, Role)])
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert RULES.next_status(status, act, [role]) == (expected,)
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        RULES.next_status(status, act, [role])


def test_every_word_is_there() -> None:
    for status in Status:
        assert all(status in table for table in (WORDS.status, WORDS.tone, WORDS.step))
    assert set(WORDS.event) >= set(RULES.acts)
    own = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert {kind.code for kind in own if kind is not Refusal} == set(WORDS.sentences)
    assert set(REASON) == set(REASON_HINT) == set(rules.Reason)
    assert all(text.endswith(".") for text in (*MEMBERSHIP.values(), *VERIFICATION.values()))


def _walked(status: str, acts: tuple[str, ...]) -> str:
    for act in acts:
        (status,) = RULES.next_status(status, act, [SYSTEM])
    return status


@pytest.mark.parametrize(("status", "at_hub"), [*itertools.product(Status, HUB_STATUSES)])
def test_the_way_ends_where_the_hub_is_and_only_the_machine_walks_it(status: str, at_hub: str) -> None:
    acts = way(status, at_hub)
    if acts is None:
        return
    assert _walked(status, acts) == at_hub
    assert not set(acts) & rules.FAILURES
    assert len(acts) <= 5


@pytest.mark.parametrize("status", sorted(rules.DEAD | {Status.NTS_ACCEPTED, Status.DRAFTING}))
def test_from_an_end_there_is_no_way_but_to_itself(status: str) -> None:
    assert {at: way(status, at) for at in HUB_STATUSES if way(status, at)} == {}


def test_the_ways_of_an_invoice_that_is_waited_for() -> None:
    assert way("requested", "requested") == ()
    assert way("requested", "nts_accepted") == ("supplier_signed", "queued", "sending", "accepted")
    assert way("filing", "refused") == ("filed", "supplier_refused")
    assert way("cancelling_request", "issued") == ("supplier_signed",)
    assert way("nts_waiting", "nts_failed") == ("sending", "rejected")
    assert way("issued", "requested") is None
    assert way("nts_accepted", "issue_cancelled") is None


def test_what_a_person_asked_to_undo_is_pending_until_the_hub_answers() -> None:
    pending = {pair for pair in itertools.product(Status, HUB_STATUSES) if rules.is_pending(*pair)}
    assert pending == {
        ("cancelling_request", "requested"),
        ("cancelling_issue", "issued"),
        ("cancelling_issue", "nts_waiting"),
    }


def test_the_supplier_is_reminded_by_the_policy_and_on_the_last_days() -> None:
    since = at_hour(dt.date(2026, 2, 9), 11)
    rings = alarms.issue_alarms(dt.date(2026, 3, 10), since, DEFAULT_PACE, HOLIDAYS, reminders=True)
    told = [(f"{ring.at.astimezone(dt.timezone(dt.timedelta(hours=9))):%m-%d %H}", ring.act) for ring in rings]
    assert told == [
        ("02-11 10", "remind"),
        ("02-19 10", "remind"),
        ("02-23 10", "escalate"),
        ("03-05 10", "remind"),
        ("03-06 10", "remind"),
        ("03-09 10", "escalate"),
        ("03-09 10", "remind"),
        ("03-10 10", "escalate"),
        ("03-11 10", "escalate"),
    ]


def test_without_reminders_the_law_still_rings() -> None:
    since = at_hour(dt.date(2026, 2, 9), 11)
    rings = alarms.issue_alarms(dt.date(2026, 3, 10), since, DEFAULT_PACE, HOLIDAYS, reminders=False)
    assert {ring.act for ring in rings} == {"escalate"}
    assert len(rings) == 4


def test_what_is_past_does_not_ring() -> None:
    since = at_hour(dt.date(2026, 3, 10), 15)
    rings = alarms.issue_alarms(dt.date(2026, 3, 10), since, Pace(5, (), None), HOLIDAYS, reminders=True)
    assert [ring.at for ring in rings] == [at_hour(dt.date(2026, 3, 11), 10)]


def test_transmission_rings_on_its_last_day_and_a_week_after() -> None:
    since = at_hour(dt.date(2026, 2, 12), 9)
    rings = alarms.transmit_alarms(dt.date(2026, 2, 13), since, HOLIDAYS)
    assert rings[0].at == at_hour(dt.date(2026, 2, 13), 18)
    assert len(rings) == 6
    assert {ring.act for ring in rings} == {"escalate"}
    assert rings[1].at == at_hour(dt.date(2026, 2, 19), 10)  # after 설


def test_a_hub_that_is_silent_is_told_of_each_business_day() -> None:
    rings = alarms.stuck_alarms(at_hour(dt.date(2026, 2, 12), 9), HOLIDAYS)
    days = [ring.at.astimezone(dt.timezone(dt.timedelta(hours=9))).date() for ring in rings]
    assert days[0] == dt.date(2026, 2, 13)
    assert all(is_business_day(day, HOLIDAYS) for day in days)


@pytest.mark.parametrize(
    ("status", "asked", "minutes"),
    [("requested", 0, 10), ("requested", 1, 20), ("requested", 9, 360), ("issued", 0, 1), ("issued", 30, 360)],
)
def test_the_hub_is_asked_less_and_less(status: str, asked: int, minutes: int) -> None:
    assert rules.ask_after(status, asked) == dt.timedelta(minutes=minutes)


def test_a_hub_that_is_away_is_left_alone_longer_and_longer() -> None:
    waits = [rules.retry_after(failures) for failures in range(12)]
    assert waits[0] == dt.timedelta(seconds=30)
    assert waits[-1] == dt.timedelta(minutes=30)
    assert waits == sorted(waits)


def test_days_that_cannot_be() -> None:
    today = dt.date(2026, 2, 9)
    rules.check_written_on(today, today)
    with pytest.raises(refusals.FutureWrittenOn) as refused:
        rules.check_written_on(dt.date(2026, 2, 10), today)
    assert refused.value.detail == {"field": "written_on"}
    rules.check_happened_on(today, today, today)
    for day in (dt.date(2026, 2, 10), dt.date(2026, 1, 1)):
        with pytest.raises(refusals.HappenedOnWrong):
            rules.check_happened_on(day, dt.date(2026, 2, 1), today)

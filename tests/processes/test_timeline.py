"""What the timeline says of a step: who it was, whether it led away from the usual path, when one is expected."""

import datetime as dt
from typing import Any

import pytest

from models.contracts.rules import RULES as CONTRACT
from models.conversions.rules import RULES as CONVERSION
from models.credits.kind import CREDIT_REPORT
from models.credits.report_tables import CreditReport
from models.deliveries.kind import DELIVERY
from models.deliveries.tables import DeliveryRound
from models.kernel.transitions import ProcessRules
from models.processes.deadlines import DEFAULT_PACE, end_of
from models.processes.kinds import Kind
from models.processes.tables import ProcessEvent
from models.processes.timeline import ahead_entries, is_back, who_acted
from models.settlements.kind import SETTLEMENT
from models.settlements.rules import Status
from models.settlements.tables import Settlement
from models.signups.rules import RULES as SIGNUP


@pytest.mark.parametrize(
    ("rules", "before", "after", "back"),
    [
        (SIGNUP, "received", "requested", False),
        (SIGNUP, "received", "owner_requested", False),
        (SIGNUP, "owner_requested", "approved", False),
        (SIGNUP, "owner_requested", "rejected", True),
        (SIGNUP, "requested", "rejected", True),
        (CONTRACT, "review_requested", "redraft_requested", True),
        (CONTRACT, "review_requested", "reviewed", False),
        (CONVERSION, "sent", "expired", True),
        (CONVERSION, "expired", "sent", False),
    ],
)
def test_a_status_beside_the_path_is_on_the_way_when_its_first_act_leads_on(
    rules: ProcessRules, before: str, after: str, back: bool
) -> None:
    assert {before, after} <= set(rules.statuses)
    assert is_back(rules, before, after) is back


@pytest.mark.parametrize(
    ("company", "name", "said"),
    [("나래상사", "오나래", "나래상사 오나래"), ("한민지", "한민지", "한민지"), ("", "차지애", "차지애")],
)
def test_an_individual_is_named_once(company: str, name: str, said: str) -> None:
    event = ProcessEvent.model_construct(actor_id=1, actor_company=company, actor_name=name)
    assert who_acted(event) == said


HOUR = 3600
NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)


def planned(kind: Kind, document: Any, pace: int | None) -> dict[str, dt.datetime | None]:
    """When each step ahead is expected, by its title."""
    ahead = ahead_entries(
        kind,
        document,
        now=NOW,
        pace=DEFAULT_PACE,
        holidays=frozenset(),
        who=lambda _: "",
        usual=lambda _: pace,
    )
    return {entry["title"]: entry.get("expected") for entry in ahead if entry["state"] == "plan"}


def settlement(status: Status, **facts: Any) -> Settlement:
    unknown = {"payment_due_on": None, "evidence_issued_on": None, "issue_on": None}
    return Settlement.model_construct(status=status, status_since=NOW, due_at=None, **(unknown | facts))


@pytest.mark.parametrize("pace", [HOUR, None])
def test_a_payment_is_expected_on_the_day_the_rule_gives_it(pace: int | None) -> None:
    words = SETTLEMENT.words.step
    payday = end_of(dt.date(2026, 12, 15))
    for asked in (
        settlement(Status.ISSUE_REQUESTED, issue_on=dt.date(2026, 11, 30)),
        settlement(Status.ACKNOWLEDGED),
        settlement(Status.SETTLED, evidence_issued_on=dt.date(2026, 11, 2)),
    ):
        told = planned(SETTLEMENT, asked, pace)
        assert told[words[Status.PAYMENT_DUE]] == payday
        assert told[words[Status.PAID]] == payday
    due = settlement(Status.PAYMENT_DUE, payment_due_on=dt.date(2026, 12, 15))
    assert planned(SETTLEMENT, due, pace) == {words[Status.PAID]: payday}


def test_a_delivery_is_expected_on_its_planned_day() -> None:
    words = DELIVERY.words.step
    row = DeliveryRound.model_construct(status="requested", status_since=NOW, planned_on=dt.date(2026, 11, 28))
    told = planned(DELIVERY, row, HOUR)
    assert told[words["confirmed"]] == told[words["received"]] == end_of(dt.date(2026, 11, 28))
    late = DeliveryRound.model_construct(status="confirmed", status_since=NOW, planned_on=dt.date(2026, 11, 2))
    # A day that is over foretells nothing.
    assert planned(DELIVERY, late, HOUR) == {words["received"]: NOW + dt.timedelta(seconds=HOUR)}


@pytest.mark.parametrize(
    ("came_from", "ahead"),
    [
        ("paying", ["paying", "paid"]),
        ("payment_failed", ["payment_failed", "paying", "paid"]),
        ("invoice_waiting", ["invoice_waiting", "invoice_checking", "paying", "paid"]),
        ("published", ["published", "invoice_requested", "paying", "paid"]),
    ],
)
def test_a_report_on_hold_goes_on_where_it_was(came_from: str, ahead: list[str]) -> None:
    """Somebody withheld from has no invoice, and what is paid for is not asked for again."""
    report = CreditReport.model_construct(status="held", held_from=came_from)
    assert list(CREDIT_REPORT.planned(report)) == ahead

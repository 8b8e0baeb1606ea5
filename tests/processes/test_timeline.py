"""What the timeline says of a step: who it was, and whether it led away from the usual path."""

import pytest

from models.contracts.rules import RULES as CONTRACT
from models.conversions.rules import RULES as CONVERSION
from models.kernel.transitions import ProcessRules
from models.processes.tables import ProcessEvent
from models.processes.timeline import is_back, who_acted
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

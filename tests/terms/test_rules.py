"""What must be ticked, and what a tick is worth."""

import datetime as dt
from dataclasses import dataclass

import pytest

from models.kernel.refusals import Refusal
from models.terms import rules

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)


@dataclass
class Item:
    id: int | None
    required: bool


ITEMS = (Item(1, required=True), Item(2, required=True), Item(3, required=False))


@pytest.mark.parametrize(
    ("ticked", "kept"), [([1, 2], [1, 2]), ([3, 2, 1], [1, 2, 3]), ([1, 1, 2], [1, 2]), ([1, 2, 99], [1, 2])]
)
def test_required_items_are_enough_and_only_what_was_shown_counts(ticked: list[int], kept: list[int]) -> None:
    assert rules.check_consent(ITEMS, ticked) == kept


@pytest.mark.parametrize("ticked", [[], [1], [2, 3], [3]])
def test_a_missing_required_item_is_refused(ticked: list[int]) -> None:
    with pytest.raises(rules.TermsNotAgreed):
        rules.check_consent(ITEMS, ticked)


def test_a_tick_for_what_is_no_longer_in_force_says_so() -> None:
    with pytest.raises(rules.TermsChanged) as refused:
        rules.check_consent(ITEMS, [1, 77])
    assert isinstance(refused.value, Refusal)


def test_a_version_takes_effect_at_its_instant() -> None:
    assert rules.takes_effect(NOW + dt.timedelta(seconds=1), NOW)
    assert not rules.takes_effect(NOW, NOW)

"""Which test goes to which of the test processes, and when."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "journeys/": "house",
    "races/": "house",
    "isolation/": "house",
    "faults/test_kills.py": "kills",
    "seed/test_load.py": "seed",
    "faults/test_engine_down.py": "engine",
}
"""Which tests share what is dear to start, and so run in one test process; the longest first."""


def _place(nodeid: str) -> str | None:
    return next((place for place in TOGETHER if nodeid.startswith(f"tests/{place}")), None)


def rank(nodeid: str) -> int:
    """Where the test stands in the order of the run."""
    place = _place(nodeid)
    return list(TOGETHER).index(place) if place else len(TOGETHER)


class Dealer(LoadScopeScheduling):  # type: ignore[misc]  # it comes without types
    """Deals groups out whole and in their order, everything else test by test to whoever is free."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        place = _place(nodeid)
        return TOGETHER[place] if place else nodeid

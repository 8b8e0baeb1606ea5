"""Open pages: how many one process follows."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from models.processes.messages import Actor
from web import inbox, live


@pytest.mark.parametrize(("open_pages", "status"), [(live.STREAMS_MAX - 1, 200), (live.STREAMS_MAX, 503)])
def test_a_process_follows_no_more_pages_than_it_can(open_pages: int, status: int) -> None:
    hub = live.Hub()
    hub.count = open_pages
    request = cast("Request", SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(live=hub))))
    answer: Any = inbox._stream(request, Actor(member_id=1, name="차지애"), "all", lambda: True)
    assert answer.status_code == status

import datetime as dt
import json
from pathlib import Path

import pytest

from bench import report
from bench.__main__ import main
from bench.load import (
    Timings,
    UnexpectedReplyError,
    fields_of,
    form_of,
    hidden_fields,
    percentile,
    timed,
    timed_each,
    together,
)
from bench.report import Row, fewer_than, limits_held, slower_than
from bench.steps import step_rows


def test_less_is_better_is_ours_over_the_floor() -> None:
    row = slower_than("step", 30.0, "ms", 20.0, 1.6)
    assert (row.ratio, row.verdict) == (1.5, "ok")
    assert slower_than("step", 33.0, "ms", 20.0, 1.6).verdict == "over"


def test_more_is_better_is_the_peer_over_ours() -> None:
    row = fewer_than("approvals", 40.0, "1/s", 20.0, 0.67)
    assert (row.ratio, row.verdict) == (0.5, "ok")


def test_a_limit_without_a_ratio_bounds_the_value() -> None:
    assert Row("memory", 349.0, "MB", limit=350.0).verdict == "ok"
    assert Row("memory", 351.0, "MB", limit=350.0).verdict == "over"
    assert Row("memory", 351.0, "MB").verdict == ""


@pytest.mark.parametrize(("cores", "limit"), [(2, None), (3, None), (4, 1.6), (64, 1.6)])
def test_limits_hold_from_four_cores_on(cores: int, limit: float | None) -> None:
    [row] = limits_held([slower_than("step", 30.0, "ms", 20.0, 1.6)], cores)
    assert (row.limit, row.ratio) == (limit, 1.5)


def test_the_report_has_the_agreed_shape(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    at = dt.datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=dt.UTC)
    report.write([slower_than("step", 30.12345, "ms", 20.0, 1.6)], {"cores": 4}, at, path)
    assert json.loads(path.read_text()) == {
        "machine": {"cores": 4},
        "at": "2026-11-21T12:00:00+00:00",
        "rows": [{"name": "step", "value": 30.123, "unit": "ms", "floor": 20.0, "ratio": 1.506, "limit": 1.6}],
    }
    assert [file.name for file in path.parent.iterdir()] == ["latest.json"]


def test_the_table_stands_in_columns() -> None:
    lines = report.table([slower_than("step", 1234.5, "ms", 20.0, 1.6), Row("idle", 200.0, "MB")]).splitlines()
    assert lines[2].split() == ["step", "1,234", "ms", "20.00", "61.73", "1.60", "over"]
    assert lines[3].split() == ["idle", "200.00", "MB", "–", "–", "–"]


def test_the_machine_is_described_without_its_name() -> None:
    assert set(report.machine()) == {"cores", "memory_gb", "processor", "python", "commit", "load_before"}


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)])
def test_percentiles_are_measured_values(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_rounds_add_up() -> None:
    both = together([Timings((10.0, 20.0), 1.0), Timings((30.0,), 0.5)])
    assert (both.p50, both.seconds, both.per_second) == (20.0, 1.5, 2.0)


def test_limits_of_a_step_stand_at_twenty_people() -> None:
    floor, ours = Timings((10.0,) * 20, 1.0), Timings((15.0,) * 20, 1.0)
    at_twenty, alone = step_rows(20, floor, ours), step_rows(1, floor, ours)
    assert [(row.name, row.limit) for row in at_twenty] == [
        ("step_round_trip_p50_20_users", 1.6),
        ("step_round_trip_p95_20_users", 2.0),
    ]
    assert [(row.name, row.limit) for row in alone] == [
        ("step_round_trip_p50_1_user", None),
        ("step_round_trip_p95_1_user", None),
    ]


async def test_every_job_is_done_once_by_somebody() -> None:
    done: list[int] = []

    async def act(_person: int, job: int) -> None:
        done.append(job)

    timings = await timed(3, range(10), act)
    assert sorted(done) == list(range(10))
    assert len(timings.milliseconds) == 10


PAGE = """
<form method="get"><input type="hidden" name="sort" value="x"></form>
<form method="post" action="/contracts/7/review?a=1&amp;b=2">
  <input type="hidden" name="csrf" value="a&amp;b"><input name="version" type="hidden" value='3'>
  <input name="reason">
</form>
"""


def test_a_forms_hidden_fields_are_those_of_that_form() -> None:
    assert form_of(PAGE, "/contracts/7/review?a=1&b=2") == {"csrf": "a&b", "version": "3"}
    assert hidden_fields(PAGE)["sort"] == "x"


def test_a_page_without_the_form_ends_the_run() -> None:
    with pytest.raises(UnexpectedReplyError, match="no form for /contracts/7/seal"):
        form_of(PAGE, "/contracts/7/seal")


FORM = """
<form method="post" action="/contracts">
  <input type="hidden" name="csrf" value="a"><input name="title" value="서버"><input type="checkbox" name="off">
  <input type="checkbox" name="on" checked><input type="file" name="upload"><button name="more" value="items">+</button>
  <select name="company_id"><option value="">선택</option><option value="7" selected>한빛</option></select>
  <textarea name="text">제1조
a &amp; b</textarea>
</form>
"""


def test_a_whole_form_is_sent_as_it_stands() -> None:
    assert fields_of(FORM, "/contracts") == {
        "csrf": "a",
        "title": "서버",
        "on": "on",
        "company_id": "7",
        "text": "제1조\na & b",
    }


def test_a_group_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "steps, lists, approvals" in capsys.readouterr().err


async def test_jobs_dealt_beforehand_stay_with_their_person() -> None:
    done: list[tuple[int, str]] = []

    async def act(person: int, job: str) -> None:
        done.append((person, job))

    await timed_each([["a", "b"], [], ["c"]], act)
    assert sorted(done) == [(0, "a"), (0, "b"), (2, "c")]

"""Lists: the address, the SQL, the rows, and real pages from PostgreSQL."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from markupsafe import Markup
from sqlalchemy import BigInteger, Date, Integer, MetaData, Select, String, Table, create_engine, insert, select
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from models import plain
from models.aside import Connection
from tests.engines import Database
from tests.web_shell.pages import GRID, NOW, SHELL, row
from web import grid as grid_module
from web import render, sheets
from web.grid import Choice, Column, DateRange, Flag, Found, Grid, GridPage, Option, Segment, Text, View
from web.grid_filters import range_start

TODAY = dt.date(2023, 2, 9)


def view_of(address: str = "", grid: Grid = GRID) -> View:
    return grid.view("/contracts", parse_qs(address, keep_blank_values=True), NOW)


@pytest.mark.parametrize(
    "address",
    [
        "sort=password&page=0&size=7&cols=nothing&turn=nobody&kind=x&asked_from=morgen&exact=maybe",
        "page=-1&size=1e9&sort=-&format=exe",
        "page=99999999999999999999999&size=&sort=%00",
        "asked_from=0001-01-01&asked_to=9999-12-31&turn=&cancelled=2",
        "page=%EF%BC%92&size=%E0%A5%A7",
    ],
)
def test_nothing_in_an_address_breaks_the_list(address: str) -> None:
    view = view_of(address)
    assert view.sort == GRID.default_sort
    assert view.size == GRID.default_size
    assert 1 <= view.page <= grid_module.PAGE_MAX
    assert view.columns == tuple(c.key for c in GRID.columns if c.shown)
    GRID.present(view, Found((), 0, capped=False, page=1)).heads()


def test_an_address_is_read_and_written_back() -> None:
    address = "asked_from=2023-01-01&asked_to=2023-02-01&turn=mine&name=%EC%84%9C%EB%B2%84&sort=amount&size=50&page=3"
    page = GRID.present(view_of(address), Found((), 500, capped=False, page=3))
    assert parse_qs(urlsplit(page.address(page=3)).query) == parse_qs(address)
    turned = parse_qs(urlsplit(page.address(turn="all")).query)
    assert "turn" not in turned
    assert "page" not in turned
    assert turned["name"] == ["서버"]


def test_defaults_leave_the_address_empty_and_empty_dates_mean_no_limit() -> None:
    found = Found((), 0, capped=False, page=1)
    assert GRID.present(view_of(), found).address() == "/contracts"
    assert view_of().values["asked"] == (dt.date(2022, 8, 9), TODAY)
    open_view = view_of("asked_from=&asked_to=")
    assert open_view.values["asked"] == (None, None)
    assert "asked_from=&asked_to=" in GRID.present(open_view, found).address()
    assert view_of("asked_from=2023-02-09&asked_to=2023-01-01").values["asked"] == (dt.date(2023, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("quick", "today", "start"),
    [
        ("1w", TODAY, dt.date(2023, 2, 2)),
        ("1m", dt.date(2023, 3, 31), dt.date(2023, 2, 28)),
        ("3m", dt.date(2024, 5, 31), dt.date(2024, 2, 29)),
        ("6m", dt.date(2023, 1, 15), dt.date(2022, 7, 15)),
        ("1y", dt.date(2024, 2, 29), dt.date(2023, 2, 28)),
    ],
)
def test_quick_ranges_start_on_a_day_that_exists(quick: str, today: dt.date, start: dt.date) -> None:
    assert range_start(quick, today) == start


def test_a_day_of_an_instant_is_a_day_in_seoul() -> None:
    table = Table("t", MetaData(), SqlColumn("at", postgresql.TIMESTAMP(timezone=True)))
    clause = DateRange(key="d", label="일자", column=table.c.at, instant=True).where((TODAY, TODAY), None)
    assert clause is not None
    bounds = [value.astimezone(dt.UTC) for value in clause.compile().params.values()]
    assert bounds == [dt.datetime(2023, 2, 8, 15, tzinfo=dt.UTC), dt.datetime(2023, 2, 9, 15, tzinfo=dt.UTC)]


def test_heads_turn_the_sort_and_say_it() -> None:
    heads = GRID.present(view_of("sort=amount"), Found((), 0, capped=False, page=1)).heads()
    by_label = {head["label"]: head for head in heads}
    assert by_label["계약금액 (원)"]["aria"] == "ascending"
    assert "sort=-amount" in by_label["계약금액 (원)"]["href"]
    assert by_label["다음 차례"]["href"] == ""
    assert "전달사항" not in by_label


def test_rows_escape_what_people_wrote() -> None:
    nasty = row(1, name="<script>alert(1)</script>", buyer='"><img>', label='"&<', turn=None, status="odd<")
    body = GRID.present(view_of(), Found([nasty], 1, capped=False, page=1)).body()
    assert "<script>" not in body
    assert "<img>" not in body
    assert 'aria-label="&#34;&amp;&lt; 선택"' in body
    assert "odd&lt;" in body


def test_page_links_name_gaps_and_both_ends() -> None:
    page = GRID.present(view_of("page=7"), Found([row(1)], 10_000, capped=True, page=7))
    assert [number for number, _ in page.page_links()] == [1, 0, 5, 6, 7, 8, 9, 0, 500]
    assert page.total_words == "총 10,000+건"


def test_the_whole_list_is_drawn() -> None:
    rows = [row(i) for i in range(1, 51)]
    source = '{% import "components/ui.html" as ui %}{{ ui.filter_bar(grid) }}{{ ui.grid_panel(grid, shell) }}'
    template = render.ENV.from_string(source)
    page = GRID.present(view_of("size=50"), Found(rows, 218, capped=False, page=1), {"turn": {"mine": 2}})
    text = template.render(grid=page, shell=SHELL)
    assert text.count("<tr>") == 51
    assert "총 218건" in text
    assert "내 차례 <b>2</b>" in text
    assert 'href="/contracts?size=50&amp;format=xlsx"' in text


THINGS = Table(
    "grid_thing",
    MetaData(),
    SqlColumn("id", BigInteger, primary_key=True),
    SqlColumn("owner", Integer, nullable=False),
    SqlColumn("name", String, nullable=False),
    SqlColumn("amount", BigInteger, nullable=False),
    SqlColumn("day", Date, nullable=False),
    prefixes=["TEMPORARY"],
)
THING_GRID = Grid(
    name="things",
    title="물건/목록",
    ident=THINGS.c.id,
    of=THINGS.c,
    reads=("owner",),
    default_sort="-amount",
    columns=(
        Column(key="name", label="이름", sort=THINGS.c.name),
        Column(key="amount", label="금액", kind="won", sort=THINGS.c.amount),
        Column(key="day", label="일자", kind="date", sort=THINGS.c.day),
        Column(key="secret", label="비고", value=lambda _: "=1+1", shown=False),
    ),
    filters=(
        DateRange(key="d", label="일자", column=THINGS.c.day),
        Text(key="q", label="이름", column=THINGS.c.name),
        Segment(
            key="turn",
            label="차례",
            options=(
                Option(value="all", label="전체"),
                Option(value="mine", label="내 차례", where=lambda who: THINGS.c.owner == who),
            ),
        ),
        Flag(key="zero", label="0원 포함", unticked=THINGS.c.amount > 0),
        Choice(key="c", label="종류", options=(Option(value="", label="전체"),)),
    ),
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """120 things of which 60 belong to owner 1; amounts repeat, so that the tiebreak matters; two cost nothing."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: Connection.connect(database.owner_url))
    with Session(engine) as made:
        THINGS.create(made.connection())
        made.execute(
            insert(THINGS),
            [
                {
                    "id": i,
                    "owner": i % 2,
                    "name": f"물건 {i}%",
                    "amount": 0 if i > 118 else i // 10,
                    "day": TODAY + dt.timedelta(days=i % 5),
                }
                for i in range(11, 131)
            ],
        )
        yield made
        made.rollback()
    engine.dispose()


def things(_who: object) -> Select[Any]:
    return select(THINGS)


def fetched(session: Session, address: str, who: Any = None) -> Found:
    return THING_GRID.fetch(session, view_of(address, THING_GRID), things, who=who)


def test_pages_follow_one_another_without_gap_or_repeat(session: Session) -> None:
    pages = [fetched(session, f"page={n}&size=50&zero=1") for n in (1, 2, 3)]
    ids = [r.id for page in pages for r in page.rows]
    assert len(ids) == len(set(ids)) == 120
    assert {page.total for page in pages} == {120}
    key = [(r.amount, r.id) for page in pages for r in page.rows]
    assert key == sorted(key, reverse=True)
    ascending = fetched(session, "sort=amount&size=100&zero=1").rows
    assert [(r.amount, r.id) for r in ascending] == sorted(key)[:100]


def test_a_page_beyond_the_end_is_the_last_page(session: Session) -> None:
    found = fetched(session, "page=999&size=50&zero=1")
    assert found.page == 3
    assert len(found.rows) == 20


def test_filters_narrow_and_know_the_person(session: Session) -> None:
    assert fetched(session, "").total == 108
    mine = fetched(session, "turn=mine&size=100&zero=1", who=1)
    assert mine.total == 60
    assert {r.owner for r in mine.rows} == {1}
    assert fetched(session, "q=%EB%AC%BC%EA%B1%B4 12%25&zero=1").total == 1
    assert fetched(session, "q=_").total == 0
    assert fetched(session, f"d_from={TODAY}&d_to={TODAY}&zero=1").total == 24
    assert fetched(session, "q=nothing") == Found((), 0, capped=False, page=1)


def test_a_wide_list_is_counted_up_to_the_cap_and_exactly_on_request(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_module, "COUNT_CAP", 100)
    assert (fetched(session, "").total, fetched(session, "").capped) == (100, True)
    exact = fetched(session, "exact=1")
    assert (exact.total, exact.capped) == (108, False)


def test_the_page_is_cut_on_ids_joined_back_and_counted_in_one_round_trip(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    ask = plain.rows

    def noted(of: Session, statement: plain.Plain[Any], given: dict[str, Any]) -> Any:
        seen.append(" ".join(statement.sql.decode().split()))
        return ask(of, statement, given)

    monkeypatch.setattr(plain, "rows", noted)
    fetched(session, "page=2&size=10")
    (query,) = seen
    assert query.startswith("WITH picked AS (SELECT grid_thing.id AS id, grid_thing.amount AS rank FROM grid_thing")
    assert query.count("OFFSET") == 1
    assert query.endswith("ORDER BY picked.rank DESC, picked.id DESC")


def test_a_row_has_what_the_list_reads_and_nothing_else(session: Session) -> None:
    lean = replace(THING_GRID, reads=())
    found = lean.fetch(session, view_of("q=12&size=5&zero=1", lean), things)
    assert [r.name for r in found.rows] == [f"물건 {r.id}%" for r in found.rows]
    assert not hasattr(found.rows[0], "owner")


def test_a_question_is_written_once_for_all_its_pages_and_never_shared_between_people(session: Session) -> None:
    asked: list[object] = []

    def noted(who: object) -> Select[Any]:
        asked.append(who)
        return select(THINGS)

    def opened(address: str, who: int) -> list[int]:
        found = THING_GRID.fetch(session, view_of(address, THING_GRID), noted, who=who)
        return [r.owner for r in found.rows]

    assert set(opened("turn=mine&zero=1", 1)) == {1}
    written = len(asked)
    opened("turn=mine&zero=1&page=2", 1)
    assert len(asked) == written
    assert set(opened("turn=mine&zero=1", 0)) == {0}
    assert asked[written:] == [0] * written


def test_what_says_nothing_of_the_rows_is_drawn_once_for_a_view() -> None:
    drawn: list[str] = []

    def draw(page: GridPage) -> Markup:
        drawn.append(page.address())
        return Markup("x")

    def shown(address: str, *about: int) -> None:
        GRID.present(view_of(address), Found([row(1)], 900, capped=False, page=1)).once(draw, *about)

    shown("")
    shown("")
    shown("turn=mine")
    shown("", 2)
    shown("", 2)
    assert drawn == ["/contracts", "/contracts?turn=mine", "/contracts"]


def test_the_workbook_has_the_filtered_rows_and_no_formula(session: Session) -> None:
    view = view_of("turn=mine&zero=1&format=xlsx&size=5", THING_GRID)
    assert view.download
    answer = THING_GRID.download(session, view, things, who=1)
    assert "%EB%AC%BC%EA%B1%B4" in answer.headers["content-disposition"]
    assert "20230209-1200.xlsx" in answer.headers["content-disposition"]
    body = bytes(answer.body)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [c.value for c in rows[0]] == ["이름", "금액", "일자", "비고"]
    assert len(rows) == 61
    assert sheet.freeze_panes == "A2"
    assert rows[1][1].data_type == "n"
    assert rows[1][1].number_format == "#,##0"
    assert rows[1][2].is_date
    assert {r[3].data_type for r in rows[1:]} == {"s"}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_workbook_has_its_limit(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_MAX", 50)
    with pytest.raises(sheets.TooManyRows):
        THING_GRID.download(session, view_of("", THING_GRID), things)
    with pytest.raises(sheets.TooManyRows):
        sheets.workbook("목록", [sheets.SheetColumn("수", lambda r: r)], range(51))


def test_text_stays_text_in_a_workbook() -> None:
    values = ["=1+1", "+82", "-1", "@x", "https://x.example", "00123", "\x00\x0b끝"]
    body = sheets.workbook("목록", [sheets.SheetColumn("글", lambda r: r)], values)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    assert {c.data_type for (c,) in sheet.iter_rows(min_row=2)} == {"s"}
    assert [c.value for (c,) in sheet.iter_rows(min_row=2)][:6] == values[:6]


def test_two_columns_of_one_name_are_refused() -> None:
    twice = [sheets.SheetColumn("수", lambda r: r), sheets.SheetColumn("수", lambda r: r)]
    with pytest.raises(ValueError, match="two columns of one name"):
        sheets.workbook("목록", twice, [])


def test_a_grid_must_be_able_to_sort_by_its_default() -> None:
    with pytest.raises(ValueError, match="default sort"):
        Grid(name="x", title="x", ident=THINGS.c.id, columns=(Column(key="a", label="가"),), default_sort="a")

"""Files of revenue and consumption: every wrong row named, nothing counted before it is applied, replaced safely."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import col

from models import database
from models.credits import imports
from models.credits.imports import ImportEmpty, ImportTooMuch, ImportUnreadable, Known, Row
from models.credits.rules import Method
from models.credits.tables import CreditImport, CreditLedger
from models.kernel.money import AMOUNT_MAX
from models.members.tables import Member
from tests.credits import desk, world
from tests.credits.desk import XLSX, Desk, sheet, text
from tests.engines import Database
from tests.files.test_workbooks import SHEET, with_part

MONTH = dt.date(2026, 1, 1)
HEAD = ("매체코드", "매체명", "품목", "매출액")
KNOWN = {
    "A1": Known(1, "하늘일보", is_open=True, is_grouped=True, is_rated=True),
    "B2": Known(2, "바다신문", is_open=True, is_grouped=False, is_rated=False),
    "C3": Known(3, "옛 매체", is_open=False, is_grouped=True, is_rated=True),
}


def _judge(*rows: dict[str, str], method: Method = Method.REVENUE) -> imports.Judged:
    numbered = [Row(number, cells) for number, cells in enumerate(rows, start=2)]
    return imports.judge(numbered, KNOWN, MONTH, method, "26년 01월 콘텐츠 제공")


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"value": "1"}, "매체코드", "비어 있습니다"),
        ({"code": "Z9", "value": "1"}, "매체코드", "등록되지 않은"),
        ({"code": "C3", "value": "1"}, "매체코드", "사용을 끝낸"),
        ({"code": "A1", "name": "바다신문", "value": "1"}, "매체명", "하늘일보"),
        ({"code": "A1", "month": "2025-12", "value": "1"}, "정산월", "2026-01 자료가 아닙니다"),
        ({"code": "A1", "month": "언젠가", "value": "1"}, "정산월", "연월로 읽을 수 없습니다"),
        ({"code": "A1", "value": ""}, "매출액", "비어 있습니다"),
        ({"code": "A1", "value": "12.5"}, "매출액", "원 단위 정수"),
        ({"code": "A1", "value": "많음"}, "매출액", "원 단위 정수"),
        ({"code": "A1", "value": "1" * 19}, "매출액", "원 단위 정수"),
        ({"code": "A1", "item": "가" * 101, "value": "1"}, "품목", "100자까지"),
    ],
)
def test_what_is_wrong_with_a_row(cells: dict[str, str], column: str, words: str) -> None:
    judged = _judge(cells)
    assert judged.good == []
    fault = judged.errors[0]
    assert (fault.number, fault.column, words in fault.sentence) == (2, column, True)


def test_consumption_is_never_negative_and_revenue_may_be() -> None:
    assert _judge({"code": "A1", "value": "-5"}, method=Method.POOL).errors[0].sentence.startswith("소비량은 0 이상")
    assert _judge({"code": "A1", "value": "-5"}).good[0].value == -5


def test_the_same_medium_and_item_twice_is_told_with_the_first_row() -> None:
    judged = _judge(
        {"code": "A1", "value": "1"}, {"code": "a1", "value": "2"}, {"code": "A1", "item": "영상", "value": "3"}
    )
    assert [(row.item, row.value) for row in judged.good] == [("26년 01월 콘텐츠 제공", 1), ("영상", 3)]
    assert "2번째 줄과 같은" in judged.errors[0].sentence


def test_a_file_that_comes_to_more_than_an_amount_can_be_is_refused_as_a_whole() -> None:
    rows = [{"code": "A1", "item": f"{n}", "value": "9,007,199,254,740,991"} for n in range(2)]
    assert _judge(rows[0]).good[0].value == AMOUNT_MAX
    with pytest.raises(ImportTooMuch):
        _judge(*rows)


def test_what_would_not_be_settled_is_a_warning_not_an_error() -> None:
    judged = _judge({"code": "B2", "value": "1"})
    assert (len(judged.good), judged.errors) == (1, [])
    assert [fault.is_warning for fault in judged.faults] == [True, True]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,200,000", 1_200_000),
        (" 1200000원 ", 1_200_000),
        ("₩1,000", 1_000),
        ("(1,200)", -1_200),
        ("−7", -7),
        ("1200.0", 1_200),
        ("1.2e6", 1_200_000),
        ("１２３", 123),
        ("1.5", None),
        ("", None),
        ("nan", None),
        ("1e99", None),
        ("0x10", None),
        ("=1+1", None),
        ("9" * 17, None),
    ],
)
def test_numbers_as_systems_write_them(typed: str, value: int | None) -> None:
    assert imports.whole_number(typed) == value


@given(value=st.integers(-(10**15), 10**15))
def test_a_number_survives_its_grouping(value: int) -> None:
    assert imports.whole_number(f"{value:,}") == value
    assert imports.whole_number(f"{value}원") == value


@given(junk=st.text(max_size=30))
def test_no_text_breaks_the_reading_of_numbers(junk: str) -> None:
    found = imports.whole_number(junk)
    assert found is None or isinstance(found, int)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_texts_of_korean_systems_are_read(encoding: str, mark: str) -> None:
    lines = [("1월 매출", "", ""), ("매체 코드*", "매체명", "매출액(원)"), ("A1", "하늘일보", '"1 200"'), ("", "", "")]
    data = "\r\n".join(mark.join(line) for line in lines).encode(encoding)
    rows = imports.read("매출.CSV", data, Method.REVENUE)
    assert [(row.number, row.cells["code"], row.cells["name"]) for row in rows] == [(3, "A1", "하늘일보")]


@pytest.mark.parametrize(
    ("data", "refused"),
    [(b"", ImportUnreadable), ("코드만\nA1".encode(), ImportUnreadable), ("매체코드,매출액\n".encode(), ImportEmpty)],
)
def test_what_is_no_such_file(data: bytes, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        imports.read("x.csv", data, Method.REVENUE)


def test_a_file_of_the_other_kind_names_no_column_of_ours() -> None:
    with pytest.raises(ImportUnreadable):
        imports.read("x.csv", "매체코드,조회수\nA1,5\n".encode(), Method.REVENUE)
    assert imports.read("x.csv", "매체코드,조회수\nA1,5\n".encode(), Method.POOL)[0].cells["value"] == "5"


@pytest.fixture
def office(database: Database) -> Desk:
    return desk.opened()


def _media(office: Desk) -> tuple[int, list[str]]:
    """Two media with a rate of the business ETC; its id and their codes."""
    with database.working() as session:
        by = session.get_one(Member, office.officer.member_id)
        etc = world.business(session, "ETC")
        made = [
            world.medium(session, world.group(session, world.company(session, by), by), by, name)
            for name in ("하늘일보", "바다신문")
        ]
        for one in made:
            world.rate(session, one, etc, by)
        return etc.id or 0, [one.code for one in made]


def _counting() -> dict[str, int]:
    """What counts, by item."""
    with database.working() as session:
        rows = (
            select(col(CreditLedger.item), func.sum(col(CreditLedger.amount)))
            .join(CreditImport, col(CreditImport.id) == col(CreditLedger.import_id))
            .where(col(CreditImport.state) == "applied")
            .group_by(col(CreditLedger.item))
        )
        return {row[0]: int(row[1]) for row in session.execute(rows)}


def _upload(seat: Any, business: int, files: Any) -> str:
    return str(
        seat.post("/credit-imports", files=files, business_id=str(business), month="2026-01").headers["location"]
    )


def test_a_file_is_checked_looked_at_applied_and_replaced(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, (sky, sea) = _media(office)
        first = _upload(seat, business, sheet(HEAD, (sky, "하늘일보", "뉴스", 1_000_000), (sea, None, "뉴스", 500_000)))
        assert "처음 올리는 자료입니다." in seat.get(first)
        assert _counting() == {}
        assert "반영" in seat.done(f"{first}/application")
        assert _counting() == {"뉴스": 1_500_000}
        # Pressed again it changes nothing.
        seat.done(f"{first}/application")
        second = _upload(seat, business, text(HEAD, (sky, "하늘일보", "뉴스", "1,200,000"), encoding="cp949"))
        page = seat.get(second)
        for words in ("+200,000", "-500,000", "대신 정산에 들어갑니다"):
            assert words in page
        assert _counting() == {"뉴스": 1_500_000}
        seat.done(f"{second}/application")
        assert _counting() == {"뉴스": 1_200_000}
        assert "대체되어 정산에 들어가지 않습니다" in seat.get(first)
        assert seat.client.get(f"{first}/file").content[:2] == b"PK"
        assert "1,200,000".encode("cp949") in seat.client.get(f"{second}/file").content


def test_a_file_with_a_wrong_row_counts_for_nothing_and_names_every_row(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, (sky, _) = _media(office)
        place = _upload(
            seat, business, sheet(HEAD, (sky, None, None, 1), ("NONE", None, None, 2), (sky, None, None, "셋"))
        )
        page = seat.get(place)
        for words in ("오류가 있는 줄이 2건", "등록되지 않은 매체코드입니다.", "원 단위 정수로"):
            assert words in page
        assert "반영</button>" not in page
        assert seat.post(f"{place}/application").status_code == 409
        assert _counting() == {}
        assert seat.client.get(f"{place}/errors.xlsx").content[:2] == b"PK"


def test_of_two_files_checked_beside_each_other_the_second_is_looked_at_again(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, (sky, sea) = _media(office)
        one = _upload(seat, business, sheet(HEAD, (sky, None, "뉴스", 1)))
        other = _upload(seat, business, sheet(HEAD, (sea, None, "뉴스", 2)))
        seat.done(f"{one}/application")
        late = seat.post(f"{other}/application")
        assert (late.status_code, "다른 파일이 반영되었습니다" in late.text) == (409, True)
        assert _counting() == {"뉴스": 1}
        assert "취소" in seat.done(f"{other}/discarding")
        assert seat.post(f"{other}/application").status_code == 409


def test_the_very_same_file_is_refused_while_it_counts(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, (sky, _) = _media(office)
        given = text(HEAD, (sky, "", "뉴스", 1))
        seat.done(f"{_upload(seat, business, given)}/application")
        again = seat.post("/credit-imports", files=given, business_id=str(business), month="2026-01")
        assert (again.status_code, "이미 반영한 파일과 같은 파일" in again.text) == (422, True)


NO_TABLES: tuple[tuple[Any, str], ...] = (
    (None, "올릴 파일을 골라 주세요."),
    ({"file": ("x.pdf", b"%PDF-1.4", "application/pdf")}, "XLSX, CSV"),
    ({"file": ("x.csv", b"a\x00b", "text/csv")}, "XLSX, CSV"),
    ({"file": ("x.csv", b"<html><script>alert(1)</script>", "text/csv")}, ""),
    ({"file": ("x.csv", "아무 줄".encode(), "text/csv")}, "열 이름을 찾지 못했습니다"),
    ({"file": ("x.xlsx", with_part(SHEET, b"<worksheet"), XLSX)}, "손상"),
)


def test_what_is_no_table_is_refused_at_the_field(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, _ = _media(office)
        for files, words in NO_TABLES:
            answer = seat.post("/credit-imports", files=files, business_id=str(business), month="2026-01")
            assert (answer.status_code, words in answer.text, 'id="e-file"' in answer.text) == (422, True, True), words


def test_the_form_to_fill_in_names_the_media_with_a_rate(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        business, codes = _media(office)
        answer = seat.client.get("/credit-imports/form", params={"business_id": business, "month": "2026-01"})
        rows = imports.read("x.xlsx", answer.content, Method.REVENUE)
        assert {row.cells["code"] for row in rows} == set(codes)
        assert {row.cells["month"] for row in rows} == {"2026-01"}
        nothing = seat.client.get("/credit-imports/form", params={"business_id": "", "month": "2026-01"})
        assert (nothing.status_code, 'id="e-business_id"' in nothing.text) == (422, True)

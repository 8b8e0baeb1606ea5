"""What people type, as models and as sentences."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, get_args

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_core import core_schema
from starlette.datastructures import FormData, UploadFile

from models.kernel.refusals import FieldErrors, StaleDocument
from web import form_sentences, forms


class Kind(StrEnum):
    GENERAL = "general"
    UNIT = "unit"


class Item(BaseModel):
    name: str = Field(title="품목명", max_length=5)
    quantity: int = Field(title="수량", gt=0)
    serials: list[str] = []


class Contract(BaseModel):
    name: str = Field(title="계약명", max_length=10)
    kind: Kind = Field(default=Kind.GENERAL, title="계약유형")
    amount: int = Field(default=0, title="계약금액", ge=0, le=1_000_000_000)
    rate: Decimal | None = Field(default=None, max_digits=5, decimal_places=2)
    start: dt.date | None = Field(default=None, title="시작일")
    urgent: bool = False
    agreed: Literal[True] | None = None
    tags: list[str] = []
    note: str | None = None
    password: SecretStr | None = None
    items: list[Item] = []

    @field_validator("name")
    @classmethod
    def _no_test(cls, name: str) -> str:
        if name == "시험":
            raise ValueError("「시험」은 계약명으로 쓸 수 없습니다.")
        return name


def parsed(**values: Any) -> forms.Parsed[Contract]:
    return forms.parse(Contract, {"name": "계약"} | values)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("name", "  계약  ", "계약"),
        ("name", "\u1100\u1168약", "계약"),
        ("amount", "1,200,000", 1_200_000),
        ("amount", "１２００", 1200),
        ("amount", "1,000원", 1000),
        ("rate", "3.30", Decimal("3.30")),
        ("start", "2023-02-09", dt.date(2023, 2, 9)),
        ("start", "2023.2.9", dt.date(2023, 2, 9)),
        ("start", "20230209", dt.date(2023, 2, 9)),
        ("start", "", None),
        ("note", "   ", None),
        ("note", "첫 줄\r\n둘째 줄 ", "첫 줄\n둘째 줄"),
        ("urgent", "1", True),
        ("urgent", "on", True),
        ("kind", "unit", Kind.UNIT),
        ("kind", "", Kind.GENERAL),
        ("tags", ["가", "나", ""], ["가", "나"]),
        ("tags", "가", ["가"]),
    ],
)
def test_values_are_cleaned(field: str, typed: Any, value: Any) -> None:
    form = parsed(**{field: typed})
    assert form.errors == {}
    assert getattr(form.value, field) == value


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "계약명을 입력해 주세요."),
        ("name", "열한 글자가 넘는 계약명", "10자까지 쓸 수 있습니다."),
        ("name", "시험", "「시험」은 계약명으로 쓸 수 없습니다."),
        ("amount", "천원", "숫자로 입력해 주세요."),
        ("amount", "-1", "0 이상을 입력해 주세요."),
        ("amount", "1000000001", "1,000,000,000 이하로 입력해 주세요."),
        ("amount", "9" * 5000, "숫자가 너무 큽니다."),
        ("rate", "3.333", "소수점 아래 2자리까지 쓸 수 있습니다."),
        ("start", "2023.02.30", "날짜를 2023.02.09처럼 입력해 주세요."),
        ("kind", "other", "목록에서 골라 주세요."),
        ("agreed", "0", "체크해 주세요."),
    ],
)
def test_each_mistake_has_its_sentence_and_keeps_the_input(field: str, typed: str, sentence: str) -> None:
    form = parsed(**{field: typed})
    assert form.value is None
    assert form.at(field) == [sentence]
    assert form.shown(field) == typed


def test_rows_come_in_order_without_gaps_or_empty_ones() -> None:
    form = parsed(
        **{
            "items-2-name": "서버",
            "items-2-quantity": "2",
            "items-10-name": "랙",
            "items-10-quantity": "1",
            "items-10-serials": ["a", "b"],
            "items-5-name": " ",
            "items-5-quantity": "",
        }
    )
    assert form.value is not None
    assert [(i.name, i.quantity, i.serials) for i in form.value.items] == [("서버", 2, []), ("랙", 1, ["a", "b"])]
    assert form.rows("items") == ["items-0", "items-1"]
    assert form.shown("items-1-name") == "랙"


def test_an_error_in_a_row_is_at_its_field() -> None:
    form = parsed(**{"items-3-name": "여섯글자이다", "items-3-quantity": "0"})
    assert form.errors == {
        "items-0-name": ["5자까지 쓸 수 있습니다."],
        "items-0-quantity": ["0보다 큰 값을 입력해 주세요."],
    }
    assert ("items-0-quantity", "수량: 0보다 큰 값을 입력해 주세요.") in form.summary


def test_frame_fields_stay_out_of_the_model_and_can_be_read() -> None:
    form = parsed(csrf="c", request_id="r", version="7")
    assert (form.csrf, form.request_id, form.version) == ("c", "r", 7)
    assert parsed(version="x" * 9).version is None


def test_a_password_keeps_its_spaces() -> None:
    form = parsed(password=" a b ")
    assert form.value is not None
    assert form.value.password is not None
    assert form.value.password.get_secret_value() == " a b "


def test_files_are_apart_and_an_empty_file_input_is_no_file() -> None:
    paper = UploadFile(file=None, filename="계약서.pdf")  # type: ignore[arg-type]
    nothing = UploadFile(file=None, filename="")  # type: ignore[arg-type]
    form = forms.parse(Contract, FormData([("name", "계약"), ("paper", paper), ("seal", nothing)]))
    assert form.ok
    assert dict(form.files) == {"paper": [paper]}


@pytest.mark.parametrize(
    "name", ["items", "items-0", "items-0-name-x-y-z-q", "name-0", "-", "items--1", "items-०-name", "tags-0-x"]
)
def test_no_name_of_an_input_breaks_the_parser(name: str) -> None:
    form = forms.parse(Contract, {"name": "계약", "items-0-name": "서버", name: "x"})
    assert form.shown("name") in {"계약", ""}
    form.rows("items")


def test_a_model_fills_the_form_and_comes_back_the_same() -> None:
    first = Contract(
        name="계약", amount=5, start=dt.date(2023, 2, 9), urgent=True, items=[Item(name="서버", quantity=1)]
    )
    form = forms.blank(first)
    assert form.shown("start") == "2023-02-09"
    assert form.checked("urgent")
    assert form.grouped("amount") == "5"
    assert form.hangul("amount") == "금 오 원"
    again = forms.parse(Contract, dict(form.values))
    assert again.value == first


def test_a_refusal_lands_at_its_field_or_on_top() -> None:
    form = parsed()
    assert form.ok
    at_field = form.refused(FieldErrors({"amount": "잔액을 넘습니다."}))
    assert at_field.at("amount") == ["잔액을 넘습니다."]
    assert not at_field.ok
    on_top = form.refused(StaleDocument(), "그 사이에 바뀌었습니다.")
    assert on_top.summary == [("", "그 사이에 바뀌었습니다.")]


@pytest.mark.parametrize("kind", get_args(core_schema.ErrorType))
def test_every_error_of_pydantic_is_said_in_korean(kind: str) -> None:
    for context in ({}, dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length"), 3)):
        words = form_sentences.sentence_of({"type": kind, "input": "x", "ctx": context})
        assert words.endswith(("요.", "다."))
        assert "{" not in words


def test_a_row_number_from_nowhere_makes_no_endless_form() -> None:
    form = forms.parse(Contract, {"items-999999999-name": "x", "items-foo-name": "y"})
    assert len(form.rows("items")) <= forms.ROWS_MAX

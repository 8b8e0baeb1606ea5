"""A row of each list as its form and its sheet give it. Pure."""

from re import fullmatch
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from models.masters.rules import CODE, CODE_CHARS_MAX, NAME_CHARS_MAX, POSITION_MAX, Master, ReasonKind


def _upper(given: object) -> object:
    return given.strip().upper() if isinstance(given, str) else given


def _code(given: str) -> str:
    if not fullmatch(CODE, given):
        raise ValueError("코드는 영문, 숫자, 한글과 . _ - 로 30자까지 쓸 수 있습니다.")
    return given


Code = Annotated[str, BeforeValidator(_upper), AfterValidator(_code)]
Reference = Annotated[str, BeforeValidator(_upper)]


class Row(BaseModel):
    """What every list has."""

    code: Code = Field(title="코드", max_length=CODE_CHARS_MAX)
    name: str = Field(title="이름", min_length=1, max_length=NAME_CHARS_MAX)
    position: int = Field(default=0, ge=0, le=POSITION_MAX, title="표시 순서")


class CategoryRow(Row):
    """세분류."""


class UnitRow(Row):
    """단위; the name is what stands beside a quantity: EA."""

    name: str = Field(title="이름", min_length=1, max_length=10)


class PlaceRow(Row):
    """납품위치; the name is what a delivery plan shows: GS1."""

    name: str = Field(title="이름", min_length=1, max_length=60)
    address: str = Field(default="", title="주소", max_length=200)


class GoodsRow(Row):
    """품목; 세분류 and 단위 by their codes."""

    name: str = Field(title="이름", min_length=1, max_length=200)
    category: Reference = Field(default="", title="세분류", max_length=CODE_CHARS_MAX)
    spec: str = Field(default="", title="세부스펙", max_length=500)
    unit: Reference = Field(default="", title="단위", max_length=CODE_CHARS_MAX)
    needs_serial: bool = Field(default=False, title="S/N 필요")


class ReasonRow(Row):
    """사유 코드; a code is unique within its kind."""

    kind: ReasonKind = Field(title="구분")


ROWS: dict[Master, type[Row]] = {
    Master.CATEGORY: CategoryRow,
    Master.GOODS: GoodsRow,
    Master.UNIT: UnitRow,
    Master.PLACE: PlaceRow,
    Master.REASON: ReasonRow,
}

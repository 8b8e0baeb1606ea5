"""What the acts on credits' documents carry, and the forms of the masters."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from models.credits.report_rules import INVOICE_DROPPED, INVOICE_REFUSED, INVOICE_SIGNED, REVISED
from models.credits.rules import (
    ITEM_CHARS_MAX,
    MILLION,
    MODES_OF,
    NAME_CHARS_MAX,
    RATE_MAX,
    REASON_CHARS_MAX,
    CompanyKind,
    IssueMode,
    NotAMonth,
    parse_month,
)
from models.kernel.identifiers import RRN_DIGITS, brn_fault, rrn_birth_date
from models.kernel.money import AMOUNT_MAX
from models.kernel.text import clean_line, digits
from models.processes.messages import Reason, SteppedUp

APPROVAL_CHARS = 24
APPROVAL_NUMBER = re.compile(r"[0-9]{16}[0-9A-Za-z]{8}", re.ASCII)
"""작성일, the hub's number, and a serial that may hold letters."""
_PERCENT = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?\s*%?", re.ASCII)


class RequestInvoice(SteppedUp):
    """「세금계산서 역발행 신청」; web fills in that the code was right."""

    written_on: dt.date = Field(title="작성일자")


class RegisterInvoice(BaseModel):
    """정발행: the invoice the partner issued."""

    approval_number: str = Field(max_length=40, title="승인번호")
    written_on: dt.date = Field(title="작성일자")
    paper_file_id: int | None = Field(default=None, title="세금계산서 파일")

    @field_validator("approval_number")
    @classmethod
    def _number(cls, value: str) -> str:
        number = re.sub(r"[\s-]", "", value)
        if not APPROVAL_NUMBER.fullmatch(number):
            raise ValueError(f"승인번호 {APPROVAL_CHARS}자리를 입력해 주세요.")
        return number


class ByInvoice(BaseModel):
    """What the machine presses after a tax invoice moved: which one."""

    tax_invoice_id: int


class PaidOn(BaseModel):
    """A payment the bank made."""

    paid_on: dt.date | None = Field(default=None, title="지급일")
    payout_id: int | None = None


class PaymentFailed(Reason):
    """A payment the bank could not make; the reason is the bank's."""

    payout_id: int | None = None


class Revision(BaseModel):
    """The machine's 「금액 변경」: the run whose sums the report takes over."""

    run_id: int


class Groups(BaseModel):
    """Which groups of a run are tried again; none: every failed one."""

    group_ids: list[int] = Field(default_factory=list, max_length=10_000)


class Approval(BaseModel):
    """「승인」: the sums the officer saw, so that nothing else is published."""

    groups_total: int | None = None
    total: int | None = None


REPORT_PAYLOADS: dict[str, type[BaseModel]] = {
    INVOICE_SIGNED: ByInvoice,
    INVOICE_REFUSED: ByInvoice,
    INVOICE_DROPPED: ByInvoice,
    REVISED: Revision,
    "request_invoice": RequestInvoice,
    "register_invoice": RegisterInvoice,
    "return_invoice": Reason,
    "pay": PaidOn,
    "payment_failed": PaymentFailed,
    "hold": Reason,
}
RUN_PAYLOADS: dict[str, type[BaseModel]] = {
    "approve": Approval,
    "retry_group": Groups,
    "cancel": Reason,
    "close": Reason,
}
ACCOUNT_PAYLOADS: dict[str, type[BaseModel]] = {}
CHANGE_PAYLOADS: dict[str, type[BaseModel]] = {"reject": Reason}


def _month(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_month(value)
    except NotAMonth as fault:
        raise ValueError("2026-10처럼 연월을 입력해 주세요.") from fault


def _month_or_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else _month(value)


def _amount(value: Any) -> Any:
    """Won as people type it: 1,200,000 원."""
    return value.replace(",", "").replace("원", "").strip() if isinstance(value, str) else value


def rate_of(value: Any) -> Any:
    """Percent as people type it, in millionths: 70 or 70.5 % -> 700,000 or 705,000."""
    if not isinstance(value, str):
        return value
    found = _PERCENT.fullmatch(value.strip())
    if found is None:
        raise ValueError("70 또는 70.5처럼 백분율을 입력해 주세요. 소수점 아래는 넷째 자리까지입니다.")
    rate = int(found[1]) * (MILLION // 100) + int((found[2] or "").ljust(4, "0"))
    if rate > RATE_MAX:
        raise ValueError(f"{RATE_MAX * 100 // MILLION:,}% 이하로 입력해 주세요.")
    return rate


Month = Annotated[dt.date, BeforeValidator(_month)]
MonthOrNone = Annotated[dt.date | None, BeforeValidator(_month_or_none)]
WonTyped = Annotated[int, BeforeValidator(_amount), Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
RateTyped = Annotated[int, BeforeValidator(rate_of), Field(ge=0, le=RATE_MAX)]
Empty = Annotated[int | None, BeforeValidator(lambda value: None if value == "" else value)]


class CompanyForm(BaseModel):
    """지급처."""

    kind: CompanyKind = Field(title="구분")
    name: str = Field(min_length=1, max_length=100, title="회사명 또는 성명")
    business_number: str = Field(default="", max_length=20, title="사업자등록번호")
    person_number: str = Field(default="", max_length=20, title="주민등록번호")
    representative: str = Field(default="", max_length=60, title="대표자")
    zip_code: str = Field(default="", max_length=5, title="우편번호")
    address: str = Field(default="", max_length=200, title="주소")
    email: str = Field(default="", max_length=254, title="이메일")
    business_type: str = Field(default="", max_length=40, title="업태")
    business_item: str = Field(default="", max_length=40, title="종목")
    issue_mode: IssueMode = Field(title="발행방식")
    reverse_agreed_on: Annotated[dt.date | None, BeforeValidator(lambda v: v or None)] = Field(
        default=None, title="역발행 동의일"
    )
    artist: bool = Field(default=False, title="예술인 고용보험 대상")
    edit_version: int = 0

    @field_validator("name", "representative", "address", "business_type", "business_item")
    @classmethod
    def _line(cls, value: str) -> str:
        return clean_line(value)

    @field_validator("business_number", "person_number")
    @classmethod
    def _digits(cls, value: str) -> str:
        return digits(value)

    @field_validator("business_number")
    @classmethod
    def _registered(cls, value: str) -> str:
        if value and brn_fault(value) is not None:
            raise ValueError("사업자등록번호 10자리를 확인해 주세요.")
        return value

    @field_validator("person_number")
    @classmethod
    def _person(cls, value: str) -> str:
        if value and (len(value) != RRN_DIGITS or rrn_birth_date(value) is None):
            raise ValueError("주민등록번호 13자리를 확인해 주세요.")
        return value

    def faults(self) -> dict[str, str]:
        """What the fields together get wrong, by field; a rule of two fields is told at the one to change."""
        found: dict[str, str] = {}
        if self.issue_mode not in MODES_OF[self.kind]:
            found["issue_mode"] = "개인은 원천징수로, 사업자는 역발행이나 정발행으로 정산합니다."
        if self.kind is not CompanyKind.INDIVIDUAL and not self.business_number:
            found["business_number"] = "사업자등록번호를 입력해 주세요."
        if self.issue_mode is IssueMode.REVERSE and self.reverse_agreed_on is None:
            found["reverse_agreed_on"] = "역발행에 동의한 날을 입력해 주세요."
        if self.artist and self.kind is CompanyKind.COMPANY:
            found["artist"] = "예술인 고용보험은 개인과 개인사업자만 대상입니다."
        return found


class BusinessForm(BaseModel):
    """사업: what its lines are called."""

    name: str = Field(min_length=1, max_length=NAME_CHARS_MAX, title="사업명")
    item: str = Field(min_length=1, max_length=ITEM_CHARS_MAX - 20, title="품목")
    active: bool = Field(default=False, title="사용")
    edit_version: int = 0


class MediumForm(BaseModel):
    """매체."""

    code: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$", title="매체코드")
    name: str = Field(min_length=1, max_length=NAME_CHARS_MAX, title="매체명")
    service: str = Field(default="", max_length=40, title="서비스")
    group_id: Empty = Field(default=None, title="정산그룹")
    studio_id: Empty = Field(default=None, title="스튜디오")
    edit_version: int = 0

    @field_validator("code")
    @classmethod
    def _upper(cls, value: str) -> str:
        return value.upper()

    @field_validator("name", "service")
    @classmethod
    def _line(cls, value: str) -> str:
        return clean_line(value)


class GroupForm(BaseModel):
    """정산그룹: whose it is and what it is called."""

    name: str = Field(min_length=1, max_length=100, title="정산그룹명")
    credit_company_id: int = Field(title="지급처")
    edit_version: int = 0

    @field_validator("name")
    @classmethod
    def _line(cls, value: str) -> str:
        return clean_line(value)


class RateForm(BaseModel):
    """요율 계약."""

    medium_id: int = Field(title="매체")
    business_id: int = Field(title="사업")
    rate: RateTyped = Field(title="요율(%)")
    from_month: Month = Field(title="시작월")
    until_month: MonthOrNone = Field(default=None, title="종료월")
    contract_name: str = Field(default="", max_length=100, title="계약명")
    edit_version: int = 0

    @model_validator(mode="after")
    def _ordered(self) -> "RateForm":
        if self.until_month is not None and self.until_month < self.from_month:
            raise ValueError("종료월이 시작월보다 빠릅니다.")
        return self


class PoolForm(BaseModel):
    """RS 재원."""

    business_id: int = Field(title="사업")
    month: Month = Field(title="정산월")
    amount: WonTyped = Field(ge=0, title="재원")
    note: str = Field(default="", max_length=200, title="메모")
    edit_version: int = 0


class ImportForm(BaseModel):
    """매출 · 소비 자료."""

    business_id: int = Field(title="사업")
    month: Month = Field(title="정산월")


class AdjustmentForm(BaseModel):
    """수기 입력, or 정정 of an earlier month."""

    month: Month = Field(title="반영월")
    origin_month: MonthOrNone = Field(default=None, title="정정할 월")
    medium_id: int = Field(title="매체")
    business_id: int = Field(title="사업")
    item: str = Field(default="", max_length=ITEM_CHARS_MAX, title="품목")
    supply: WonTyped = Field(title="공급가액")
    reason: str = Field(min_length=1, max_length=REASON_CHARS_MAX, title="사유")

    @field_validator("supply")
    @classmethod
    def _some(cls, value: int) -> int:
        if value == 0:
            raise ValueError("0이 아닌 금액을 입력해 주세요.")
        return value

    @field_validator("item", "reason")
    @classmethod
    def _line(cls, value: str) -> str:
        return clean_line(value)


class StartForm(BaseModel):
    """「정산 시작」."""

    month: Month = Field(title="정산월")


class PolicyForm(BaseModel):
    """When the run begins and by which limits."""

    is_on: bool = Field(default=False, title="자동 실행")
    day: int = Field(ge=1, le=28, title="실행일")
    hour: int = Field(ge=0, le=23, title="실행 시각")
    timezone: str = Field(default="Asia/Seoul", max_length=60, title="시간대")
    minimum_amount: WonTyped = Field(ge=0, title="최소 지급액")
    outlier_percent: int = Field(ge=1, le=10_000, title="이상치 기준(%)")
    cooling_days: int = Field(ge=0, le=60, title="계좌 변경 대기일")


class ReportOut(BaseModel):
    """A settlement report as the API tells it."""

    id: int
    number: str
    group_id: int
    group_name: str
    company_name: str
    month: dt.date
    issue_mode: str
    status: str
    version: int
    supply: int
    tax: int
    total: int
    withheld_income: int
    withheld_local: int
    payable: int
    sign_by: dt.date
    pay_on: dt.date
    paid_on: dt.date | None


class RunOut(BaseModel):
    """A run as the API tells it."""

    id: int
    number: str
    month: dt.date
    run_no: int
    status: str
    version: int
    groups_total: int
    groups_done: int
    groups_failed: int
    groups_carried: int
    groups_unchanged: int
    supply: int
    tax: int
    total: int


class AccountOut(BaseModel):
    """A payout account as the API tells it: the number stays masked elsewhere."""

    id: int
    group_id: int
    account_version: int
    bank_code: str
    status: str
    version: int


class ChangeOut(BaseModel):
    """A company's change request as the API tells it."""

    id: int
    number: str
    group_id: int
    company_name: str
    status: str
    version: int

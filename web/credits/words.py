"""How credits' values are written on the office's pages."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from models.credits.rules import MILLION, month_key
from models.kernel.identifiers import format_brn
from models.kernel.refusals import Refusal
from web.errors import sentence
from web.forms import Parsed

M = TypeVar("M", bound=BaseModel)

NOTHING = "–"


FIELD_OF: Mapping[str, str] = {
    "run_open": "month",
    "month_ahead": "month",
    "month_published": "month",
    "month_approved": "month",
    "pool_taken": "month",
    "rate_overlaps": "from_month",
    "medium_code_taken": "code",
    "credit_company_known": "business_number",
    "nobody_to_pay": "pay_on",
}
"""Which field a refusal is about; the others are about the form as a whole."""


def refused(form: Parsed[M], refusal: Refusal, *own: Mapping[str, str]) -> Parsed[M]:
    """The form as it was typed, under a refusal: beside the field that is to be changed, where there is one."""
    said, field = sentence(refusal, *own), FIELD_OF.get(refusal.code, "")
    return form.with_errors({field: said}) if field in form.values else form.refused(refusal, said)


def percent(millionths: int) -> str:
    """705000 -> 70.5 %."""
    return f"{percent_typed(millionths)} %"


def percent_typed(millionths: int) -> str:
    """705000 -> 70.5, as it is typed."""
    whole, rest = divmod(millionths, MILLION // 100)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def month(day: dt.date | None) -> str:
    """2026-10, as it is typed; nothing for none."""
    return month_key(day) if day else NOTHING


def months(since: dt.date, until: dt.date | None) -> str:
    """2026-01 ~ 2026-12, or ~ 계속."""
    return f"{month(since)} ~ {month(until) if until else '계속'}"


def typed_month(day: dt.date | None) -> str:
    """2026-10, as an input of type month takes it."""
    return month_key(day) if day else ""


def number(business_number: str | None) -> str:
    return format_brn(business_number) if business_number else NOTHING


def yes(value: Any) -> str:
    return "예" if value else "아니오"


def district(address: str) -> str:
    """경기 성남시 분당구 대왕판교로 58 -> 경기 성남시 ********."""
    return " ".join([*address.split()[:2], "********"])

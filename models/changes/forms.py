"""What a partner types to have facts changed: the membership forms, with what cannot change left as it is."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from models.changes.messages import Asked
from models.members.forms import (
    ACCOUNTS_MAX,
    AccountForm,
    CompanyForm,
    IndividualForm,
    PersonForm,
    Phone,
    SinglePersonForm,
    checked_accounts,
)


class AccountRow(AccountForm):
    """An account that is there (`id`) or one to come."""

    id: int | None = None


def _checked_rows(rows: list[AccountRow]) -> list[AccountRow]:
    """None at all is for those who never had one; whoever has one keeps at least one (web.company.change)."""
    if rows:
        checked_accounts(list(rows))
    return rows


Rows = Annotated[
    list[AccountRow],
    Field(default_factory=list, title="계좌정보", max_length=ACCOUNTS_MAX, validate_default=True),
    AfterValidator(_checked_rows),
]


class CompanyChange(CompanyForm, Asked):
    """「변경요청」 of a 기업회원."""

    phone: str = ""
    """Changed by 「수정」."""
    business_number: str = ""
    """Never changes."""
    accounts: Rows

    @field_validator("business_number")
    @classmethod
    def _business_number(cls, text: str, info: ValidationInfo) -> str:  # noqa: ARG003 - as it is in the form below
        return text


class IndividualChange(IndividualForm, Asked):
    """「변경요청」 of an 개인회원: address and accounts."""

    phone: str = ""
    accounts: Rows


class CompanyOwn(BaseModel):
    """「수정」 of a company."""

    phone: Phone = Field(title="전화번호", max_length=30)
    seen: str = ""


class PersonOwn(PersonForm):
    """「수정」 of a 담당자."""

    seen: str = ""


class SinglePersonOwn(SinglePersonForm):
    """「수정」 of an 개인회원's person."""

    seen: str = ""

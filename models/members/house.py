"""The buying company itself, as its papers name it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    """`number` is a 사업자등록번호, ten digits without hyphens."""

    name: str
    short_name: str
    number: str
    representative: str
    address: str
    business_type: str = ""
    """업태."""
    business_item: str = ""
    """종목."""
    settlement_email: str = ""
    """Where media partners' tax invoices are sent to."""


HOUSE = House(
    name="주식회사 카카오",
    short_name="카카오",
    number="1208147521",
    representative="정다온",
    address="제주특별자치도 제주시 첨단로 242",
    business_type="정보통신업",
    business_item="포털 및 기타 인터넷 정보매개 서비스업",
    settlement_email="settlement@dongban.example",
)

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


HOUSE = House(
    name="주식회사 카카오",
    short_name="카카오",
    number="1208147521",
    representative="정다온",
    address="제주특별자치도 제주시 첨단로 242",
)

"""The address book that is always there: a few hundred real road addresses of public places, searched in memory."""

import csv
from functools import cache
from pathlib import Path

from models.identity.messages import Address, Addresses

FILE = Path(__file__).with_name("sample.csv")


@cache
def rows() -> tuple[tuple[str, Address], ...]:
    """(what is searched, address) pairs in the file's order."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        found = [
            Address(zip_code=row["zip_code"], road=row["road"], lot=row["lot"], building=row["building"])
            for row in csv.DictReader(stream)
        ]
    return tuple((_plain(f"{one.zip_code} {one.road} {one.lot} {one.building}"), one) for one in found)


def _plain(text: str) -> str:
    return "".join(text.lower().split())


class SampleAddresses:
    def search(self, keyword: str, page: int, size: int) -> Addresses:
        words = [_plain(word) for word in keyword.split()]
        fitting = [one for searched, one in rows() if words and all(word in searched for word in words)]
        start = (page - 1) * size
        return Addresses(total=len(fitting), page=page, rows=tuple(fitting[start : start + size]))

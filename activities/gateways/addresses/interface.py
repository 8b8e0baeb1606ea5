"""What the house asks of an address service."""

from typing import Protocol

from models.identity.messages import Addresses


class AddressBook(Protocol):
    def search(self, keyword: str, page: int, size: int) -> Addresses:
        """One page (from 1) of the road addresses that fit. Raises Unavailable, Rejected."""
        ...

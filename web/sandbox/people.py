"""What the sandbox carrier knows about people: whoever says who they are is believed, and always the same person."""

import base64
import datetime as dt
import hashlib


def ci_of(name: str, birth_date: dt.date, sex: str) -> str:
    """연계정보 of a person, 88 characters like a real one: the same whatever phone they use. `sex`: male or female."""
    facts = f"sandbox ci:{name}:{birth_date.isoformat()}:{sex}"
    return base64.b64encode(hashlib.sha512(facts.encode()).digest()).decode()


def from_identity_number(number: str) -> tuple[dt.date, str, bool]:
    """Birth date, sex and whether a foreigner, from the first seven digits of a resident number. Raises ValueError."""
    digit = int(number[6])
    century = 1900 if digit in {1, 2, 5, 6} else 2000
    born = dt.date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))
    return born, "male" if digit % 2 else "female", digit in {5, 6, 7, 8}

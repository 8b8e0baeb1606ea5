"""IBAN and BIC: what can be told from the letters alone (ISO 13616, ISO 9362). Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum

from models.kernel.text import narrow

IBAN_CHARS_MIN, IBAN_CHARS_MAX = 15, 34
IBAN_REMAINDER = 1
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", re.ASCII)
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)

IBAN_LENGTHS: Mapping[str, int] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24,
    "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21,
    "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip
"""Characters of an IBAN by country; Korea has none."""


class IbanFault(StrEnum):
    """What is wrong with an IBAN."""

    SHAPE = "iban_shape"
    COUNTRY = "iban_country"
    LENGTH = "iban_length"
    CHECKSUM = "iban_checksum"


def compact(text: str) -> str:
    """As it is compared and stored: narrow, without spaces and hyphens, upper case."""
    return "".join(narrow(text).replace("-", "").split()).upper()


def iban_fault(text: str) -> IbanFault | None:
    """The first fault of an IBAN, or None. A country outside the table is judged by its check digits only."""
    found = compact(text)
    if not _IBAN.fullmatch(found) or not IBAN_CHARS_MIN <= len(found) <= IBAN_CHARS_MAX:
        return IbanFault.SHAPE
    if found.startswith("KR"):
        return IbanFault.COUNTRY
    if len(found) != IBAN_LENGTHS.get(found[:2], len(found)):
        return IbanFault.LENGTH
    return None if _remainder(found) == IBAN_REMAINDER else IbanFault.CHECKSUM


def iban_with_check(country: str, account: str) -> str:
    """A country and its account part completed by the check digits (tests, demo data)."""
    open_form = f"{country}00{compact(account)}"
    return f"{country}{98 - _remainder(open_form):02d}{compact(account)}"


def _remainder(found: str) -> int:
    turned = found[4:] + found[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97


def is_bic(text: str) -> bool:
    """Eight or eleven characters of a BIC (SWIFT code); whether the bank exists is not known here."""
    return bool(_BIC.fullmatch(compact(text)))

"""Rows of 계좌정보 in a form: what is there is not sent to the browser in full, and comes back as it was."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData

from web.forms import Parsed

ROW = re.compile(r"accounts-(\d{1,3})-(\w+)", re.ASCII)
HIDDEN = ("account_number", "iban", "copy_file_id")
"""Left empty in the form of an account that is there: as it was."""
TYPED = ("bank_code", "bank_name", "account_number", "holder", "iban", "swift", "copy_file_id")
Row = dict[str, list[Any]]


def completed(data: FormData, stored: Mapping[int, Mapping[str, Any]]) -> tuple[FormData, frozenset[str]]:
    """The form with rows numbered without gaps, removed and empty ones left out, and what was hidden filled in.

    The second value names the inputs that were filled in and must not be shown.
    """
    fields: list[tuple[str, Any]] = []
    rows: dict[int, Row] = {}
    for name, value in data.multi_items():
        found = ROW.fullmatch(name)
        if found is None:
            fields.append((name, value))
        else:
            rows.setdefault(int(found[1]), {}).setdefault(found[2], []).append(value)
    hidden: set[str] = set()
    kept = [rows[number] for number in sorted(rows) if _is_wanted(rows[number])]
    for number, row in enumerate(kept):
        there = stored.get(_id(row))
        for name in HIDDEN:
            if there is not None and not _text(row, name):
                row[name] = [str(there.get(name) or "")]
                hidden.add(f"accounts-{number}-{name}")
        fields += [(f"accounts-{number}-{name}", value) for name, values in row.items() for value in values]
    return FormData(fields), frozenset(hidden)


def shown(parsed: Parsed[Any], hidden: frozenset[str]) -> Parsed[Any]:
    """The form to show again, without what the person did not type."""
    return replace(parsed, values={name: [""] if name in hidden else value for name, value in parsed.values.items()})


def _is_wanted(row: Row) -> bool:
    if _text(row, "removed"):
        return False
    return _id(row) > 0 or any(_text(row, name) for name in (*TYPED, "copy_upload"))


def _text(row: Row, name: str) -> str:
    last = row.get(name, [""])[-1]
    return last.strip() if isinstance(last, str) else (last.filename or "")


def _id(row: Row) -> int:
    text = _text(row, "id")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000000000000") else 0

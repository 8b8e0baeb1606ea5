"""변경 전 and 변경 후 in words: what differs of each fact, account numbers masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.changes.queries import value
from models.changes.rules import ACCOUNT
from models.changes.tables import ChangeItem
from models.changes.wording import ACCOUNT_FIELD, field_words
from models.kernel.identifiers import format_crn
from models.kernel.text import mask_account
from web.company.show import country

NOTHING = "–"
MASKED = ("account_number", "iban")


@dataclass(frozen=True)
class Side:
    """One line: what it is, before, after. `item_id` where a masked number can be asked for."""

    label: str
    before: str
    after: str
    group: str = ""
    item_id: int = 0


def sides(items: Sequence[ChangeItem], subject: str, files: Mapping[int, str]) -> list[Side]:
    """The lines of a request; `files`: id -> name of the papers in it."""
    found: list[Side] = []
    for item in items:
        if item.field.startswith(f"{ACCOUNT}-"):
            found += _account(item, files)
        else:
            before, after = value(item.before), value(item.after)
            found.append(Side(field_words(subject, item.field), _fact(item.field, before), _fact(item.field, after)))
    return found


def _fact(field: str, content: Any) -> str:
    if field == "representative_foreign":
        return "예" if content else "아니요"
    if field == "artist_insurance":
        return "가입" if content else "해당 없음"
    if field == "country" and content:
        return country(content)
    if field == "corporate_number" and content:
        return format_crn(content)
    return str(content) if content else NOTHING


def _account(item: ChangeItem, files: Mapping[int, str]) -> list[Side]:
    before, after = value(item.before), value(item.after)
    there = before or after or {}
    what = "추가" if before is None else "삭제" if after is None else "변경"
    group = f"계좌정보 {what} · {there.get('bank_name', '')}"
    lines = []
    for field, label in ACCOUNT_FIELD.items():
        old, new = (before or {}).get(field), (after or {}).get(field)
        if (old or None) != (new or None):
            masked = item.id or 0 if field in MASKED else 0
            lines.append(Side(label, _part(field, old, files), _part(field, new, files), group, masked))
    return lines


def _part(field: str, content: Any, files: Mapping[int, str]) -> str:
    if field in {"is_virtual", "is_default"}:
        return "예" if content else "아니요"
    if not content:
        return NOTHING
    if field in MASKED:
        return mask_account(content)
    if field == "country":
        return country(content)
    if field == "copy_file_id":
        return files.get(content, "첨부 파일")
    return f"{content:,}" if isinstance(content, int) else str(content)

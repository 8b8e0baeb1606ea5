"""Master data as the administrator writes it: one row, or a whole sheet at once; every change with before and after."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.kernel.refusals import FieldErrors, NotFound
from models.kernel.roles import Role
from models.masters import rules
from models.masters.messages import GoodsRow, ReasonRow, Row
from models.masters.queries import References, facts, references
from models.masters.rules import Master
from models.masters.tables import TABLES, Goods, MasterColumns, ReasonCode
from models.processes.changes import Thing, keep
from models.processes.messages import Actor
from models.processes.writes import lock_case

TAKEN = "이미 있는 코드입니다."
Key = tuple[str, str]
"""What names a row: its code, for 사유 코드 within its kind."""


def save(
    session: Session,
    actor: Actor,
    master: Master,
    row: Row,
    now: dt.datetime,
    *,
    row_id: int | None = None,
    edit_version: int = 0,
) -> MasterColumns:
    """Make a row, or change the one of that id. Raises NotYourTurn, NotFound, MasterChanged, FieldErrors."""
    actor.must_hold(Role.ADMIN)
    lock_case(session, f"master/{master.value}")
    known = references(session)
    found = _locked(session, master, row_id) if row_id is not None else None
    if found is not None and found.edit_version != edit_version:
        raise rules.MasterChanged
    errors = _faults(row, found, known)
    owner = _by_key(session, master, [key_of(row)]).get(key_of(row))
    if owner is not None and owner.id != row_id:
        errors["code"] = TAKEN
    if errors:
        raise FieldErrors(errors)
    return _write(session, actor, master, found, row, known, now)


def set_active(
    session: Session, actor: Actor, master: Master, row_id: int, now: dt.datetime, *, active: bool
) -> MasterColumns:
    """「사용 중지」 and 「다시 사용」. Raises NotYourTurn, NotFound, MasterInUse."""
    actor.must_hold(Role.ADMIN)
    lock_case(session, f"master/{Master.GOODS.value}")
    found = _locked(session, master, row_id)
    if found.active == active:
        return found
    if not active:
        _must_be_free(session, master, row_id)
    found.active = active
    found.edit_version += 1
    found.changed_at = now
    _audit(
        session,
        actor,
        master,
        found,
        "activate" if active else "deactivate",
        {"active": not active},
        {"active": active},
    )
    return found


def _must_be_free(session: Session, master: Master, row_id: int) -> None:
    column = {Master.CATEGORY: col(Goods.category_id), Master.UNIT: col(Goods.unit_id)}.get(master)
    if column is None:
        return
    count = session.execute(select(func.count()).where(column == row_id, col(Goods.active))).scalar_one()
    if count:
        raise rules.MasterInUse(count=count)


@dataclass(frozen=True)
class Planned:
    """What a line of a sheet would do; `errors` by field, sentences."""

    number: int
    row: Row | None
    change: Literal["create", "edit", "same", "wrong"]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def plan(session: Session, master: Master, rows: Sequence[tuple[int, Row]]) -> list[Planned]:
    """A dry run: what each line would do against the list as it is now."""
    known = references(session)
    there = _by_key(session, master, [key_of(row) for _, row in rows])
    seen: dict[Key, int] = {}
    planned = []
    for number, row in rows:
        found = there.get(key_of(row))
        errors = _faults(row, found, known)
        if key_of(row) in seen:
            errors["code"] = f"{seen[key_of(row)]}번째 줄과 같은 코드입니다."
        seen.setdefault(key_of(row), number)
        planned.append(_planned(number, row, found, known, errors))
    return planned


def _planned(
    number: int, row: Row, found: MasterColumns | None, known: References, errors: Mapping[str, str]
) -> Planned:
    after = row.model_dump(mode="json")
    before = {name: value for name, value in facts(found, known).items() if name in after} if found else {}
    if errors:
        return Planned(number, row, "wrong", before, after, errors)
    if found is None:
        return Planned(number, row, "create", before, after)
    return Planned(number, row, "same" if before == after else "edit", before, after)


def fingerprint(planned: Sequence[Planned]) -> str:
    """What was shown in the preview, in short: another list or another file has another one."""
    shown = [(line.number, line.change, dict(line.before), dict(line.after)) for line in planned]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def import_rows(
    session: Session, actor: Actor, master: Master, rows: Sequence[tuple[int, Row]], seen: str, now: dt.datetime
) -> tuple[int, int]:
    """「반영」: every line or none; how many were made and changed.

    Raises NotYourTurn, ImportChanged when what would happen is not what the preview showed.
    """
    actor.must_hold(Role.ADMIN)
    lock_case(session, f"master/{master.value}")
    planned = plan(session, master, rows)
    if fingerprint(planned) != seen or any(line.change == "wrong" for line in planned):
        raise rules.ImportChanged
    known = references(session)
    there = _by_key(session, master, [key_of(row) for _, row in rows])
    for line in planned:
        if line.row is not None and line.change in {"create", "edit"}:
            _write(session, actor, master, there.get(key_of(line.row)), line.row, known, now, "import_")
    changes = [line.change for line in planned]
    return changes.count("create"), changes.count("edit")


def key_of(row: Row) -> Key:
    return (row.kind.value if isinstance(row, ReasonRow) else "", row.code)


def _by_key(session: Session, master: Master, keys: Sequence[Key]) -> dict[Key, MasterColumns]:
    table = TABLES[master]
    rows = select(table).where(col(table.code).in_({code for _, code in keys}))
    found = session.execute(rows).scalars()
    return {(row.kind if isinstance(row, ReasonCode) else "", row.code): row for row in found}


def _locked(session: Session, master: Master, row_id: int) -> MasterColumns:
    table = TABLES[master]
    row = select(table).where(col(table.id) == row_id).with_for_update()
    found: MasterColumns | None = session.execute(row.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _faults(row: Row, found: MasterColumns | None, known: References) -> dict[str, str]:
    """References that lead nowhere; one that was switched off may stay where it stands."""
    if not isinstance(row, GoodsRow):
        return {}
    errors = {}
    held = facts(found, known) if found else {}
    if row.category and row.category not in known.active_categories and held.get("category") != row.category:
        errors["category"] = f"세분류 코드 {row.category}이(가) 없거나 사용 중지되었습니다."
    if row.unit and row.unit not in known.active_units and held.get("unit") != row.unit:
        errors["unit"] = f"단위 코드 {row.unit}이(가) 없거나 사용 중지되었습니다."
    return errors


def _write(
    session: Session,
    actor: Actor,
    master: Master,
    found: MasterColumns | None,
    row: Row,
    known: References,
    now: dt.datetime,
    prefix: str = "",
) -> MasterColumns:
    before = facts(found, known) if found is not None else {}
    made = found if found is not None else TABLES[master](code=row.code, name=row.name, created_at=now, changed_at=now)
    for name, value in _columns(row, made, known).items():
        setattr(made, name, value)
    made.changed_at = now
    if found is not None:
        made.edit_version += 1
    session.add(made)
    session.flush()
    after = facts(made, known)
    if before != after:
        _audit(session, actor, master, made, f"{prefix}{'edit' if before else 'create'}", before, after)
    return made


def _columns(row: Row, made: MasterColumns, known: References) -> dict[str, Any]:
    columns = row.model_dump(mode="json", exclude={"category", "unit"})
    if isinstance(row, GoodsRow) and isinstance(made, Goods):
        held = facts(made, known)
        columns["category_id"] = (
            made.category_id if row.category == held["category"] else known.active_categories.get(row.category)
        )
        columns["unit_id"] = made.unit_id if row.unit == held["unit"] else known.active_units.get(row.unit)
    return columns


def _audit(
    session: Session,
    actor: Actor,
    master: Master,
    row: MasterColumns,
    act: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    keep(session, actor, Thing(str(TABLES[master].__tablename__), row.id or 0), act, before, after)

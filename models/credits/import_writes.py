"""Files of revenue and consumption as the office takes them in: checked, looked at, applied, replaced."""

import datetime as dt

from sqlalchemy import delete, text
from sqlmodel import Session, col

from models.credits import queries, run_inputs
from models.credits.imports import Judged
from models.credits.messages import ImportForm
from models.credits.rules import ImportNotReady, ImportOutdated, ImportState, SameFile, month_key
from models.credits.tables import CreditBusiness, CreditImport, CreditLedger
from models.credits.writes import kept
from models.files.tables import StoredFile
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.writes import lock_case

ERRORS_KEPT = 500

# Whole columns: a hundred thousand rows one by one would keep the transaction open for seconds.
_LINES = """
INSERT INTO credit_ledger (import_id, row, month, business_id, medium_id, item, amount, consumption)
SELECT :import, l.row, :month, :business, l.medium_id, l.item,
       CASE WHEN :pool THEN NULL ELSE l.value END, CASE WHEN :pool THEN l.value END
  FROM unnest(CAST(:rows AS int[]), CAST(:media AS bigint[]), CAST(:items AS text[]), CAST(:amounts AS bigint[]))
       AS l(row, medium_id, item, value)
"""


def add_import(
    session: Session, actor: Actor, form: ImportForm, file: StoredFile, judged: Judged, now: dt.datetime
) -> CreditImport:
    """An uploaded file with every row judged; without an error its lines are kept, not yet counted.

    Raises NotYourTurn, MonthApproved, MonthPublished, SameFile when this very file counts already.
    """
    actor.must_hold(Role.SETTLEMENT)
    run_inputs.must_take(session, form.month)
    business = queries.one(session, CreditBusiness, form.business_id)
    counts = queries.applied_import(session, form.business_id, form.month)
    if counts is not None and counts.sha256 == file.sha256:
        raise SameFile
    pool, errors = queries.is_pool(business), judged.errors
    total = sum(row.value for row in judged.good)
    made = CreditImport(
        month=form.month,
        business_id=form.business_id,
        file_id=file.id or 0,
        file_name=file.name,
        sha256=file.sha256,
        state=(ImportState.REJECTED if errors else ImportState.CHECKED).value,
        line_count=len(judged.good),
        error_count=len({fault.number for fault in errors}),
        errors=[fault.kept() for fault in sorted(judged.faults, key=lambda f: (f.is_warning, f.number))[:ERRORS_KEPT]],
        amount=0 if pool else total,
        consumption=total if pool else 0,
        looked_at_id=counts.id if counts else None,
        created_by=actor.member_id,
        created_name=actor.name,
        created_at=now,
    )
    session.add(made)
    session.flush()
    if not errors:
        _add_lines(session, made, judged, pool=pool)
    kept(session, actor, made, "create", {}, {"file": file.name, "lines": made.line_count, "errors": made.error_count})
    return made


def _add_lines(session: Session, of: CreditImport, judged: Judged, *, pool: bool) -> None:
    good = judged.good
    facts = {
        "import": of.id,
        "month": of.month,
        "business": of.business_id,
        "pool": pool,
        "rows": [row.number for row in good],
        "media": [row.medium_id for row in good],
        "items": [row.item for row in good],
        "amounts": [row.value for row in good],
    }
    session.execute(text(_LINES), facts)


def apply_import(session: Session, actor: Actor, import_id: int, now: dt.datetime) -> CreditImport:
    """「반영」: from this commit on the file counts, and the one before does not. Both stay to be looked at.

    Raises NotYourTurn, NotFound, ImportNotReady, MonthApproved, MonthPublished, ImportOutdated when another was
    applied since it was checked.
    """
    actor.must_hold(Role.SETTLEMENT)
    found = queries.locked(session, CreditImport, import_id)
    lock_case(session, f"credit_import/{found.business_id}/{month_key(found.month)}")
    if found.state == ImportState.APPLIED.value:
        return found
    if found.state != ImportState.CHECKED.value:
        raise ImportNotReady
    run_inputs.lock_month(session, found.month)
    run_inputs.must_take(session, found.month)
    counts = queries.applied_import(session, found.business_id, found.month)
    if (counts.id if counts else None) != found.looked_at_id:
        raise ImportOutdated
    if counts is not None:
        counts.state, counts.replaced_by_id = ImportState.REPLACED.value, found.id
        session.add(counts)
        session.flush()
    _decide(session, actor, found, ImportState.APPLIED, now)
    return found


def discard_import(session: Session, actor: Actor, import_id: int, now: dt.datetime) -> CreditImport:
    """「취소」 of a file that was checked but not applied; its lines go. Raises NotYourTurn, ImportNotReady."""
    actor.must_hold(Role.SETTLEMENT)
    found = queries.locked(session, CreditImport, import_id)
    if found.state == ImportState.DISCARDED.value:
        return found
    if found.state != ImportState.CHECKED.value:
        raise ImportNotReady
    session.execute(delete(CreditLedger).where(col(CreditLedger.import_id) == import_id))
    _decide(session, actor, found, ImportState.DISCARDED, now)
    return found


def _decide(session: Session, actor: Actor, found: CreditImport, state: ImportState, now: dt.datetime) -> None:
    before = found.state
    found.state, found.decided_at, found.decided_name = state.value, now, actor.name
    session.add(found)
    session.flush()
    kept(session, actor, found, state.value, {"state": before}, {"state": state.value})

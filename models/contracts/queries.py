"""Reads of contracts. Every select starts from what the person may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Select, Text, bindparam, select, text
from sqlmodel import Session, col

from models.contracts.rules import KIND, Status
from models.contracts.tables import Contract, ContractInstalment, ContractItem, ContractPaper
from models.plain import Plain, plain, rows, things
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.signatures.tables import Signature

SEALED = (
    Status.SEAL_REQUESTED,
    Status.SIGN_REFUSED,
    Status.COMPLETED,
    Status.ENDED,
    Status.CANCELLED,
)
Row = TypeVar("Row", ContractPaper, ContractItem, ContractInstalment)


def drafts(actor: Actor) -> Select[Contract]:
    """초안검토목록: a partner sees what it was ever asked to review, the buyer also what is being written."""
    return visible_to(actor, Contract)


def listed(actor: Actor) -> Select[Contract]:
    """계약목록: a partner sees what awaits its signature or had it (날인요청 and after), the buyer everything."""
    rows = visible_to(actor, Contract)
    if actor.is_office:
        return rows
    reached = col(Contract.seal_requested_at).is_not(None)
    return rows.where(reached, col(Contract.status).in_([status.value for status in SEALED]))


def items(actor: Actor) -> Select[ContractItem, Contract]:
    """계약품목현황: the items of completed contracts."""
    return (
        visible_to(actor, Contract)
        .join(ContractItem, col(ContractItem.contract_id) == col(Contract.id))
        .with_only_columns(ContractItem, Contract)
        .where(col(Contract.status) == Status.COMPLETED.value)
    )


@cache
def _rows_of(table: type[Row]) -> Select[Row]:
    """Built once; building costs more than running."""
    rows = select(table).where(col(table.contract_id) == bindparam("contract_id"))
    return rows.order_by(col(table.position))


_SIGNATURES = (
    select(Signature)
    .where(col(Signature.kind) == KIND, col(Signature.document_id) == bindparam("contract_id"))
    .order_by(col(Signature.id))
)


def papers(session: Session, contract_id: int) -> Sequence[ContractPaper]:
    """The papers of a contract the caller has found as visible, in their order."""
    return session.execute(_rows_of(ContractPaper), {"contract_id": contract_id}).scalars().all()


def shown_papers(session: Session, contract_id: int) -> Sequence[ContractPaper]:
    """`papers` as plain rows, to be read."""
    found: Sequence[ContractPaper] = rows(session, plain(_rows_of(ContractPaper)), {"contract_id": contract_id})
    return found


def contract_items(session: Session, contract_id: int) -> Sequence[ContractItem]:
    """The items of a visible contract, in their order."""
    return session.execute(_rows_of(ContractItem), {"contract_id": contract_id}).scalars().all()


def instalments(session: Session, contract_id: int) -> Sequence[ContractInstalment]:
    """The payment plan of a visible contract, in its order."""
    return session.execute(_rows_of(ContractInstalment), {"contract_id": contract_id}).scalars().all()


def signatures(session: Session, contract_id: int) -> Sequence[Signature]:
    """Who signed a visible contract, in the order of signing."""
    return session.execute(_SIGNATURES, {"contract_id": contract_id}).scalars().all()


@dataclass(frozen=True)
class Parts:
    """What belongs to a contract in its order: plain rows with the columns that are shown."""

    papers: Sequence[Any]
    items: Sequence[Any]
    signatures: Sequence[Any]
    instalments: Sequence[Any]


PARTS: Plain[Any] = Plain(
    text("""
SELECT jsonb_build_object(
'papers', (SELECT jsonb_agg(part ORDER BY part.position) FROM (
    SELECT position, title, draft_file_id, draft_sha256, draft_pages, final_file_id, final_sha256, final_pages
      FROM contract_paper WHERE contract_id = :parts_of) part),
'items', (SELECT jsonb_agg(part ORDER BY part.position) FROM (
    SELECT position, category, name, spec, unit, quantity, unit_price, amount, requested_on, requested_place
      FROM contract_item WHERE contract_id = :parts_of) part),
'signatures', (SELECT jsonb_agg(part ORDER BY part.id) FROM (
    SELECT id, party, member_name, on_behalf_of_name, signed_at
      FROM signature WHERE kind = :signed_kind AND document_id = :parts_of) part),
'instalments', (SELECT jsonb_agg(part ORDER BY part.position) FROM (
    SELECT position, label, expected_on, amount
      FROM contract_instalment WHERE contract_id = :parts_of) part))
""").bindparams(bindparam("parts_of", type_=BigInteger), bindparam("signed_kind", KIND, type_=Text))
)


def parts(told: Mapping[str, Any]) -> Parts:
    """What `PARTS` told of a contract."""
    return Parts(
        papers=things(told["papers"]),
        items=things(told["items"], days=("requested_on",)),
        signatures=things(told["signatures"], instants=("signed_at",)),
        instalments=things(told["instalments"], days=("expected_on",)),
    )


def versions(session: Session, actor: Actor, number: str) -> Sequence[Contract]:
    """Every version (차수) of a number, the newest first."""
    rows = visible_to(actor, Contract).where(col(Contract.number) == number)
    return session.execute(rows.order_by(col(Contract.revision).desc())).scalars().all()


def finished_with(session: Session, actor: Actor, sha256: str) -> tuple[Contract, ContractPaper] | None:
    """The contract whose finished paper is exactly this file, if the person may see it."""
    rows = (
        visible_to(actor, Contract)
        .join(ContractPaper, col(ContractPaper.contract_id) == col(Contract.id))
        .with_only_columns(Contract, ContractPaper)
        .where(col(ContractPaper.final_sha256) == sha256, col(ContractPaper.final_sha256) != "")
        .limit(1)
    )
    found = session.execute(rows).first()
    return None if found is None else (found[0], found[1])

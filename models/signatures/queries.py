"""Reads of signatures."""

from sqlalchemy import select
from sqlmodel import Session, col

from models.files.tables import StoredFile
from models.signatures.tables import Signature

BUYER = "buyer"
PARTNER = "partner"


def last_seal(session: Session, party: str, company_id: int | None) -> StoredFile | None:
    """The seal used last: the buyer's in any contract, a partner's in one of its own (company_id)."""
    used = (
        select(StoredFile)
        .join(Signature, col(Signature.seal_file_id) == col(StoredFile.id))
        .where(col(Signature.party) == party)
        .order_by(col(Signature.id).desc())
        .limit(1)
    )
    if company_id is not None:
        used = used.where(col(Signature.company_id) == company_id)
    return session.execute(used).scalar_one_or_none()

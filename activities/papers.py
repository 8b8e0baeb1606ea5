"""What the papers of every kind share: parties, seals, the record of who did what, the house's attestation."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from activities.documents.audit import AuditEvent, AuditRecord, PagesSeen
from activities.documents.papers import Mark, Party, Seals
from models.contracts.wording import CONSENT
from models.files.tables import StoredFile
from models.files.writes import content
from models.kernel.identifiers import format_brn
from models.members.house import HOUSE
from models.members.rules import CompanyKind
from models.members.tables import Company
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.tables import ProcessEvent
from models.settings import settings
from models.signatures.queries import BUYER, PARTNER
from models.signatures.tables import Signature

IDENTITY = "비밀번호와 일회용 인증번호(OTP)로 로그인"
KEY_FOLDER = "keys"
Pages = Callable[[Signature], list[PagesSeen]]


def house(contact: str = "") -> Party:
    """The buyer's side of a paper."""
    return Party(HOUSE.name, format_brn(HOUSE.number), HOUSE.representative, HOUSE.address, contact)


def partner(company: Company, contact: str = "") -> Party:
    """The partner's side; an individual has neither a registration number nor a contact."""
    individual = company.kind == CompanyKind.INDIVIDUAL
    return Party(
        name=company.name,
        registration="" if individual else format_brn(company.business_number or ""),
        representative=company.representative,
        address=company.address,
        contact="" if individual else contact,
        individual=individual,
    )


def marks(session: Session, signatures: Mapping[str, Signature], company: Company) -> Seals:
    """Both seals as they lie on the paper; `signatures` by party."""
    drawn = company.kind == CompanyKind.INDIVIDUAL
    return Seals(
        buyer=_mark(session, signatures.get(BUYER), drawn=False),
        partner=_mark(session, signatures.get(PARTNER), drawn=drawn),
    )


def _mark(session: Session, signature: Signature | None, *, drawn: bool) -> Mark | None:
    if signature is None:
        return None
    return Mark(content(session.get_one(StoredFile, signature.seal_file_id)), drawn=drawn)


def record(
    draft_sha256: str,
    events: Sequence[ProcessEvent],
    signatures: Mapping[str, Signature],
    words: Mapping[str, str],
    pages: Pages,
) -> AuditRecord:
    """The audit pages: what people did, and what lies behind the seals. `pages`: what a signer had seen of it."""
    signed = {signature.signed_at: signature for signature in signatures.values()}
    acts = [event for event in events if event.act not in {REMIND, ESCALATE}]
    return AuditRecord(
        draft_sha256=draft_sha256,
        events=[_event(event, signed.get(event.at), words, pages) for event in acts],
        chain_head=events[-1].hash if events else "",
        verify_at=f"{settings().public_url}/verify",
    )


def _event(event: ProcessEvent, signature: Signature | None, words: Mapping[str, str], pages: Pages) -> AuditEvent:
    reason = f" (사유: {event.reason})" if event.reason else ""
    plain = AuditEvent(
        at=event.at,
        who=event.actor_name or "시스템",
        what=f"{words.get(event.act, event.act)}{reason}",
        organisation=event.actor_company or (HOUSE.short_name if event.actor_id else ""),
        on_behalf_of=event.on_behalf_of_name or "",
    )
    if signature is None:
        return plain
    return replace(
        plain,
        ip=signature.ip,
        identity=IDENTITY,
        consent=CONSENT if signature.party == PARTNER else "",
        pages_seen=pages(signature),
        evidence=f"직인·사인 SHA-256: {event.detail.get('seal_sha256', '')}",
    )


def attested(pdf: bytes, at: dt.datetime) -> bytes:
    """The paper with the house's certification signature of that instant."""
    # Sixteen megabytes of a worker that as a rule seals nothing.
    from activities.documents import signing

    return signing.sign(pdf, signing.house_identity(settings().data_dir / KEY_FOLDER, at), at)

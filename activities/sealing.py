"""Seals and signatures on a document: which mark is used, and the evidence that is kept with it.

What reads pictures is loaded with the first new mark; a step that signs has a thread of its own.
"""

import json
from typing import Any, Protocol

from activities.recording import StepContext
from models.contracts.refusals import SealMissing, SealNotYours, SignatureMissing
from models.files.rules import FileKind, FileRole
from models.files.store import digest
from models.files.tables import StoredFile
from models.files.writes import attach, content, keep
from models.kernel.refusals import ActNotPossible
from models.members.rules import CompanyKind
from models.members.tables import Company
from models.processes.tables import Command
from models.signatures.queries import PARTNER, last_seal
from models.signatures.tables import Signature


class Given(Protocol):
    """What a payload says of the mark: an upload, or the strokes of the pad."""

    seal_file_id: int | None
    drawing: str | None


def command_of(step: StepContext) -> Command:
    """The person's command. No machine signs: a step without a person is a mistake of the program."""
    if step.command is None:
        raise ActNotPossible
    return step.command


def partner_mark(step: StepContext, given: Given) -> StoredFile:
    """The company's seal, or an individual's drawn 「사인」. Raises SealMissing, SignatureMissing, SealNotYours."""
    company = step.session.get_one(Company, step.document.company_id)
    if company.kind != CompanyKind.INDIVIDUAL:
        return seal(step, PARTNER, company.id, given.seal_file_id)
    if given.drawing:
        from activities.documents.seals import drawn_signature

        return keep(step.session, FileKind.PNG, "사인.png", drawn_signature(given.drawing), company.id)
    if given.seal_file_id is None:
        raise SignatureMissing
    return _uploaded(step, company.id, given.seal_file_id)


def seal(step: StepContext, party: str, company_id: int | None, file_id: int | None) -> StoredFile:
    """The seal used last, or the upload of this very person made ready for paper. Raises SealMissing."""
    last = last_seal(step.session, party, company_id)
    if file_id is None and last is None:
        raise SealMissing
    if last is not None and file_id in {None, last.id}:
        return last
    return _uploaded(step, company_id, file_id or 0)


def _uploaded(step: StepContext, company_id: int | None, file_id: int) -> StoredFile:
    file = step.session.get(StoredFile, file_id)
    if file is None or file.created_by != command_of(step).actor_id:
        raise SealNotYours
    from activities.documents.seals import normalise_seal

    image = normalise_seal(content(file))
    return keep(step.session, FileKind.PNG, "직인.png", image, company_id)


def keep_signature(step: StepContext, party: str, mark: StoredFile, consents: list[dict[str, Any]]) -> None:
    """Keep the mark with its evidence; the evidence's hash goes into the chained record."""
    command = command_of(step)
    signature = Signature(
        kind=step.kind,
        document_id=step.document.id,
        version=step.document.version,
        company_id=step.document.company_id,
        party=party,
        member_id=command.actor_id,
        member_name=command.actor_name,
        on_behalf_of_name=command.on_behalf_of_name,
        seal_file_id=mark.id or 0,
        consents=consents,
        ip=step.payload.ip,
        agent=step.payload.agent,
        signed_at=step.now,
    )
    step.session.add(signature)
    attach(
        step.session,
        mark,
        step.kind,
        step.document.id,
        FileRole.SEAL,
        company_id=mark.company_id,
        title=party,
    )
    step.detail["papers"] = [{"title": c["title"], "sha256": c["sha256"]} for c in consents]
    step.detail["seal_sha256"] = mark.sha256
    step.detail["evidence_sha256"] = evidence_digest(signature, mark.sha256)


def evidence_digest(signature: Signature, seal_sha256: str) -> str:
    """SHA-256 over who signed what, when, from where, with which mark: canonical JSON."""
    facts = {
        "party": signature.party,
        "member_id": signature.member_id,
        "on_behalf_of": signature.on_behalf_of_name,
        "consents": signature.consents,
        "ip": signature.ip,
        "agent": signature.agent,
        "signed_at": signature.signed_at.isoformat(),
        "seal": seal_sha256,
    }
    return digest(json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())

"""Whether a signed document is what was asked for: signature, certificate, standard, content."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from models.etax.certificates import CertificateIdentity, trust_fault
from models.etax.document import Invoice, Party
from models.etax.faults import BadSignature, Malformed
from models.etax.parse import parse
from models.etax.signature import Signed, verify
from models.etax.validate import violations
from models.etax.violations import Stage
from models.etax.wording import SENTENCES

_SAME = (
    ("작성일자", "written_on"),
    ("종류", "type_code"),
    ("공급가액", "charge_total"),
    ("세액", "tax_total"),
    ("합계금액", "grand_total"),
    ("수정 사유", "amendment"),
    ("당초승인번호", "original_issue_id"),
    ("영수/청구", "purpose"),
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `problem` is a key of `wording.VERIFICATION`, empty when all is sound; `detail` says where."""

    invoice: Invoice | None = None
    signer: CertificateIdentity | None = None
    problem: str = ""
    detail: str = ""


def looked_through(xml: bytes) -> Verified:
    """A signed document on its own: readable, whole, of the standard, signed by its supplier as far as the
    certificate tells. Trust in the certificate is `trusted`'s question.
    """
    try:
        found = parse(xml)
    except Malformed as fault:
        return Verified(problem="malformed", detail=f"{fault.sentence} ({fault.path})")
    try:
        signed = verify(xml)
    except (BadSignature, Malformed) as fault:
        return Verified(found, problem="signature", detail=fault.sentence)
    wrong = violations(xml, Stage.SIGNED)
    if wrong:
        detail = " / ".join(f"{one.path}: {one.sentence}" for one in wrong[:5])
        return Verified(found, signed.identity, "violations", detail)
    return _of_supplier(found, signed)


def _of_supplier(found: Invoice, signed: Signed) -> Verified:
    """A certificate of the licensed authorities hides its holder's number: then only trust and the hub speak for it."""
    number = signed.registration_number
    signer = found.broker or found.supplier
    if number is not None and number != signer.registration_number:
        return Verified(found, signed.identity, "signer", f"{signed.identity.name} ({number})")
    return Verified(found, signed.identity)


def trusted(xml: bytes, roots: Iterable[x509.Certificate], at: dt.datetime) -> str:
    """Why the certificate was not to be believed at that instant, as a sentence; empty when it was."""
    fault = trust_fault(verify(xml).certificate, roots, at)
    return "" if fault is None else SENTENCES[fault]


def differences(asked: Invoice, issued: Invoice) -> list[str]:
    """What was issued otherwise than it was asked for, in Korean words."""
    found = [words for words, name in _SAME if getattr(asked, name) != getattr(issued, name)]
    found += ["공급자"] * (_bare(asked.supplier) != _bare(issued.supplier))
    found += ["공급받는자"] * (_bare(asked.buyer) != _bare(issued.buyer))
    found += ["수탁자"] * (_of(asked.broker) != _of(issued.broker))
    found += ["품목"] * (asked.lines != issued.lines)
    return found


def _of(party: Party | None) -> tuple[object, ...] | None:
    return None if party is None else _bare(party)


def _bare(party: Party) -> tuple[object, ...]:
    """A party without its people: a hub may put others in."""
    return (party.registration_number, party.sub_registration, party.name, party.representative, party.kind)

"""The audit pages at the end of a signed paper: who did what, when, from where, having seen and agreed to
what.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from activities.documents import typesetting as setting
from activities.documents.papers import moment_text
from activities.documents.typesetting import Column, facts, listing, paragraph
from models.kernel.text import mask_ip

ATTESTATION = (
    "이 파일의 전자서명(PAdES)은 동반의 키로 이 기록이 만들어진 뒤 바뀌지 않았음을 증명하는 것이며, "
    "계약 당사자 본인의 전자서명이 아닙니다."
)
AGREEMENT = (
    "당사자의 서명은 위 기록에 있는 본인확인, 모든 쪽의 열람, 동의와 직인 또는 사인의 첨부로 이루어졌습니다. "
    "서명된 범위가 바뀌면 일반 PDF 뷰어에서, 그 밖의 어떤 변경도 동반의 문서 확인 화면에서 드러납니다."
)


@dataclass(frozen=True, slots=True)
class PagesSeen:
    """Evidence that somebody read a document: how many of its pages were shown, and when the last one was."""

    document: str
    seen: int
    pages: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. `ip` is printed masked. `consent` is the sentence that was ticked, `identity` how the person
    was known (log-in with OTP, identity verification), `evidence` anything more (the seal's SHA-256).
    """

    at: dt.datetime
    who: str
    what: str
    organisation: str = ""
    on_behalf_of: str = ""
    ip: str = ""
    identity: str = ""
    consent: str = ""
    pages_seen: Sequence[PagesSeen] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Everything for the audit pages. `draft_sha256` is that of the file the parties reviewed; `chain_head`
    the hash of the last event in the process's own chain; `verify_at` the address of the verification page.
    """

    draft_sha256: str
    events: Sequence[AuditEvent]
    chain_head: str = ""
    verify_at: str = ""


def audit_pages(name: str, title: str, record: AuditRecord) -> list[Flowable]:
    """The story of the audit pages: begins a page of its own."""
    pairs = [("문서", name), ("제목", title), ("검토한 초안의 SHA-256", record.draft_sha256)]
    if record.chain_head:
        pairs.append(("진행 기록의 해시", record.chain_head))
    if record.verify_at:
        pairs.append(("문서 확인", record.verify_at))
    columns = [
        Column("No", 8, "R"),
        Column("일시 (KST)", 32),
        Column("행위자", 34),
        Column("내용과 근거", 68),
        Column("접속 IP", 28),
    ]
    rows = [
        (
            str(number),
            moment_text(event.at),
            _who(event),
            _what(event),
            mask_ip(event.ip) if event.ip else "–",
        )
        for number, event in enumerate(record.events, start=1)
    ]
    return [
        PageBreak(),
        setting.Title("감사 추적"),
        facts(pairs, across=1),
        Spacer(1, 5 * mm),
        listing(columns, rows),
        Spacer(1, 5 * mm),
        paragraph(ATTESTATION, setting.CELL_BOLD),
        Spacer(1, 1 * mm),
        paragraph(AGREEMENT, setting.NOTE),
    ]


def _from(event: AuditEvent) -> str:
    return mask_ip(event.ip) if event.ip else "–"


def _seen(seen: PagesSeen) -> str:
    return f"열람: {seen.document} {seen.seen}/{seen.pages}쪽, {moment_text(seen.at)}"


def _who(event: AuditEvent) -> str:
    lines = [event.who, event.organisation]
    if event.on_behalf_of:
        lines.append(f"({event.on_behalf_of} 대신)")
    return "\n".join(line for line in lines if line)


def _what(event: AuditEvent) -> str:
    lines = [event.what]
    if event.identity:
        lines.append(f"본인확인: {event.identity}")
    lines += [f"열람: {seen.document} {seen.seen}/{seen.pages}쪽, {moment_text(seen.at)}" for seen in event.pages_seen]
    if event.consent:
        lines.append(f"동의: 「{event.consent}」")
    if event.evidence:
        lines.append(event.evidence)
    return "\n".join(lines)

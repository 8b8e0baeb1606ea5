"""지급처: who is paid, how its invoice is made, and which groups it has."""

from typing import Any

from sqlmodel import Session, col

from models.credits import queries, writes
from models.credits.messages import CompanyForm
from models.credits.rules import CompanyKind, IssueMode
from models.credits.tables import CreditCompany
from models.credits.wording import COMPANY_KIND, ISSUE_MODE
from models.kernel.text import mask_email, mask_rrn
from web.credits import words
from web.credits.masters import Master
from web.grid import Choice, Column, Grid, Option, Segment, Text

LABELS = {
    "kind": "구분",
    "name": "회사명 또는 성명",
    "business_number": "사업자등록번호",
    "person_number": "주민등록번호",
    "representative": "대표자",
    "zip_code": "우편번호",
    "address": "주소",
    "email": "이메일",
    "business_type": "업태",
    "business_item": "종목",
    "issue_mode": "발행방식",
    "reverse_agreed_on": "역발행 동의일",
    "artist": "예술인 고용보험 대상",
    "closed": "사용 종료",
}
OPEN_WORDS = {"on": "사용", "off": "사용 종료"}
OPEN_TONES = {"on": "done", "off": "mute"}


OPEN_COLUMN = Column(
    key="open",
    label="사용",
    kind="badge",
    words=OPEN_WORDS,
    tones=OPEN_TONES,
    value=lambda r: "off" if r[0].closed_at else "on",
    width=10,
)


def open_filter(column: Any) -> Segment:
    """사용 / 사용 종료 / 전체."""
    return Segment(
        key="open",
        label="사용",
        default="on",
        options=(
            Option(value="on", label="사용", where=column.is_(None)),
            Option(value="off", label="사용 종료", where=column.is_not(None)),
            Option(value="all", label="전체"),
        ),
    )


GRID = Grid(
    name="credit-companies",
    title="지급처",
    ident=col(CreditCompany.id),
    default_sort="name",
    default_size=50,
    columns=(
        Column(
            key="name",
            label="회사명 또는 성명",
            sort=col(CreditCompany.name),
            value=lambda r: r[0].name,
            href=lambda r: f"/credit-companies/{r[0].id}",
            width=28,
        ),
        Column(key="kind", label="구분", value=lambda r: COMPANY_KIND[r[0].kind], sort=col(CreditCompany.kind)),
        Column(
            key="business_number",
            label="사업자등록번호",
            value=lambda r: words.number(r[0].business_number),
            sort=col(CreditCompany.business_number),
        ),
        Column(key="representative", label="대표자", value=lambda r: r[0].representative or words.NOTHING),
        Column(
            key="issue_mode", label="발행방식", value=lambda r: ISSUE_MODE[r[0].issue_mode],
            sort=col(CreditCompany.issue_mode),
        ),
        Column(key="groups", label="정산그룹", kind="number", value=lambda r: r[1] or 0, width=10),
        OPEN_COLUMN,
        Column(key="changed_at", label="변경일시", kind="moment", value=lambda r: r[0].changed_at,
               sort=col(CreditCompany.changed_at)),
    ),
    filters=(
        open_filter(col(CreditCompany.closed_at)),
        Choice(
            key="mode",
            label="발행방식",
            options=(
                Option(value="all", label="전체"),
                *(
                    Option(value=mode.value, label=ISSUE_MODE[mode], where=col(CreditCompany.issue_mode) == mode.value)
                    for mode in IssueMode
                ),
            ),
        ),
        Text(key="name", label="회사명", column=col(CreditCompany.name)),
        Text(key="number", label="사업자등록번호", column=col(CreditCompany.business_number), more=True),
    ),
    empty="등록된 지급처가 없습니다.",
    empty_hint="회사나 개인을 등록하고 정산그룹을 만들어 주세요.",
)  # fmt: skip


def _facts(session: Session, row: CreditCompany) -> dict[str, Any]:
    """As the form shows it; what is personal stays out of the page and is kept when left empty."""
    facts: dict[str, Any] = {
        name: getattr(row, name)
        for name in LABELS
        if name not in {"person_number", "email", "closed"} and getattr(row, name) is not None
    }
    facts |= {"business_number": words.number(row.business_number)} if row.business_number else {}
    person = queries.person_of(session, row.id or 0)
    return facts | ({"zip_code": person.zip_code, "address": ""} if person else {})


def _choices(session: Session, row: CreditCompany | None) -> dict[str, Any]:
    person = queries.person_of(session, row.id or 0) if row else None
    return {
        "kinds": [(kind.value, COMPANY_KIND[kind]) for kind in CompanyKind],
        "modes": [(mode.value, ISSUE_MODE[mode]) for mode in IssueMode],
        "groups": queries.groups_of(session, row.id or 0) if row else [],
        "person_number": mask_rrn(row.person_number) if row and row.person_number else "",
        "person_email": mask_email(person.email) if person and person.email else "",
        "person_address": words.district(person.address) if person and person.address else "",
    }


def _shown(name: str, value: Any) -> str:
    known = {"kind": COMPANY_KIND, "issue_mode": ISSUE_MODE}.get(name)
    if known is not None:
        return str(known.get(value, value))
    if name == "business_number":
        return words.number(value)
    return words.yes(value) if isinstance(value, bool) else str(value)


COMPANIES = Master(
    key="companies",
    title="지급처",
    base="/credit-companies",
    table=CreditCompany,
    model=CompanyForm,
    grid=GRID,
    scope=queries.companies,
    save=writes.save_company,
    facts=_facts,
    choices=_choices,
    labels=LABELS,
    shown=_shown,
    closable=True,
    note="세금계산서의 공급자이거나 원천징수를 하는 개인입니다.",
    start={"kind": CompanyKind.COMPANY.value, "issue_mode": IssueMode.REVERSE.value},
)

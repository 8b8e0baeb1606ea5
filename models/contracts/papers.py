"""The texts of a contract's papers: our own templates, clauses as people edit them, and facts put into them. Pure.

A clause begins with a line 「■ 제1조 (목적)」. `{계약금액}` and the like stay in the stored text and are filled when
the paper is shown or printed, so that a changed amount never leaves an old one in the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.kernel.hangul_amount import hangul_amount
from models.kernel.text import clean_text
from models.kernel.wording import date

MARK = "■"
OPENING = "전문"
CONTRACT = "supply"
GUIDE = "sustainability"
CHOICES = ("development", "security")

_TEMPLATES = Path(__file__).parent / "templates"
_FACT = re.compile(r"\{([^{}\n]{1,20})\}")


@dataclass(frozen=True)
class Template:
    """One paper as it starts: `key` is the file's name."""

    key: str
    title: str
    text: str


@cache
def template(key: str) -> Template:
    """A template by its key. Raises KeyError for one that is not ours."""
    if key not in (CONTRACT, GUIDE, *CHOICES):
        raise KeyError(key)
    title, _, body = (_TEMPLATES / f"{key}.txt").read_text("utf-8").partition("\n")
    return Template(key, title.strip(), body.strip())


def standard() -> tuple[Template, ...]:
    """What every new contract starts with: 계약서 and 지속가능경영가이드."""
    return template(CONTRACT), template(GUIDE)


def choices() -> tuple[Template, ...]:
    """Further papers that can be added."""
    return tuple(template(key) for key in CHOICES)


def clauses_of(text: str) -> list[dict[str, str]]:
    """The edited text as stored clauses, in order: `[{"heading", "text"}]`; words before the first mark open it."""
    clauses: list[dict[str, str]] = []
    for line in clean_text(text).splitlines():
        if line.lstrip().startswith(MARK):
            clauses.append({"heading": line.lstrip().removeprefix(MARK).strip(), "text": ""})
            continue
        if not clauses:
            if not line.strip():
                continue
            clauses.append({"heading": OPENING, "text": ""})
        clauses[-1]["text"] += f"{line}\n"
    return [{"heading": c["heading"], "text": c["text"].strip("\n")} for c in clauses]


def text_of(clauses: Sequence[Mapping[str, Any]]) -> str:
    """Stored clauses as the text that is edited."""
    return "\n".join(f"{MARK} {clause['heading']}\n{clause['text']}".rstrip() for clause in clauses)


def filled(clauses: Sequence[Mapping[str, Any]], facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """(heading, text) with the facts put in; a name in braces that is no fact stays as it was typed."""

    def fact(found: re.Match[str]) -> str:
        return facts.get(found[1], found[0])

    return [(_FACT.sub(fact, clause["heading"]), _FACT.sub(fact, clause["text"])) for clause in clauses]


def facts(contract: Any, settlement: str) -> dict[str, str]:
    """What `{…}` in a clause stands for; `contract` is a Contract row or anything with its facts."""
    amount = (
        "발주서의 단가와 수량에 따른 금액"
        if contract.amount is None
        else f"{hangul_amount(contract.amount)}({contract.amount:,}원, 부가가치세 별도)"
    )
    return {
        "계약번호": contract.number,
        "계약명": contract.title,
        "계약금액": amount,
        "계약시작일": date(contract.starts_on),
        "계약종료일": date(contract.ends_on),
        "계약기간": f"{date(contract.starts_on)} ~ {date(contract.ends_on)}",
        "지불방법": contract.payment_terms,
        "정산유형": settlement,
        "공급사": contract.company_name,
    }

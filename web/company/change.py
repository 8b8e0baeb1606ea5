"""「변경요청」: what somebody else must approve, of the company and of oneself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.changes import queries, writes
from models.changes.forms import CompanyChange, IndividualChange
from models.changes.kind import CHANGE
from models.changes.messages import Asked
from models.changes.rules import ACCOUNT_FIELDS, Subject, changeable
from models.changes.wording import WORDS
from models.identity import writes as identity_writes
from models.identity.rules import Purpose
from models.kernel.refusals import Refusal
from models.members.form_wording import ACCOUNTS_NONE
from models.members.places import BANKS, COUNTRIES, CURRENCIES
from models.members.tables import Company
from models.processes.messages import Actor
from web import forms
from web import identity as checks
from web.company import accounts, show, uploads
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner, Partner, is_owner
from web.company.own import check_renamed
from web.errors import sentence
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/company", tags=["회원"], include_in_schema=False)

ROWS_SPARE = 1
"""Empty rows for new accounts."""


@router.get("/change")
def change_page(request: Request, actor: Owner) -> Response:
    """The facts as they are, to be changed."""
    with database.reading(actor) as session:
        company = queries.company_of(session, actor)
        rows = queries.accounts(session, company.id or 0)
        values: dict[str, Any] = {name: getattr(company, name) for name in changeable(company.kind)}
        values["accounts"] = [_row(account) for account in rows]
        return _page(request, actor, session, company, forms.blank(values))


def _row(account: Any) -> dict[str, Any]:
    """An account for the form, without what is masked."""
    facts = queries.account_facts(account)
    return facts | dict.fromkeys(accounts.HIDDEN, "") | {"id": account.id}


def _page(
    request: Request, actor: Actor, session: Session, company: Company, form: Parsed[Any], status: int = 200
) -> Response:
    stored = {row.id: row for row in show.accounts(session, actor.company_id or 0)}
    rows = form.rows("accounts")
    count = len(rows) + ROWS_SPARE
    names = [name for name in form.values if name.endswith("_file_id")]
    ids = [int(form.shown(name)) for name in names if form.shown(name).isdecimal()]
    return page(
        request,
        "company/change.html",
        status=status,
        nav="/company",
        company=company,
        words=show.company_words(company),
        individual=show.is_individual(company),
        fields=changeable(company.kind),
        form=form,
        rows=[f"accounts-{number}" for number in range(count)],
        kept_rows=len(rows),
        stored=stored,
        file_names=show.file_names(session, ids),
        banks=list(BANKS.items()),
        countries=list(COUNTRIES.items()),
        currencies=[(code, code) for code in CURRENCIES],
        waiting=queries.open_change(session, company.id or 0, Subject.COMPANY),
        leaving=queries.open_withdrawal(session, company.id or 0),
    )


@router.post("/change")
async def change(request: Request, actor: Owner) -> Response:
    """「변경요청」."""
    data, wrong = await uploads.keep(actor, await request.form(max_fields=2000))
    return await run_in_threadpool(_changed, request, actor, data, wrong)


def _changed(request: Request, actor: Actor, data: FormData, wrong: Mapping[str, str]) -> Response:
    with database.reading(actor) as session:
        company = queries.company_of(session, actor)
        stored = queries.by_id(queries.accounts(session, company.id or 0))
    completed, hidden = accounts.completed(_fixed(data, company), stored)
    model: type[BaseModel] = IndividualChange if show.is_individual(company) else CompanyChange
    parsed: Parsed[Any] = forms.parse(model, completed)
    asked: Any = parsed.value
    if stored and asked is not None and not asked.accounts:
        parsed = replace(parsed.with_errors({"accounts": ACCOUNTS_NONE}), value=None)
    try:
        if parsed.value is not None and not wrong:
            made = _asked(actor, company, parsed)
            return RedirectResponse(f"/changes/{made}", SEE_OTHER)
    except Refusal as refusal:
        parsed = _refused(parsed, refusal)
    # The file that was not taken says more than that there is none.
    missing = {name.removesuffix("_upload") + "_file_id" for name in wrong}
    parsed = replace(parsed, errors={name: said for name, said in parsed.errors.items() if name not in missing})
    parsed = _at_uploads(accounts.shown(parsed.with_errors(wrong), hidden))
    with database.reading(actor) as session:
        return _page(request, actor, session, company, parsed, UNPROCESSABLE)


def _fixed(data: FormData, company: Company) -> FormData:
    """What cannot change stands as it is, whatever the form says."""
    open_fields = set(changeable(company.kind))
    fixed = {"kind", "name", "country", "currency", "corporate_number", "representative", "phone"} - open_fields
    fields = [(name, value) for name, value in data.multi_items() if name not in fixed]
    return FormData([*fields, *((name, str(getattr(company, name) or "")) for name in sorted(fixed))])


def _asked(actor: Actor, company: Company, parsed: Parsed[Any]) -> int:
    asked: Any = parsed.value
    after = {name: getattr(asked, name) for name in changeable(company.kind)}
    rows = [_account(row) for row in asked.accounts]
    with database.writing(actor) as session:
        return once(
            session,
            actor,
            CHANGE.key,
            parsed,
            lambda: writes.ask_company(
                session,
                actor,
                after=after,
                accounts=rows,
                reason=asked.reason,
                registration_file_id=getattr(asked, "certificate_file_id", None),
                now=clock.now(),
            ),
        )


def _account(row: Any) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ACCOUNT_FIELDS}
    return facts | {"id": row.id, "iban": row.iban or None, "account_number": row.account_number or None}


def _refused(parsed: Parsed[Any], refusal: Refusal) -> Parsed[Any]:
    words = sentence(refusal, WORDS.sentences)
    field = refusal.detail.get("field")
    return parsed.with_errors({str(field): words}) if field else parsed.refused(refusal, words)


def _at_uploads(parsed: Parsed[Any]) -> Parsed[Any]:
    """A missing file is told at its file field."""
    errors = {
        (name.removesuffix("_file_id") + "_upload" if name.endswith("_file_id") else name): said
        for name, said in parsed.errors.items()
    }
    return replace(parsed, errors=errors)


@router.get("/me/change")
def me_change_page(request: Request, actor: Partner) -> Response:
    """개명 and another log-in e-mail: both are proven first."""
    with database.reading(actor) as session:
        return _me_page(request, actor, session, forms.blank())


def _me_page(request: Request, actor: Actor, session: Session, form: Parsed[Any], status: int = 200) -> Response:
    company = queries.company_of(session, actor)
    individual = show.is_individual(company)
    return page(
        request,
        "company/me_change.html",
        status=status,
        nav="/company" if individual else "/company/me",
        back="/company" if individual else "/company/me",
        form=form,
        member=queries.member_of(session, actor, actor.member_id),
        owner=is_owner(actor),
        waiting=queries.open_change(session, company.id or 0, Subject.MEMBER, actor.member_id),
        **_proven(request),
    )


def _proven(request: Request) -> dict[str, Any]:
    """What this browser has proven lately: a person, an e-mail."""
    found: dict[str, Any] = {"person": None, "email": ""}
    with database.web() as session:
        try:
            found["person"] = checks.checked(request, session, Purpose.ACCOUNT)
        except Refusal:
            found["person"] = None
        try:
            found["email"] = identity_writes.verified_email(session, checks.email_token(request))
        except Refusal:
            found["email"] = ""
    return found


@router.post("/me/change")
async def me_change(request: Request, actor: Partner) -> Response:
    """「변경요청」 of one's name or e-mail."""
    return await run_in_threadpool(_me_changed, request, actor, await request.form())


def _me_changed(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(Asked, data)
    try:
        if parsed.value is not None:
            reason = str(parsed.value.reason)
            with database.writing(actor) as session:
                made = once(session, actor, CHANGE.key, parsed, lambda: _ask_me(request, session, actor, reason))
            answer = RedirectResponse(f"/changes/{made}", SEE_OTHER)
            checks.forget(answer)
            return answer
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    with database.reading(actor) as session:
        return _me_page(request, actor, session, parsed, UNPROCESSABLE)


def _ask_me(request: Request, session: Session, actor: Actor, reason: str) -> Any:
    """The request of what was proven; what was not stays as it is. Raises OtherPerson, NothingChanged."""
    proven = _proven(request)
    after: dict[str, Any] = {}
    if proven["person"] is not None:
        person = identity_writes.use(session, checks.token(request), Purpose.ACCOUNT)
        member = queries.member_of(session, actor, actor.member_id)
        check_renamed(member, person)
        after["name"] = person.name
    if proven["email"]:
        after["login"] = identity_writes.use_email(session, checks.email_token(request))
    return writes.ask_member(session, actor, after=after, reason=reason, now=clock.now())

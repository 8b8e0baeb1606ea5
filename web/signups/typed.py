"""What stands in the 가입정보 form: typed values, uploads kept with the draft, the request before as a beginning."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from models.files.rules import SIZE_BYTES_MAX, FileRefusal
from models.identity.messages import Identity
from models.kernel.refusals import Refusal
from models.members.forms import ACCOUNTS_MAX
from models.members.places import HOME
from models.signups import drafts, queries
from models.signups.messages import FORMS, Draft, Secret, SignupContent
from models.signups.rules import SignupKind, SignupMode, TooManyFiles
from web.errors import sentence
from web.forms import Parsed, blank, parse

SECRETS = ("password", "password_again", "code")
FRAME = ("csrf", "request_id", "version", "do")
UPLOAD, FILE_ID = "_upload", "_file_id"
ACCOUNTS = "accounts"
NAME = "company-name"
FRESH_ACCOUNT = {"country": [HOME]}


def form_model(draft: Draft) -> type[Secret]:
    return FORMS[draft.kind, draft.mode is SignupMode.CONVERSION]


def has_accounts(draft: Draft) -> bool:
    return "accounts" in form_model(draft).model_fields


async def uploads(data: FormData) -> dict[str, tuple[str, bytes]]:
    """Field -> name and content of every file of the form, one byte more than may be kept."""
    found = {}
    for field, value in data.multi_items():
        if isinstance(value, UploadFile) and value.filename and field.endswith(UPLOAD):
            found[field] = (value.filename, await value.read(SIZE_BYTES_MAX + 1))
            await value.close()
    return found


def take(draft: Draft, data: FormData, files: Mapping[str, tuple[str, bytes]]) -> dict[str, str]:
    """Put what was sent into the draft; the sentences of uploads that were refused, by field."""
    left_out = {*FRAME, *SECRETS, "email"}
    texts: dict[str, list[str]] = {}
    for field, value in data.multi_items():
        if isinstance(value, str) and field not in left_out:
            texts.setdefault(field, []).append(value)
    draft.email = str(data.get("email") or draft.email).strip()
    errors = {}
    for field, (name, content) in files.items():
        try:
            texts[field.removesuffix(UPLOAD) + FILE_ID] = [str(drafts.stage(draft, name, content))]
        except (FileRefusal, TooManyFiles) as refusal:
            errors[field] = sentence(refusal)
    draft.values = {**texts, **_known(draft)}
    return errors


def _known(draft: Draft) -> dict[str, list[str]]:
    """What is not typed here: it was found by the check of 가입여부."""
    if draft.kind is not SignupKind.COMPANY or draft.mode is SignupMode.CONVERSION:
        return {}
    kind = draft.company_kind.value if draft.company_kind else ""
    return {"company-kind": [kind], "company-business_number": [draft.business_number]}


def add_account(draft: Draft) -> None:
    """「+」"""
    form = shown(draft)
    rows = form.rows(ACCOUNTS)
    draft.values = {name: list(values) for name, values in form.values.items()}
    if len(rows) < ACCOUNTS_MAX:
        for name, value in FRESH_ACCOUNT.items():
            draft.values[f"{ACCOUNTS}-{len(rows)}-{name}"] = list(value)


def remove_account(draft: Draft, row: str) -> None:
    """「삭제」: the rows after it move up."""
    left = {name: values for name, values in draft.values.items() if not name.startswith(f"{ACCOUNTS}-{row}-")}
    draft.values = {name: list(values) for name, values in parse(form_model(draft), left).values.items()}


def shown(draft: Draft) -> Parsed[BaseModel]:
    """The form as it was left."""
    values = {**draft.values, **_known(draft)}
    if has_accounts(draft) and not any(name.startswith(f"{ACCOUNTS}-") for name in values):
        values |= {f"{ACCOUNTS}-0-{name}": list(value) for name, value in FRESH_ACCOUNT.items()}
        values[f"{ACCOUNTS}-0-is_default"] = ["1"]
    return Parsed(values=values)


def named(draft: Draft, form: Parsed[BaseModel], person: Identity | None) -> Parsed[BaseModel]:
    """An 개인회원 is called as 본인인증 says, until somebody types another name."""
    if person is None or draft.kind is not SignupKind.INDIVIDUAL or form.shown(NAME):
        return form
    return replace(form, values={**form.values, NAME: [person.name]})


def judged(draft: Draft, data: FormData) -> Parsed[Secret]:
    """The whole form with its secrets, which are not kept. Errors of files stand at their upload."""
    secrets = {name: str(data.get(name) or "") for name in SECRETS if name in data}
    parsed = parse(form_model(draft), {**_with_own_files(draft), **secrets})
    errors = {_at_upload(name): found for name, found in parsed.errors.items()}
    labels = {_at_upload(name): label for name, label in parsed.labels.items()}
    values = {name: found for name, found in parsed.values.items() if name not in SECRETS}
    return Parsed(value=parsed.value, values=values, errors=errors, labels=labels)


def in_order(form: Parsed[Secret]) -> Parsed[Secret]:
    """What is wrong, down the page."""
    return replace(form, errors={name: form.errors[name] for name in sorted(form.errors, key=_place_on_page)})


def _place_on_page(name: str) -> int:
    part = name.partition("-")[0]
    return _PARTS.index(part) if part in _PARTS else len(_PARTS)


_PARTS = ("code", "company", ACCOUNTS, "identity", "person", "email", "password", "password_again")


def _at_upload(name: str) -> str:
    return name.removesuffix(FILE_ID) + UPLOAD if name.endswith(FILE_ID) else name


def _with_own_files(draft: Draft) -> dict[str, list[str]]:
    """The values, without numbers of files that are not in this draft."""
    places = {str(place) for place in range(1, len(draft.files) + 1)}
    return {
        name: [] if name.endswith(FILE_ID) and not places.issuperset(values) else values
        for name, values in draft.values.items()
    }


def file_names(draft: Draft) -> dict[str, str]:
    """Upload field -> name of the file that is there."""
    found = {}
    for name, values in draft.values.items():
        place = values[0] if values and name.endswith(FILE_ID) else ""
        if place.isdecimal() and 0 < int(place) <= len(draft.files):
            found[_at_upload(name)] = draft.files[int(place) - 1].name
    return found


def begin_from_earlier(draft: Draft, person: Identity) -> bool:
    """Fill in the request that was rejected, if it was this very person's; whether the draft changed."""
    if draft.filled or draft.values:
        return False
    found = queries.earlier(person, draft.kind, draft.company_id)
    if found is None:
        return False
    draft.filled = True
    draft.reject_reason = found.reason
    if found.content.company is not None or draft.kind is SignupKind.CONTACT:
        draft.files = list(found.files.values())
        places = {file_id: place for place, file_id in enumerate(found.files, start=1)}
        draft.values = {name: list(values) for name, values in blank(_typed(found.content, places)).values.items()}
        draft.values |= _known(draft)
    draft.email = found.content.person.email
    return True


def _typed(content: SignupContent, places: Mapping[int, int]) -> dict[str, Any]:
    company = dict(content.company or {})
    if company.get("certificate_file_id"):
        company["certificate_file_id"] = places.get(company["certificate_file_id"], "")
    accounts = [
        row.model_dump(mode="json") | {"copy_file_id": places.get(row.copy_file_id or 0, "")}
        for row in content.accounts
    ]
    person = content.person.model_dump(include={"extension", "position", "department"})
    return {"company": company, "accounts": accounts, "person": person}


def refused(form: Parsed[Any], refusal: Refusal, field: str) -> Parsed[Any]:
    """The form under what sending it was refused for, at its field where it has one."""
    words = sentence(refusal)
    return form.with_errors({field: words}) if field else form.refused(refusal, words)

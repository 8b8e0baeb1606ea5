"""The form somebody is filling in: kept encrypted from one page to the next, seen by the holder of its token only."""

import datetime as dt

from sqlalchemy import delete, insert, select, text, update
from sqlmodel import Session, col

from models import database
from models.auth.tokens import new_token, token_hash
from models.files.detect import check
from models.files.rules import MEDIA_TYPES, PAPER, FileKind
from models.files.store import storage
from models.files.tables import StoredFile
from models.kernel.file_names import clean_file_name
from models.signups.messages import Draft, DraftFile
from models.signups.rules import DRAFT_LIFE, FILES_MAX, DraftGone, TooManyFiles
from models.signups.tables import SignupDraft

_HOLDER = text("SELECT set_config('dongban.signup', :holder, true)")


def hold(session: Session, token: str) -> None:
    """Show this transaction the draft of a token."""
    session.execute(_HOLDER, {"holder": token_hash(token).hex() if token else ""})


def begin(draft: Draft, now: dt.datetime) -> str:
    """Keep a new draft; its token, for this browser only."""
    token = new_token()
    with database.web() as session:
        hold(session, token)
        session.execute(
            insert(SignupDraft).values(
                token_hash=token_hash(token),
                company_id=draft.company_id,
                content=draft.model_dump_json(),
                created_at=now,
                expires_at=now + DRAFT_LIFE,
            )
        )
    return token


def read(session: Session, token: str, now: dt.datetime, *, lock: bool = False) -> Draft:
    """The draft of a token. Raises DraftGone."""
    hold(session, token)
    mine = select(SignupDraft).where(
        col(SignupDraft.token_hash) == token_hash(token), col(SignupDraft.expires_at) > now
    )
    found = session.execute(mine.with_for_update() if lock else mine).scalar_one_or_none() if token else None
    if found is None:
        raise DraftGone
    return Draft.model_validate_json(found.content)


def save(session: Session, token: str, draft: Draft) -> None:
    """Keep what was typed so far."""
    hold(session, token)
    mine = update(SignupDraft).where(col(SignupDraft.token_hash) == token_hash(token))
    session.execute(mine.values(content=draft.model_dump_json(), company_id=draft.company_id))


def forget_of_company(session: Session, company_id: int) -> None:
    """Delete what was typed for a company's conversion (the worker, when it lapses)."""
    session.execute(delete(SignupDraft).where(col(SignupDraft.company_id) == company_id))


def stage(draft: Draft, name: str, data: bytes) -> int:
    """Keep an upload with the draft; its place, from 1. Raises a FileRefusal.

    Bytes go to the storage at once, a row is made only when the form is sent: bytes without a row do no harm.
    """
    kind = check(name, data, PAPER)
    kept = DraftFile(sha256=storage().put(data), size=len(data), kind=kind.value, name=clean_file_name(name))
    if kept in draft.files:
        return draft.files.index(kept) + 1
    if len(draft.files) >= FILES_MAX:
        raise TooManyFiles(limit=FILES_MAX)
    draft.files.append(kept)
    return len(draft.files)


def keep_file(session: Session, draft: Draft, place: int, company_id: int, member_id: int, now: dt.datetime) -> int:
    """The row of a draft's file, now that there is somebody it belongs to; its id."""
    kept = draft.files[place - 1]
    row = StoredFile(
        sha256=kept.sha256,
        size=kept.size,
        media_type=MEDIA_TYPES[FileKind(kept.kind)],
        name=kept.name,
        company_id=company_id,
        created_by=member_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id or 0

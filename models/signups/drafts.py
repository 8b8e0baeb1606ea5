"""The form somebody is filling in: kept encrypted from one page to the next, seen by the holder of its token only."""

import datetime as dt

from sqlalchemy import insert, select, text, update
from sqlmodel import Session, col

from models import database
from models.auth.tokens import new_token, token_hash
from models.files.detect import check
from models.files.erasing import forget
from models.files.erasing import hold as hold_content
from models.files.rules import MEDIA_TYPES, PAPER, FileGone, FileKind
from models.files.store import storage
from models.files.tables import StoredFile
from models.kernel.file_names import clean_file_name
from models.processes import lifetimes
from models.processes.lifetimes import Lifetime
from models.signups.messages import Draft, DraftFile
from models.signups.rules import FILES_MAX, DraftGone, TooManyFiles
from models.signups.tables import SignupDraft

PAGE = 200
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
                expires_at=now + lifetimes.span(session, Lifetime.UNFINISHED),
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


def give_up(token: str, now: dt.datetime) -> None:
    """「취소」: nobody reads the form from now on; it is deleted with its uploads in the night (`clear_page`)."""
    with database.web() as session:
        hold(session, token)
        mine = update(SignupDraft).where(
            col(SignupDraft.token_hash) == token_hash(token), col(SignupDraft.expires_at) > now
        )
        session.execute(mine.values(expires_at=now))


def expire_of_company(session: Session, company_id: int, now: dt.datetime) -> None:
    """What was typed for a company's conversion is past its time (the worker, when it lapses).

    Nobody reads it from now on; it is deleted with its uploads in the night (`clear_page`).
    """
    of_company = update(SignupDraft).where(col(SignupDraft.company_id) == company_id, col(SignupDraft.expires_at) > now)
    session.execute(of_company.values(expires_at=now))


def contents(session: Session, now: dt.datetime) -> set[str]:
    """What forms that are still being filled in have uploaded (the worker): no row of a file names it yet."""
    live = session.execute(select(SignupDraft).where(col(SignupDraft.expires_at) > now)).scalars()
    return {file.sha256 for row in live for file in Draft.model_validate_json(row.content).files}


def clear_page(session: Session, now: dt.datetime) -> int:
    """Delete up to PAGE forms that are past their time, with what was uploaded (the worker); how many."""
    old = select(SignupDraft).where(col(SignupDraft.expires_at) <= now).order_by(col(SignupDraft.id)).limit(PAGE)
    rows = session.execute(old.with_for_update(skip_locked=True)).scalars().all()
    if not rows:
        return 0
    uploaded = [file.sha256 for row in rows for file in Draft.model_validate_json(row.content).files]
    for row in rows:
        session.delete(row)
    session.flush()
    forget(session, uploaded, contents(session, now))
    return len(rows)


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
    """The row of a draft's file, now that there is somebody it belongs to; its id. Raises FileGone."""
    kept = draft.files[place - 1]
    hold_content(session, kept.sha256)
    if not storage().exists(kept.sha256):
        raise FileGone
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

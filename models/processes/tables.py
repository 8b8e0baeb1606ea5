"""The spine's tables: commands, outbox, the hash-chained record, policies, counters, holidays."""

import datetime as dt
import uuid
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, json, text, texts
from models.kernel.roles import Role


class ProcessColumns(SQLModel):
    """What every document that lives through a workflow carries; written by step recording only.

    `version` counts acts (what a form was shown against), `step` every recorded step, machine steps included.
    `SENT` names the column that is empty until the partner was shown the document; none: shown from the start.
    """

    SENT: ClassVar[str | None] = None
    OFFICE: ClassVar[frozenset[Role] | None] = None
    """The staff roles whose work these documents are; None: every staff member sees them."""
    MEDIA: ClassVar[str | None] = None
    """The column that names the member of Harmony who may see a row; None: none of them."""
    CREDIT: ClassVar[str | None] = None
    """The column that names the credit whose people may see a row; None: no credit's."""

    id: int | None = big_id()
    workflow_id: str = text(unique=True)
    company_id: int = big_int(index=True)
    case_key: str = text(index=True)
    status: str = text()
    version: int = Field(default=0)
    step: int = Field(default=0)
    turn: str | None = text(default=None)
    turn_member_id: int | None = big_int(default=None)
    due_at: dt.datetime | None = instant(default=None)
    status_since: dt.datetime = instant()
    created_by: int = big_int()
    created_at: dt.datetime = instant()

    @property
    def is_sent(self) -> bool:
        """Whether the partner was shown it."""
        return self.SENT is None or getattr(self, self.SENT) is not None


class Command(SQLModel, table=True):
    """Who pressed what, when: inserted before the engine is asked, so that no click is lost."""

    id: int | None = big_id()
    request_id: uuid.UUID = Field(unique=True)
    batch_id: uuid.UUID | None = Field(default=None, index=True)
    workflow_id: str = text()
    kind: str = text()
    document_id: int = big_int()
    company_id: int | None = big_int(default=None)
    act: str = text()
    payload: dict[str, Any] = json()
    expected_version: int | None = Field(default=None)
    actor_id: int = big_int()
    actor_name: str = text()
    actor_company_id: int | None = big_int(default=None)
    actor_company: str = text(default="")
    actor_roles: list[str] = texts()
    on_behalf_of_id: int | None = big_int(default=None)
    on_behalf_of_name: str | None = text(default=None)
    state: str = text(default="open")
    code: str | None = text(default=None)
    detail: dict[str, Any] | None = json(default=None, nullable=True)
    created_at: dt.datetime = instant()
    decided_at: dt.datetime | None = instant(default=None)
    attempts: int = Field(default=0)
    next_attempt_at: dt.datetime = instant()
    confirmed: bool = Field(default=False)
    """Done, and the engine is known to know it: what it had not stored when it was killed is brought to it again."""

    __table_args__ = (
        Index("command_unconfirmed", "workflow_id", "id", postgresql_where=sql("state = 'done' AND NOT confirmed")),
        Index("command_open", "workflow_id", "id", postgresql_where=sql("state = 'open'")),
        Index("command_due", "next_attempt_at", postgresql_where=sql("state = 'open'")),
        Index("command_of_document", "kind", "document_id", "id"),
    )


class Outbox(SQLModel, table=True):
    """A workflow to start, or a running one to tell, written in the transaction that is why.

    `workflow_id` is what makes it happen once: the id to start under, or a name of the occasion.
    """

    id: int | None = big_id()
    workflow_id: str = text(unique=True)
    kind: str = text()
    payload: dict[str, Any] = json()
    created_at: dt.datetime = instant()
    next_attempt_at: dt.datetime = instant()
    attempts: int = Field(default=0)
    sent_at: dt.datetime | None = instant(default=None)

    __table_args__ = (Index("outbox_unsent", "id", postgresql_where=sql("sent_at IS NULL")),)


class ProcessEvent(SQLModel, table=True):
    """One recorded step. Append-only; `hash` covers the row and the hash before it in the same document."""

    __tablename__ = "process_event"

    id: int | None = big_id()
    workflow_id: str = text()
    step: int = Field()
    kind: str = text()
    document_id: int = big_int()
    company_id: int | None = big_int(default=None)
    case_key: str = text()
    act: str = text()
    status_from: str = text()
    status_to: str = text()
    version: int = Field()
    request_id: uuid.UUID | None = Field(default=None, unique=True)
    actor_id: int | None = big_int(default=None)
    actor_name: str = text(default="")
    actor_company: str = text(default="")
    on_behalf_of_name: str | None = text(default=None)
    reason: str | None = text(default=None)
    detail: dict[str, Any] = json()
    outcome: dict[str, Any] = json()
    at: dt.datetime = instant()
    seconds_before: int | None = big_int(default=None)
    prev_hash: str = text()
    hash: str = text()

    __table_args__ = (
        UniqueConstraint("workflow_id", "step", name="process_event_once"),
        Index("process_event_case", "case_key", "id"),
        Index("process_event_company", "company_id", "id"),
        Index("process_event_pace", "kind", "status_from", "id"),
    )


class Policy(SQLModel, table=True):
    """Deadline, reminders and escalation of one status, in business days; the newest row of a key holds."""

    id: int | None = big_id()
    kind: str = text()
    status: str = text()
    due_days: int | None = Field(default=None)
    remind_days: list[int] = json()
    escalate_days: int | None = Field(default=None)
    changed_by: int | None = big_int(default=None)
    changed_at: dt.datetime = instant()

    __table_args__ = (Index("policy_key", "kind", "status", "id"),)


class LifetimePolicy(SQLModel, table=True):
    """How long something lasts, in the unit of its lifetime; the newest row of a lifetime holds."""

    __tablename__ = "lifetime_policy"

    id: int | None = big_id()
    lifetime: str = text()
    amount: int = Field()
    changed_by: int | None = big_int(default=None)
    changed_at: dt.datetime = instant()

    __table_args__ = (
        CheckConstraint("amount > 0", name="lifetime_policy_amount"),
        Index("lifetime_policy_key", "lifetime", "id"),
    )


class NumberCounter(SQLModel, table=True):
    """Last number given on a day, locked in the transaction of the document that takes the next."""

    __tablename__ = "number_counter"

    prefix: str = text(primary_key=True)
    day: dt.date = Field(primary_key=True)
    last: int = Field()


class Holiday(SQLModel, table=True):
    """Korean public and substitute holidays."""

    day: dt.date = Field(primary_key=True)
    name: str = text()


class AuditEntry(SQLModel, table=True):
    """What people wrote outside steps: drafts made and edited, plans saved, master data changed. Append-only."""

    __tablename__ = "audit_entry"

    id: int | None = big_id()
    kind: str = text()
    document_id: int = big_int()
    company_id: int | None = big_int(default=None)
    act: str = text()
    actor_id: int = big_int()
    actor_name: str = text()
    actor_company: str = text(default="")
    detail: dict[str, Any] = json()
    at: dt.datetime = instant()

    __table_args__ = (Index("audit_entry_of", "kind", "document_id", "id"),)


class AuditAnchor(SQLModel, table=True):
    """Daily hash over all chain heads: a chain cut at its tail no longer matches."""

    __tablename__ = "audit_anchor"

    day: dt.date = Field(primary_key=True)
    documents: int = big_int()
    last_event_id: int = big_int()
    hash: str = text()
    taken_at: dt.datetime = instant()

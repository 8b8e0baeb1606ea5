"""The context of a document's page: head, turn, acts, timeline, pending acts, toast (templates/documents/page.html)."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlmodel import Session

from models import clock
from models.database import kept
from models.kernel.refusals import Refusal
from models.kernel.roles import PARTNER_SIDE, Role
from models.kernel.transitions import Move
from models.members.queries import member_names
from models.plain import Plain
from models.processes import queries
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.queries import Story
from models.processes.tables import Command
from models.processes.timeline import ahead_entries, created_entry, done_entries, turn_label
from web import formats
from web.acts import decided
from web.documents.kinds import WebKind
from web.errors import sentence

NAME_SECONDS = 60.0
NAMELESS = PARTNER_SIDE | {Role.SYSTEM}
"""Turns that are told without a person: a company's, and the machine's."""
NOTHING_PENDING = {"words": "", "at": None}


@dataclass(frozen=True)
class Seen:
    """Who looks at which document, in one transaction, and what is told about it."""

    session: Session
    actor: Actor
    web: WebKind
    story: Story

    @property
    def document(self) -> Any:
        return self.story.document

    @cached_property
    def kind(self) -> Kind:
        """With the words of this very document, where its kind has several."""
        kind, words = self.web.kind, self.web.words
        return replace(kind, words=words(self.document)) if words else kind

    @cached_property
    def who(self) -> Callable[[str], str]:
        """Whose turn a status is, as people are told."""
        document = self.document
        name = self._name_of(document.turn_member_id)

        def who(status: str) -> str:
            role = self.kind.rules.turn(status)
            held = name if role == document.turn and role not in NAMELESS else None
            return turn_label(role, getattr(document, "company_name", ""), held)

        return who

    def _name_of(self, member_id: int | None) -> str | None:
        if member_id is None:
            return None
        key = ("name", member_id, self.actor.company_id)
        return kept(self.session, key, NAME_SECONDS, lambda: member_names(self.session, [member_id]).get(member_id))


def page_context(seen: Seen, refusal: Refusal | None = None) -> dict[str, Any]:
    """Everything `documents/page.html` shows, and what the kind's own template adds."""
    kind, document = seen.kind, seen.document
    waiting = seen.story.pending
    moves = () if waiting else kind.rules.acts_for(document.status, seen.actor.every_role)
    answer = _answer(seen)
    told = refusal or answer.get("refusal")
    return {
        "document": document,
        "kind": kind,
        "words": kind.words,
        "base": kind.link(document),
        "number": kind.number(document),
        "title": kind.title(document),
        "crumbs": [(seen.web.list_label, seen.web.list_link), (kind.number(document), None)],
        "status_words": kind.words.status[document.status],
        "tone": kind.words.tone[document.status],
        "moves": moves,
        "act_pages": frozenset(seen.web.act_templates),
        "not_yet": seen.web.not_yet(document, frozenset(m.act for m in moves)) if seen.web.not_yet else [],
        "turn": turn_context(seen, moves),
        "timeline": timeline(seen),
        "pending": _pending(kind, waiting[0]) if waiting else NOTHING_PENDING,
        "refused": sentence(told, kind.words.sentences) if told else "",
        "toast": answer.get("toast"),
        "live_url": f"/live/{kind.key}/{document.id}?seen={live_mark(document, waiting)}",
        **seen.web.context(seen.session, seen.actor, document),
    }


def look(
    session: Session,
    actor: Actor,
    web: WebKind,
    document_id: int,
    receipt: uuid.UUID | None = None,
    other: Plain[Any] | None = None,
) -> Seen:
    """Find a document for this person; `receipt` is the act after which the page was opened. Raises NotFound."""
    story = queries.story(session, actor, web.kind.table, web.kind.key, document_id, receipt, other, web.parts)
    return Seen(session, actor, web, story)


def live_mark(document: Any, waiting: Sequence[Command]) -> str:
    """What a page shows, in short: another mark is a page that has changed (by a step, a job, a kept act)."""
    return f"{document.row_version}.{len(waiting)}"


def turn_context(seen: Seen, moves: tuple[Move, ...]) -> dict[str, Any]:
    """The yellow bar: whose turn, what to do, how long is left."""
    kind, document = seen.kind, seen.document
    if kind.rules.is_closed(document.status):
        return {"title": _ended(seen), "hint": _last_step(seen), "due": None, "mine": False, "closed": True}
    mine = any(Role(document.turn) in move.roles for move in moves) if document.turn else False
    # What is done in another house has no act here, and is one's turn all the same.
    if document.status in kind.rules.elsewhere and document.turn is not None:
        mine = Role(document.turn) in seen.actor.every_role
    who = seen.who(document.status)
    step = kind.words.step[document.status]
    return {
        "title": f"지금 {step}하실 차례입니다." if mine else f"지금은 {who} 차례입니다.",
        "hint": kind.words.hint.get(document.status, ""),
        "due": document.due_at,
        "mine": mine,
        "closed": False,
    }


def _ended(seen: Seen) -> str:
    """「11월 22일 06:09에 완료 상태로 끝났습니다.」"""
    at = formats.moment_words(seen.document.status_since, clock.now())
    return f"{at}에 {seen.kind.words.status[seen.document.status]} 상태로 끝났습니다."


def _last_step(seen: Seen) -> str:
    """Who ended it and by what, and what follows."""
    follows = seen.kind.words.hint.get(seen.document.status, "")
    steps = done_entries(seen.kind, seen.story.events)
    if not steps:
        return follows
    behalf = f" ({steps[-1]['on_behalf_of']} 대신)" if steps[-1]["on_behalf_of"] else ""
    return f"{steps[-1]['title']}: {steps[-1]['who']}{behalf}. {follows}".rstrip()


def timeline(seen: Seen) -> list[dict[str, Any]]:
    """Entries in the shape of components/timeline.html."""
    session, kind, document = seen.session, seen.kind, seen.document
    done = done_entries(kind, seen.story.events)
    begun = [created_entry(kind, seen.story.created)] if seen.story.created else []
    ahead = ahead_entries(
        kind,
        document,
        now=clock.now(),
        pace=queries.shown_pace(session, kind.key, document.status),
        holidays=queries.holidays(session),
        who=seen.who,
        usual=lambda status: queries.usual_pace(session, seen.actor, kind.key, status),
    )
    return [*begun, *done, *ahead]


def _pending(kind: Kind, command: Command) -> Mapping[str, Any]:
    return {"words": kind.words.act.get(command.act, command.act), "at": command.created_at}


def _answer(seen: Seen) -> dict[str, Any]:
    """What became of the act this page was opened after."""
    command = seen.story.asked_about
    decision = decided(command) if command else None
    if command is None or decision is None or command.workflow_id != seen.document.workflow_id:
        return {}
    if decision.refusal is not None:
        return {"refusal": decision.refusal}
    at: dt.datetime = command.decided_at or command.created_at
    words = seen.kind.words.done.get(command.act, "처리했습니다.")
    return {"toast": {"words": words, "at": at, "href": f"/receipts/{command.request_id}"}}

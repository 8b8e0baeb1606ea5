"""The process timeline of a document: what happened, what is now, what is planned (look/README.md §1)."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models.kernel.roles import Role
from models.kernel.transitions import ProcessRules
from models.kernel.wording import ROLE, duration
from models.processes.deadlines import ESCALATE, REMIND, Pace
from models.processes.kinds import Kind
from models.processes.tables import AuditEntry, ProcessColumns, ProcessEvent

MACHINE_WORDS = {REMIND: "알림 다시 보냄", ESCALATE: "상위 담당자에게 알림"}


def who_acted(event: ProcessEvent) -> str:
    """「한빛네트웍스 김도윤」; the house itself where no person acted."""
    if event.actor_id is None:
        return "시스템"
    return _person(event.actor_company, event.actor_name)


def _person(company: str, name: str) -> str:
    """An individual's company is the person."""
    return name if company in {"", name} else f"{company} {name}"


def done_entries(kind: Kind, events: Iterable[ProcessEvent]) -> list[dict[str, Any]]:
    """What happened, oldest first."""
    return [_done(kind, event) for event in events]


def created_entry(kind: Kind, made: AuditEntry) -> dict[str, Any]:
    """The document's beginning, before its first step."""
    return {
        "state": "done",
        "title": kind.words.event.get("create") or kind.words.step[kind.rules.initial],
        "who": _person(made.actor_company, made.actor_name),
        "at": made.at,
    }


def _done(kind: Kind, event: ProcessEvent) -> dict[str, Any]:
    moved = event.status_from != event.status_to
    return {
        "state": "back" if moved and is_back(kind.rules, event.status_from, event.status_to) else "done",
        "title": MACHINE_WORDS.get(event.act) or kind.words.event.get(event.act, event.act),
        "who": who_acted(event),
        "on_behalf_of": event.on_behalf_of_name,
        "at": event.at,
        "reason": event.reason,
    }


def is_back(rules: ProcessRules, before: str, after: str) -> bool:
    """Away from the usual path's end; a status beside the path is on the way when its first act leads further."""
    path = rules.path
    beside = -1 if before in rules.entries else len(path)
    place = path.index(before) if before in path else beside
    if after in path:
        return before in path and path.index(after) < place
    ways = (to for move in rules.moves if move.status == after and move.primary for to in move.to)
    return not any(to in path and path.index(to) > place for to in ways)


def turn_label(role: str | None, company_name: str, member_name: str | None) -> str:
    """Whose turn: the partner's company, or the person or role inside."""
    if role is None:
        return "없음"
    if role in {Role.PARTNER, Role.PARTNER_OWNER}:
        return company_name
    label = ROLE[Role(role)]
    return f"{label} {member_name}" if member_name else label


def ahead_entries(
    kind: Kind,
    document: ProcessColumns,
    *,
    now: dt.datetime,
    pace: Pace,
    holidays: frozenset[dt.date],
    who: Callable[[str], str],
    usual: Callable[[str], int | None],
) -> list[dict[str, Any]]:
    """What is now and what is planned. `who` names the turn of a status, `usual` its median seconds."""
    rules = kind.rules
    if rules.is_closed(document.status):
        return []
    rings = kind.alarms(document, pace, holidays, now)
    entries: list[dict[str, Any]] = [
        {
            "state": "now",
            "title": kind.words.step[document.status],
            "who": who(document.status),
            "due": document.due_at,
            "reminder": {"at": rings[0].at, "channel": "알림톡"} if rings else None,
        }
    ]
    usual_now = usual(document.status)
    reached = kind.ends_at(document.status, document, now, holidays)
    if reached is None and usual_now is not None:
        reached = max(now, document.status_since + dt.timedelta(seconds=usual_now))
    for status in kind.planned(document):
        entry: dict[str, Any] = {"state": "plan", "title": kind.words.step[status], "who": ""}
        seconds = usual(status)
        foreseen = kind.ends_at(status, document, now, holidays)
        if not rules.is_closed(status):
            entry["who"] = who(status)
        if foreseen is not None:
            # The step itself is on that day, however early its turn comes.
            reached = entry["expected"] = foreseen if reached is None else max(foreseen, reached)
        elif reached is not None:
            entry["expected"] = reached
            reached = None if seconds is None else reached + dt.timedelta(seconds=seconds)
        elif seconds is not None:
            entry["usual"] = f"보통 {duration(dt.timedelta(seconds=seconds))} 안"
        entries.append(entry)
    return entries


def case_entries(kinds: dict[str, Kind], events: Sequence[ProcessEvent]) -> list[dict[str, Any]]:
    """A whole case across its documents; entries name their document."""
    entries = []
    for event in events:
        kind = kinds[event.kind]
        entry = _done(kind, event)
        entry["title"] = f"{kind.words.name} · {entry['title']}"
        entries.append(entry)
    return entries

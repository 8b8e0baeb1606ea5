"""「정산리포트 발행」 to everybody of the credits of a page: their bells and messages, written as whole columns."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from models.columns import Encrypted
from models.credits.kind import CREDIT_REPORT
from models.credits.links import report_link
from models.credits.report_wording import report_title
from models.harmony.rules import Space
from models.notifications.rules import Event
from models.notifications.tables import NotificationSwitch
from models.notifications.writes import Addressee, Occasion, composed, switched_off
from models.plain import Plain, array, execute

_SEALED = {name: Encrypted(f"message.{name}") for name in ("recipient", "body", "fallback_body")}
_PHONE = Encrypted("member.phone")

# As JSON: a column of texts costs the driver more than the rows cost the database.
_BELLS: Plain[Any] = Plain(
    text("""
INSERT INTO notification (member_id, event, title, body, link, workflow_id, step, created_at)
SELECT b.*, 1, :now FROM json_to_recordset(CAST(:rows AS json))
    AS b(member_id bigint, event text, title text, body text, link text, workflow_id text)
ON CONFLICT DO NOTHING
""")
)

_MESSAGES: Plain[Any] = Plain(
    text("""
INSERT INTO message (member_id, channel, event, recipient, subject, body, fallback_body, dedupe_key, state, attempts,
                     created_at)
SELECT m.*, 'queued', 0, :now FROM json_to_recordset(CAST(:rows AS json))
    AS m(member_id bigint, channel text, event text, recipient bytea, subject text, body bytea, fallback_body bytea,
         dedupe_key text)
ON CONFLICT DO NOTHING
""")
)
_BELL = ("member_id", "event", "title", "body", "link", "workflow_id")
_MESSAGE = ("member_id", "channel", "event", "subject", "dedupe_key")

_PEOPLE = """
SELECT s.space_id, m.id, m.name, m.phone, m.email FROM space_membership s JOIN member m ON m.id = s.member_id
 WHERE s.space = :space AND s.space_id = ANY (CAST(:groups AS bigint[])) AND s.left_at IS NULL AND m.status = 'active'
 ORDER BY s.space_id, m.id
"""


class Addressed(NamedTuple):
    """Who is told of reports: the people of each credit, and what they turned off."""

    inside: Mapping[int, Sequence[Addressee]]
    switches: Mapping[int, NotificationSwitch]


def addressed(session: Session, reports: Sequence[Any]) -> Addressed:
    """Everybody of the credits of these reports."""
    asked = {"space": Space.CREDIT.value, "groups": array(row.group_id for row in reports)}
    inside: dict[int, list[Addressee]] = {}
    for space_id, member, name, phone, email in session.execute(text(_PEOPLE), asked):
        inside.setdefault(space_id, []).append(Addressee(member, name, _PHONE.opened(phone), email))
    everybody = {person.id: person for people in inside.values() for person in people}
    return Addressed(inside, switched_off(session, Event.REPORT_PUBLISHED, list(everybody.values())))


def tell(session: Session, reports: Sequence[Any], to: Addressed, now: dt.datetime) -> None:
    """Everybody who is addressed, less what they turned off. Asks the database for nothing back."""
    bells: list[Mapping[str, Any]] = []
    messages: list[Mapping[str, Any]] = []
    for row in reports:
        people = to.inside.get(row.group_id)
        if not people:
            continue
        occasion = Occasion(
            event=Event.REPORT_PUBLISHED.value,
            link=report_link(row.group_id, row.id),
            workflow_id=row.workflow_id,
            step=1,
            params={
                "title": report_title(row),
                "status": f"합계 {row.total:,}원 · {CREDIT_REPORT.words.status[row.status]}",
            },
            now=now,
        )
        more_bells, more_messages = composed(occasion, people, to.switches)
        bells += more_bells
        messages += more_messages
    _send(session, bells, messages, now)


def _send(
    session: Session, bells: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]], now: dt.datetime
) -> None:
    if bells:
        rows = [{name: row[name] for name in _BELL} for row in bells]
        execute(session, _BELLS, {"now": now, "rows": json.dumps(rows, ensure_ascii=False)})
    if messages:
        sealed = [{name: row[name] for name in _MESSAGE} | _sealed(row) for row in messages]
        execute(session, _MESSAGES, {"now": now, "rows": json.dumps(sealed, ensure_ascii=False)})


def _sealed(row: Mapping[str, Any]) -> dict[str, str | None]:
    found = {name: column.sealed(row[name]) for name, column in _SEALED.items()}
    return {name: None if value is None else f"\\x{value.hex()}" for name, value in found.items()}

"""What hubs told by themselves: kept once each, and never believed — it only wakes the invoice it names.

The doors are open to everybody who knows the secret, and no person stands behind a message: the web role reaches this
through one function with the owner's rights, which keeps the message and, in the same transaction, what wakes the
workflow. The relay takes that to the engine, whenever the engine is there.
"""

import datetime as dt
from enum import StrEnum

from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy import text as sql
from sqlmodel import Session, SQLModel, col

from models.columns import big_id, instant, text
from models.processes.writes import CHANNEL, STARTS, TELL, announcement

SIGNAL = "hub_changed"
EVENT_KEPT = dt.timedelta(days=400)
"""A message proves nothing; it is kept for as long as somebody may ask why an invoice was looked at."""


FORGOTTEN_AT_ONCE = 1000


class Hub(StrEnum):
    SANDBOX = "sandbox"
    POPBILL = "popbill"


class Heard(StrEnum):
    """What became of a message."""

    WOKEN = "woken"
    UNKNOWN = "unknown"
    """No invoice of ours has that key."""
    AGAIN = "again"
    """It was here before."""


class HubEvent(SQLModel, table=True):
    """One message of a hub, as it came. `hub_key` is the key it named, `body` at most 64 KB of it."""

    __tablename__ = "hub_event"

    id: int | None = big_id()
    hub: str = text()
    event_id: str = text()
    hub_key: str = text(index=True)
    body: str = text()
    outcome: str = text()
    received_at: dt.datetime = instant(index=True)

    __table_args__ = (UniqueConstraint("hub", "event_id", name="hub_event_once"),)


def hear(session: Session, hub: Hub, event_id: str, hub_key: str, body: str, now: dt.datetime) -> Heard:
    """Keep a message that proved where it is from, and have its invoice woken once this transaction commits."""
    asked = sql("SELECT hear_hub(:hub, :event_id, :hub_key, :body, :now)")
    values = {"hub": hub.value, "event_id": event_id, "hub_key": hub_key, "body": body, "now": now}
    return Heard(session.execute(asked, values).scalar_one())


def forget_page(session: Session, now: dt.datetime) -> int:
    """Remove up to FORGOTTEN_AT_ONCE old messages; how many. Ask again until there are none."""
    old = select(col(HubEvent.id)).where(col(HubEvent.received_at) < now - EVENT_KEPT).limit(FORGOTTEN_AT_ONCE)
    gone = delete(HubEvent).where(col(HubEvent.id).in_(old)).returning(col(HubEvent.id))
    return len(session.execute(gone).all())


HEAR_HUB = f"""
CREATE OR REPLACE FUNCTION hear_hub(sender text, message text, named text, content text, instant timestamptz)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public VOLATILE AS $$
DECLARE
    flow text;
BEGIN
    SELECT t.workflow_id INTO flow FROM tax_invoice t
     WHERE t.hub_key = named OR t.left_keys @> ARRAY[named] LIMIT 1;
    INSERT INTO hub_event (hub, event_id, hub_key, body, outcome, received_at)
    VALUES (sender, message, named, content,
            CASE WHEN flow IS NULL THEN '{Heard.UNKNOWN}' ELSE '{Heard.WOKEN}' END, instant)
        ON CONFLICT (hub, event_id) DO NOTHING;
    IF NOT FOUND THEN RETURN '{Heard.AGAIN}'; END IF;
    IF flow IS NULL THEN RETURN '{Heard.UNKNOWN}'; END IF;
    INSERT INTO outbox (workflow_id, kind, payload, created_at, next_attempt_at, attempts)
    VALUES (flow || '/{TELL}/' || sender || '/' || message, '{TELL}',
            jsonb_build_object('workflow_id', flow, 'signal', '{SIGNAL}'), instant, instant, 0)
        ON CONFLICT (workflow_id) DO NOTHING;
    PERFORM pg_notify('{CHANNEL}', '{announcement(STARTS, 0, None)}');
    RETURN '{Heard.WOKEN}';
END $$
"""  # noqa: S608 - words of ours

_SIGNATURE = "hear_hub(text, text, text, text, timestamptz)"

FUNCTIONS: list[str] = [
    HEAR_HUB,
    f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO dongban_web",
]

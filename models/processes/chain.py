"""The hash chain of a document's events."""

import datetime as dt
import hashlib
import json
from typing import Any

from models.processes.tables import ProcessEvent

GENESIS = "0" * 64
HASHED = (
    "workflow_id",
    "step",
    "kind",
    "document_id",
    "company_id",
    "case_key",
    "act",
    "status_from",
    "status_to",
    "version",
    "request_id",
    "actor_id",
    "actor_name",
    "actor_company",
    "on_behalf_of_name",
    "reason",
    "detail",
    "at",
)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value if isinstance(value, dict | list | int | str | None) else str(value)


def digest(event: ProcessEvent) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the row."""
    return hashlib.sha256(hashed(event).encode()).hexdigest()


def hashed(event: ProcessEvent) -> str:
    """What `digest` is the hash of."""
    facts = {name: _plain(getattr(event, name)) for name in HASHED}
    body = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{event.prev_hash}\n{body}"


def broken_link(events: list[ProcessEvent]) -> int | None:
    """Step of the first event, in step order, that does not fit the chain; None when all fit."""
    previous = GENESIS
    for event in events:
        if event.prev_hash != previous or digest(event) != event.hash:
            return event.step
        previous = event.hash
    return None

"""The history of a row, as templates/masters/history.html shows it: one entry a change, one line a field."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from models.processes import changes

NOTHING = "–"
Shown = Callable[[str, Any], str]


def entries(
    session: Session, kind: str, thing_id: int, acts: Mapping[str, str], labels: Mapping[str, str], shown: Shown
) -> list[dict[str, Any]]:
    """Newest first; fields in the order of `labels`. `shown` says a value of a field in words."""
    order = {name: place for place, name in enumerate(labels)}
    return [
        {
            "at": change.at,
            "who": change.who,
            "on_behalf_of": change.on_behalf_of,
            "act": acts.get(change.act, change.act),
            "fields": [
                (labels.get(name, name), _said(shown, name, before), _said(shown, name, after))
                for name, before, after in sorted(change.fields, key=lambda one: order.get(one[0], len(order)))
            ],
        }
        for change in changes.history(session, kind, thing_id)
    ]


def _said(shown: Shown, name: str, value: Any) -> str:
    return NOTHING if value is None or value in ("", []) else shown(name, value)

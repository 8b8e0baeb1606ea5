"""What the house knows of one kind of document: rules, table, payloads, words; one value per domain."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from models.kernel.calendar import local_date
from models.kernel.transitions import ProcessRules
from models.processes import deadlines
from models.processes.deadlines import Pace
from models.processes.messages import Alarm
from models.processes.tables import ProcessColumns

OwnDay = Callable[[Any], dt.date | None]
OwnAlarm = Callable[[Any], Alarm | None]
Foreseen = Callable[[Any, dt.date, frozenset[dt.date]], dt.date | None]
OwnRings = Callable[[Any, Pace, frozenset[dt.date]], list[Alarm]]


class NoPayload(BaseModel):
    """Acts that carry nothing but, where the move asks for one, a reason."""

    reason: str | None = None


@dataclass(frozen=True)
class Words:
    """The Korean of one kind. Keys are statuses and acts of its rules."""

    name: str
    """What the document is called: 계약."""
    status: Mapping[str, str]
    """Status word as the manual prints it: 초안검토요청."""
    tone: Mapping[str, str]
    """Badge tone of a status: wait, go, done, stop, mute."""
    act: Mapping[str, str]
    """Button label: 검토완료."""
    done: Mapping[str, str]
    """Toast after an act: 검토완료로 처리했습니다."""
    event: Mapping[str, str]
    """Timeline entry of an act: 초안 검토 완료."""
    step: Mapping[str, str]
    """Timeline label of a status that is now or planned: 초안 검토."""
    hint: Mapping[str, str]
    """What the one whose turn it is does in a status, and what follows."""
    sentences: Mapping[str, str] = field(default_factory=dict)
    """Refusal codes of the domain -> sentence."""
    reason: Mapping[str, str] = field(default_factory=dict)
    """Label of the reason field of an act, where it is not 사유."""


@dataclass(frozen=True)
class Kind:
    """One kind of document. `plural` is its path segment (`contracts`), `number` what people call the document."""

    rules: ProcessRules
    table: type[ProcessColumns]
    payloads: Mapping[str, type[BaseModel]]
    words: Words
    plural: str
    number: Callable[[Any], str]
    title: Callable[[Any], str]
    days: Mapping[str, OwnDay] = field(default_factory=dict)
    """Statuses that wait for a day of the document itself (a payment's), not by the policy; None: by it after all."""

    lapses: Mapping[str, OwnAlarm] = field(default_factory=dict)
    """Statuses that end by themselves at an instant of the document's own: the machine's act and when."""

    rings: Mapping[str, OwnRings] = field(default_factory=dict)
    """Statuses whose reminders and escalations are counted by a rule of the document's own (a legal deadline's), even
    where the machine acts in them."""
    foreseen: Mapping[str, Foreseen] = field(default_factory=dict)
    """Statuses that end on a day known before they are reached (a payment's by its rule), from the document, today and
    the holidays: what the timeline expects, whatever the usual pace."""

    resumes: Mapping[str, Callable[[Any], str | None]] = field(default_factory=dict)
    """Statuses that go back to the one the document came from (a hold's), and which that is: what is planned then."""

    @property
    def key(self) -> str:
        return self.rules.kind

    def link(self, document: Any) -> str:
        """Path of the document's page."""
        return f"/{self.plural}/{document.id}"

    def alarms(self, document: Any, pace: Pace, holidays: frozenset[dt.date], after: dt.datetime) -> list[Alarm]:
        """Reminders, the escalation and the lapse of the document's status, earliest first.

        Of reminders only those still ahead of `after`; a lapse whose time has passed is due at once.
        """
        day = self._day(document)
        counted = self.rings.get(document.status)
        if counted is not None:
            rings = [ring for ring in counted(document, pace, holidays) if ring.at > after]
        elif day is None:
            rings = deadlines.alarms(document.status_since, pace, holidays, after)
        else:
            rings = [ring for ring in deadlines.day_alarms(day, document.status_since, holidays) if ring.at > after]
        own = self.lapses.get(document.status)
        lapse = own(document) if own else None
        if lapse is not None:
            rings = [*(ring for ring in rings if ring.at < lapse.at), lapse]
        return rings

    def due_at(self, document: Any, pace: Pace, holidays: frozenset[dt.date]) -> dt.datetime | None:
        """Until when the document's status should be acted on: of one with a day and a lapse of its own, the lapse."""
        day = self._day(document)
        if day is None:
            return deadlines.due_at(document.status_since, pace, holidays)
        own = self.lapses.get(document.status)
        lapse = own(document) if own else None
        return deadlines.end_of(day) if lapse is None else lapse.at

    def planned(self, document: Any) -> tuple[str, ...]:
        """The statuses that are still ahead on this document's ordinary way."""
        own = self.resumes.get(document.status)
        back = own(document) if own else None
        if back is None:
            return self.rules.planned_after(document.status)
        return (back, *self.rules.planned_after(back))

    def ends_at(self, status: str, document: Any, now: dt.datetime, holidays: frozenset[dt.date]) -> dt.datetime | None:
        """When a status, now or planned, is foreseen to end; None without such a day and for one that has passed."""
        foreseen = self.foreseen.get(status)
        day = foreseen(document, local_date(now), holidays) if foreseen else None
        return deadlines.end_of(day) if day is not None and deadlines.end_of(day) > now else None

    def _day(self, document: Any) -> dt.date | None:
        own = self.days.get(document.status)
        return own(document) if own else None

    def payload(self, act: str) -> type[BaseModel]:
        return self.payloads.get(act, NoPayload)

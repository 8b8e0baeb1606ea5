"""Writing documents of the past: their numbers by day, plausible hours, and the chained record of every step."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from models.kernel.calendar import KST, at_hour, business_day_on_or_after, local_date
from models.kernel.numbers import format_number
from models.processes import chain, queries
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.kinds import Kind
from models.processes.messages import Actor, Outcome
from models.processes.tables import NumberCounter, ProcessColumns, ProcessEvent

SEED = 20230208
OPEN_HOUR, CLOSE_HOUR = 9, 18


class Chronicle:
    """One transaction of the past. The same day always writes the same documents."""

    def __init__(self, session: Session, now: dt.datetime, cast: Mapping[str, Actor]) -> None:
        self.session = session
        self.now = now
        self.random = random.Random(SEED)  # noqa: S311 - invented documents, no secret
        self.holidays = queries.holidays(session)
        self.cast = cast
        self._numbers: Counter[tuple[str, dt.date]] = Counter()

    def number(self, prefix: str, at: dt.datetime) -> str:
        """The next number of that day in Seoul."""
        day = local_date(at)
        self._numbers[prefix, day] += 1
        return format_number(prefix, day, self._numbers[prefix, day])

    def keep_numbers(self) -> None:
        """Leave the day's counters where the house goes on from."""
        rows = [{"prefix": prefix, "day": day, "last": last} for (prefix, day), last in self._numbers.items()]
        statement = insert(NumberCounter)
        kept = statement.on_conflict_do_update(index_elements=["prefix", "day"], set_={"last": statement.excluded.last})
        self.session.execute(kept, rows)

    def opening(self, day: dt.date) -> dt.datetime:
        """A moment of work on that day or the next business day."""
        work = business_day_on_or_after(day, self.holidays)
        return at_hour(work, OPEN_HOUR) + dt.timedelta(seconds=self.random.randrange(30, 8 * 3600))

    def later(self, at: dt.datetime, hours_min: float, hours_max: float) -> dt.datetime:
        """Some working hours later; what would fall outside of them is done the next business morning."""
        found = at + dt.timedelta(seconds=self.random.randrange(int(hours_min * 3600), int(hours_max * 3600)))
        day, hour = local_date(found), found.astimezone(KST).hour
        if OPEN_HOUR <= hour < CLOSE_HOUR and business_day_on_or_after(day, self.holidays) == day:
            return found
        if hour >= CLOSE_HOUR:
            day += dt.timedelta(days=1)
        work = business_day_on_or_after(day, self.holidays)
        return at_hour(work, OPEN_HOUR) + dt.timedelta(seconds=self.random.randrange(60, 3 * 3600))

    def add(self, document: ProcessColumns, kind: Kind) -> "Pen":
        """Keep a new document and take up the pen for its record."""
        self.session.add(document)
        self.session.flush()
        return Pen(self.session, kind, document)


class Pen:
    """Writes the steps of one document, as recording would have."""

    def __init__(self, session: Session, kind: Kind, document: Any) -> None:
        self.session = session
        self.kind = kind
        self.document = document
        self.head = chain.GENESIS

    def act(self, act: str, to: str, at: dt.datetime, by: Actor | None, **more: Any) -> None:
        """One step. `more`: reason, detail, behalf (a name)."""
        found = self.document
        before, since = found.status, found.status_since
        found.step += 1
        if act not in {REMIND, ESCALATE}:
            found.version += 1
            found.status, found.status_since = to, at
            turn = self.kind.rules.turn(to)
            found.turn = turn.value if turn else None
            if turn is None:
                found.due_at = None
        moved = found.status_since == at
        outcome = Outcome(status=found.status, version=found.version, step=found.step)
        event = ProcessEvent(
            workflow_id=found.workflow_id,
            step=found.step,
            kind=self.kind.key,
            document_id=found.id,
            company_id=found.company_id,
            case_key=found.case_key,
            act=act,
            status_from=before,
            status_to=found.status,
            version=found.version,
            actor_id=by.member_id if by else None,
            actor_name=by.name if by else "",
            actor_company=by.company_name if by else "",
            on_behalf_of_name=more.get("behalf"),
            reason=more.get("reason"),
            detail=more.get("detail", {}),
            at=at,
            outcome=outcome.model_dump(mode="json"),
            seconds_before=int((at - since).total_seconds()) if moved else None,
            prev_hash=self.head,
            hash="",
        )
        event.hash = self.head = chain.digest(event)
        self.session.add(event)

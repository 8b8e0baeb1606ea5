"""How demo cases act: documents made by the domains' own writes, acts pressed as a person's browser would.

Every act has a request id that follows from its document and its place in the script, and every document is found by
its title, so a script that was interrupted is played again from its beginning and repeats nothing.
"""

import asyncio
import datetime as dt
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client

from activities.documents.seals import default_seal
from models import clock, database
from models.files.rules import SEAL
from models.files.tables import StoredFile
from models.files.writes import stage as stage_file
from models.kernel.calendar import local_date
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.processes.kinds import Kind
from models.processes.messages import Actor, Person
from models.processes.tables import Command, ProcessColumns
from ops.errors import OperatorError
from ops.seed import people
from web.acts import Wish, submit

Doc = TypeVar("Doc", bound=ProcessColumns)
Found = TypeVar("Found")

NAMESPACE = uuid.UUID("6b1d2f0e-5b1e-4b7e-9d55-0d6f6e67a1c3")
WAIT_SECONDS = 90.0
POLL_SECONDS = 0.04
ATTEMPTS_MAX = 5
EVIDENCE = {"ip": "203.0.113.24", "agent": "Mozilla/5.0 (demo)"}
"""From where the demo's people sign: an address nobody has (RFC 5737)."""

HANBIT, DAEHAN, GAON, NURI = range(4)
"""Places of the demo's firms in `people.FIRMS`."""


class Stage:
    """The demo's people and the engine; one for a whole load."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.now = clock.now()
        self.today = local_date(self.now)
        self._presses: Counter[str] = Counter()
        self._seals: dict[str, int] = {}
        self._sealing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        with database.working() as session:
            self.cast: Mapping[str, Actor] = all_actors(session)

    def company_id(self, firm: int) -> int:
        """Id of a firm by its place in `people.FIRMS`."""
        company_id = self.cast[partner_of(firm)].company_id
        assert company_id is not None  # noqa: S101 - contacts of firms have one
        return company_id

    def day(self, offset: int) -> dt.date:
        """The day so many days from today."""
        return self.today + dt.timedelta(days=offset)

    async def made(
        self,
        who: str,
        table: type[Doc],
        like: ColumnElement[bool],
        make: Callable[[Session, Actor], Doc],
    ) -> Doc:
        """The document that is `like`, made by `who` when it is not there yet."""
        actor = self.cast[who]

        def work() -> Doc:
            with database.writing(actor) as session:
                found: Doc | None = session.execute(select(table).where(like)).scalar_one_or_none()
                return found or make(session, actor)

        return await run_in_threadpool(work)

    async def write(self, who: str, work: Callable[[Session, Actor], Found]) -> Found:
        """One write of a person that is no step."""
        actor = self.cast[who]

        def inside() -> Found:
            with database.writing(actor) as session:
                return work(session, actor)

        return await run_in_threadpool(inside)

    async def read(self, work: Callable[[Session], Found]) -> Found:
        """Look something up."""

        def inside() -> Found:
            with database.working() as session:
                return work(session)

        return await run_in_threadpool(inside)

    async def until(self, what: str, ready: Callable[[Session], bool]) -> None:
        """Wait until something is there. Raises OperatorError when it does not come."""
        limit = time.monotonic() + WAIT_SECONDS
        while not await self.read(ready):
            if time.monotonic() > limit:
                raise OperatorError(f"The demo data waited {WAIT_SECONDS:.0f} s for {what}; does the worker run?")
            await asyncio.sleep(POLL_SECONDS)

    async def press(
        self, who: str, kind: Kind, document: ProcessColumns, act: str, payload: BaseModel | None = None
    ) -> None:
        """One act, applied once however often the script is played. Raises Refusal, OperatorError."""
        self._presses[document.workflow_id] += 1
        place = f"{document.workflow_id}#{self._presses[document.workflow_id]}"
        for attempt in range(ATTEMPTS_MAX):
            request_id = uuid.uuid5(NAMESPACE, f"{place}/{act}/{attempt}")
            state = await self.read(partial(_state, request_id=request_id))
            if state == "refused":
                continue
            if state is None:
                await submit(self.client, self.cast[who], _wish(kind, document, act, payload, request_id))
            await self.until(f"「{act}」 on {document.workflow_id}", partial(_decided, request_id=request_id))
            return
        raise OperatorError(f"「{act}」 on {document.workflow_id} was refused {ATTEMPTS_MAX} times.")

    async def seal(self, who: str) -> int:
        """Id of the person's seal, drawn and uploaded the first time it is asked for."""
        async with self._sealing[who]:
            if who not in self._seals:
                self._seals[who] = await self.write(who, _sealed)
            return self._seals[who]


def partner_of(firm: int) -> str:
    """The first contact of a firm."""
    return people.FIRMS[firm].contacts[0][0]


def second_of(firm: int) -> str:
    """The firm's last contact: its second where it has one."""
    return people.FIRMS[firm].contacts[-1][0]


AMELA, JUN, YOUNG = "amela.cha", "jun.kwon", "young.lee"
SUHYUN, JIMIN, DAEUN = "suhyun.choi", "jimin.han", "daeun.jung"
DEPUTY = "amela.cha for jun.kwon"
"""차지애 acting on behalf of 권준, by the delegation in `people.load`."""


def office(session: Session) -> dict[str, Actor]:
    """Log-in (or `DEPUTY`) -> actor, of everybody of the house."""
    cast = {login: people.actor(session, login) for login, *_ in people.STAFF}
    giver = cast[JUN]
    lent = {Role.BUYER: Person(member_id=giver.member_id, name=giver.name)}
    # She is a buyer herself; what she does for him is done in his role alone.
    cast[DEPUTY] = cast[AMELA].model_copy(update={"roles": cast[AMELA].roles - {Role.BUYER}, "delegated": lent})
    return cast


def all_actors(session: Session) -> dict[str, Actor]:
    """Log-in (or `DEPUTY`) -> actor, of everybody in the demo."""
    contacts = [login for firm in people.FIRMS for login, *_ in firm.contacts]
    return office(session) | {login: people.actor(session, login) for login in contacts}


def _wish(kind: Kind, document: ProcessColumns, act: str, payload: BaseModel | None, request_id: uuid.UUID) -> Wish:
    return Wish(
        rules=kind.rules,
        table=kind.table,
        document_id=document.id or 0,
        act=act,
        payload=payload,
        request_id=request_id,
        expected_version=None,
    )


def _state(session: Session, request_id: uuid.UUID) -> str | None:
    row = select(col(Command.state)).where(col(Command.request_id) == request_id)
    state: str | None = session.execute(row).scalar_one_or_none()
    return state


def _decided(session: Session, request_id: uuid.UUID) -> bool:
    state = _state(session, request_id)
    if state == "refused":
        raise OperatorError(f"An act of the demo data was refused: see command {request_id}.")
    return state == "done"


def _sealed(session: Session, actor: Actor) -> int:
    name = f"직인_{actor.name}.png"
    known = select(col(StoredFile.id)).where(
        col(StoredFile.created_by) == actor.member_id, col(StoredFile.name) == name
    )
    found: int | None = session.execute(known.limit(1)).scalar_one_or_none()
    if found is None:
        image = default_seal(actor.company_name if actor.company_id else HOUSE.name)
        found = stage_file(session, actor.member_id, actor.company_id, name, image, SEAL).id
    return found or 0

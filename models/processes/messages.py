"""What travels between web, workflows and activities. Ids and decisions only: no personal data, no documents."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.kernel.refusals import NotYourTurn
from models.kernel.roles import Role, side_of

REASON_LENGTH_MAX = 1000


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Person(Frozen):
    """Somebody by id and name, as shown in a record."""

    member_id: int
    name: str


class Evidence(BaseModel):
    """Base of payloads that keep from where an act came; web fills both in, whatever the form says."""

    ip: str = ""
    agent: str = ""


class SteppedUp(BaseModel):
    """Base of payloads of acts behind 추가인증; only the page that asked for the code sets it, no form can."""

    stepped_up: bool = False


class Reason(BaseModel):
    """The words of an act that needs a reason; shown to the other side as they are."""

    reason: str = Field(max_length=REASON_LENGTH_MAX, title="사유")

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("사유를 입력해 주세요.")
        return reason.strip()


class Actor(Frozen):
    """Who is asking: a member with the roles of their own and those delegated to them (「위임」)."""

    member_id: int
    name: str
    company_id: int | None = None
    company_name: str = ""
    roles: frozenset[Role] = frozenset()
    delegated: dict[Role, Person] = {}

    @property
    def side(self) -> str:
        """`buyer`, `partner`, `media` (Harmony) or `nobody`, as row-level security is told."""
        return side_of(self.every_role, self.company_id)

    @property
    def is_office(self) -> bool:
        """Of the buying company: who sees every company's rows. Ask this, never for a missing company."""
        return self.side == "buyer"

    @property
    def every_role(self) -> frozenset[Role]:
        return self.roles | self.delegated.keys()

    def must_hold(self, *roles: Role) -> None:
        """One of these roles, of one's own or lent, is needed for what is not a step. Raises NotYourTurn."""
        if self.every_role.isdisjoint(roles):
            raise NotYourTurn

    def acting_for(self, permitted: Iterable[Role], named: int | None = None) -> Person | None:
        """The person on whose behalf an act open to `permitted` is done, None when by own right.

        Where the document waits on a person by name (`named`) who lent the role, it is theirs, whatever roles the
        deputy has besides.
        """
        wanted = set(permitted)
        lenders = [self.delegated[role] for role in sorted(wanted) if role in self.delegated]
        theirs = [lender for lender in lenders if lender.member_id == named]
        if theirs or not wanted & self.roles:
            return next(iter(theirs or lenders), None)
        return None


class Alarm(Frozen):
    """Something the process does when nobody acted: `remind`, `escalate` or a domain's own machine act."""

    at: dt.datetime
    act: str


class ProcessStart(Frozen):
    """Input of every process workflow. A document loaded at a later state starts from that state."""

    kind: str
    document_id: int
    company_id: int | None
    status: str
    version: int = 0
    step: int = 0
    alarms: list[Alarm] = []
    jobs: list[str] = []
    one_timer: bool = False
    """Processes begun before this was known set a new timer at each step; their histories say so."""


class Act(Frozen):
    """One person's step; the payload stays in the command row named by `request_id`."""

    request_id: str
    act: str
    member_id: int
    company_id: int | None
    roles: list[Role]
    expected_version: int | None = None


class Step(Frozen):
    """One step to record, keyed by (workflow id, step)."""

    workflow_id: str
    kind: str
    document_id: int
    step: int
    act: str
    status: str
    targets: list[str]
    version: int
    at: dt.datetime
    request_id: str | None = None


class Outcome(Frozen):
    """What a recorded step leads to. `other`: it had been recorded already, for another act than the one asked for."""

    status: str
    version: int
    step: int
    alarms: list[Alarm] = []
    jobs: list[str] = []
    other: bool = False


class Job(Frozen):
    """Work outside the step's transaction (documents, gateways), done by the workflow after it."""

    workflow_id: str
    kind: str
    document_id: int
    job: str
    at: dt.datetime


def command_payload(model: BaseModel | None) -> dict[str, Any]:
    return {} if model is None else model.model_dump(mode="json")

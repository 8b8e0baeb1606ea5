"""Asking the outside worlds for web: the question is read from its table and the answer sealed into it.

Nothing of either passes through the engine; a person's data goes from the provider straight into its encrypted row.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.gateways.addresses import choice as address_choice
from activities.gateways.addresses.interface import AddressBook
from activities.gateways.asking import Rejected, Unavailable
from activities.gateways.identity import choice as identity_choice
from activities.gateways.identity.interface import Identities
from activities.gateways.registry import choice as registry_choice
from activities.gateways.registry.interface import Business, Registry
from activities.identity import IdentityAnswers
from models import clock, database
from models.identity import rules
from models.identity.messages import InquiryResult, InquiryStart, InquiryState, Json
from models.identity.rules import Question
from models.identity.tables import EmailCheck, IdentityCheck, Inquiry
from models.settings import settings

Answerer = Callable[[Json], Json]


class Worlds:
    """The gateways, each made when it is first asked."""

    @functools.cached_property
    def identities(self) -> Identities:
        return identity_choice.identities(settings())

    @functools.cached_property
    def registry(self) -> Registry:
        return registry_choice.registry(settings())

    @functools.cached_property
    def addresses(self) -> AddressBook:
        return address_choice.addresses(settings())


class Inquiries:
    """The activity of the workflow ``Inquiry``, with the worlds it asks."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        people = IdentityAnswers(lambda: worlds.identities)
        self.answerers: Mapping[Question, Answerer] = {
            Question.IDENTITY_SEND: people.send,
            Question.IDENTITY_CONFIRM: people.confirm,
            Question.IDENTITY_READ: people.read,
            Question.REGISTRY_STATUS: self._status,
            Question.REGISTRY_MATCH: self._match,
            Question.ADDRESSES: self._addresses,
        }

    @property
    def activities(self) -> Sequence[Callable[..., Any]]:
        return (self.answer_inquiry,)

    @activity.defn(name="answer_inquiry")
    def answer_inquiry(self, start: InquiryStart) -> InquiryResult:
        """Ask, and seal the answer into the row. Raises ApplicationError (try again) while the world is away."""
        asked = self._read(start)
        if asked is None:
            return InquiryResult(state=InquiryState.REFUSED, code="gone")
        try:
            answer = self.answerers[start.question](asked)
        except Rejected as no:
            activity.logger.warning("%s was refused: %s", start.question, no.code)
            return InquiryResult(state=InquiryState.REFUSED, code=no.code[:100])
        except Unavailable as away:
            raise ApplicationError(
                f"{rules.WORLD_OF[start.question]} is away: {away}",
                type="unavailable",
                category=ApplicationErrorCategory.BENIGN,
            ) from away
        self._write(start, answer)
        return InquiryResult(state=InquiryState.ANSWERED)

    def _read(self, start: InquiryStart) -> Json | None:
        with database.working() as session:
            _forget_old(session, clock.now())
            row = session.get(Inquiry, uuid.UUID(start.inquiry_id))
            return None if row is None else _JSON.validate_json(row.asked)

    def _write(self, start: InquiryStart, answer: Json) -> None:
        with database.working() as session:
            row = session.get(Inquiry, uuid.UUID(start.inquiry_id))
            # Who asked may have stopped waiting.
            if row is not None:
                row.answer = _JSON.dump_json(answer).decode()

    def _status(self, asked: Json) -> Json:
        found = self.worlds.registry.status(asked["numbers"])
        return {"rows": [one.model_dump(mode="json") for one in found]}

    def _match(self, asked: Json) -> Json:
        business = Business(
            number=asked["number"],
            opened_on=dt.date.fromisoformat(asked["opened_on"]),
            representative=asked["representative"],
            name=asked.get("name", ""),
        )
        return {"rows": [one.model_dump(mode="json") for one in self.worlds.registry.match([business])]}

    def _addresses(self, asked: Json) -> Json:
        return self.worlds.addresses.search(asked["keyword"], asked["page"], rules.PAGE_SIZE).model_dump(mode="json")


_JSON: TypeAdapter[Json] = TypeAdapter(dict[str, Any])


def _forget_old(session: Session, now: dt.datetime) -> None:
    """Answers nobody came for do not stay, nor do people and addresses of yesterday: members keep their own."""
    session.execute(delete(Inquiry).where(col(Inquiry.created_at) < now - rules.ANSWER_LIFE))
    session.execute(delete(IdentityCheck).where(col(IdentityCheck.created_at) < now - rules.CHECK_KEPT))
    session.execute(delete(EmailCheck).where(col(EmailCheck.created_at) < now - rules.CHECK_KEPT))


ACTIVITIES = Inquiries(Worlds()).activities
"""What the worker registers; the gateways are made when they are first asked."""

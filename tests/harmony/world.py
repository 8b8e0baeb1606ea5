"""A manager, a studio, a credit, people in them; invitations at any point of their way."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from models import database
from models.auth.tokens import token_hash
from models.harmony import entries, writes
from models.harmony.messages import NewCredit, NewStudio
from models.harmony.rules import Service, SpaceRole, Status
from models.harmony.tables import CreditGroup, HarmonyAccount, HarmonyEntry, Invitation, SpaceMembership, Studio
from models.kernel.roles import Role
from models.members.tables import Member
from models.processes.messages import Actor
from models.terms import standard
from models.terms.queries import current
from models.terms.writes import consent
from tests import factories

NOW = factories.NOW
LINK = "the-token-of-the-mail"
PHONE = "01012345678"


@dataclass
class World:
    """What every test begins with."""

    manager: Actor
    studio: Studio
    credit: CreditGroup

    @classmethod
    def made(cls) -> "World":
        with database.working() as session:
            standard.put(session, NOW)
            manager = factories.actor(factories.member(session, "서하린", Role.MEDIA_MANAGER))
        with database.writing(manager) as session:
            studio = writes.make_studio(
                session, manager, NewStudio(name="다음스포츠", company_name="(주)다음스포츠", service=Service.NEWS), NOW
            )
            credit = writes.make_credit(
                session, manager, NewCredit(name="다음스포츠 크레딧", company_name="(주)다음스포츠"), NOW
            )
        return cls(manager, studio, credit)

    def invite(
        self, email: str = "new@media.example", role: SpaceRole = SpaceRole.EDITOR, *, credit: bool = False
    ) -> Invitation:
        where: Studio | CreditGroup = self.credit if credit else self.studio
        with database.writing(self.manager) as session:
            return writes.invite(session, self.manager, where, role, [email], NOW)[0]

    def sent(self, link: str = LINK, **more: object) -> Invitation:
        """An invitation whose mail went out, with a link known to the test."""
        invitation = self.invite(**more)  # type: ignore[arg-type]
        with database.working() as session:
            row = session.get_one(Invitation, invitation.id)
            row.status, row.turn, row.step, row.version = Status.SENT.value, Role.MEDIA.value, 1, 1
            row.token_hash, row.sent_at, row.sendings = token_hash(link), NOW, 1
            row.expires_at = NOW + dt.timedelta(days=7)
        return row

    def person(self, name: str, role: SpaceRole = SpaceRole.EDITOR) -> Actor:
        """A member of Harmony in the studio."""
        with database.working() as session:
            return member(session, name, self.studio.id or 0, role)


def member(session: Session, name: str, studio_id: int, role: SpaceRole) -> Actor:
    person: Member = factories.member(session, name, Role.MEDIA)
    session.add(HarmonyAccount(member_id=person.id or 0, issuer="https://id.example", subject=name, created_at=NOW))
    session.add(
        SpaceMembership(member_id=person.id or 0, space="studio", space_id=studio_id, role=role.value, joined_at=NOW)
    )
    session.flush()
    agreed = [one.id for one in current(session, "media", NOW) if one.id is not None]
    consent(session, person.id or 0, agreed, NOW)
    return factories.actor(person)


def ready(link: str = LINK, **more: object) -> tuple[str, int]:
    """An entry by a link with everything verified and typed: its cookie's token and its id."""
    found = entries.invitation(link, NOW)
    token = entries.begin(NOW, "/harmony/studios/1", "192.0.2.1", found)
    facts: dict[str, object] = {
        "terms": [],
        "consented_at": NOW,
        "verified_at": NOW,
        "issuer": "https://id.example",
        "subject": "sub-of-the-new-one",
        "phone": PHONE,
        "phone_confirmed_at": NOW,
        "name": "새 기자",
        "email": "notice@media.example",
    }
    with entries.changing(token, NOW) as (_, row):
        for name, value in (facts | more).items():
            setattr(row, name, value)
        return token, row.id or 0


def entry(entry_id: int) -> HarmonyEntry:
    with database.working() as session:
        return session.get_one(HarmonyEntry, entry_id)

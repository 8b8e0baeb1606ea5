"""What the steps of an invitation change beyond its status, and asking the account provider."""

import datetime as dt
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.gateways.oidc.interface import Refused, Unavailable
from activities.recording import DomainSteps, StepContext
from models import clock, database
from models.auth.tokens import new_token, token_hash
from models.files.tables import StoredFile
from models.harmony import queries, rules
from models.harmony.kind import INVITATION
from models.harmony.messages import Join, OidcAnswer, OidcTask
from models.harmony.rules import SEND, Space, SpaceRole
from models.harmony.tables import HarmonyAccount, HarmonyEntry, Invitation, SpaceMembership
from models.harmony.wording import ROLE, SPACE
from models.kernel.roles import Role
from models.kernel.wording import moment
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.rules import Event
from models.notifications.writes import notify, send_mail
from models.processes import lifetimes
from models.processes.deadlines import REMIND
from models.processes.lifetimes import Lifetime
from models.settings import settings
from models.terms.writes import consent

LOCKED_PASSWORD = "!"  # noqa: S105 - fits no password: the procurement portal's log-in is closed to Harmony's people


def send(step: StepContext) -> None:
    """The mail with a link that has never been anywhere else; a link sent before is void from now on."""
    invitation: Invitation = step.document
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.sendings += 1
    invitation.sent_at = step.now
    invitation.expires_at = step.now + lifetimes.span(step.session, Lifetime.INVITATION)
    step.detail["sendings"] = invitation.sendings
    _mail(step, Event.INVITATION, link=f"{settings().public_url}/harmony/join/{token}")


def remind(step: StepContext) -> None:
    """The day before the end: a mail without a link, which the one before has."""
    _mail(step, Event.INVITATION_REMINDER, sent=moment(step.document.sent_at))


def _mail(step: StepContext, event: Event, **more: str) -> None:
    invitation: Invitation = step.document
    until = moment(invitation.expires_at) if invitation.expires_at else ""
    send_mail(
        step.session,
        to=invitation.email,
        event=event,
        params={
            "space": f"{SPACE[Space(invitation.space)]} {invitation.space_name}",
            "company": invitation.company_name,
            "role": ROLE[SpaceRole(invitation.role)],
            "inviter": invitation.inviter_name,
            "until": until,
            **more,
        },
        key=f"{invitation.workflow_id}:{event.value}:{invitation.sendings}",
        now=step.now,
        expires_at=invitation.expires_at,
    )


def join(step: StepContext) -> None:
    """「카카오하모니 시작하기」: the member, if there was none, and the membership, at once or not at all.

    Raises EntryOver, InvitationOver, PhoneUnconfirmed, AccountTaken, AlreadyJoined, MasterTaken.
    """
    invitation: Invitation = step.document
    payload: Join = step.payload
    entry = step.session.get(HarmonyEntry, payload.entry_id, with_for_update=True)
    if entry is None or entry.invitation_id != invitation.id or entry.invitation_token != invitation.token_hash:
        raise rules.EntryOver
    rules.check_open(invitation.status, invitation.expires_at, step.now)
    known = step.command.actor_id if step.command else 0
    member_id = known or _member(step.session, entry, step.now)
    _check_place(step.session, invitation, member_id)
    step.session.add(
        SpaceMembership(
            member_id=member_id,
            space=invitation.space,
            space_id=invitation.space_id,
            role=invitation.role,
            invitation_id=invitation.id,
            joined_at=step.now,
        )
    )
    invitation.member_id = member_id
    entry.member_id = member_id
    step.session.flush()
    _tell(step, invitation, member_id)


def _member(session: Session, entry: HarmonyEntry, now: dt.datetime) -> int:
    """A new member of Harmony from what this browser verified and typed. Raises PhoneUnconfirmed, AccountTaken."""
    if not entry.phone or entry.phone_confirmed_at is None:
        raise rules.PhoneUnconfirmed
    if not entry.name or not entry.email or entry.consented_at is None:
        raise rules.EntryOver
    issuer, subject = queries.account_of(entry)
    if queries.account(session, issuer, subject) is not None:
        raise rules.AccountTaken
    person = Member(
        # No log-in of the procurement portal: nobody can type it, and its password fits nothing.
        login=f"harmony:{entry.token_hash.hex()[:32]}",
        name=entry.name,
        email=entry.email,
        phone=entry.phone,
        password_hash=LOCKED_PASSWORD,
        roles=[Role.MEDIA.value],
        status=MemberStatus.ACTIVE.value,
        password_changed_at=now,
        created_at=now,
        joined_at=now,
    )
    session.add(person)
    session.flush()
    member_id = person.id or 0
    if entry.image_file_id is not None:
        mine = update(StoredFile).where(col(StoredFile.id) == entry.image_file_id)
        session.execute(mine.values(created_by=member_id))
    session.add(
        HarmonyAccount(
            member_id=member_id,
            issuer=issuer,
            subject=subject,
            password_hash=entry.password_hash if not issuer else None,
            image_file_id=entry.image_file_id,
            created_at=now,
        )
    )
    consent(session, member_id, entry.terms, entry.consented_at, entry.ip)
    return member_id


def _check_place(session: Session, invitation: Invitation, member_id: int) -> None:
    inside = queries.members_of(session, Space(invitation.space), invitation.space_id)
    if any(one.member_id == member_id for one in inside):
        raise rules.AlreadyJoined
    if invitation.role == SpaceRole.MASTER and any(one.role == SpaceRole.MASTER for one in inside):
        raise rules.MasterTaken


def _tell(step: StepContext, invitation: Invitation, member_id: int) -> None:
    """「초대한 사용자 가입」: everybody who was there before."""
    inside = queries.members_of(step.session, Space(invitation.space), invitation.space_id)
    name = step.session.execute(select(col(Member.name)).where(col(Member.id) == member_id)).scalar_one()
    notify(
        step.session,
        event=Event.USER_JOINED.value,
        members=[one.member_id for one in inside if one.member_id != member_id],
        link=queries.home_of(invitation.space, invitation.space_id),
        workflow_id=invitation.workflow_id,
        step=invitation.step + 1,
        params={
            "title": f"{invitation.company_name} “{invitation.space_name}”",
            "status": f"{name} 님이 {ROLE[SpaceRole(invitation.role)]}로 참여했습니다.",
            "act": "",
        },
        now=step.now,
    )


STEPS = DomainSteps(kind=INVITATION, effects={SEND: send, "resend": send, REMIND: remind, "join": join})


class Accounts:
    """Asking the OpenID provider: where to send people, and who came back. No answer of it leaves the database."""

    @activity.defn(name="ask_provider")
    def ask_provider(self, task: OidcTask) -> OidcAnswer:
        """Raises ApplicationError while the provider does not answer."""
        # Loaded where the house asks, which as a rule is another worker.
        from activities.gateways.oidc import choice

        provider = choice.provider(settings())
        try:
            if task.task == "address":
                return OidcAnswer(address=provider.authorization_endpoint(), issuer=provider.issuer)
            return self._verify(provider, task.entry_id)
        except Refused as refusal:
            return OidcAnswer(refused=refusal.why)
        except Unavailable as answer:
            raise ApplicationError(
                "provider is away", type="unavailable", category=ApplicationErrorCategory.BENIGN
            ) from answer

    def _verify(self, provider: Any, entry_id: int) -> OidcAnswer:
        """Exchange the code an entry came back with, once, and keep whom it names."""
        with database.working() as session:
            entry = session.get(HarmonyEntry, entry_id)
            if entry is None or not (entry.code and entry.verifier and entry.nonce):
                return OidcAnswer(refused="no_code")
            if entry.verified_at is not None:
                return OidcAnswer(issuer=entry.issuer or "")
            code, verifier, nonce = entry.code, entry.verifier, entry.nonce
        who = provider.exchange(code, verifier, nonce, clock.now())
        with database.working() as session:
            entry = session.get_one(HarmonyEntry, entry_id, with_for_update=True)
            entry.issuer, entry.subject, entry.account_name = who.issuer, who.subject, who.name
            entry.verified_at = clock.now()
            entry.code = entry.verifier = None
        return OidcAnswer(issuer=who.issuer)


ACTIVITIES = [Accounts().ask_provider]

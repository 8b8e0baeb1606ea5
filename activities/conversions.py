"""What the steps of a conversion change beyond its status: codes made, mailed, voided; what was typed forgotten."""

import datetime as dt

from activities.recording import DomainSteps, StepContext
from models.conversions import rules
from models.conversions.codes import code_hash, new_code
from models.conversions.kind import CONVERSION
from models.conversions.rules import LAPSE, RESEND, SEND, USE
from models.conversions.tables import Conversion
from models.kernel.wording import moment
from models.members.house import HOUSE
from models.notifications.rules import Event
from models.notifications.writes import send_mail
from models.processes import lifetimes
from models.processes.lifetimes import Lifetime
from models.signups.drafts import expire_of_company


def send(step: StepContext) -> None:
    """「인증번호 전송」, first and again: one code in force, the ones before it void, tries counted anew.

    Raises ConversionUsed.
    """
    conversion: Conversion = step.document
    if conversion.used_at is not None:
        raise rules.ConversionUsed
    code = new_code()
    conversion.code_hash = code_hash(conversion.company_id, code)
    conversion.sent_at = step.now
    lives = lifetimes.in_force(step.session)
    conversion.expires_at = step.now + dt.timedelta(days=lives[Lifetime.CODE])
    conversion.ends_at = step.now + dt.timedelta(days=lives[Lifetime.UNFINISHED])
    conversion.sends += 1
    conversion.tries = 0
    _mail(step, Event.CONVERSION_CODE, {"code": f"{code[:4]} {code[4:]}"})


def remind(step: StepContext) -> None:
    """While the code is good its receiver is reminded by mail: nobody there can log in yet."""
    conversion: Conversion = step.document
    if conversion.status == rules.Status.SENT:
        _mail(step, Event.CONVERSION_REMINDER, {})


def use(step: StepContext) -> None:
    """The code came with a 가입요청, whose transaction used it up. Raises ConversionNotUsed."""
    conversion: Conversion = step.document
    if conversion.used_at is None:
        raise rules.ConversionNotUsed


def lapse(step: StepContext) -> None:
    """Nobody finished: what was typed so far is given up."""
    conversion: Conversion = step.document
    expire_of_company(step.session, conversion.company_id, step.now)


def cancel(step: StepContext) -> None:
    """「전환 취소」: the code is void at once. Raises ConversionUsed."""
    conversion: Conversion = step.document
    if conversion.used_at is not None:
        raise rules.ConversionUsed
    conversion.expires_at = min(conversion.expires_at or step.now, step.now)


def _mail(step: StepContext, event: Event, more: dict[str, str]) -> None:
    conversion: Conversion = step.document
    facts = {
        "company": conversion.company_name,
        "house": HOUSE.name,
        "until": moment(conversion.expires_at or step.now),
        **more,
    }
    send_mail(
        step.session,
        to=conversion.email,
        event=event,
        params=facts,
        key=f"{conversion.workflow_id}:{conversion.step + 1}:{event.value}",
        now=step.now,
    )


STEPS = DomainSteps(
    kind=CONVERSION,
    effects={SEND: send, RESEND: send, USE: use, LAPSE: lapse, "remind": remind, "cancel": cancel},
)

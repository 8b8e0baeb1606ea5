"""What the steps of a conversion change beyond its status: codes made, mailed, voided; what was typed forgotten."""

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
from models.signups.drafts import forget_of_company


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
    conversion.expires_at = rules.expires_at(step.now)
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
    """Nobody finished: what was typed so far is deleted."""
    conversion: Conversion = step.document
    forget_of_company(step.session, conversion.company_id)


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

"""The 가입요청 as one kind of document."""

from models.processes.kinds import Kind
from models.signups.messages import PAYLOADS
from models.signups.rules import RULES, SignupKind
from models.signups.tables import Signup
from models.signups.wording import MODE, SIGNUP_KIND, WORDS


def _number(signup: Signup) -> str:
    return signup.number


def _title(signup: Signup) -> str:
    who = (
        f"{signup.company_name} {signup.applicant_name}"
        if signup.signup_kind != SignupKind.INDIVIDUAL
        else (signup.applicant_name)
    )
    return f"{who} {SIGNUP_KIND[signup.signup_kind]} {MODE[signup.mode]}"


SIGNUP = Kind(
    rules=RULES,
    table=Signup,
    payloads=PAYLOADS,
    words=WORDS,
    plural="signups",
    number=_number,
    title=_title,
)

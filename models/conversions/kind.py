"""The conversion as one kind of document."""

import datetime as dt

from models.conversions.messages import PAYLOADS
from models.conversions.rules import EXPIRE, LAPSE, RULES, Status
from models.conversions.tables import Conversion
from models.conversions.wording import WORDS
from models.kernel.calendar import local_date
from models.processes.kinds import Kind
from models.processes.messages import Alarm


def _number(conversion: Conversion) -> str:
    return conversion.number


def _title(conversion: Conversion) -> str:
    return f"{conversion.company_name} 포탈미사용회원 전환"


def _code_ends(conversion: Conversion) -> Alarm | None:
    return None if conversion.expires_at is None else Alarm(at=conversion.expires_at, act=EXPIRE)


def _ends(conversion: Conversion) -> Alarm | None:
    return None if conversion.ends_at is None else Alarm(at=conversion.ends_at, act=LAPSE)


def _last_whole_day(conversion: Conversion) -> dt.date | None:
    """Until when to act, and the day of the one reminder: the day before the code ends."""
    return None if conversion.expires_at is None else local_date(conversion.expires_at) - dt.timedelta(days=1)


CONVERSION = Kind(
    rules=RULES,
    table=Conversion,
    payloads=PAYLOADS,
    words=WORDS,
    plural="conversions",
    number=_number,
    title=_title,
    days={Status.SENT: _last_whole_day},
    lapses={Status.SENT: _code_ends, Status.EXPIRED: _ends},
)

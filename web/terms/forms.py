"""What the boxes of `components/terms.html` say."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import FormData

from models.terms.rules import check_consent
from models.terms.tables import Terms


def agreed(form: FormData | Mapping[str, Any], items: Iterable[Terms]) -> list[int]:
    """The ids of the versions ticked in a form, for `models.terms.writes.consent`.

    Raises TermsNotAgreed (a required box is empty) and TermsChanged (a new version took effect meanwhile).
    """
    typed: Any = form.getlist("terms") if isinstance(form, FormData) else form.get("terms", ())
    ticked = [int(str(one)) for one in typed if str(one).isascii() and str(one).isdecimal()]
    return check_consent(list(items), ticked)

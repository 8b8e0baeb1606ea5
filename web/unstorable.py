"""A number or a text that the database cannot hold, in an address or a form: nothing of ours can be meant by it."""

import logging
from http import HTTPStatus
from typing import Any

import psycopg
from psycopg.errors import NumericValueOutOfRange, UntranslatableCharacter
from sqlalchemy import exc
from starlette.requests import Request

ID_MAX = 2**63 - 1
FAULTS = (exc.DataError, psycopg.DataError)
"""What the driver raises of it, within the toolkit and without."""

_log = logging.getLogger("dongban.web")


def status_of(request: Request, error: Exception) -> int:
    """404 where the address itself names such a thing, 422 where a field does. Raises every other error again."""
    fault = error.orig if isinstance(error, exc.DataError) else error
    # The driver itself refuses a NUL, as the plain class; what is left is a mistake of ours.
    if not isinstance(fault, NumericValueOutOfRange | UntranslatableCharacter) and type(fault) is not psycopg.DataError:
        raise error
    request_id = getattr(request.state, "request_id", "")
    _log.warning("request %s cannot be looked up: %s (%s)", request_id, request.url.path, str(fault).partition("\n")[0])
    named = any(not _fits(place) for place in request.path_params.values())
    return HTTPStatus.NOT_FOUND if named else HTTPStatus.UNPROCESSABLE_ENTITY


def _fits(place: Any) -> bool:
    text = str(place)
    return "\0" not in text and not (text.isdecimal() and int(text) > ID_MAX)

"""Refusals: what the house answers when an act is not possible: a code, an HTTP status and facts, no message.

The Korean sentence of a code lives in a wording module: rules, workflows and the database speak only codes.
"""

from collections.abc import Mapping
from typing import ClassVar

_BY_CODE: dict[str, type["Refusal"]] = {}


class Refusal(Exception):  # noqa: N818 - an expected answer, not an error of the program
    """Base of every refusal. `detail` holds facts for its sentence (names, amounts in won, times)."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, **detail: str | int) -> None:
        super().__init__(self.code)
        self.detail: dict[str, str | int] = detail

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        known = _BY_CODE.setdefault(cls.code, cls)
        # A subclass without a code of its own shares its parent's; the same class imported twice is fine.
        own_code = "code" in cls.__dict__
        if own_code and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"refusal code {cls.code!r} is taken by {known.__module__}.{known.__qualname__}")

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.detail.items())
        return f"{self.code}({facts})"

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, (self.code, self.detail)


_BY_CODE[Refusal.code] = Refusal


class NotYourTurn(Refusal):
    """The act exists in this status, but for somebody else."""

    code = "not_your_turn"
    status = 403


class ActNotPossible(Refusal):
    """The status does not know this act (it was done already, or comes later)."""

    code = "act_not_possible"


class StaleDocument(Refusal):
    """The document moved on since the page was loaded (expected version differs)."""

    code = "stale_document"


class ReasonRequired(Refusal):
    """The act needs a reason and none was given."""

    code = "reason_required"
    status = 422


class NotFound(Refusal):
    """No such thing, or not for this person: both look the same from outside."""

    code = "not_found"
    status = 404


class RequestReused(Refusal):
    """A request id came back with another act or payload."""

    code = "request_reused"


class FieldErrors(Refusal):
    """Input that cannot be taken as it is: a finished Korean sentence for each field."""

    code = "field_errors"
    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(**errors)

    @property
    def errors(self) -> dict[str, str]:
        """Field name -> sentence."""
        return {field: str(sentence) for field, sentence in self.detail.items()}


def by_code(code: str) -> type[Refusal]:
    """The class of a code read from a workflow or the database; `Refusal` itself when no module has it."""
    return _BY_CODE.get(code, Refusal)


def rebuild(code: str, detail: Mapping[str, str | int]) -> Refusal:
    """A refusal from its stored code and facts, as the one that was raised."""
    found = by_code(code)
    if issubclass(found, FieldErrors):
        return found({field: str(sentence) for field, sentence in detail.items()})
    return found(**detail)


def known_codes() -> frozenset[str]:
    """Every code of the loaded modules; a test demands a sentence for each."""
    return frozenset(_BY_CODE)

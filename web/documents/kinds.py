"""What the web knows of one kind of document beside its rules: templates, page context, JSON shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from models.files.rules import PAPER, Use
from models.plain import Plain
from models.processes.kinds import Kind, Words
from models.processes.messages import Actor

PageContext = Callable[[Session, Actor, Any], dict[str, Any]]
ActContext = Callable[[Session, Actor, Any, str], dict[str, Any]]


def no_context(session: Session, actor: Actor, document: Any) -> dict[str, Any]:  # noqa: ARG001 - the default
    return {}


def no_act_context(session: Session, actor: Actor, document: Any, act: str) -> dict[str, Any]:  # noqa: ARG001
    return {}


@dataclass(frozen=True)
class WebKind:
    """`act_templates`: acts with a page of their own; the others are a button, or a reason dialog."""

    kind: Kind
    template: str
    api: type[BaseModel]
    list_label: str
    list_link: str
    context: PageContext = no_context
    act_templates: Mapping[str, str] = field(default_factory=dict)
    act_context: ActContext = no_act_context
    uploads: Mapping[str, Use] = field(default_factory=dict)
    """`<x>_file_id` payload fields that `<x>_upload` may fill, with what is taken there."""
    not_yet: Callable[[Any, frozenset[str]], list[tuple[str, str]]] | None = None
    words: Callable[[Any], Words] | None = None
    """What a document calls its states and acts, where not all of the kind call them the same."""
    parts: Plain[Any] | None = None
    """What the document's page shows of it beside its row: one value, the document's `parts`."""
    media_home: Callable[[Any], str] | None = None
    """Where Harmony's people read a document that the staff reads here."""

    def upload_use(self, field_name: str) -> Use:
        return self.uploads.get(field_name, PAPER)

"""The one template environment and `page()`, the way every HTML answer is made."""

import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models import clock
from models.kernel import text as kernel_text
from models.kernel import wording
from models.randomness import Pool
from web import assets, formats, portals

TEMPLATES = Path(__file__).parent / "templates"


def environment(bytecode: Path | None = None) -> Environment:
    """A template environment. `bytecode`: a folder of this process's own for compiled templates."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=FileSystemBytecodeCache(str(bytecode)) if bytecode else None,
    )
    env.globals.update(asset=assets.url, new_id=new_id, company_contact=CONTACT)
    env.filters.update(
        won=formats.won,
        number=formats.number,
        date=formats.date,
        moment=formats.moment,
        day_words=formats.day_words,
        moment_words=formats.moment_words,
        deadline_words=formats.deadline_words,
        iso=formats.iso,
        left=formats.left,
        mask=mask,
        lines=lines,
        bytes=wording.file_size,
        ago=wording.ago,
        hangul=formats.hangul,
    )
    return env


def mask(value: str | None, kind: str) -> str:
    """A personal value hidden by the house's one rule for its kind (phone, email, account, name, rrn)."""
    return kernel_text.MASKS[kind](value) if value else formats.NONE


def lines(value: str | None) -> Markup:
    """Text with its line breaks kept."""
    return Markup("<br>").join((value or "").split("\n"))


_IDS = Pool(16)


def new_id() -> str:
    """A fresh request id for a form: the same id twice is the same click."""
    return str(uuid.UUID(bytes=_IDS.draw(), version=4))


CONTACT = {"email": "pok.support@dongban.example", "phone": "02-1234-5678"}

ENV = environment()


def page(
    request: Request,
    template: str,
    /,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Render a template as an answer. Context names override the frame's own (`nav`, `toast`, `now`, ...)."""
    loaded = ENV.get_template(template)
    body = loaded.render(frame(request) | context)
    return HTMLResponse(body, status_code=status, headers=dict(headers) if headers else None)


def text(template: str, /, **context: Any) -> str:
    """A template without a request: mails, fragments."""
    return ENV.get_template(template).render(context)


def block(request: Request, template: str, name: str, /, **context: Any) -> HTMLResponse:
    """Only one block of a page's template, for parts fetched by scripts."""
    loaded: Template = ENV.get_template(template)
    whole = loaded.new_context(frame(request) | context)
    return HTMLResponse("".join(loaded.blocks[name](whole)))


def shell_of(request: Request) -> portals.Shell | None:
    """The logged-in person as the frame shows them; None before log-in."""
    return cast("portals.Shell | None", getattr(request.state, "shell", None))


def frame(request: Request) -> dict[str, Any]:
    """What every template may use: request, shell, now, menu, nav, path, toast, fonts_known, session_seconds."""
    shell = shell_of(request)
    now = clock.now()
    path = request.url.path
    groups = portals.menu(shell, served_paths(request)) if shell else ()
    return {
        "request": request,
        "shell": shell,
        "now": now,
        "path": path,
        "menu": groups,
        "nav": portals.current(groups, path),
        "counts": {"inbox": shell.inbox_count if shell else 0},
        "toast": getattr(request.state, "toast", None),
        "fonts_known": "fonts" in request.cookies,
        "session_seconds": _seconds_left(shell, now),
        "search_text": request.query_params.get("q", "") if path == "/search" else "",
        "body_class": "",
    }


def served_paths(request: Request) -> frozenset[str]:
    """Every fixed GET path of the program, looked up once per application."""
    app = request.scope.get("app")
    if app is None:
        return frozenset()
    known: frozenset[str] | None = getattr(app.state, "served_paths", None)
    if known is None:
        contexts = iter_route_contexts(app.routes)
        known = frozenset(c.path for c in contexts if c.path and "GET" in (c.methods or ()))
        app.state.served_paths = known
    return known


def _seconds_left(shell: portals.Shell | None, now: dt.datetime) -> int | None:
    if shell is None or shell.session_ends_at is None:
        return None
    return max(0, int((shell.session_ends_at - now).total_seconds()))

"""The worlds' own plain pages: not the product, and made so that nobody takes them for it."""

import datetime as dt
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

SEOUL = dt.timezone(dt.timedelta(hours=9))
"""Fixed: Korea has had no summer time since 1988."""

WEEKDAYS = "월화수목금토일"


def moment(at: dt.datetime) -> str:
    """2026.11.21 (토) 14:03:20"""
    there = at.astimezone(SEOUL)
    return f"{there:%Y.%m.%d} ({WEEKDAYS[there.weekday()]}) {there:%H:%M:%S}"


def number(digits: str) -> str:
    """01012345678 -> 010-1234-5678."""
    area = 2 if digits.startswith("02") else 3
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"


def lines(text: str) -> Markup:
    """Line breaks kept, addresses of pages as links."""
    shown = []
    for line in text.split("\n"):
        words = [
            Markup('<a href="{0}">{0}</a>').format(word) if word.startswith(("http://", "https://")) else escape(word)
            for word in line.split(" ")
        ]
        shown.append(Markup(" ").join(words))
    return Markup("<br>").join(shown)


ENV = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENV.filters.update(moment=moment, number=number, lines=lines)


def render(template: str, **context: Any) -> HTMLResponse:
    return HTMLResponse(ENV.get_template(template).render(context))

"""The settlement office with credits' pages, for one person at a time."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl
from fastapi import FastAPI
from starlette.testclient import TestClient

from models import clock, database
from models.credits.wording import SENTENCES
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.kernel.roles import Role
from models.processes.messages import Actor
from tests import factories, visiting
from tests.admin.office import AT, Seat
from web import credits as credit_pages
from web import footer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Desk:
    """정산담당자, 제휴담당자, an administrator who may look, a buyer who may not."""

    officer: Actor
    manager: Actor
    admin: Actor
    buyer: Actor

    @contextmanager
    def seat(self, actor: Actor) -> Iterator[Seat]:
        """The pages as this person sees them."""
        with clock.set_to(AT), TestClient(_app(actor)) as client:
            yield Seat(client)


def opened() -> Desk:
    with database.working() as session:
        roles = (Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN, Role.BUYER)
        people = [factories.member(session, f"담당{at}", role) for at, role in enumerate(roles)]
        return Desk(*(factories.actor(person) for person in people))


def sheet(*rows: tuple[Any, ...], name: str = "1월.xlsx") -> dict[str, Any]:
    """An uploaded workbook."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return {"file": (name, target.getvalue(), XLSX)}


def text(*rows: tuple[Any, ...], encoding: str = "utf-8-sig", name: str = "1월.csv") -> dict[str, Any]:
    """An uploaded text in columns."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return {"file": (name, target.getvalue().encode(encoding), "text/csv")}


def _app(actor: Actor) -> FastAPI:
    return visiting.application(actor, AT, (footer.router, credit_pages.router), sentences=(SENTENCES, FILE_SENTENCES))

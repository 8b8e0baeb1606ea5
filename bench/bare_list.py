"""The list page with nothing around it: psycopg, Jinja, uvicorn; no session, row-level security or ORM.

What stands around the rows is cut out of the product's own page, a row is written by hand, and together they must
render the product's page again byte for byte (`template_of`). The statements are the same list and the same capped
count, by hand. `python -m bench.bare_list <recipe.json> <port>` serves it from BARE_DATABASE_URL.
"""

import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import psycopg
import uvicorn
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from models.contracts.wording import FORM, STATUS, TONE, TYPE
from models.kernel.calendar import KST
from web.formats import left

ROWS = ("<tbody>\n", "    </tbody>")
CONNECTIONS = 16
COUNT_CAP = 10_000
WHERE = "contract_date >= %(since)s AND contract_date < %(until)s AND status <> 'cancelled'"
LISTING = f"""
SELECT c.id, number, revision, title, form, contract_type, status, turn, due_at, company_name, contract_date,
       partner_contact, buyer_name, starts_on, ends_on, currency, amount, note_from_partner
  FROM contract c
  JOIN (SELECT id, contract_date AS rank FROM contract WHERE {WHERE}
         ORDER BY contract_date DESC, id DESC LIMIT %(size)s OFFSET %(skip)s) picked ON picked.id = c.id
 ORDER BY picked.rank DESC, picked.id DESC
"""  # noqa: S608
COUNTING = f"SELECT count(*) AS total FROM (SELECT id FROM contract WHERE {WHERE} LIMIT {COUNT_CAP + 1}) few"  # noqa: S608
ROW = """<tr><td class="n no">{{ first + loop.index0 }}</td>\
<td><a class="ref" href="/contracts/{{ r.id }}">{{ r.number }}</a> <span class="sub">{{ r.revision }}차</span></td>\
<td>{{ r.title }}<div class="sub">{{ form[r.form] }} · {{ type[r.contract_type] }}</div></td>\
<td><span class="badge {{ tone[r.status] }}">{{ status[r.status] }}</span></td>\
<td>{% if r.turn == "partner" %}{{ r.company_name }}\
{% elif r.turn %}카카오 {{ r.buyer_name }}{% else %}–{% endif %}</td>\
<td>{% set rest = left(r.due_at, now) %}<span class="left {{ rest.state }}">{{ rest.words }}</span></td>\
<td>{{ r.company_name }}</td><td>{{ day(r.contract_date) }}</td><td>{{ r.partner_contact or "–" }}</td>\
<td>{{ r.buyer_name }}</td><td>{{ day(r.starts_on) }} ~ {{ day(r.ends_on) }}</td><td>{{ r.currency }}</td>\
<td class="n">{{ "{:,}".format(r.amount) }}</td><td>{{ r.note_from_partner or "–" }}</td></tr>
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Recipe:
    """All the bare page knows: the days listed, the size of a page, and the templates by page number."""

    since: str
    until: str
    size: int
    templates: Mapping[int, str]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> "Recipe":
        """What `save` wrote."""
        kept = json.loads(path.read_text())
        return cls(**kept | {"templates": {int(page): source for page, source in kept["templates"].items()}})

    def read(self, connection: psycopg.Connection, page: int) -> dict[str, Any]:
        """What the template of a page shows."""
        skip = (page - 1) * self.size
        cut = {"since": self.since, "until": self.until, "size": self.size, "skip": skip}
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_statement(LISTING), cut).fetchall()
            counted = cursor.execute(_statement(COUNTING), cut).fetchone()
        total = counted["total"] if counted else 0
        return {
            "rows": rows,
            "first": skip + 1,
            "total": total_words(int(total)),
            "now": dt.datetime.now(dt.UTC),
        }


def template_of(page: str, total: str, row: str = ROW) -> str:
    """The Jinja template of a product's page: all of it as it stands, but for the total and the rows."""
    head, tail = _cut(page)
    counted = _literal(head.replace(total, "\0", 1)).replace("\0", "{% endraw %}{{ total }}{% raw %}")
    return counted + "{% for r in rows %}" + row + "{% endfor %}" + _literal(tail)


def difference(page: str, again: str) -> str:
    """Where two pages part, in the words of both; empty when they are the same."""
    if page == again:
        return ""
    place = next((i for i, (a, b) in enumerate(zip(again, page, strict=False)) if a != b), min(len(page), len(again)))
    return f"bare {again[max(place - 60, 0) :][:120]!r}, product {page[max(place - 60, 0) :][:120]!r}"


def environment() -> jinja2.Environment:
    """Jinja as anyone would set it up, with the words of the page."""
    made = jinja2.Environment(autoescape=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    made.globals.update(form=dict(FORM), type=dict(TYPE), status=dict(STATUS), tone=dict(TONE), left=left, day=_day)
    return made


def application(recipe: Recipe, pool: ConnectionPool) -> Starlette:
    """One route: /list?page=n."""
    shared = environment()
    templates = {page: shared.from_string(source) for page, source in recipe.templates.items()}

    def listed(request: Request) -> HTMLResponse:
        page = int(request.query_params.get("page", "1"))
        with pool.connection() as connection:
            shown = recipe.read(connection, page)
        return HTMLResponse(templates[page].render(shown))

    return Starlette(routes=[Route("/list", listed)])


def total_words(total: int) -> str:
    """총 218건, or 총 10,000+건 where counting stopped."""
    return f"총 {min(total, COUNT_CAP):,}{'+' if total > COUNT_CAP else ''}건"


def _day(value: dt.date) -> str:
    return f"{value:%Y.%m.%d}"


def today() -> dt.date:
    """The day in Seoul, as the product's filters have it."""
    return dt.datetime.now(KST).date()


def _cut(page: str) -> tuple[str, str]:
    begin = page.index(ROWS[0]) + len(ROWS[0])
    return page[:begin], page[page.index(ROWS[1], begin) :]


def _literal(text: str) -> str:
    return "{% raw %}" + text + "{% endraw %}"


def _statement(text: str) -> sql.SQL:
    as_literal: Callable[[Any], sql.SQL] = sql.SQL
    return as_literal(text)


def main(arguments: Sequence[str]) -> None:
    """Serve one recipe until told to stop."""
    recipe_file, port = arguments
    with ConnectionPool(os.environ["BARE_DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        app = application(Recipe.load(Path(recipe_file)), pool)
        uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1:])

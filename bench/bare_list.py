"""The list page with nothing around it: psycopg, Jinja, uvicorn; no session, row-level security or ORM.

The template is cut out of the product's own page (`template_of`), so both sides send the same bytes; the
statements are the same list and the same capped count, written by hand.
`python -m bench.bare_list <recipe.json> <port>` serves it from BARE_DATABASE_URL.
"""

import dataclasses
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import uvicorn
from markupsafe import escape
from psycopg import sql
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

ROWS = ("<tbody>\n", "    </tbody>")
CONNECTIONS = 16
PRIVATE_USE = 0xE000
"""Characters no page of ours shows, to mark places with."""
Shown = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Recipe:
    """All the bare page knows.

    `listing` takes %(size)s and %(skip)s and returns the shown texts named by `fields`, in that order;
    `counting` returns one number; `templates` are by page number.
    """

    listing: str
    counting: str
    fields: tuple[str, ...]
    templates: Mapping[int, str]
    size: int

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> "Recipe":
        """What `save` wrote."""
        kept = json.loads(path.read_text())
        kept["fields"] = tuple(kept["fields"])
        kept["templates"] = {int(page): source for page, source in kept["templates"].items()}
        return cls(**kept)


def template_of(page: str, rows: Sequence[Shown], total: str) -> str:
    """The Jinja template that renders `page` again from its rows' shown texts and its total.

    Raises: ValueError where it would not, e.g. since the page shows something the rows do not have.
    """
    head, body, tail = _cut(page)
    first = body[: body.index("</tr>\n") + len("</tr>\n")]
    source = (
        _literal(head.replace(total, "\0", 1)).replace("\0", "{% endraw %}{{ total }}{% raw %}")
        + "{% for row in rows %}"
        + _row_source(first, rows[0])
        + "{% endfor %}"
        + _literal(tail)
    )
    again = environment().from_string(source).render(rows=rows, total=total)
    if again != page:
        place = next(i for i, (a, b) in enumerate(zip(again, page, strict=False)) if a != b)
        raise ValueError(f"bare and product differ: {again[place - 60 :][:120]!r} / {page[place - 60 :][:120]!r}")
    return source


def environment() -> jinja2.Environment:
    """Jinja as anyone would set it up."""
    return jinja2.Environment(autoescape=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)


def application(recipe: Recipe, pool: ConnectionPool) -> Starlette:
    """One route: /list?page=n."""
    shared = environment()
    templates = {page: shared.from_string(source) for page, source in recipe.templates.items()}
    listing, counting = _statement(recipe.listing), _statement(recipe.counting)

    def listed(request: Request) -> HTMLResponse:
        page = int(request.query_params.get("page", "1"))
        with pool.connection() as connection:
            cut = {"size": recipe.size, "skip": (page - 1) * recipe.size}
            found = connection.execute(listing, cut).fetchall()
            counted = connection.execute(counting).fetchone()
        rows = [dict(zip(recipe.fields, row, strict=True)) for row in found]
        return HTMLResponse(templates[page].render(rows=rows, total=total_words(counted)))

    return Starlette(routes=[Route("/list", listed)])


def total_words(counted: Sequence[Any] | None, cap: int = 10_000) -> str:
    """총 218건, or 총 10,000+건 where counting stopped."""
    total = int(counted[0]) if counted else 0
    return f"총 {min(total, cap):,}{'+' if total > cap else ''}건"


def _cut(page: str) -> tuple[str, str, str]:
    begin = page.index(ROWS[0]) + len(ROWS[0])
    end = page.index(ROWS[1], begin)
    return page[:begin], page[begin:end], page[end:]


def _row_source(first: str, shown: Shown) -> str:
    # Longest first, so that a short text is not found inside a longer one that was not replaced yet.
    marks: list[tuple[str, str]] = sorted(
        ((str(escape(text)), name) for name, text in shown.items() if text), key=lambda pair: -len(pair[0])
    )
    for number, (text, _) in enumerate(marks):
        alone = rf"(?<![\w,.]){re.escape(text)}(?![\w,.])"
        first = re.sub(alone, chr(PRIVATE_USE + number), first)
    source = _literal(first)
    for number, (_, name) in enumerate(marks):
        source = source.replace(chr(PRIVATE_USE + number), f"{{% endraw %}}{{{{ row['{name}'] }}}}{{% raw %}}")
    return source


def _literal(text: str) -> str:
    return "{% raw %}" + text + "{% endraw %}"


def _statement(text: str) -> sql.SQL:
    as_literal: Callable[[Any], sql.SQL] = sql.SQL
    return as_literal(text)


def main(recipe_file: str, port: str) -> None:
    """Serve one recipe until told to stop."""
    with ConnectionPool(os.environ["BARE_DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        app = application(Recipe.load(Path(recipe_file)), pool)
        uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

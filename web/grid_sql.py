"""The statements of list pages: written once for a question, run again for every page of it.

Writing one costs several times what running it does, and most people open the same few lists again and again.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, literal_column, select
from sqlmodel import Session

from models import plain
from models.plain import Plain
from models.processes.messages import Actor
from web.grid_filters import Filter, Hits

QUESTIONS_KEPT = 1000

Scope = Callable[[Any], Select[*tuple[Any, ...]]]
"""What a person may see of a list (`queries.listed`): begins at `visible_to`."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where the rows of a list come from. `reads`: the columns of a row, else whole entities as the scope has them."""

    ident: Any
    filters: tuple[Filter, ...]
    reads: tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """A list as one person asks for it: `values` of the filters in their order, `rank` is what `sort` sorts by.

    `most` is where counting stops (None: nowhere). `kept`: whether its statements are worth keeping.
    """

    source: Source
    scope: Scope
    values: tuple[Any, ...]
    sort: str
    size: int
    most: int | None
    rank: Any = field(compare=False)
    who: Any = field(compare=False)
    kept: bool = field(default=True, compare=False)
    person: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "person", _person(self.who))

    def page(self, session: Session, number: int) -> tuple[Sequence[Any], int | None]:
        """The rows of a page, and how many there are in all: None where the page is not full, which says it itself."""
        asked = {"skipped": (number - 1) * self.size}
        statement = self._statements.page
        if isinstance(statement, Plain):
            found: Sequence[Any] = plain.rows(session, statement, asked)
            return found, found[0][-1] if found else None
        result = session.execute(statement, asked)
        names = list(result.keys())[:-1]
        loaded = result.all()
        rows = [row[0] for row in loaded] if len(names) == 1 else [_named(tuple(names), row[:-1]) for row in loaded]
        return rows, loaded[0][-1] if loaded else None

    def count(self, session: Session) -> int:
        """How many rows there are, up to `most`."""
        found: int = session.execute(self._statements.count).scalar_one()
        return found

    @property
    def _statements(self) -> "_Statements":
        # What was found by an index is another list of ids every time.
        once = not self.kept or any(isinstance(value, Hits) for value in self.values)
        return _written(self) if once else _kept(self)

    def everything(self) -> Select[Any]:
        """All rows in their order."""
        return _joined(self, _narrowed(self).subquery("picked"))

    def count_of_all(self, most: int) -> Select[int]:
        """Counts them all, up to `most`."""
        return _counting(self, most)


@lru_cache(QUESTIONS_KEPT)
def _row_type(names: tuple[str, ...]) -> Any:
    return namedtuple("Listed", names, rename=True)  # noqa: PYI024 - the names are those of the statement


def _named(names: tuple[str, ...], values: Sequence[Any]) -> Any:
    return _row_type(names)(*values)


@dataclass(frozen=True)
class _Statements:
    page: Select[Any] | Plain[Any]
    count: Select[int]


def _written(asked: Question) -> _Statements:
    """The page is cut on ids alone and joined back, so wide rows and joins are read for one page only.

    Only a full page has others beside it: the rows are counted in the same round trip, and only then.
    """
    counting = _counting(asked, asked.most)
    ordered = _narrowed(asked).order_by(*_order(asked, asked.rank, asked.source.ident))
    size = literal_column(str(asked.size), Integer)
    picked = ordered.limit(size).offset(bindparam("skipped", 0, Integer)).cte("picked")
    is_full = select(func.count()).select_from(picked).scalar_subquery() == size
    rows = _joined(asked, picked).add_columns(case((is_full, counting.scalar_subquery())).label("found_in_all"))
    return _Statements(Plain(rows) if asked.source.reads else rows, counting)


_kept = lru_cache(QUESTIONS_KEPT)(_written)


def _narrowed(asked: Question) -> Select[Any]:
    clauses = [f.where(value, asked.who) for f, value in zip(asked.source.filters, asked.values, strict=True)]
    narrow = asked.scope(asked.who).with_only_columns(
        asked.source.ident.label("id"), asked.rank.label("rank"), maintain_column_froms=True
    )
    return narrow.order_by(None).where(*[clause for clause in clauses if clause is not None])


def _counting(asked: Question, most: int | None) -> Select[int]:
    ids = _narrowed(asked).with_only_columns(asked.source.ident, maintain_column_froms=True)
    bounded = ids if most is None else ids.limit(literal_column(str(most), Integer))
    return select(func.count()).select_from(bounded.subquery())


def _joined(asked: Question, picked: Any) -> Select[Any]:
    rows = asked.scope(asked.who).order_by(None)
    if asked.source.reads:
        rows = rows.with_only_columns(*asked.source.reads, maintain_column_froms=True)
    joined = rows.join(picked, picked.c.id == asked.source.ident)
    return joined.order_by(*_order(asked, picked.c.rank, picked.c.id))


def _order(asked: Question, rank: Any, ident: Any) -> tuple[Any, Any]:
    # The tiebreak turns with the sort, so one index on (column, id) serves both directions.
    return (rank.desc(), ident.desc()) if asked.sort.startswith("-") else (rank.asc(), ident.asc())


def _person(who: Any) -> Any:
    """Everything a condition may ask of somebody."""
    if not isinstance(who, Actor):
        return who
    lent = tuple((role, giver.member_id) for role, giver in who.delegated.items())
    return who.member_id, who.company_id, who.roles, lent

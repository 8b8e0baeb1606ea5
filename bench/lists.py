"""The contract list at ten thousand and at a million rows, and the bare page beside it."""

import asyncio
import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from urllib.parse import quote

import psycopg

from bench import bare_list, stock
from bench.house import ROOT, House, Installation
from bench.load import Browser, Timings, UnexpectedReplyError, timed, together
from bench.people import browser_of
from bench.processes import answering, listens, running
from bench.report import Row, slower_than
from ops.ports import LOOPBACK, free_port
from web.grid_filters import range_start

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 3
REQUESTS = 320
PAGES = (1, 20)
LIMIT_GROWTH, LIMIT_BARE = 1.3, 2.0
LIST = "/contracts"
SIZE = 20
TRIES = 5
Side = tuple[Sequence[Browser], Sequence[str]]
"""Who asks, and for which addresses in turn."""


def list_rows(house: House) -> list[Row]:
    """Two installations with their web, the bare page on the larger one's tables; rounds take turns."""
    small, large = house.install("small"), house.install("large")
    with contextlib.ExitStack() as stack:
        people = []
        for installation, count in ((small, SMALL), (large, LARGE)):
            people.append(stock.fill(installation))
            stock.contracts(installation, count)
            stack.enter_context(installation.web())
        asked = {
            "small": _side(small, people[0]),
            "large": _side(large, people[1]),
            "search": (_browsers(large, people[1]), [f"{LIST}?title={quote('데이터센터 전력 구매요청 9')}"]),
            "deep": (_browsers(large, people[1]), [f"{LIST}?page=400"]),
        }
        recipe = asyncio.run(_recipe(large, asked["large"]))
        bare_url = stack.enter_context(_bare(house, large, recipe))
        bare = [Browser(bare_url) for _ in range(bare_list.CONNECTIONS)]
        asked["bare"] = (bare, [f"/list?page={page}" for page in PAGES])
        took = asyncio.run(_measured(asked))
    return [
        slower_than("list_page_p95_1m_vs_10k", took["large"].p95, "ms", took["small"].p95, LIMIT_GROWTH),
        slower_than("list_page_p95_vs_bare", took["large"].p95, "ms", took["bare"].p95, LIMIT_BARE),
        slower_than("list_page_p50_vs_bare", took["large"].p50, "ms", took["bare"].p50),
        Row("list_name_search_p95_1m", took["search"].p95, "ms"),
        Row("list_deep_page_p95_1m", took["deep"].p95, "ms"),
    ]


def _side(installation: Installation, people: stock.Stock) -> Side:
    return _browsers(installation, people), [LIST if page == 1 else f"{LIST}?page={page}" for page in PAGES]


def _browsers(installation: Installation, people: stock.Stock) -> list[Browser]:
    return [browser_of(installation, who) for who in people.buyers[: bare_list.CONNECTIONS]]


async def _measured(asked: dict[str, Side]) -> dict[str, Timings]:
    taken: dict[str, list[Timings]] = {name: [] for name in asked}
    for side in asked.values():
        await _round(side, REQUESTS // 4)
    for _ in range(ROUNDS):
        for name, side in asked.items():
            taken[name].append(await _round(side, REQUESTS))
    return {name: together(rounds) for name, rounds in taken.items()}


async def _round(side: Side, requests: int) -> Timings:
    browsers, addresses = side
    for browser in browsers:
        # A connection opened in another event loop is of no use here.
        browser.close()

    async def ask(person: int, number: int) -> None:
        reply = await browsers[person].get(addresses[number % len(addresses)])
        if reply.status != HTTPStatus.OK or "<tbody>" not in reply.text:
            raise UnexpectedReplyError(f"{reply.url} answered {reply.status} without a list")

    timings = await timed(len(browsers), range(requests), ask)
    for browser in browsers:
        browser.close()
    return timings


async def _recipe(installation: Installation, side: Side) -> bare_list.Recipe:
    """The bare page's recipe, proved to render each page again.

    Raises: ValueError where it does not, with the place.
    """
    today = bare_list.today()
    since, until = range_start("1y", today), today + dt.timedelta(days=1)
    browser, addresses = side[0][0], side[1]
    templates = {}
    with psycopg.connect(installation.owner_database) as connection:
        for page, address in zip(PAGES, addresses, strict=True):
            for tries in range(TRIES):
                shown = (await browser.get(address)).text
                source = bare_list.template_of(shown, bare_list.total_words(LARGE))
                recipe = bare_list.Recipe(since.isoformat(), until.isoformat(), SIZE, {page: source})
                again = bare_list.environment().from_string(source).render(recipe.read(connection, page))
                parted = bare_list.difference(shown, again)
                if not parted:
                    break
                if tries == TRIES - 1:  # Once it may be the minute that went by.
                    raise ValueError(parted)
            templates[page] = source
    browser.close()
    return bare_list.Recipe(since.isoformat(), until.isoformat(), SIZE, templates)


@contextlib.contextmanager
def _bare(house: House, installation: Installation, recipe: bare_list.Recipe) -> Iterator[str]:
    file, port = house.root / "recipe.json", free_port()
    recipe.save(file)
    told = {**os.environ, "BARE_DATABASE_URL": installation.owner_database, "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "bench.bare_list", str(file), str(port)], told, house.root / "bare.log"):
        answering(lambda: listens(port), "the bare page")
        yield f"http://{LOOPBACK}:{port}"

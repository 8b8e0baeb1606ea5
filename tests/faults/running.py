"""Fixtures: one running house for a test process, people logged in, and fresh browsers for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from tests import engines
from tests.faults.driver import FIVE, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.house import House, running

SECOND_BUYER, STRANGER, ADMIN = "jun.kwon", "jaeho.namgung@daehan.example", "minseok.oh"
EVERYBODY = (*FIVE, SECOND_BUYER, STRANGER, ADMIN)


@dataclass
class Inhabited:
    """A house with the cookies of everybody who is logged in, and the ledger of a whole main job."""

    house: House
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)

    def people(self, *logins: str) -> People:
        """Browsers of these people, already logged in."""
        return People.known(self.house.url, self.house.sandbox, {login: self.cookies[login] for login in logins})


async def _fill(inhabited: Inhabited) -> None:
    people = People(inhabited.house.url, inhabited.house.sandbox)
    await people.enter(*EVERYBODY)
    await MainJob(Driver(people, inhabited.ledger)).run()
    inhabited.cookies = {login: people[login].cookies for login in EVERYBODY}
    await people.close()


@pytest.fixture(scope="session")
def inhabited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inhabited]:
    """A running house with one main job of the first company done; not that of the journeys, who change people."""
    with running(tmp_path_factory.mktemp("inhabited"), engines.new_namespace("inhabited")) as house:
        made = Inhabited(house)
        asyncio.run(_fill(made))
        yield made


@pytest.fixture
async def people(inhabited: Inhabited) -> AsyncIterator[People]:
    """Everybody, each with a browser of this test's own."""
    found = inhabited.people(*EVERYBODY)
    yield found
    await found.close()

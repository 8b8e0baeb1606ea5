"""Every route says who it is for, and no program carries what it does not use."""

import subprocess
import sys

import pytest

from web.auth.audience import Anyone, Declared, declared

HEAVY = ("reportlab", "pyhanko", "boto3", "openpyxl", "activities", "lxml")
DRAWING = ("reportlab", "PIL", "pyhanko", "openpyxl", "lxml")


NO_CODE_OF_OURS = {"/api/v1/openapi.json", "/static/{path:path}"}


@pytest.fixture(scope="module")
def routes() -> list[Declared]:
    import app

    return list(declared(app.app.routes))


def test_every_route_declares_its_audience(routes: list[Declared]) -> None:
    assert len(routes) > 100
    silent = {route.path for route in routes if not route.audiences}
    assert silent == NO_CODE_OF_OURS


def test_public_routes_say_why(routes: list[Declared]) -> None:
    public = [one for route in routes for one in route.audiences if isinstance(one, Anyone)]
    assert public
    assert all(one.why for one in public)


def test_every_api_operation_has_a_name_of_its_own() -> None:
    import app

    paths = app.app.openapi()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) > 30
    assert len(names) == len(set(names))


def test_the_web_process_does_not_load_the_workers_world() -> None:
    assert _loaded("app", HEAVY) == "[]"


def test_a_worker_that_draws_nothing_does_not_load_what_draws() -> None:
    assert _loaded("worker", DRAWING) == "[]"


def _loaded(program: str, names: tuple[str, ...]) -> str:
    code = f"import sys, {program}; print([name for name in {names!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.strip()

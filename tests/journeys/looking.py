"""What every page is held to, whoever walks past it."""

from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.conftest import shot
from tests.journeys.test_main_job import check_accessible


def look(page: Page, folder: Path, name: str) -> None:
    """axe-core finds nothing serious; the page holds together at 1440 and 390 px."""
    page.wait_for_load_state("load")
    shot(page, folder, f"{name}-1440")
    violations = check_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    shot(page, folder, f"{name}-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert violations == [], f"{name}: {violations}"
    assert wide <= 0, f"{name} is {wide} px wider than a phone"

"""Somebody who joins, over HTTP."""

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient


class Browser:
    """Somebody who is not logged in; `page` is what is on screen."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = ""
        self.csrf = ""

    def get(self, path: str) -> int:
        return self._took(self.client.get(path))

    def post(self, path: str, files: Any = None, **fields: str) -> int:
        named = {name.replace("__", "-"): value for name, value in fields.items()}
        return self._took(self.client.post(path, data={"csrf": self.csrf, **named}, files=files))

    def send(self, fields: dict[str, str], files: Any = None, do: str = "request") -> int:
        """Press a button of the form with all of it."""
        return self._took(self.client.post("/signups/form", data={"csrf": self.csrf, **fields, "do": do}, files=files))

    def _took(self, answer: Any) -> int:
        self.page, self.address = unescape(answer.text), answer.url.path
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return int(answer.status_code)

    def value(self, name: str) -> str:
        """What stands in an input."""
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', self.page) or re.search(
            rf'<input[^>]*value="([^"]*)"[^>]*name="{name}"', self.page
        )
        assert found, name
        return found[1]

"""Files of the shell: hashed, cached, small, and what is not ours unchanged."""

import gzip
import hashlib
import re

import pytest
from starlette.testclient import TestClient

from tests.web_shell.pages import program
from web import assets

FIRST_VIEW_BYTES_MAX = 100_000
FONTS_BYTES_MAX = 3_200_000
MODULE_LINES_MAX = 80


@pytest.fixture
def client() -> TestClient:
    return TestClient(program())


@pytest.mark.parametrize("name", ["app.css", "fonts.css", "main.js", "live.js", "icon.svg"])
def test_an_asset_has_a_hashed_address_that_never_changes_its_content(client: TestClient, name: str) -> None:
    answer = client.get(assets.url(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == assets.FOREVER
    assert answer.headers["content-encoding"] == "gzip"


def test_an_old_hash_still_answers_but_is_not_kept(client: TestClient) -> None:
    for path in ("/static/app.000000000000.css", "/static/js.000000000000/main.js"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["../render.py", "..%2frender.py", "js.x/../../render.py", "nothing.css", "css", ""])
def test_nothing_outside_the_folder_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_the_first_view_is_small() -> None:
    scripts = sum(len(gzip.compress(f.read_bytes())) for f in (assets.STATIC / "js").glob("*.js"))
    fonts_css = len(gzip.compress((assets.STATIC / "fonts/pretendard.css").read_bytes()))
    assert len(gzip.compress(assets.css())) + scripts + fonts_css < FIRST_VIEW_BYTES_MAX / 2


def test_every_sheet_is_in_a_layer_and_every_brace_closes() -> None:
    for file in (assets.STATIC / "css").rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)
        assert text.count("{") == text.count("}"), file
        assert text.strip().startswith("@layer"), file


def test_modules_are_small_and_known_to_the_loader() -> None:
    main = (assets.STATIC / "js/main.js").read_text("utf-8")
    named = set(re.findall(r'"\./([a-z]+\.js)"', main))
    present = {f.name for f in (assets.STATIC / "js").glob("*.js")}
    assert named | {"main.js"} == present
    for file in (assets.STATIC / "js").glob("*.js"):
        assert len(file.read_text("utf-8").splitlines()) <= MODULE_LINES_MAX, file


def test_the_fonts_are_as_their_authors_made_them() -> None:
    folder = assets.STATIC / "fonts/pretendard-1.3.9"
    sums = [line.split() for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in sums} == {f.name for f in folder.iterdir()} - {"SHA256SUMS"}
    for expected, name in sums:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
    assert sum(f.stat().st_size for f in folder.glob("*.woff2")) <= FONTS_BYTES_MAX


def _luminance(color: str) -> float:
    text = color.lstrip("#")
    text = "".join(c * 2 for c in text) if len(text) == 3 else text
    parts = [int(text[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3", "link", "stop")
        for ground in ("surface", "ground", "hover", "head")
    ],
    *[(tone, f"{tone}-bg") for tone in ("wait", "go", "done", "stop", "mute")],
    ("act-ink", "act"),
    ("brand-ink", "brand"),
    *[("ink-2", f"{tone}-bg") for tone in ("wait", "go", "stop")],
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme: str) -> None:
    text = (assets.STATIC / "css/tokens.css").read_text("utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", light))
    if scheme == "dark":
        tokens |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", dark))
    weak = {pair: round(_contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}

from pathlib import Path

import pytest

from bench.bare_list import Recipe, difference, environment, template_of, total_words

HEAD = "<p>{{ not ours }} 총 2건</p><table>\n<tbody>\n"
TAIL = "    </tbody>\n</table>\n"
ROW = '<tr><td class="n no">{{ first + loop.index0 }}</td><td>{{ r.title }}</td></tr>\n'
ROWS = [{"title": "서버 & 랙"}, {"title": "<b>굵게</b>"}]
BODY = (
    '<tr><td class="n no">21</td><td>서버 &amp; 랙</td></tr>\n'
    '<tr><td class="n no">22</td><td>&lt;b&gt;굵게&lt;/b&gt;</td></tr>\n'
)
PAGE = HEAD + BODY + TAIL


def rendered(source: str, total: str) -> str:
    return environment().from_string(source).render(rows=ROWS, first=21, total=total)


def test_the_captured_template_renders_the_page_again() -> None:
    source = template_of(PAGE, "총 2건", ROW)
    assert difference(PAGE, rendered(source, "총 2건")) == ""
    assert "{{ not ours }} 총 10,000+건" in rendered(source, "총 10,000+건")


def test_a_page_that_shows_more_than_its_rows_is_told_with_its_place() -> None:
    more = PAGE.replace("</td></tr>\n", "</td><td>승인</td></tr>\n", 1)
    parted = difference(more, rendered(template_of(more, "총 2건", ROW), "총 2건"))
    assert "승인" in parted


@pytest.mark.parametrize(("count", "words"), [(0, "총 0건"), (10_000, "총 10,000건"), (10_001, "총 10,000+건")])
def test_the_total_is_capped_as_on_the_product(count: int, words: str) -> None:
    assert total_words(count) == words


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    recipe = Recipe("2026-01-01", "2026-12-31", 20, {1: "x", 20: "y"})
    recipe.save(tmp_path / "recipe.json")
    assert Recipe.load(tmp_path / "recipe.json") == recipe

from pathlib import Path

import pytest

from bench.bare_list import Recipe, environment, template_of, total_words

HEAD = "<p>{{ not ours }} 총 2건</p><table>\n<tbody>\n"
TAIL = "    </tbody>\n</table>\n"
ROWS = [
    {"no": "1", "number": "CR20261", "title": "서버 & 랙", "amount": "1,200"},
    {"no": "2", "number": "CR20262", "title": "<b>굵게</b>", "amount": "1"},
]
PAGE = (
    HEAD
    + '<tr><td class="n no">1</td><td>CR20261</td><td>서버 &amp; 랙</td><td>1,200</td></tr>\n'
    + '<tr><td class="n no">2</td><td>CR20262</td><td>&lt;b&gt;굵게&lt;/b&gt;</td><td>1</td></tr>\n'
    + TAIL
)


def test_the_captured_template_renders_the_page_again() -> None:
    source = template_of(PAGE, ROWS, "총 2건")
    again = environment().from_string(source).render(rows=ROWS[:1], total="총 10,000+건")
    assert again.count("<tr>") == 1
    assert "{{ not ours }} 총 10,000+건" in again


def test_a_page_that_shows_more_than_its_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="bare and product differ"):
        template_of(PAGE.replace("<td>1</td>", "<td>1</td><td>승인</td>"), ROWS, "총 2건")


@pytest.mark.parametrize(("count", "words"), [(0, "총 0건"), (10_000, "총 10,000건"), (10_001, "총 10,000+건")])
def test_the_total_is_capped_as_on_the_product(count: int, words: str) -> None:
    assert total_words((count,)) == words


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    recipe = Recipe("SELECT 1", "SELECT 2", ("a", "b"), {1: "x", 20: "y"}, 20)
    recipe.save(tmp_path / "recipe.json")
    assert Recipe.load(tmp_path / "recipe.json") == recipe

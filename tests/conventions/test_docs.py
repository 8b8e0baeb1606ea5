"""Process pages are written from the transition tables and are current."""

from pathlib import Path

from ops import docs


def test_process_pages_are_current() -> None:
    for name, text in docs.pages().items():
        assert (docs.FOLDER / name).read_text(encoding="utf-8") == text, f"run python -m ops.docs ({name})"


def test_every_decision_record_is_listed_in_the_readme() -> None:
    root = Path(docs.FOLDER).parents[1]
    readme = (root / "README.md").read_text(encoding="utf-8")
    for record in sorted((root / "docs" / "adr").glob("*.md")):
        assert record.name in readme

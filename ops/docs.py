"""Writes docs/processes/*.md from the transition tables: `python -m ops.docs` (a test keeps them current)."""

import sys
from pathlib import Path

from models.catalog import KINDS
from models.kernel.roles import Role
from models.kernel.transitions import mermaid
from models.kernel.wording import ROLE
from models.processes.kinds import Kind

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "processes"
HEAD = "<!-- Written by `python -m ops.docs` from the transition table; change the table, not this page. -->"


def pages() -> dict[str, str]:
    """File name -> text, one page per kind of document."""
    return {f"{kind.plural}.md": _page(kind) for kind in KINDS.values()}


def _page(kind: Kind) -> str:
    rules, words = kind.rules, kind.words
    labels = {**words.status, **words.act, **ROLE}
    rows = [
        f"| {words.status[move.status]} | {words.act.get(move.act, move.act)} (`{move.act}`) "
        f"| {' · '.join(words.status[to] for to in move.to)} | {' · '.join(ROLE[role] for role in sorted(move.roles))} "
        f"| {'required' if move.reason else ''} |"
        for move in rules.moves
    ]
    turns = [
        f"| {words.status[status]} (`{status}`) | {ROLE[Role(turn)] if (turn := rules.turn(status)) else 'closed'} |"
        for status in rules.statuses
    ]
    return "\n".join(
        [
            HEAD,
            f"# {words.name} (`{kind.key}`)",
            "",
            (sys.modules[rules_module(kind)].__doc__ or "").strip(),
            "",
            "```mermaid",
            mermaid(rules, labels).rstrip(),
            "```",
            "",
            "| status | act | leads to | who | reason |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "| status | whose turn |",
            "| --- | --- |",
            *turns,
            "",
        ]
    )


def rules_module(kind: Kind) -> str:
    """The module whose table it is: beside the tables of its domain."""
    return f"{kind.table.__module__.removesuffix('tables')}rules"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""What people were told of each of their acts."""

from collections import Counter
from dataclasses import dataclass, field

DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"


@dataclass
class Act:
    """One press of a button; `told` is the last answer: done, refused, or unknown."""

    request_id: str
    login: str
    path: str
    act: str
    told: str = UNKNOWN
    words: str = ""
    seconds: float = 0.0


@dataclass
class Ledger:
    """Everything that was pressed, and what was made beside steps (drafts, plans)."""

    acts: list[Act] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    """Paths of documents whose making was answered."""
    finished: list[str] = field(default_factory=list)
    """Titles of main jobs that reached their end."""

    def counts(self) -> Counter[str]:
        return Counter(act.told for act in self.acts)

    def told(self, verdict: str) -> list[Act]:
        return [act for act in self.acts if act.told == verdict]

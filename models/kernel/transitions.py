"""One table per process decides what may happen next: validators, buttons, diagrams and tests all ask it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role


@dataclass(frozen=True)
class Move:
    """In `status`, one of `roles` may `act`; the document goes to one of `to` (the effect chooses)."""

    status: str
    act: str
    to: tuple[str, ...]
    roles: frozenset[Role]
    reason: bool = False
    primary: bool = False
    danger: bool = False


@dataclass(frozen=True)
class ProcessRules:
    """The transition table of one kind of document.

    `turns` names who must act in a status (None: the document is closed); `path` is the ordinary way through,
    from which the planned part of the timeline is drawn. A table that contradicts itself raises ValueError.
    """

    kind: str
    initial: str
    statuses: tuple[str, ...]
    moves: tuple[Move, ...]
    turns: Mapping[str, Role | None]
    path: tuple[str, ...]
    entries: tuple[str, ...] = ()
    """Further statuses a document may begin in, where who decides differs from one to the next."""
    elsewhere: frozenset[str] = frozenset()
    """Statuses whose turn acts in another world (signs at a hub): they wait for somebody without a button here."""

    def __post_init__(self) -> None:
        known = set(self.statuses)
        named = {self.initial, *self.entries, *self.path, *self.turns}
        for move in self.moves:
            named |= {move.status, *move.to}
        if unknown := named - known:
            raise ValueError(f"{self.kind}: unknown statuses {sorted(unknown)}")
        if missing := known - set(self.turns):
            raise ValueError(f"{self.kind}: no turn for {sorted(missing)}")
        if len(self._by_status_act) != len(self.moves):
            raise ValueError(f"{self.kind}: a status and act may have one move only")
        if idle := [move.act for move in self.moves if not move.to or not move.roles]:
            raise ValueError(f"{self.kind}: moves without a target or a role {idle}")

    @cached_property
    def _by_status_act(self) -> dict[tuple[str, str], Move]:
        return {(move.status, move.act): move for move in self.moves}

    def move(self, status: str, act: str) -> Move:
        """The move of an act in a status. Raises ActNotPossible when there is none."""
        found = self._by_status_act.get((status, act))
        if found is None:
            raise ActNotPossible(kind=self.kind, status=status, act=act)
        return found

    def next_status(self, status: str, act: str, roles: Iterable[Role]) -> tuple[str, ...]:
        """Where the act may lead. Raises ActNotPossible (no such act here) or NotYourTurn (others only)."""
        found = self.move(status, act)
        if found.roles.isdisjoint(roles):
            raise NotYourTurn(kind=self.kind, status=status, act=act)
        return found.to

    def acts_for(self, status: str, roles: Iterable[Role]) -> tuple[Move, ...]:
        """The moves these roles may make now, in table order: the button row."""
        held = frozenset(roles)
        return tuple(m for m in self.moves if m.status == status and not m.roles.isdisjoint(held))

    def turn(self, status: str) -> Role | None:
        """Who must act in a status; None when closed."""
        return self.turns[status]

    def is_closed(self, status: str) -> bool:
        """True when nothing follows."""
        return self.turns[status] is None

    @cached_property
    def acts(self) -> tuple[str, ...]:
        """Every act of the table once, in table order."""
        return tuple(dict.fromkeys(move.act for move in self.moves))

    def planned_after(self, status: str) -> tuple[str, ...]:
        """The rest of the ordinary way from a status; empty when closed or off it with no return."""
        if self.is_closed(status):
            return ()
        if status in self.path:
            return self.path[self.path.index(status) + 1 :]
        # Off the way (a redraft, say): it goes on where the first move leads back to it.
        back = [to for m in self.moves if m.status == status for to in m.to if to in self.path]
        if back:
            return self.path[self.path.index(back[0]) :]
        # It began beside the ordinary way: its own first steps lead there.
        ahead = next((m.to[0] for m in self.moves if m.status == status and m.primary), None)
        return (ahead, *self.planned_after(ahead)) if ahead and status in self.entries else ()


def problems(rules: ProcessRules) -> list[str]:
    """What is wrong with a table beyond spelling, for its test: an empty list is a sound table."""
    found = []
    reached = _reachable(rules)
    for status in rules.statuses:
        moves = [m for m in rules.moves if m.status == status]
        turn = rules.turns[status]
        if status not in reached:
            found.append(f"{status}: cannot be reached")
        if turn is None and moves:
            found.append(f"{status}: closed, yet it has moves")
        acts_here = turn is not None and status not in rules.elsewhere
        if acts_here and not any(turn in m.roles for m in moves):
            found.append(f"{status}: it is the turn of {turn}, who has no move")
        if sum(m.primary for m in moves if turn in m.roles) > 1:
            found.append(f"{status}: more than one primary act for {turn}")
    steps = {(m.status, to) for m in rules.moves for to in m.to}
    pairs = zip(rules.path, rules.path[1:], strict=False)
    found += [f"path: no move from {a} to {b}" for a, b in pairs if (a, b) not in steps]
    return found


def _reachable(rules: ProcessRules) -> set[str]:
    reached: set[str] = set()
    waiting = [rules.initial, *rules.entries]
    while waiting:
        status = waiting.pop()
        if status not in reached:
            reached.add(status)
            waiting += [to for m in rules.moves if m.status == status for to in m.to]
    return reached


def mermaid(rules: ProcessRules, labels: Mapping[str, str]) -> str:
    """The table as a Mermaid state diagram. `labels` names statuses, acts, roles (default: their codes)."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{labels.get(s, s)}" as {s}' for s in rules.statuses]
    lines += [f"    [*] --> {status}" for status in (rules.initial, *rules.entries)]
    for move in rules.moves:
        who = "·".join(labels.get(role, role) for role in sorted(move.roles))
        words = f"{labels.get(move.act, move.act)} ({who})"
        lines += [f"    {move.status} --> {to}: {words}" for to in move.to]
    lines += [f"    {s} --> [*]" for s in rules.statuses if rules.is_closed(s)]
    return "\n".join(lines) + "\n"

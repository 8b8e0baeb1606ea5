"""The watch over one member's absence: a warning, then 휴면, when the policy says. A log-in never touches it."""

import datetime as dt

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.auth import rules
    from models.auth.messages import Absence, AbsenceStep, DormancyStart
    from workflows import steps

ROUNDS_PER_RUN = 5
"""A round is about a year; a run is then short to replay, however long somebody is a member."""


@workflow.defn
class DormancyWorkflow:
    """`dormancy/{member}`: sleeps, looks when the member was last here, warns, sleeps again, makes dormant.

    It goes on while the member is 휴면: whoever comes back is away for a year again at the earliest a year later.
    """

    def __init__(self) -> None:
        self.policy_asked = False

    @workflow.signal
    def policy_changed(self) -> None:
        """The policy of absences is another now: read it, and wait anew."""
        self.policy_asked = True

    @workflow.run
    async def run(self, start: DormancyStart) -> None:
        """Until the member withdraws or is blocked."""
        absence = await self._ask("read_absence", start)
        for _ in range(ROUNDS_PER_RUN):
            if not absence.watched:
                return
            absence = await (self._rest(start, absence) if absence.dormant else self._watch(start, absence))
        if absence.watched:
            workflow.continue_as_new(start)

    async def _rest(self, start: DormancyStart, absence: Absence) -> Absence:
        """Nobody who wakes now needs a warning before this is over."""
        await self._sleep_until(rules.dormancy_warning_at(workflow.now(), absence.months, absence.notice))
        return await self._ask("read_absence", start)

    async def _watch(self, start: DormancyStart, absence: Absence) -> Absence:
        if not await self._sleep_until(absence.warned_at):
            return await self._ask("read_absence", start)
        after = await self._ask("warn_of_dormancy", self._step(start, absence))
        if after != absence:
            return after
        # Whoever was warned late, after a long stop, still has their days (less one for the timer's own slack).
        promised = workflow.now() + dt.timedelta(days=absence.notice - 1)
        if not await self._sleep_until(max(absence.dormant_at, promised)):
            return await self._ask("read_absence", start)
        return await self._ask("make_dormant", self._step(start, absence))

    def _step(self, start: DormancyStart, absence: Absence) -> AbsenceStep:
        return AbsenceStep(member_id=start.member_id, seen_at=absence.seen_at, at=workflow.now())

    async def _sleep_until(self, instant: dt.datetime) -> bool:
        """False when the policy changed before."""
        rest = instant - workflow.now()
        if rest > dt.timedelta(0):
            try:
                await workflow.wait_condition(lambda: self.policy_asked, timeout=rest)
            except TimeoutError:
                return True
        undisturbed, self.policy_asked = not self.policy_asked, False
        return undisturbed

    async def _ask(self, activity: str, what: DormancyStart | AbsenceStep) -> Absence:
        found: Absence = await steps.perform(activity, what, result_type=Absence, **steps.DOCUMENT)
        return found

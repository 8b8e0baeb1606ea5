"""What the monthly run's workflow and its batch activities tell each other."""

import datetime as dt

from pydantic import Field

from models.processes.messages import Frozen

PREPARE = "prepare_credit_run"
COMPUTE = "compute_credit_page"
PLAN = "plan_credit_publishing"
PUBLISH_PAGE = "publish_credit_page"
STATEMENTS = "plan_credit_statements"
STATEMENT_PAGE = "build_credit_statements"
OPEN_RUN = "open_credit_run"
APPLY_SCHEDULE = "apply_credit_schedule"
LAUNCH_QUEUE = "batch"
"""The engine's queue the launcher is started on (`workflows.steps.BATCH`)."""
RUN_KIND_LAUNCH = "credit_schedule"
"""Kind of the outbox row that has the Schedule follow the policy."""


class RunTask(Frozen):
    """A whole run, as its document stands: work for another step of it is no longer wanted."""

    run_id: int
    step: int
    at: dt.datetime


class Page(Frozen):
    """The groups of a run from the first id to the last, both in it."""

    run_id: int
    step: int
    first: int
    last: int
    at: dt.datetime


class Pages(Frozen):
    """The pages of a run by first and last group id."""

    pages: list[tuple[int, int]] = Field(default_factory=list)
    fault: str = ""


class PageDone(Frozen):
    """How many groups of a page were decided, and how many of them failed."""

    groups: int = 0
    failed: int = 0


class Occasion(Frozen):
    """When the Schedule meant the launcher to start: of a month that is caught up on, then."""

    scheduled_at: dt.datetime
